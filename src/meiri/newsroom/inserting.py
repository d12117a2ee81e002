"""Insert many narrow rows at once, for archives rebuilt or made as a whole."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from django.db import connection, models


def insert_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert `rows` of plain values (keys, numbers, times, text) into the table of `model`.

    Several times as fast as `bulk_create`, which makes an object of each row. Nothing is validated, defaults are not
    filled in and no signal is sent.
    """
    concrete = {field.name: field for field in model._meta.concrete_fields}
    columns = [concrete[name] for name in fields]
    quoted = connection.ops.quote_name
    names = ", ".join(quoted(str(column.column)) for column in columns)
    table, values = quoted(model._meta.db_table), ", ".join(["%s"] * len(columns))
    # The same moment stands in many rows.
    as_kept = cache(connection.ops.adapt_datetimefield_value)
    times = [n for n, column in enumerate(columns) if isinstance(column, models.DateTimeField)]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({values})",  # noqa: S608
            [stored(row, times, as_kept) for row in rows],
        )


def stored(row: Sequence[Any], times: Sequence[int], as_kept: Callable) -> Sequence[Any]:
    """`row` with the values at `times` as the database keeps moments."""
    return [as_kept(value) if n in times else value for n, value in enumerate(row)] if times else row
