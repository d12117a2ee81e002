"""The database that a site is moved to: reached by its address, empty or begun, written in batches, and finished.

While the move lasts it has a table `meiri_move` that says how far it has come. It is written in the transaction of the rows that it tells of, so
whatever ends the process, the next one goes on behind the last row that is there.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import environ
from django.db import DatabaseError, DataError, IntegrityError, connection, connections, transaction

from meiri.conf.database import MOVE
from meiri.conf.moving.site_tables import Row, Table

ALIAS = "moved_to"
SCHEMES = {"sqlite", "postgres", "postgresql", "psql", "pgsql"}
# What migrations note about themselves stays with the database that they ran on.
MIGRATIONS = "django_migrations"
# What a database says of a row, and not of itself.
NOT_TAKEN = (DataError, IntegrityError, ValueError)
_PASSWORD = "***"  # noqa: S105
_SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # Rows come before those that they lead to; in the end all are looked at.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=OFF;",
}


class MoveRefused(Exception):
    """Why nothing was moved, or the move can't go on, in a sentence for the operator."""


def connect(url: str) -> str:
    """Let the connection `ALIAS` lead to the database at `url`. The address as `MEIRI_DATABASE_URL` takes it. Raises `MoveRefused`."""
    try:
        scheme = urlsplit(url).scheme
        config: dict[str, Any] = dict(environ.Env.db_url_config(url)) if scheme in SCHEMES else {}
    except (ValueError, environ.ImproperlyConfigured):
        config = {}
    name = str(config.get("NAME") or "")
    if not name or name == ":memory:":
        raise MoveRefused(
            "That is no address of a database: write postgresql://USER:PASSWORD@HOST:5432/NAME or sqlite:////FOLDER/FILE."
        )
    if config["ENGINE"] == "django.db.backends.sqlite3":
        path = Path(name).resolve()
        if not path.parent.is_dir():
            raise MoveRefused(f"There is no folder {path.parent}.")
        config |= {"NAME": str(path), "OPTIONS": _SQLITE}
        url = f"sqlite:///{path}"
    if _is_here(config):
        raise MoveRefused("That is the database which the site has already.")
    connections.settings[ALIAS] = connections.configure_settings({"default": config})["default"]
    try:
        connections[ALIAS].ensure_connection()
    except (DatabaseError, OSError) as error:
        raise MoveRefused(
            f"The database at {without_password(url)} can't be opened: {said_by(error)}"
        ) from None
    return url


def without_password(url: str) -> str:
    """An address to be shown."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    account, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{account.partition(':')[0]}:{_PASSWORD}@{host}"))


def said_by(error: Exception) -> str:
    """The first line of what a database says."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _is_here(config: dict[str, Any]) -> bool:
    here = connection.settings_dict
    named = ("ENGINE", "NAME", "HOST", "PORT")
    options = here.get("OPTIONS", {}).get("host") == config.get("OPTIONS", {}).get("host")
    return options and all(str(here.get(name) or "") == str(config.get(name) or "") for name in named)


