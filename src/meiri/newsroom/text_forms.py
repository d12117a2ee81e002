"""The forms in which the digest of an article's text was taken: the one of today, which does not depend on the order of names in stored
JSON objects, and the older ones, which did.

SQLite gives an object's names back as they were written, PostgreSQL by their length. A text that is moved from one to the other is the
same; its older digest is found again by writing its names in each of the orders that they had.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from wagtail import blocks

from meiri.journal.encoding import canonical

# How tables were written: by what reads them from files, and by the editor of tables in the form.
_HEADINGS = ("first_row_is_table_header", "first_col_is_header", "table_header_choice")
_CELLS = ("row", "col", "rowspan", "colspan", "className", "hidden")
_TABLES = (
    ("data", "cell", "mergeCells", "table_caption", *_HEADINGS, *_CELLS),
    ("data", "cell", "mergeCells", *_HEADINGS, "table_caption", *_CELLS),
)
_WRAPPED = ("type", "value", "id")

Fields = Mapping[str, Any]


def canonical_form(fields: Fields, published_at: datetime | None) -> bytes:
    """Canonical JSON (RFC 8785) of the stored values of an article's fields: strings, and of `body` the list of its blocks. The time is in
    UTC."""
    body = json.loads(json.dumps(fields["body"], cls=DjangoJSONEncoder))
    at = published_at.astimezone(UTC).isoformat() if published_at else ""
    words = {name: str(value) for name, value in fields.items() if name != "body"}
    return canonical({**words, "body": body, "published_at": at}, fractions=True)


def older_forms(fields: Fields, published_at: datetime | None, body: blocks.StreamBlock) -> Iterator[bytes]:
    """The same with the body as Python writes lists: its names as they are stored, as PostgreSQL orders them, and as the kinds of blocks,
    `body`, declare them."""
    at = published_at.isoformat() if published_at else ""
    words = {name: str(value) for name, value in fields.items() if name != "body"}
    stored = fields["body"]
    for blocks_ in (stored, _by_length(stored), *(_as_declared(stored, body, table) for table in _TABLES)):
        yield canonical({**words, "body": str(blocks_), "published_at": at})


def _by_length(stored: Any) -> Any:
    """As jsonb orders names: the shorter first, then by their bytes."""
    return _ordered(stored, lambda name: (len(name.encode()), name.encode()))


def _ordered(stored: Any, key: Callable[[str], Any]) -> Any:
    match stored:
        case dict():
            return {name: _ordered(stored[name], key) for name in sorted(stored, key=key)}
        case list():
            return [_ordered(item, key) for item in stored]
    return stored


def _as_declared(stored: Any, block: blocks.Block | None, table: tuple[str, ...]) -> Any:
    match stored, block:
        case list(), blocks.StreamBlock():
            return [_wrapped(item, block.child_blocks.get(_type_of(item)), table) for item in stored]
        case list(), blocks.ListBlock():
            return [_wrapped(item, block.child_block, table) for item in stored]
        case dict(), blocks.StructBlock():
            return {
                name: _as_declared(stored[name], block.child_blocks.get(name), table)
                for name in _names_first(stored, tuple(block.child_blocks))
            }
        case list(), _:
            return [_as_declared(item, None, table) for item in stored]
        case dict(), _:
            return {name: _as_declared(stored[name], None, table) for name in _names_first(stored, table)}
    return stored


def _wrapped(item: Any, block: blocks.Block | None, table: tuple[str, ...]) -> Any:
    """An item of a list with its type and id."""
    if not isinstance(item, dict):
        return item
    return {
        name: _as_declared(item[name], block, table) if name == "value" else item[name]
        for name in _names_first(item, _WRAPPED)
    }


def _names_first(stored: dict[str, Any], names: tuple[str, ...]) -> Iterator[str]:
    yield from (name for name in names if name in stored)
    yield from (name for name in stored if name not in names)


def _type_of(item: Any) -> str:
    return str(item.get("type", "")) if isinstance(item, dict) else ""
