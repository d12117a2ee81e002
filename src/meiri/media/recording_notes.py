"""What the file of a video or a sound says of itself: its AIGC block (GB 45438-2025; the practice guides of TC260 have it as metadata `AIGC`), XMP,
titles, names and rights, and its C2PA manifest. Loads nothing of Django.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO

from meiri.aigc import LONGEST_BLOCK, AigcBlock, block_among
from meiri.media import xmp
from meiri.media.ebml_elements import ElementReader
from meiri.media.manifest_reading import read_credentials
from meiri.media.mp4_boxes import XMP_UUID, Box, BoxReader
from meiri.media.provenance import Provenance, line, source_type
from meiri.media.recording_length import seconds_in
from meiri.media.riff_chunks import ChunkReader
from meiri.media.sound_tags import UnreadableTags, sound_tags

MP4 = frozenset(["mp4", "m4v", "m4a"])
# What formats call these, in lower case: keys of QuickTime, iTunes and 3GPP, tags of Matroska, Vorbis comments, RIFF INFO.
_TITLES = ("title", "com.apple.quicktime.title", "©nam", "titl", "inam")
_CREATORS = (
    *("artist", "author", "com.apple.quicktime.author", "com.apple.quicktime.artist"),
    *("©art", "©aut", "auth", "perf", "iart", "director", "performer"),
)
_RIGHTS = ("copyright", "com.apple.quicktime.copyright", "cprt", "©cpy", "icop", "rights")
_COMMENTS = ("comment", "description", "com.apple.quicktime.comment", "©cmt", "desc", "icmt")
# Boxes of user data that hold a text: of QuickTime with its length and language before it, of 3GPP with a version and a language.
_TEXT_BOXES = frozenset([b"\xa9nam", b"\xa9ART", b"\xa9aut", b"\xa9cpy", b"\xa9cmt", b"titl", b"auth", b"perf", b"cprt"])  # fmt: skip
MOST_TEXTS, MOST_PACKETS = 500, 10


@dataclass
class FileNotes:
    """The texts of a file by their names, in lower case, and its XMP packets."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    packets: list[bytes] = field(default_factory=list)

    def add(self, name: str, text: str) -> None:
        # One that is longer is no block, and no name.
        if (value := text[: LONGEST_BLOCK + 1].strip("\0 \r\n\t")) and sum(
            map(len, self.texts.values())
        ) < MOST_TEXTS:
            self.texts.setdefault(name.lower(), []).append(value)

    def first(self, names: Iterable[str]) -> str:
        return next(
            (found for name in names for text in self.texts.get(name, []) if (found := line(text))), ""
        )

    def blocks(self) -> Iterator[str]:
        """What may be an AIGC block: values of names that contain AIGC, as the standard has it, then comments that hold one."""
        for name, values in self.texts.items():
            if "aigc" in name:
                yield from values
        for name in _COMMENTS:
            for text in self.texts.get(name, []):
                if text.startswith("{") and '"AIGC"' in text[:LONGEST_BLOCK]:
                    yield text


def notes_in(file: BinaryIO, suffix: str) -> FileNotes:
    """What a file says, by the suffix of its name; nothing of one that can't be read."""
    notes = FileNotes()
    if suffix in MP4:
        _of_boxes(BoxReader(file), notes)
    elif suffix == "webm":
        reader = ElementReader(file)
        for element in reader.values():
            notes.add(element.name.decode(errors="replace"), reader.content(element).decode(errors="replace"))
    elif suffix == "wav":
        _of_chunks(ChunkReader(file), notes)
    with suppress(UnreadableTags):
        if (tags := sound_tags(file, suffix)) is not None:
            for name, text in tags.values():
                notes.add(name, text)
            notes.packets += tags.packets()
    return notes


def block_in(file: BinaryIO, suffix: str) -> AigcBlock | None:
    """The AIGC block of a file."""
    notes = notes_in(file, suffix)
    return block_among([*_properties(notes).get(xmp.AIGC, []), *notes.blocks()])[0]


def _properties(notes: FileNotes) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for packet in notes.packets[:MOST_PACKETS]:
        for name, values in xmp.read_packet(packet).items():
            told.setdefault(name, []).extend(values)
    return told


def provenance_of_recording(file: BinaryIO, suffix: str, content_type: str) -> Provenance:
    """What a file says of where it comes from."""
    notes = notes_in(file, suffix)
    told = _properties(notes)
    block, is_broken = block_among([*told.get(xmp.AIGC, []), *notes.blocks()])
    kinds = [*told.get(xmp.SOURCE_TYPE, []), *notes.texts.get("digitalsourcetype", [])]
    file.seek(0)
    return Provenance(
        aigc=block,
        traces="标识不合规范，无法读出" if is_broken else "",
        source_type=next(filter(None, map(source_type, kinds)), ""),
        title=line(next(iter(told.get(xmp.TITLE, [])), "")) or notes.first(_TITLES),
        creator=line("、".join(told.get(xmp.CREATOR, []))) or notes.first(_CREATORS),
        credit=line(next(iter(told.get(xmp.CREDIT, [])), "")),
        rights=line(next(iter(told.get(xmp.RIGHTS, [])), "")) or notes.first(_RIGHTS),
        credentials=read_credentials(file, content_type),
        seconds=seconds_in(file, suffix),
    )


def _of_boxes(reader: BoxReader, notes: FileNotes) -> None:
    for box in reader.walk():
        if box.kind == b"uuid" and reader.read(box.body, 16) == XMP_UUID:
            notes.packets.append(reader.content(box)[16:])
        elif box.kind == b"XMP_":
            notes.packets.append(reader.content(box))
        elif box.parent == b"ilst":
            name, text = item_of(reader, box)
            notes.add(name, text)
        elif box.parent == b"udta" and b"AIGC" in box.kind.upper():
            # Bare, or with a version and flags before it.
            notes.add("aigc", reader.content(box, LONGEST_BLOCK).decode(errors="ignore").lstrip("\0"))
        elif box.parent == b"udta" and box.kind in _TEXT_BOXES:
            notes.add(box.kind.decode("latin-1"), _text_box(box, reader.content(box, 4096)))


def item_of(reader: BoxReader, item: Box) -> tuple[str, str]:
    """The name of an item of metadata, and its text."""
    name = reader.item_name(item) or item.kind
    text = b""
    for part in reader.inside(item):
        if part.kind == b"name":
            name = reader.content(part, 512)[4:]
        elif part.kind == b"data" and reader.read(part.body + 3, 1) in (b"\0", b"\1"):
            text = reader.content(part, LONGEST_BLOCK + 8)[8:]
    is_name = not name.startswith(b"\xa9")
    return name.decode("utf-8" if is_name else "latin-1", errors="replace"), text.decode(errors="replace")


def _text_box(box: Box, content: bytes) -> str:
    if box.kind.startswith(b"\xa9"):
        length = int.from_bytes(content[:2])
        return content[4 : 4 + length].decode(errors="replace")
    text = content[6:]
    return text.decode("utf-16" if text.startswith((b"\xfe\xff", b"\xff\xfe")) else "utf-8", errors="replace")


def _of_chunks(reader: ChunkReader, notes: FileNotes) -> None:
    for chunk in reader.chunks():
        if chunk.kind == b"_PMX":
            notes.packets.append(reader.content(chunk))
        elif (chunk.kind[:1] == b"I" and chunk.kind != b"iXML") or b"AIGC" in chunk.kind.upper():
            content = reader.content(chunk)[:LONGEST_BLOCK]
            notes.add(chunk.kind.decode("latin-1"), _chunk_text(content))


def _chunk_text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")
