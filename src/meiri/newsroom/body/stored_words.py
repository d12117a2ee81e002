"""Where the words of a block stand in what is stored of it.

It needs none of Django's apps: the process that builds a search index has none of the site's. What it knows of the kinds of
blocks are these few plain values.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from meiri.newsroom.rich_text import paragraphs_of_rich_text


class StoredWords(Protocol):
    def read(self, stored: Any) -> Iterable[str]:
        """The paragraphs, lines or cells that readers read, out of the stored content of a block."""


@dataclass(frozen=True)
class NoWords:
    """A block that has none: readers see a file, or what another site shows."""

    def read(self, stored: Any) -> Iterable[str]:
        return ()


@dataclass(frozen=True)
class LineOfText:
    """The content is one line of text."""

    def read(self, stored: Any) -> Iterable[str]:
        return (stored,)


@dataclass(frozen=True)
class RichText:
    """The content is rich text."""

    def read(self, stored: Any) -> Iterable[str]:
        return paragraphs_of_rich_text(stored)


@dataclass(frozen=True)
class Parts:
    """The parts `names` of a struct are texts."""

    names: tuple[str, ...]

    def read(self, stored: Any) -> Iterable[str]:
        parts = struct_of(stored)
        return (parts.get(name) or "" for name in self.names)


@dataclass(frozen=True)
class Items:
    """The part `name` of a struct is a list of blocks, each of which has its words where `item` says."""

    name: str
    item: StoredWords

    def read(self, stored: Any) -> Iterable[str]:
        return (piece for item in items_of(stored, self.name) for piece in self.item.read(item["value"]))


@dataclass(frozen=True)
class Together:
    """The words of several parts, one after the other."""

    parts: tuple[StoredWords, ...]

    def read(self, stored: Any) -> Iterable[str]:
        return (piece for part in self.parts for piece in part.read(stored))


@dataclass(frozen=True)
class Within:
    """The part `name` of a struct has its words where `words` says."""

    name: str
    words: StoredWords

    def read(self, stored: Any) -> Iterable[str]:
        return self.words.read(struct_of(stored).get(self.name))


@dataclass(frozen=True)
class Rows:
    """The part `name` of a struct is a list of rows of cells, None where a cell is empty."""

    name: str

    def read(self, stored: Any) -> Iterable[str]:
        rows = struct_of(stored).get(self.name) or []
        return (str(cell) for row in rows for cell in row if cell is not None)


def struct_of(stored: Any) -> dict[str, Any]:
    """The parts of a stored struct, none where it is no struct."""
    return stored if isinstance(stored, dict) else {}


def items_of(stored: Any, name: str) -> Iterable[dict[str, Any]]:
    """The items of a stored list in the part `name` that hold a struct."""
    items = struct_of(stored).get(name)
    return (
        item
        for item in (items if isinstance(items, list) else ())
        if isinstance(struct_of(item).get("value"), dict)
    )
