"""Takes out of a video or a recording (ISO/IEC 14496-12: MP4, QuickTime) where it was made and with which device: phones write it into every
file. What is taken out is overwritten where it stands, so nothing else moves; labels and credits stay. Loads nothing of Django.

Looked at: `©xyz` and `loci` (3GPP TS 26.244) of user data, the keys of QuickTime's metadata, free-form items, XMP (Part 3, 1.2.7), and the
XML of cameras. Not looked at: tracks that cameras fill with measurements.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MOST_BOXES, DEEPEST = 20_000, 8
# Of XML and of a list of keys, what is read; a larger one is no description.
LONGEST = 4 * 1024 * 1024
_HOLDERS = frozenset([b"moov", b"udta", b"trak", b"meta", b"mdia", b"ilst"])
_PLACES = frozenset([b"\xa9xyz", b"loci", b"gps ", b"GPS "])
_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_TELLING = re.compile(rb"location|latitude|longitude|GPS|serial", re.I)
# Attributes and elements of XML that tell a place or a serial number: what stands in the group is overwritten.
_IN_XML = re.compile(
    rb"""(?:\b(?:exif|exifEX|aux|Iptc4xmpExt|photoshop):(?:GPS\w{1,40}|\w{0,20}SerialNumber|City|Sublocation)|\bserialNo)\s{0,9}=\s{0,9}"([^"]{1,500})"
    |<(?:exif|exifEX|aux|photoshop):(?:GPS\w{1,40}|\w{0,20}SerialNumber|City)>([^<]{1,500})<
    |\bname="(?:GPS|Lat|Lon|Alt)\w{0,40}"\s{1,9}value="([^"]{1,500})" """.rstrip(),
    re.VERBOSE,
)


@dataclass(frozen=True)
class _Box:
    """`at`: where the box begins; `body`: where what it holds begins; `end`: where it ends."""

    kind: bytes
    at: int
    body: int
    end: int


def forget_places(file: BinaryIO) -> int:
    """Overwrite in `file`, which can be read and written anywhere, what tells a place or a device. How many places there were. What is no
    box ends the search: no player goes on there either."""
    size = file.seek(0, 2)
    return _Forgetting(file).within(0, size, 0)


class _Forgetting:
    def __init__(self, file: BinaryIO):
        self._file = file
        self._left = MOST_BOXES
        self._keys: list[bytes] = []

    def within(self, start: int, end: int, depth: int, parent: bytes = b"") -> int:
        found = 0
        for box in self._boxes(start, end):
            if box.kind in _PLACES or self._tells(box, parent):
                self._overwrite(box)
                found += 1
            elif box.kind == b"keys":
                self._keys = self._names_of(box)
            elif box.kind == b"xml " or (box.kind == b"uuid" and self._read(box.body, 16) == _XMP):
                found += self._overwrite_in_xml(box)
            elif box.kind in _HOLDERS and depth < DEEPEST:
                found += self.within(self._content_of(box), box.end, depth + 1, box.kind)
        return found

    def _boxes(self, start: int, end: int) -> Iterator[_Box]:
        at = start
        while at + 8 <= end and self._left > 0:
            self._left -= 1
            size, kind = struct.unpack(">I4s", self._read(at, 8))
            body = at + 8
            if size == 1 and at + 16 <= end:
                (size,) = struct.unpack(">Q", self._read(body, 8))
                body += 8
            box_end = end if size == 0 else at + size
            if box_end < body or box_end > end:
                return
            yield _Box(kind, at, body, box_end)
            at = box_end

    def _content_of(self, box: _Box) -> int:
        """Where the boxes in a box begin: `meta` of MP4 has a version before, that of QuickTime has none."""
        is_full = box.kind == b"meta" and self._read(box.body + 4, 4) != b"hdlr"
        return box.body + 4 if is_full else box.body

    def _tells(self, box: _Box, parent: bytes) -> bool:
        """Whether an item of metadata is of a place or a device, by the name of its key or its own."""
        if parent != b"ilst":
            return False
        if box.kind == b"----":
            return _TELLING.search(self._read(box.body, min(box.end - box.body, 512))) is not None
        number = int.from_bytes(box.kind)
        return 0 < number <= len(self._keys) and _TELLING.search(self._keys[number - 1]) is not None

    def _names_of(self, box: _Box) -> list[bytes]:
        content = self._read(box.body, min(box.end - box.body, LONGEST))
        names: list[bytes] = []
        at = 8
        while at + 8 <= len(content) and len(names) < MOST_BOXES:
            size = int.from_bytes(content[at : at + 4])
            if size < 8:
                break
            names.append(content[at + 8 : at + size])
            at += size
        return names

    def _overwrite(self, box: _Box) -> None:
        self._write(box.at + 4, b"free")
        at = box.body
        while at < box.end:
            part = min(box.end - at, 1024 * 1024)
            self._write(at, bytes(part))
            at += part

    def _overwrite_in_xml(self, box: _Box) -> int:
        content = self._read(box.body, min(box.end - box.body, LONGEST))
        found = 0
        for match in _IN_XML.finditer(content):
            group = next(number for number in (1, 2, 3) if match[number] is not None)
            self._write(box.body + match.start(group), b" " * len(match[group]))
            found += 1
        return found

    def _read(self, at: int, count: int) -> bytes:
        self._file.seek(at)
        return self._file.read(count)

    def _write(self, at: int, content: bytes) -> None:
        self._file.seek(at)
        self._file.write(content)
