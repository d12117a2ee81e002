"""Copies of the database for backups: SQLite's own, or what PostgreSQL's programs write and read."""

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import cast

from django.db import connection

# Who is signed in, or about to be by a phone, is in no backup, and nobody after a restoration.
SESSIONS = ("members_scanrequest", "members_signin", "django_session")


class BackupRefused(Exception):
    """Why nothing was backed up or restored, in a sentence for the operator."""


def database_file() -> Path:
    return Path(connection.settings_dict["NAME"])


def dump_database(target: Path) -> None:
    """A copy of the database as it stands at one moment, while others read and write it."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(target)) as copy:
            cast(sqlite3.Connection, connection.connection).backup(copy)
            copy.execute("PRAGMA secure_delete = ON")  # what is deleted leaves nothing in the file
            _delete_sessions(copy)
            copy.commit()
            copy.execute("PRAGMA journal_mode = DELETE")  # all of it in one file
        return
    without = [f"--exclude-table-data={table}" for table in SESSIONS]
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", *without, f"--file={target}")


def put_database(dumped: Path, replaced: Path) -> None:
    """Put a copy in the place of the database, whose files are moved into the folder `replaced`; those of PostgreSQL are not kept."""
    connection.close()
    if connection.vendor == "sqlite":
        database = database_file()
        for path in (database, *(database.with_name(database.name + end_) for end_ in ("-wal", "-shm"))):
            set_aside(path, replaced)
        # A backup of an older release has them.
        with closing(sqlite3.connect(dumped)) as restored:
            _delete_sessions(restored)
            restored.commit()
        dumped.rename(database)
        return
    _run(
        *("pg_restore", "--clean", "--if-exists", "--single-transaction", "--no-owner", "--no-privileges"),
        *("--exit-on-error", f"--dbname={connection.settings_dict['NAME']}", str(dumped)),
    )
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor)).intersection(SESSIONS)
        cursor.execute(f"TRUNCATE {', '.join(there)}")
    connection.close()


def set_aside(path: Path, replaced: Path) -> None:
    if path.exists():
        replaced.mkdir(exist_ok=True)
        path.rename(replaced / path.name)


def _delete_sessions(database: sqlite3.Connection) -> None:
    known = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for table in SESSIONS:
        if table in known:
            database.execute(f"DELETE FROM {table}")  # noqa: S608


def _run(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on the site's database. Raises `BackupRefused`."""
    options = connection.settings_dict
    given = {
        "PGHOST": options["HOST"] or options["OPTIONS"].get("host", ""),
        "PGPORT": str(options["PORT"] or ""),
        "PGUSER": options["USER"],
        "PGPASSWORD": options["PASSWORD"],
        "PGDATABASE": options["NAME"],
    }
    environment = os.environ | {name: value for name, value in given.items() if value}
    try:
        done = subprocess.run([program, *arguments], env=environment, capture_output=True, text=True)  # noqa: S603
    except FileNotFoundError:
        raise BackupRefused(
            f"{program} is not installed; it comes with PostgreSQL's client programs."
        ) from None
    if done.returncode:
        raise BackupRefused(f"{program} failed: {_reason(done.stderr) or f'status {done.returncode}'}")


def _reason(said: str) -> str:
    """What went wrong, of what PostgreSQL's programs say: behind it may stand the command that failed, over many lines."""
    lines = said.strip().splitlines()
    return next((line for line in lines if "error:" in line), lines[-1] if lines else "")
