"""The boxes of an ISO base media file (ISO/IEC 14496-12: MP4, M4A, QuickTime), within bounds. Loads nothing of Django."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MOST_BOXES, DEEPEST = 20_000, 8
# Of XML, a list of keys or a value, what is read; a larger one is no description.
LONGEST = 4 * 1024 * 1024
HOLDERS = frozenset([b"moov", b"udta", b"trak", b"meta", b"mdia", b"ilst"])
# The type of a `uuid` box with XMP (ISO 16684-3, 1.2.7.1).
XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")


@dataclass(frozen=True)
class Box:
    """`at`: where the box begins; `body`: where what it holds begins; `end`: where it ends. `parent`: the kind of what holds it."""

    kind: bytes
    at: int
    body: int
    end: int
    parent: bytes = b""


class BoxReader:
    """Walks the boxes of a file that can be read anywhere. What is no box ends the walk: no player goes on there either."""

    def __init__(self, file: BinaryIO):
        self.file = file
        self.size = file.seek(0, 2)
        self._left = MOST_BOXES
        self._keys: list[bytes] = []

    def walk(self) -> Iterator[Box]:
        """Every box, those that hold others before what they hold."""
        yield from self._within(0, self.size, 0, b"")

    def _within(self, start: int, end: int, depth: int, parent: bytes) -> Iterator[Box]:
        for box in self._boxes(start, end, parent):
            if box.kind == b"keys":
                self._keys = self._names_of(box)
            yield box
            if box.kind in HOLDERS and depth < DEEPEST:
                yield from self._within(self._content_of(box), box.end, depth + 1, box.kind)

    def _boxes(self, start: int, end: int, parent: bytes = b"") -> Iterator[Box]:
        at = start
        while at + 8 <= end and self._left > 0:
            self._left -= 1
            size, kind = struct.unpack(">I4s", self.read(at, 8))
            body = at + 8
            if size == 1 and at + 16 <= end:
                (size,) = struct.unpack(">Q", self.read(body, 8))
                body += 8
            box_end = end if size == 0 else at + size
            if box_end < body or box_end > end:
                return
            yield Box(kind, at, body, box_end, parent)
            at = box_end

    def inside(self, box: Box) -> Iterator[Box]:
        """The boxes in one that holds nothing but boxes."""
        yield from self._boxes(box.body, box.end, box.kind)

    def content(self, box: Box, most: int = LONGEST) -> bytes:
        """What is in a box, as far as it is read."""
        return self.read(box.body, min(box.end - box.body, most))

    def item_name(self, box: Box) -> bytes:
        """What an item of metadata is called by its key (QuickTime File Format, metadata item keys); b"" for one without."""
        number = int.from_bytes(box.kind)
        return self._keys[number - 1] if box.parent == b"ilst" and 0 < number <= len(self._keys) else b""

    def _content_of(self, box: Box) -> int:
        """Where the boxes in a box begin: `meta` of MP4 has a version before, that of QuickTime has none."""
        is_full = box.kind == b"meta" and self.read(box.body + 4, 4) != b"hdlr"
        return box.body + 4 if is_full else box.body

    def _names_of(self, box: Box) -> list[bytes]:
        content = self.content(box)
        names: list[bytes] = []
        at = 8
        while at + 8 <= len(content) and len(names) < MOST_BOXES:
            size = int.from_bytes(content[at : at + 4])
            if size < 8:
                break
            names.append(content[at + 8 : at + size])
            at += size
        return names

    def read(self, at: int, count: int) -> bytes:
        self.file.seek(at)
        return self.file.read(count)

    def write(self, at: int, content: bytes) -> None:
        self.file.seek(at)
        self.file.write(content)

    def blank(self, box: Box) -> None:
        """Overwrite a box where it stands: it is free space then."""
        self.write(box.at + 4, b"free")
        at = box.body
        while at < box.end:
            part = min(box.end - at, 1024 * 1024)
            self.write(at, bytes(part))
            at += part
