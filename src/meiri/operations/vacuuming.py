"""Gives what was deleted in the database no place any more: neither free pages nor SQLite's write-ahead log hold it."""

from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from django.apps import apps
from django.conf import settings
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from meiri.kept_once import write_whole
from meiri.operations.replication.pausing import StillReplicated, replication_paused

# Says in the data folder up to which entry of the journal the database was rewritten after erasures.
NAME = "vacuumed-upto"
# Seconds that others may keep SQLite's database or its write-ahead log, all in all.
PATIENCE = 120.0
# Milliseconds that one try waits for readers of the log: writers wait as long with it.
TURN = 1000
PAUSE = 0.1  # seconds


def rewrite_database(up_to: int) -> None:
    """Write the whole database anew without what was deleted, and note `up_to`, the number of an entry of the journal. Nobody writes
    meanwhile, and the replica begins anew without what it had. Outside of transactions. Raises `DatabaseError` where others hold it, or the disk is full."""
    if connection.vendor == "sqlite":
        try:
            with replication_paused(Path(settings.HOME), forget_older=True):
                rewrite_sqlite(connection)
        except StillReplicated as error:
            raise OperationalError(str(error)) from error
    else:
        with connection.cursor() as cursor:
            there = set(connection.introspection.table_names(cursor))
            ours = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
            for table in sorted(there & ours):
                cursor.execute(f"VACUUM (FULL) {connection.ops.quote_name(table)}")
    write_whole(Path(settings.HOME) / NAME, f"{up_to}\n".encode())


def rewrite_sqlite(database: BaseDatabaseWrapper, patience: float = PATIENCE) -> None:
    """Raises `OperationalError` where others hold it longer than `patience` seconds."""
    until = monotonic() + patience
    _vacuum(database, until)
    with database.cursor() as cursor, _short_turns(cursor):
        # Where another is just copying the log into the database, as every writer does now and then, SQLite refuses without waiting:
        # https://www.sqlite.org/c3ref/wal_checkpoint_v2.html
        while cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if monotonic() > until:
                raise OperationalError(
                    "Others read from the write-ahead log, which may hold what was deleted."
                )
            sleep(PAUSE)


def _vacuum(database: BaseDatabaseWrapper, until: float) -> None:
    while True:
        try:
            with database.cursor() as cursor:
                cursor.execute("VACUUM")
            return
        except OperationalError as error:
            if "locked" not in str(error) or monotonic() > until:
                raise
            sleep(PAUSE)


@contextmanager
def _short_turns(cursor):
    waits = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
    cursor.execute(f"PRAGMA busy_timeout = {TURN}")
    try:
        yield
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {waits}")


def rewritten_up_to() -> int:
    """The number that was noted last on this node; 0 for none."""
    try:
        return int((Path(settings.HOME) / NAME).read_text())
    except (OSError, ValueError):
        return 0


def size_of_database() -> int:
    """In bytes, with what is free in it."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        else:
            cursor.execute("SELECT pg_database_size(current_database())")
        return cursor.fetchone()[0]
