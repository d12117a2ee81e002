"""The tags of a Matroska or WebM file (RFC 8794, RFC 9559), within bounds. Loads nothing of Django."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MOST_ELEMENTS = 200_000
# Of a value, what is read.
LONGEST = 64 * 1024
SEGMENT, CLUSTER, TAGS, INFO = 0x18538067, 0x1F43B675, 0x1254C367, 0x1549A966
TITLE, TAG_NAME, TAG_STRING = 0x7BA9, 0x45A3, 0x4487
TIMESTAMP_SCALE, DURATION = 0x2AD7B1, 0x4489
# Elements whose children are looked at: a segment, its tags and what they hold, and what it says of itself.
_ENTERED = frozenset([SEGMENT, TAGS, INFO, 0x7373, 0x67C8])


@dataclass(frozen=True)
class Element:
    """A value: its `kind`, where it begins and ends, and for a string of a tag the tag's name."""

    kind: int
    body: int
    end: int
    name: bytes = b""


class ElementReader:
    def __init__(self, file: BinaryIO):
        self._file = file
        self._size = file.seek(0, 2)

    def values(self) -> Iterator[Element]:
        """The title of a segment and the strings of its tags."""
        return self._walk(frozenset([TITLE, TAG_STRING]))

    def times(self) -> Iterator[Element]:
        """What a segment says of its length."""
        return self._walk(frozenset([TIMESTAMP_SCALE, DURATION]))

    def _walk(self, wanted: frozenset[int]) -> Iterator[Element]:
        """The elements of the `wanted` kinds. What is no element ends the walk."""
        at, name = 0, b""
        for _ in range(MOST_ELEMENTS):
            head = self._read(at, 12)
            kind, kind_length = _identifier(head)
            size, size_length = _length(head[kind_length:])
            if not kind_length or not size_length:
                return
            body = at + kind_length + size_length
            # What has no end, as a live recording's segment and clusters, holds all that follows.
            if kind in _ENTERED or (kind == CLUSTER and size is None):
                at = body
                continue
            if size is None or body + size > self._size:
                return
            at = body + size
            if kind == TAG_NAME:
                name = self._read(body, min(size, 512)).rstrip(b"\0")
            elif kind in wanted:
                yield Element(kind, body, at, b"TITLE" if kind == TITLE else name)

    def content(self, element: Element) -> bytes:
        return self._read(element.body, min(element.end - element.body, LONGEST))

    def blank(self, element: Element) -> None:
        self._file.seek(element.body)
        self._file.write(bytes(element.end - element.body))

    def _read(self, at: int, count: int) -> bytes:
        self._file.seek(at)
        return self._file.read(count)


def _identifier(head: bytes) -> tuple[int, int]:
    """An element's kind and how many bytes it takes, (0, 0) for none (RFC 8794, 5)."""
    length = 9 - head[0].bit_length() if head and head[0] else 0
    return (int.from_bytes(head[:length]), length) if 0 < length <= 4 and len(head) >= length else (0, 0)


def _length(head: bytes) -> tuple[int | None, int]:
    """How many bytes an element holds, None for one without end, and how many bytes say so, 0 for none (RFC 8794, 6)."""
    length = 9 - head[0].bit_length() if head and head[0] else 0
    if not length or len(head) < length:
        return None, 0
    most = (1 << 7 * length) - 1
    size = int.from_bytes(head[:length]) & most
    return (None if size == most else size), length
