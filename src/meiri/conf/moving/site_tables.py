"""The tables of a site, and their rows as plain values that are the same whichever database they are read from.

A plain value is None, a number, a string, bytes or a boolean. Times are in UTC, `2026-11-30 10:00:00.5`; UUIDs are 32 digits; decimals are strings
with all their places; JSON is text. So they are written to either database as they are.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.db import models

from meiri.ingest.leaving.row_lines import canonical_json

# Wagtail's search in the admin: `update_index` makes it anew, in a form of its own for each database.
LEFT_OUT = "wagtailsearch"
# So many rows are fetched at once, of which the largest may hold a hundred kilobytes each.
FETCHED = 500
_LARGEST_SUM = 1 << 256

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Column:
    name: str
    # Gives the plain value of what either database gives; None where that is plain already.
    read: Callable[[Any], Any] | None
    # Of JSON, how this column's field writes it, else None: PostgreSQL gives its own form back, and SQLite keeps what it is given.
    encoder: type[json.JSONEncoder] | None


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    # The names of the columns of the primary key.
    key: tuple[str, ...]
    # Whether the database numbers its rows, by the one column of the key.
    is_numbered: bool

    def read(self, connection, after: Sequence[Any] | None = None) -> Iterator[list[Row]]:
        """The rows as plain values, in the order of the primary key, some hundred at a time; those behind the key `after`, or all."""
        quote = connection.ops.quote_name
        key = ", ".join(map(quote, self.key))
        behind = f" WHERE ({key}) > ({', '.join(['%s'] * len(self.key))})" if after is not None else ""
        names = ", ".join(quote(column.name) for column in self.columns)
        with connection.chunked_cursor() as cursor:
            cursor.execute(
                f"SELECT {names} FROM {quote(self.name)}{behind} ORDER BY {key}",  # noqa: S608
                list(after or ()),
            )
            conversions = [(n, column.read) for n, column in enumerate(self.columns) if column.read]
            while rows := cursor.fetchmany(FETCHED):
                yield [_plain(row, conversions) for row in rows]

    def key_of(self, row: Row) -> list[Any]:
        """The primary key of a row of plain values."""
        places = [column.name for column in self.columns]
        return [row[places.index(name)] for name in self.key]

    def count(self, connection) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(self.name)}")  # noqa: S608
            return cursor.fetchone()[0]

    def digest(self, connection, step: Callable[[int], Any]) -> "TableDigest":
        """How many rows there are, and the sum of their SHA-256 (modulo 2^256), which is the same in any order: databases sort strings
        each in its own way. `step` is told of rows as they are read."""
        as_json = [n for n, column in enumerate(self.columns) if column.encoder]
        count = total = 0
        for rows in self.read(connection):
            for row in rows:
                total += int.from_bytes(sha256(repr(_ordered(row, as_json)).encode()).digest())
            count += len(rows)
            step(len(rows))
        return TableDigest(count, f"{total % _LARGEST_SUM:064x}")


@dataclass(frozen=True)
class TableDigest:
    rows: int
    digest: str


@cache
def tables_of_site() -> tuple[Table, ...]:
    """All tables of the site's models but `LEFT_OUT`, by name."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        options = model._meta
        if options.managed and not options.proxy and options.app_label != LEFT_OUT:
            found[options.db_table] = _table(model)
    return tuple(found[name] for name in sorted(found))


def content_digest(digests: dict[str, TableDigest]) -> str:
    """One SHA-256 over the digests of all tables, in hexadecimal."""
    said = {name: [one.rows, one.digest] for name, one in sorted(digests.items())}
    return sha256(json.dumps(said).encode()).hexdigest()


def _table(model: type[models.Model]) -> Table:
    options: Any = model._meta
    fields = options.local_concrete_fields
    return Table(
        options.db_table,
        tuple(_column(field) for field in fields),
        tuple(field.column for field in options.pk_fields),
        isinstance(options.pk, models.AutoField),
    )


def _column(field: Any) -> Column:
    stored = field
    while stored.is_relation:
        stored = stored.target_field
    kind = stored.get_internal_type()
    if kind == "JSONField":
        encoder = getattr(stored, "json_field", stored).encoder or json.JSONEncoder
        return Column(field.column, None, encoder)
    if kind == "DecimalField":
        return Column(field.column, _decimals(stored.decimal_places), None)
    return Column(field.column, _READ.get(kind), None)


def _plain(row: Row, conversions: Sequence[tuple[int, Callable[[Any], Any]]]) -> Row:
    values = list(row)
    for n, read in conversions:
        if values[n] is not None:
            values[n] = read(values[n])
    return tuple(values)


def _ordered(row: Row, as_json: Sequence[int]) -> Row:
    if not as_json:
        return row
    values = list(row)
    for n in as_json:
        if values[n] is not None:
            values[n] = canonical_json(values[n])
    return tuple(values)


def _moment(value: datetime) -> str:
    return (value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value).isoformat(" ")


def _decimals(places: int) -> Callable[[Any], str]:
    # SQLite keeps numbers in binary; rounding gives the decimal back that was stored.
    return lambda value: f"{Decimal(str(value)):.{places}f}"


_READ: dict[str, Callable[[Any], Any]] = {
    "BinaryField": bytes,
    "BooleanField": bool,
    "DateField": lambda value: value.isoformat(),
    "DateTimeField": _moment,
    "FloatField": float,
    "TimeField": lambda value: value.isoformat(),
    "UUIDField": lambda value: value.replace("-", "") if isinstance(value, str) else value.hex,
}
