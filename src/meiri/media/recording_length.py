"""How long a video or a sound plays, as its file says. Loads nothing of Django; files of outsiders are read in guarded processes."""

import struct
from typing import BinaryIO

from mutagen.mp3 import MP3

from meiri.media.ebml_elements import DURATION, TIMESTAMP_SCALE, ElementReader
from meiri.media.mp4_boxes import BoxReader
from meiri.media.riff_chunks import ChunkReader
from meiri.media.sound_tags import opened_sound

BOXES = frozenset(["mp4", "m4v", "m4a"])
# What is said to play longer than two days is believed of no file.
LONGEST = 48 * 3600
# Nanoseconds of a unit of time where a Matroska file says nothing else (RFC 9559, 5.1.2.9).
_USUAL_SCALE = 1_000_000


def seconds_in(file: BinaryIO, suffix: str) -> int:
    """Whole seconds, rounded, at least 1 of what plays at all; 0 where the file, whose name has `suffix`, does not say."""
    try:
        seconds = _seconds(file, suffix)
    except MemoryError:
        raise
    except Exception:  # mutagen raises whatever a broken file makes it trip over
        return 0
    return max(round(seconds), 1) if 0 < seconds <= LONGEST else 0


def _seconds(file: BinaryIO, suffix: str) -> float:
    if suffix in BOXES:
        return _of_boxes(BoxReader(file))
    if suffix == "webm":
        return _of_elements(ElementReader(file))
    if suffix == "wav":
        return _of_chunks(ChunkReader(file))
    file.seek(0)
    sound = MP3(file) if suffix == "mp3" else opened_sound(file, suffix)
    return sound.info.length if sound is not None else 0


def _of_boxes(reader: BoxReader) -> float:
    """The head of the film (ISO/IEC 14496-12, 8.2.2): times of version 1 have 64 bits, others 32."""
    for box in reader.walk():
        if box.kind == b"mvhd":
            content = reader.content(box, 32)
            layout, at = (">IQ", 20) if content[0] == 1 else (">II", 12)
            scale, duration = struct.unpack_from(layout, content, at)
            unknown = (1 << (64 if content[0] == 1 else 32)) - 1
            return duration / scale if scale and duration != unknown else 0
    return 0


def _of_elements(reader: ElementReader) -> float:
    """The length of a segment in its units of time (RFC 9559, 5.1.2.10)."""
    scale, length = _USUAL_SCALE, 0.0
    for element in reader.times():
        content = reader.content(element)
        if element.kind == TIMESTAMP_SCALE:
            scale = int.from_bytes(content)
        elif element.kind == DURATION:
            length = struct.unpack(">f" if len(content) == 4 else ">d", content)[0]
    return length * scale / 1_000_000_000


def _of_chunks(reader: ChunkReader) -> float:
    """Bytes of sound by bytes a second, which stand in the format (RIFF, WAVE)."""
    a_second = 0
    for chunk in reader.chunks():
        if chunk.kind == b"fmt ":
            a_second = int.from_bytes(reader.content(chunk)[8:12], "little")
        elif chunk.kind == b"data":
            return (chunk.end - chunk.body) / a_second if a_second else 0
    return 0


def playing_time(seconds: int) -> str:
    """As players write it: `2:05`, `1:02:05`."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def iso_duration(seconds: int) -> str:
    """As ISO 8601 writes it: `PT2M5S`."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "H"), (minutes, "M"), (rest, "S"))
    return "PT" + ("".join(f"{count}{unit}" for count, unit in parts if count) or "0S")
