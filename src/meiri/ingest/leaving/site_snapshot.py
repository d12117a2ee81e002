"""The database as it stands at one moment, to be read for as long as that takes while the site goes on."""

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import cast

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

ALIAS = "site_snapshot"


@contextmanager
def site_snapshot(purpose: str) -> Iterator[str]:
    """The alias of a database that stays as it is within the block.

    SQLite's is a copy in the data folder, where it is found again by the same `purpose`, until `forget_snapshot`: whoever is
    interrupted goes on with the same moment. PostgreSQL's is a transaction, which ends with the block. Within a transaction it is that one.
    """
    if connection.in_atomic_block:
        yield DEFAULT_DB_ALIAS
    elif connection.vendor == "sqlite":
        path = snapshot_file(purpose)
        if not path.exists():
            _copy_to(path)
        connections.settings[ALIAS] = connection.settings_dict | {"NAME": str(path)}
        try:
            yield ALIAS
        finally:
            with suppress(AttributeError):
                connections[ALIAS].close()
                del connections[ALIAS]
            connections.settings.pop(ALIAS, None)
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield DEFAULT_DB_ALIAS


def snapshot_file(purpose: str) -> Path:
    """Where the copy for a purpose lies: in the data folder, as it holds secrets."""
    return Path(settings.HOME) / f".exporting-{hashlib.sha256(purpose.encode()).hexdigest()[:16]}.sqlite3"


def is_kept(purpose: str) -> bool:
    """Whether the moment of an earlier run for this purpose can be gone on with."""
    return connection.vendor == "sqlite" and snapshot_file(purpose).exists()


def forget_snapshot(purpose: str) -> None:
    path = snapshot_file(purpose)
    for name in (path.name, path.name + "-wal", path.name + "-shm"):
        path.with_name(name).unlink(missing_ok=True)


def _copy_to(path: Path) -> None:
    """The copy appears whole or not at all."""
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    connection.ensure_connection()
    try:
        with closing(sqlite3.connect(draft)) as copy:
            cast(sqlite3.Connection, connection.connection).backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # all of it in one file
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
