"""The numbers that tables have given: kept, so that the number of what was deleted is not given to something new."""

from django.core.management.color import no_style
from django.db import connection, connections

from meiri.ingest.leaving.site_kinds import site_kinds

# A kind's counter goes by the kind's name in the manifest.


def _counted() -> dict[str, tuple[str, str]]:
    """The table and column of each kind that gives numbers."""
    return {
        kind.name: (kind.model._meta.db_table, kind.key.column)
        for kind in site_kinds()
        if kind.key.get_internal_type().endswith("AutoField")
    }


def read_counters(using: str) -> dict[str, int]:
    """The highest number that each kind gave; those that gave none are missing."""
    database = connections[using]
    found: dict[str, int] = {}
    with database.cursor() as cursor:
        for name, (table, column) in _counted().items():
            if database.vendor == "sqlite":
                cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            else:
                cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table}"', column])
                (sequence,) = cursor.fetchone()
                cursor.execute(f"SELECT last_value FROM {sequence} WHERE is_called")  # noqa: S608
            if row := cursor.fetchone():
                found[name] = row[0]
    return found


def put_counters(counters: dict[str, int]) -> None:
    """Go on counting where another site was, or where the rows end that are there now, whichever is higher."""
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            models = [kind.model for kind in site_kinds()]
            for statement in connection.ops.sequence_reset_sql(no_style(), models):
                cursor.execute(statement)
        for name, (table, column) in _counted().items():
            if (highest := counters.get(name, 0)) == 0:
                continue
            if connection.vendor == "sqlite":
                cursor.execute(
                    "UPDATE sqlite_sequence SET seq = max(seq, %s) WHERE name = %s", [highest, table]
                )
                if not cursor.rowcount:
                    cursor.execute(
                        "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, highest]
                    )
            else:
                cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table}"', column])
                (sequence,) = cursor.fetchone()
                cursor.execute(
                    f"SELECT setval(%s, greatest(%s, (SELECT last_value FROM {sequence})))",  # noqa: S608
                    [sequence, highest],
                )
