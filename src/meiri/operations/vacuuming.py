"""Gives what was deleted in the database no place any more: neither free pages nor SQLite's write-ahead log hold it."""

from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import OperationalError, connection

from meiri.kept_once import write_whole

# Says in the data folder up to which entry of the journal the database was rewritten after erasures.
NAME = "vacuumed-upto"


def rewrite_database(up_to: int) -> None:
    """Write the whole database anew without what was deleted, and note `up_to`, the number of an entry of the journal. Nobody writes
    meanwhile. Outside of transactions. Raises `DatabaseError` where others hold it, or the disk is full."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if cursor.fetchone()[0]:
                raise OperationalError(
                    "Others read from the write-ahead log, which may hold what was deleted."
                )
        else:
            there = set(connection.introspection.table_names(cursor))
            ours = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
            for table in sorted(there & ours):
                cursor.execute(f"VACUUM (FULL) {connection.ops.quote_name(table)}")
    write_whole(Path(settings.HOME) / NAME, f"{up_to}\n".encode())


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
