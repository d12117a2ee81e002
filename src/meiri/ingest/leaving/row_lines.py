"""A row of a table as a line of JSON, and back.

Rows are read and written past the models' own Python: what is stored leaves as it is stored, and no `save` has a say. Moments are ISO
8601 in UTC, days and times ISO 8601, decimals and UUIDs strings, bytes base64 (RFC 4648), documents JSON. What refers to a
content type or a permission names it (`newsroom.article`, `newsroom.article.publish_article`): their numbers differ from site to site.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connections, models

from meiri.ingest.leaving.site_kinds import TYPE_IN_DOCUMENT, SiteKind

BATCH = 500
LARGEST_INTEGER = 2**63


class TypeNames:
    """Content types and permissions of the database `using`, by number and by name."""

    def __init__(self, using: str):
        self._using = using

    @cached_property
    def types(self) -> dict[int, str]:
        found = ContentType.objects.using(self._using).values_list("pk", "app_label", "model")
        return {pk: f"{app}.{model}" for pk, app, model in found}

    @cached_property
    def permissions(self) -> dict[int, str]:
        found = Permission.objects.using(self._using).values_list("pk", "content_type_id", "codename")
        return {pk: f"{self.types[of]}.{code}" for pk, of, code in found}

    @cached_property
    def type_numbers(self) -> dict[str, int]:
        return {name: pk for pk, name in self.types.items()}

    @cached_property
    def permission_numbers(self) -> dict[str, int]:
        return {name: pk for pk, name in self.permissions.items()}


class RowLines:
    """The rows of one kind in the database `using`."""

    def __init__(self, kind: SiteKind, names: TypeNames, using: str = "default"):
        self._kind, self._names, self._connection = kind, names, connections[using]
        self._table = kind.model._meta.db_table
        self._document = TYPE_IN_DOCUMENT.get(kind.model._meta.label)

    def lines(self, after: Any = None, most: int | None = None) -> Iterator[tuple[Any, bytes]]:
        """The key of each row, as stored, and its line, in order of key, beginning after the key `after`; in batches, so that
        a table of any size needs the same memory. Strings are in the order of their bytes, on every database."""
        left = most
        while left is None or left > 0:
            rows = self._rows(after, BATCH if left is None else min(BATCH, left))
            for row in rows:
                after = row[0]
                yield after, self._line(row[1:])
            if not rows:
                return
            left = None if left is None else left - len(rows)

    def _rows(self, after: Any, most: int) -> list[tuple]:
        quoted = self._connection.ops.quote_name
        key = ordered = quoted(self._kind.key.column)
        if stored_as(self._kind.key) == "CharField" and self._connection.vendor == "postgresql":
            ordered += ' COLLATE "C"'
        columns = ", ".join(quoted(field.column) for field in self._kind.fields)
        where = "" if after is None else f"WHERE {ordered} > %s"
        query = f"SELECT {key}, {columns} FROM {quoted(self._table)} {where} ORDER BY {ordered} LIMIT %s"  # noqa: S608
        with self._connection.cursor() as cursor:
            cursor.execute(query, [most] if after is None else [after, most])
            return cursor.fetchall()

    def _line(self, row: tuple) -> bytes:
        said = {}
        for (name, read), value in zip(self._readers, row, strict=True):
            said[name] = None if value is None else read(value)
        if self._document:
            self._name_type(said[self._document[0]])
        # Names stay in their order, also within documents: digests of what was published are over bodies as they are stored.
        text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        return text.encode() + b"\n"

    @cached_property
    def canonical(self) -> Callable[[bytes], bytes]:
        """What gives the form of a line that is the same whatever the database: PostgreSQL keeps names in documents in an order of its own."""
        holds_documents = any(stored_as(field) == "JSONField" for field in self._kind.fields)
        return (lambda line: canonical_json(line).encode()) if holds_documents else _as_it_is

    def _name_type(self, document: Any) -> None:
        name = self._document[1] if self._document else ""
        if isinstance(document, dict) and isinstance(number := document.get(name), int):
            document[name] = self._names.types.get(number, number)

    @cached_property
    def _readers(self) -> list[tuple[str, Callable[[Any], Any]]]:
        return [(field.attname, self._reader(field)) for field in self._kind.fields]

    def _reader(self, field: Any) -> Callable[[Any], Any]:
        if field.related_model is ContentType:
            return self._names.types.__getitem__
        if field.related_model is Permission:
            return self._names.permissions.__getitem__
        column = field.get_col(self._table)
        converters = self._connection.ops.get_db_converters(column)
        said = _SAID.get(stored_as(field), _as_it_is)

        def read(value: Any) -> Any:
            for convert in converters:
                value = convert(value, column, self._connection)
            return said(value)

        return read

    def insert(self, lines: list[bytes]) -> None:
        """Store rows of these lines. Raises `ValueError` for what is no row of this kind, and what the database raises."""
        quoted = self._connection.ops.quote_name
        withheld = self._kind.withheld
        columns = [field.column for field in self._kind.fields]
        columns += [f.column for f in self._kind.model._meta.local_concrete_fields if f.attname in withheld]
        marks = ", ".join(["%s"] * len(columns))
        names = ", ".join(map(quoted, columns))
        rows = [[*self._values(line), *self._withheld_values] for line in lines]
        with self._connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {quoted(self._table)} ({names}) VALUES ({marks})", rows)  # noqa: S608

    def _values(self, line: bytes) -> list[Any]:
        try:
            said = json.loads(line)
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
        if not isinstance(said, dict) or said.keys() != self._writers.keys():
            raise ValueError("its fields are not those of its kind")
        if self._document and isinstance(document := said[self._document[0]], dict):
            name = self._document[1]
            if isinstance(document.get(name), str):
                document[name] = self._type_number(document[name])
        return [write(said[name]) for name, write in self._writers.items()]

    @cached_property
    def _withheld_values(self) -> list[Any]:
        withheld = self._kind.withheld
        named = (f.attname for f in self._kind.model._meta.local_concrete_fields)
        return [withheld[name] for name in named if name in withheld]

    @cached_property
    def _writers(self) -> dict[str, Callable[[Any], Any]]:
        return {field.attname: self._writer(field) for field in self._kind.fields}

    def _writer(self, field: Any) -> Callable[[Any], Any]:
        written: Callable[[Any], Any]
        if field.related_model is ContentType:
            written = self._type_number
        elif field.related_model is Permission:
            written = self._permission_number
        else:
            written = self._stored(field)

        def write(value: Any) -> Any:
            if value is None:
                if not field.null and stored_as(field) != "JSONField":
                    raise ValueError(f"{field.attname} is missing")
                return None if field.null else written(None)
            try:
                return written(value)
            except (TypeError, ArithmeticError, AttributeError) as error:
                raise ValueError(f"{field.attname} is no value of its field") from error

        return write

    def _stored(self, field: Any) -> Callable[[Any], Any]:
        operations: Any = self._connection.ops
        match stored_as(field):
            case "JSONField":
                # Bodies and other documents are written by encoders of their own.
                encoder = getattr(field, "json_field", field).encoder
                return lambda value: operations.adapt_json_value(value, encoder)
            case "BinaryField":
                binary: Any = self._connection.Database.Binary  # type: ignore[attr-defined]
                return lambda value: binary(b64decode(value, validate=True))
            case "DateTimeField":
                return lambda value: operations.adapt_datetimefield_value(_moment(value))
            case "DateField":
                return lambda value: operations.adapt_datefield_value(date.fromisoformat(value))
            case "TimeField":
                return lambda value: operations.adapt_timefield_value(time.fromisoformat(value))
            case "DecimalField":
                digits, places = field.max_digits, field.decimal_places
                return lambda value: operations.adapt_decimalfield_value(Decimal(value), digits, places)
            case "UUIDField":
                native = self._connection.features.has_native_uuid_field
                return lambda value: UUID(value) if native else UUID(value).hex
            case "BooleanField":
                return lambda value: _of_type(value, bool)
            case "FloatField":
                return lambda value: float(_of_type(value, int, float))
            case kind if kind.endswith(("IntegerField", "AutoField")):
                return _integer
        return lambda value: _of_type(value, str)

    def _type_number(self, name: Any) -> int:
        return _known(self._names.type_numbers, name)

    def _permission_number(self, name: Any) -> int:
        return _known(self._names.permission_numbers, name)


def canonical_json(text: str | bytes) -> str:
    """JSON with its names in one order and its numbers in one form: jsonb has an order of its own, and writes 1e2 as 100."""
    return json.dumps(json.loads(text, parse_float=_number), sort_keys=True)


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() else value


def stored_as(field: Any) -> str:
    """The kind of the column of a field: what a relation leads to, and what a field of our own is made of."""
    while field.remote_field is not None:
        field = field.target_field
    if isinstance(field, models.BinaryField):
        return "BinaryField"
    return field.get_internal_type()


def _known(numbers: dict[str, int], name: Any) -> int:
    try:
        return numbers[name]
    except (KeyError, TypeError):
        raise ValueError(f"{str(name)[:100]!r} is not known to this release") from None


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a moment names no zone")
    return moment


def _integer(value: Any) -> int:
    _of_type(value, int)
    if isinstance(value, bool) or not -LARGEST_INTEGER <= value < LARGEST_INTEGER:
        raise TypeError("no integer")
    return value


def _of_type(value: Any, *types: type) -> Any:
    if not isinstance(value, types):
        raise TypeError(f"{type(value).__name__} in place of {types[0].__name__}")
    return value


def _as_it_is(value: Any) -> Any:
    return value


_SAID: dict[str, Callable[[Any], Any]] = {
    "JSONField": lambda value: json.loads(value) if isinstance(value, str) else value,
    "BinaryField": lambda value: b64encode(bytes(value)).decode(),
    "DateTimeField": lambda value: value.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    "DateField": lambda value: value.isoformat(),
    "TimeField": lambda value: value.isoformat(),
    "DecimalField": str,
    "UUIDField": str,
}