class MoveTarget:
    """The database at the other end of `ALIAS`."""

    def __init__(self) -> None:
        self.connection: Any = connections[ALIAS]
        self.is_postgresql = self.connection.vendor == "postgresql"

    def begin(self, source: dict[str, Any]) -> None:
        """Note that the site `source` is moved here, or find that it was begun. Raises `MoveRefused` where the database holds something else."""
        there = self.connection.introspection.table_names()
        if MOVE in there:
            if (noted := self.noted("source")) != source:
                raise MoveRefused(
                    "A move of another site, or of an earlier state of this one, was begun there. Empty that database and begin anew:"
                    f" noted was {json.dumps(noted)}, now it is {json.dumps(source)}."
                )
            return
        if there:
            raise MoveRefused(f"That database is not empty: it has {len(there)} tables, such as {there[0]}.")
        with transaction.atomic(using=ALIAS):
            self.execute(f"CREATE TABLE {MOVE} (name varchar(200) PRIMARY KEY, value text NOT NULL)")
            self.note("source", source)

    def noted(self, name: str) -> Any:
        """What was noted under a name; None for nothing."""
        found = self.execute(f"SELECT value FROM {MOVE} WHERE name = %s", [name])  # noqa: S608
        return json.loads(found[0][0]) if found else None

    def note(self, name: str, value: Any) -> None:
        self.execute(f"DELETE FROM {MOVE} WHERE name = %s", [name])  # noqa: S608
        self.execute(f"INSERT INTO {MOVE} VALUES (%s, %s)", [name, json.dumps(value)])  # noqa: S608

    def make_room(self) -> None:
        """Take away what migrations put into the new tables, and what would ask for a row before it is there."""
        if self.noted("is empty"):
            return
        with transaction.atomic(using=ALIAS):
            there = [
                name
                for name in self.connection.introspection.table_names()
                if name not in (MOVE, MIGRATIONS) and "_fts" not in name
            ]
            names = list(map(self.quote, there))
            if self.is_postgresql:
                self.note("foreign keys", self._drop_foreign_keys())
                self.execute(f"TRUNCATE {', '.join(names)} RESTART IDENTITY")
            else:
                for name in names:
                    self.execute(f"DELETE FROM {name}")  # noqa: S608
                self.execute("DELETE FROM sqlite_sequence WHERE name <> %s", [MIGRATIONS])
            self.note("is empty", True)

    def write(self, table: Table, rows: Sequence[Row], carried: int) -> None:
        """Rows and how far the table has come, the key of the last and how many there are then, together or not at all. Raises `MoveRefused`, naming the first row that the database does not
        take."""
        try:
            with transaction.atomic(using=ALIAS):
                self._insert(table, rows)
                self.note(table.name, [table.key_of(rows[-1]), carried])
        except NOT_TAKEN as error:
            raise MoveRefused(self._first_fault(table, rows) or said_by(error)) from None

    def set_last_numbers(self, numbers: Mapping[Table, int]) -> None:
        """Let new rows of tables be numbered behind the last numbers that were given."""
        with transaction.atomic(using=ALIAS):
            for table, last in numbers.items():
                if self.is_postgresql:
                    named = [self.quote(table.name), table.key[0], last]
                    self.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", named)
                else:
                    self.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table.name])
                    self.execute(
                        "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table.name, last]
                    )

    def finish(self) -> None:
        """Put the foreign keys back, which looks at every row. Raises `MoveRefused` where one leads nowhere."""
        try:
            if self.is_postgresql:
                with transaction.atomic(using=ALIAS):
                    for table, name, definition in self.noted("foreign keys"):
                        self.execute(f"ALTER TABLE {table} ADD CONSTRAINT {self.quote(name)} {definition}")
                    self.note("foreign keys", [])
                self.execute("ANALYZE")
            elif broken := self.execute(
                'SELECT "table", rowid, parent FROM pragma_foreign_key_check LIMIT 1'
            ):
                table, row, parent = broken[0]
                raise MoveRefused(f"Row {row} of {table} leads to a row of {parent} that is not there.")
        except IntegrityError as error:
            raise MoveRefused(f"A row leads to one that is not there: {str(error).strip()}") from None

    def close_move(self) -> None:
        """What is there is a site from now on."""
        self.execute(f"DROP TABLE {MOVE}")
        self.connection.close()

    def quote(self, name: str) -> str:
        return self.connection.ops.quote_name(name)

    def execute(self, statement: str, values: Sequence[Any] | None = None) -> list[tuple]:
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def _drop_foreign_keys(self) -> list[tuple]:
        """Table, name and definition of each."""
        found = self.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2"
        )
        for table, name, _ in found:
            self.execute(f"ALTER TABLE {table} DROP CONSTRAINT {self.quote(name)}")
        return found

    def _insert(self, table: Table, rows: Sequence[Row]) -> None:
        names = ", ".join(self.quote(column.name) for column in table.columns)
        with self.connection.cursor() as cursor:
            if self.is_postgresql:
                with cursor.copy(f"COPY {self.quote(table.name)} ({names}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
                return
            places = ", ".join(["%s"] * len(table.columns))
            cursor.executemany(
                f"INSERT INTO {self.quote(table.name)} ({names}) VALUES ({places})",  # noqa: S608
                [_as_sqlite_writes(table, row) for row in rows],
            )

    def _first_fault(self, table: Table, rows: Sequence[Row]) -> str:
        for row in rows:
            try:
                with _undone():
                    self._insert(table, [row])
            except NOT_TAKEN as error:
                key = ", ".join(map(str, table.key_of(row)))
                return f"Row {key} of {table.name} is not taken by that database: {said_by(error)}"
        return ""


def in_batches(
    found: Iterable[Sequence[Row]], most_rows: int = 5000, most_size: int = 4 << 20
) -> Iterator[list[Row]]:
    """Rows in batches of at most so many, and of about so many characters."""
    batch: list[Row] = []
    size = 0
    for row in chain.from_iterable(found):
        batch.append(row)
        size += sum(len(value) for value in row if isinstance(value, str | bytes))
        if len(batch) >= most_rows or size >= most_size:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic(using=ALIAS):
        yield
        transaction.set_rollback(True, using=ALIAS)


def _as_sqlite_writes(table: Table, row: Row) -> Row:
    """JSON as the fields write it: queries look for it in that form."""
    return tuple(
        json.dumps(json.loads(value), cls=column.encoder) if column.encoder and value is not None else value
        for column, value in zip(table.columns, row, strict=True)
    )
