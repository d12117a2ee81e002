"""Writes the AIGC block into the file of a video or a sound, in place of what says so there: as XMP of an MP4, as the tag `AIGC` of ID3 (`TXXX`)
and of Vorbis comments. The sound and the pictures are not touched. Loads nothing of Django."""

import struct
from typing import BinaryIO

from meiri.aigc import PROPERTY, AigcBlock
from meiri.media import xmp
from meiri.media.mp4_boxes import XMP_UUID, Box, BoxReader
from meiri.media.recording_notes import MP4, block_in, item_of
from meiri.media.sound_tags import sound_tags

# Suffixes of files that the block is written into; WebM is not among them.
WRITABLE = MP4 | frozenset(["mp3", "wav", "flac", "ogg", "oga", "opus"])


def write_label(file: BinaryIO, suffix: str, block: AigcBlock | None) -> bool:
    """Let `file`, a copy that can be read and written anywhere, say `block`, or nothing where it is None. Whether it does now: a file that is
    damaged, or of another kind, may not take it."""
    said = block.as_json() if block else ""
    try:
        if suffix in MP4:
            _into_boxes(file, said)
        elif not _into_tags(file, suffix, said):
            return False
    except MemoryError:
        raise
    except Exception:  # mutagen raises whatever a broken file makes it trip over
        return False
    return block_in(file, suffix) == block


def _into_boxes(file: BinaryIO, said: str) -> None:
    """The packet is a box at the end of the file, where it moves nothing (ISO 16684-3, 1.2.7.1)."""
    reader = BoxReader(file)
    packet, last = b"", None
    for box in list(reader.walk()):
        last = box if not box.parent else last
        if box.kind == b"XMP_" or (box.kind == b"uuid" and reader.read(box.body, 16) == XMP_UUID):
            packet = packet or reader.content(box)[16 if box.kind == b"uuid" else 0 :]
            reader.blank(box)
        elif _is_label(reader, box):
            reader.blank(box)
    if last is not None and reader.read(last.at, 4) == bytes(4):
        # It goes to the end of the file, wherever that is.
        reader.write(last.at, struct.pack(">I", last.end - last.at))
    if written := xmp.with_block(packet, said):
        reader.write(reader.size, struct.pack(">I4s", 24 + len(written), b"uuid") + XMP_UUID + written)


def _is_label(reader: BoxReader, box: Box) -> bool:
    if box.parent == b"ilst":
        return PROPERTY in item_of(reader, box)[0].upper()
    return box.parent == b"udta" and PROPERTY.encode() in box.kind.upper()


def _into_tags(file: BinaryIO, suffix: str, said: str) -> bool:
    tags = sound_tags(file, suffix, or_new=True)
    if tags is None:
        return False
    for name in tags.names():
        if PROPERTY in name.upper():
            tags.remove(name)
    for packet in tags.packets()[:1]:
        if xmp.AIGC in xmp.read_packet(packet):
            tags.set_packet(xmp.with_block(packet, ""))
    if said:
        tags.set(PROPERTY, said)
    tags.save(file)
    return True
