"""Carry a site to another database: all rows, then a look at both sides. Nothing of the site that is moved is changed."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader

from meiri.conf.backups import not_served
from meiri.conf.database import MOVE, holds_unfinished_move
from meiri.conf.database_copies import BackupRefused
from meiri.conf.moving.move_target import (
    ALIAS,
    MIGRATIONS,
    MoveRefused,
    MoveTarget,
    connect,
    in_batches,
    said_by,
    without_password,
)
from meiri.conf.moving.site_tables import LEFT_OUT, Table, TableDigest, content_digest, tables_of_site
from meiri.conf.preparation import migrations_wait
from meiri.journal.log import end_of_journal
from meiri.journal.net import paused
from meiri.journal.verification import verify_chain
from meiri.operations.nodes import present_nodes, this_node

# Told what is done and of how many rows; gives what is to be told of rows as they pass.
Progress = Callable[[str, int], Callable[[int], Any]]
# How long others may hold what is to stand still.
PATIENCE = "5s"


@dataclass(frozen=True)
class MovedSite:
    """What came of a move: the address to be set, how many rows and tables, the digest of all content, what is not as it should be, and tables
    that are not of the site."""

    url: str
    rows: int
    tables: int
    sequence: int
    digest: str
    faults: list[str]
    strangers: list[str]


def move_site(url: str, progress: Progress) -> MovedSite:
    """Carry this site to the database at `url`, or go on with that. Raises `MoveRefused` where it can't be."""
    if holds_unfinished_move():
        raise MoveRefused(
            "This database is itself the end of a move that is not finished; finish that first."
        )
    if migrations_wait():
        raise MoveRefused(
            "The database is of an older release than the code; bring it up to date first: meiri migrate"
        )
    if unknown := set(MigrationLoader(connection).applied_migrations) - set(
        MigrationLoader(None).disk_migrations
    ):
        app, name = min(unknown)
        raise MoveRefused(
            f"The database is of a newer release than the code: {app}.{name} is not known here."
        )
    with _standing_still(), paused():
        url = connect(url)
        target, tables = MoveTarget(), tables_of_site()
        ended = end_of_journal()
        target.begin({"journal": list(ended), "migrations": len(MigrationLoader(None).disk_migrations)})
        if not target.noted("is empty"):
            _run(url, "migrate", "--verbosity=0", "--no-input")
            target.make_room()
        counts = {table: table.count(connection) for table in tables}
        _carry(tables, target, progress("carried", sum(counts.values())))
        target.set_last_numbers(_last_numbers(tables))
        target.finish()
        # What others search by in the admin is of a form that each database has for itself.
        _run(url, "update_index", "--verbosity=0")
        here, there, faults = _compared(tables, target, progress("compared", 2 * sum(counts.values())))
        if not faults:
            target.close_move()
        rows = sum(one.rows for one in here.values())
        return MovedSite(
            url, rows, len(tables), ended.sequence, content_digest(there), faults, _strangers(tables)
        )


def _carry(tables: tuple[Table, ...], target: MoveTarget, step: Callable[[int], Any]) -> None:
    for table in tables:
        after, carried = target.noted(table.name) or (None, 0)
        step(carried)
        for rows in in_batches(table.read(connection, after)):
            carried += len(rows)
            target.write(table, rows, carried)
            step(len(rows))


def _compared(
    tables: tuple[Table, ...], target: MoveTarget, step: Callable[[int], Any]
) -> tuple[dict[str, TableDigest], dict[str, TableDigest], list[str]]:
    """The digests of all tables here and there, and each difference as a sentence."""
    here: dict[str, TableDigest] = {}
    there: dict[str, TableDigest] = {}
    faults = []
    for table in tables:
        one = here[table.name] = table.digest(connection, step)
        other = there[table.name] = table.digest(target.connection, step)
        if one.rows != other.rows:
            faults.append(f"{table.name} has {one.rows} rows here and {other.rows} there")
        elif one.digest != other.digest:
            faults.append(f"the rows of {table.name} are not the same here and there")
    for place, alias in (("here", connection.alias), ("there", ALIAS)):
        if broken := verify_chain(using=alias).broken:
            faults.append(f"the journal's chain is broken {place}: entry {broken.sequence}: {broken.reason}")
    return here, there, faults


@contextmanager
def _standing_still() -> Iterator[None]:
    """While this lasts nobody writes to the site's database. Raises `MoveRefused` where somebody does."""
    with ExitStack() as stack:
        try:
            stack.enter_context(not_served(Path(settings.HOME)))
            stack.enter_context(transaction.atomic())
            # On SQLite the transaction holds the one lock for writing; PostgreSQL keeps writers from each table.
            if connection.vendor == "postgresql":
                _lock_tables()
        except BackupRefused as error:
            raise MoveRefused(str(error)) from None
        except DatabaseError as error:
            raise MoveRefused(
                f"Somebody writes to the site's database; stop that first: {said_by(error)}"
            ) from None
        if others := [node.name for node in present_nodes() if node.name != this_node()]:
            raise MoveRefused(
                f"The site is served on {others[0]}; stop it on every machine, and wait three minutes."
            )
        yield


def _lock_tables() -> None:
    names = ", ".join(connection.ops.quote_name(table.name) for table in tables_of_site())
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
        cursor.execute(f"LOCK TABLE {names} IN SHARE MODE")


def _last_numbers(tables: tuple[Table, ...]) -> dict[Table, int]:
    """The last number that each table gave a row, also one that is gone: numbers are never given twice. Without those that gave none."""
    found: dict[Table, int] = {}
    with connection.cursor() as cursor:
        for table in tables:
            if not table.is_numbered:
                continue
            name, key = connection.ops.quote_name(table.name), connection.ops.quote_name(table.key[0])
            cursor.execute(f"SELECT MAX({key}) FROM {name}")  # noqa: S608
            highest = cursor.fetchone()[0] or 0
            if connection.vendor == "postgresql":
                cursor.execute(
                    "SELECT pg_sequence_last_value(pg_get_serial_sequence(%s, %s)::regclass)",
                    [name, table.key[0]],
                )
            else:
                cursor.execute("SELECT MAX(seq) FROM sqlite_sequence WHERE name = %s", [table.name])
            if last := max(highest, cursor.fetchone()[0] or 0):
                found[table] = last
    return found


def _strangers(tables: tuple[Table, ...]) -> list[str]:
    """Tables of the database that are not of the site, and stay behind."""
    known = {MIGRATIONS, MOVE, *(table.name for table in tables)}
    there = connection.introspection.table_names()
    return [name for name in there if name not in known and not name.startswith(LEFT_OUT)]


def _run(url: str, *arguments: str) -> None:
    """A command of `meiri` on the database at `url`, in a process of its own: there it is the site's. Raises `MoveRefused`."""
    address = {"MEIRI_DATABASE_URL": url}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "meiri.conf.command", *arguments],
        env=os.environ | address,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
        raise MoveRefused(f"`meiri {arguments[0]}` failed at {without_password(url)}: {said[-1]}")
