"""Takes out of a video or a recording where it was made and with which device: phones and recorders write it into every file.
Labels and credits stay. Loads nothing of Django.

Looked at in MP4 and QuickTime: `©xyz` and `loci` (3GPP TS 26.244) of user data, the keys of QuickTime's metadata, free-form items, XMP (ISO
16684-3, 1.2.7), and the XML of cameras. Not looked at: tracks that cameras fill with measurements. In other formats (`forget_other_places`): tags of
WebM, ID3, Vorbis comments, the chunks `bext` (EBU Tech 3285), `iXML`, `LIST` and `_PMX` of WAV.
"""

import re
from typing import BinaryIO

from meiri.media.ebml_elements import TAG_STRING, ElementReader
from meiri.media.mp4_boxes import LONGEST, XMP_UUID, Box, BoxReader
from meiri.media.riff_chunks import ChunkReader
from meiri.media.sound_tags import SoundTags, UnreadableTags, drop_manifest_frames, sound_tags

_PLACES = frozenset([b"\xa9xyz", b"loci", b"gps ", b"GPS "])
TELLING = re.compile(rb"location|latitude|longitude|altitude|GPS|geo(?:tag|graph)|serial", re.I)
# Attributes and elements of XML that tell a place or a serial number: what stands in the group is overwritten.
_IN_XML = re.compile(
    rb"""(?:\b(?:exif|exifEX|aux|Iptc4xmpExt|photoshop):(?:GPS\w{1,40}|\w{0,20}SerialNumber|City|Sublocation)|\bserialNo)\s{0,9}=\s{0,9}"([^"]{1,500})"
    |<(?:exif|exifEX|aux|photoshop):(?:GPS\w{1,40}|\w{0,20}SerialNumber|City)>([^<]{1,500})<
    |<(?:LOCATION_\w{1,40}|\w{0,20}SERIAL\w{0,20}|BWF_ORIGINATOR_REFERENCE)>([^<]{1,500})<
    |\bname="(?:GPS|Lat|Lon|Alt)\w{0,40}"\s{1,9}value="([^"]{1,500})" """.rstrip(),
    re.VERBOSE,
)
# What recorders write into the description of `bext`, a line for each: sGPS=…, LOCATION:….
_IN_LINES = re.compile(rb"(?:GPS|LAT|LON|LOCATION|SERIAL)\w{0,20}\s{0,3}[=:]([^\r\n\0]{1,200})", re.I)
# What stands near the beginning of a file whose tags can't be read.
_NAMED = re.compile(rb"location|latitude|longitude|GPS(?:Lat|Lon|Pos|Coord)", re.I)
_BEGINNING = 256 * 1024
# Where `bext` has its description, and the reference that begins with a device's number (EBU Tech 3285, EBU R99).
_DESCRIPTION, _REFERENCE = (0, 256), (288, 32)
_HISTORY = 602
_MANIFEST_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


def forget_places(file: BinaryIO) -> int:
    """Overwrite in an MP4 or QuickTime file, which can be read and written anywhere, what tells a place or a device. How many places there
    were; nothing else moves."""
    reader = BoxReader(file)
    found = 0
    for box in reader.walk():
        if box.kind in _PLACES or _tells(reader, box):
            reader.blank(box)
            found += 1
        elif box.kind in (b"xml ", b"XMP_") or (
            box.kind == b"uuid" and reader.read(box.body, 16) == XMP_UUID
        ):
            for at, length in _in_xml(reader.content(box)):
                reader.write(box.body + at, b" " * length)
                found += 1
    return found


def forget_other_places(file: BinaryIO, suffix: str) -> int:
    """The same in a file that is none of these: `suffix` says which. Raises what mutagen raises for one whose tags can't be written, and
    `UnreadableTags` where they can't be read and name a place."""
    if suffix == "webm":
        return _forget_in_tags(file)
    found = _forget_in_chunks(file) if suffix == "wav" else 0
    try:
        tags = sound_tags(file, suffix)
    except UnreadableTags:
        file.seek(0)
        # Names may stand there in two bytes a letter.
        if _NAMED.search(file.read(_BEGINNING).replace(b"\0", b"")):
            raise
        return found
    if tags is not None and (told := _forget_in_sound(tags)):
        tags.save(file)
        found += told
    return found


def drop_manifest(file: BinaryIO, suffix: str) -> None:
    """Take out of a file its C2PA manifest (C2PA 2.2, A.3 and A.4), which may tell a place too."""
    if suffix in ("mp4", "m4v", "m4a"):
        reader = BoxReader(file)
        for box in reader.walk():
            if box.kind == b"uuid" and reader.read(box.body, 16) == _MANIFEST_UUID:
                reader.blank(box)
    elif suffix == "wav":
        chunks = ChunkReader(file)
        for chunk in chunks.chunks():
            if chunk.kind == b"C2PA":
                chunks.blank(chunk)
    elif suffix in ("mp3", "flac"):
        drop_manifest_frames(file)


def _tells(reader: BoxReader, box: Box) -> bool:
    """Whether an item of metadata is of a place or a device, by the name of its key or its own."""
    if box.parent != b"ilst":
        return False
    name = reader.content(box, 512) if box.kind == b"----" else reader.item_name(box)
    return TELLING.search(name) is not None


def _in_xml(content: bytes) -> list[tuple[int, int]]:
    """Where in XML a place or a serial number stands, and how many bytes of it."""
    return [
        (match.start(match.lastindex or 0), len(match[match.lastindex or 0]))
        for match in _IN_XML.finditer(content)
        if match[match.lastindex or 0].strip()
    ]


def _forget_in_tags(file: BinaryIO) -> int:
    """In the tags of Matroska: a string that ends early is followed by zeros (RFC 8794, 7.5)."""
    found = 0
    reader = ElementReader(file)
    for element in reader.values():
        if (
            element.kind == TAG_STRING
            and TELLING.search(element.name)
            and reader.content(element).strip(b"\0")
        ):
            reader.blank(element)
            found += 1
    return found


def _forget_in_chunks(file: BinaryIO) -> int:
    found = 0
    reader = ChunkReader(file)
    for chunk in reader.chunks():
        spans: list[tuple[int, int]] = []
        if chunk.kind == b"bext":
            content = reader.content(chunk)
            spans = [_REFERENCE] if content[_REFERENCE[0] :][: _REFERENCE[1]].strip(b"\0 ") else []
            for start, text in ((0, content[: _DESCRIPTION[1]]), (_HISTORY, content[_HISTORY:])):
                spans += [(start + m.start(1), len(m[1])) for m in _IN_LINES.finditer(text) if m[1].strip()]
        elif chunk.kind in (b"iXML", b"_PMX"):
            spans = _in_xml(reader.content(chunk))
        elif chunk.kind == b"ILOC" or TELLING.search(chunk.kind):
            spans = [(0, chunk.end - chunk.body)]
        for at, length in spans:
            reader.overwrite(chunk.body + at, length)
        found += len(spans)
    return found


def _forget_in_sound(tags: SoundTags) -> int:
    """Out of ID3 frames and Vorbis comments, not saved yet."""
    found = 0
    for name in tags.names():
        if TELLING.search(name.encode(errors="replace")):
            tags.remove(name)
            found += 1
    for packet in tags.packets():
        if spans := _in_xml(packet[:LONGEST]):
            changed = bytearray(packet)
            for at, length in spans:
                changed[at : at + length] = b" " * length
            tags.set_packet(bytes(changed))
            found += len(spans)
    return found
