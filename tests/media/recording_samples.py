"""Short films and sounds of 0.1 to 0.6 s in `recordings/`, written by ffmpeg 9.0: each has a title, an artist, a copyright, a place, and, where the
format takes any key, the label."""

import io
from pathlib import Path

from meiri.aigc import AigcBlock, AigcLabel
from meiri.media.mp4_boxes import XMP_UUID

FOLDER = Path(__file__).parent / "recordings"
PRODUCER = "00119111000071092500XA00001"
BLOCK = AigcBlock(AigcLabel.IS, PRODUCER, "film-7")
PLACE = b"+30.2741"
TYPES = {
    "mp4": "video/mp4",
    "m4a": "audio/mp4",
    "webm": "video/webm",
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "ogg": "audio/ogg",
    "flac": "audio/flac",
    "wav": "audio/wav",
}
# Those whose file has the label; ffmpeg writes none into the others.
LABELLED = ("mp4", "webm", "mp3", "opus", "ogg", "flac")


def recording(suffix: str) -> bytes:
    name = "film" if suffix in ("mp4", "webm") else "sound"
    return (FOLDER / f"{name}.{suffix}").read_bytes()


def plain_film() -> bytes:
    """With a title and a place, and no label."""
    return (FOLDER / "plain.mp4").read_bytes()


def with_packet(film: bytes, packet: bytes) -> bytes:
    """An MP4 with XMP."""
    return film + (24 + len(packet)).to_bytes(4) + b"uuid" + XMP_UUID + packet


def chunk(kind: bytes, content: bytes) -> bytes:
    return kind + len(content).to_bytes(4, "little") + content + bytes(len(content) % 2)


def with_chunks(wave: bytes, *chunks: bytes) -> bytes:
    """A WAV with more chunks at its end."""
    body = wave[8:] + b"".join(chunks)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def media_in(content: bytes, suffix: str) -> bytes:
    """What is heard and seen of a file whose tags may be others: the bytes that follow its own marks."""
    marks = {"mp4": b"mdat", "m4a": b"mdat", "wav": b"data", "mp3": b"\xff\xe3", "webm": b"\x1f\x43\xb6\x75"}
    if suffix == "flac":
        return content[-1000:]
    return content[content.index(marks[suffix]) :][:300]


def stream(content: bytes) -> io.BytesIO:
    return io.BytesIO(content)
