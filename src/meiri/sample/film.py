"""The sample's film and sound, made here when the sample is loaded: no program and no file from elsewhere is needed.

Pillow writes a sequence of AV1 pictures (AVIF). Such a file is an ISO base media file as MP4 is (ISO/IEC 14496-12, AV1-ISOBMFF); a few of its boxes
are rewritten where they stand, so that browsers play it as a film.
"""

import io
import math
import struct
import wave
from array import array
from collections.abc import Sequence

from PIL import Image

from meiri.media.mp4_boxes import Box, BoxReader

SIZE = (640, 360)
# Pictures of a film in a second, and seconds for which each that it is made of is shown.
RATE, EACH = 4, 3
# Samples of sound in a second.
SAMPLES = 16_000
_BRANDS = b"isom\0\0\2\0isomiso6av01mp41"


def film_of(pictures: Sequence[Image.Image], size: tuple[int, int] = SIZE) -> bytes:
    """An MP4 that goes slowly into each of `pictures` in turn, `EACH` seconds for each of them."""
    frames = [_nearer(picture, step, size) for picture in pictures for step in range(RATE * EACH)]
    out = io.BytesIO()
    options = {"duration": 1000 // RATE, "quality": 50, "speed": 9}
    frames[0].save(out, "AVIF", save_all=True, append_images=frames[1:], **options)
    return as_mp4(out.getvalue())


def _nearer(picture: Image.Image, step: int, size: tuple[int, int]) -> Image.Image:
    """The middle of a picture, in the proportion of `size`, cut a little closer with each step."""
    part = 1 - 0.15 * step / (RATE * EACH)
    width = picture.width * part
    height = width * size[1] / size[0]
    left, top = (picture.width - width) / 2, (picture.height - height) / 2
    return picture.convert("RGB").resize(
        size, box=(left, max(top, 0), left + width, min(top + height, picture.height))
    )


def as_mp4(sequence: bytes) -> bytes:
    """A sequence of pictures as a film, byte for byte as long. Raises `ValueError` where it is none."""
    film = bytearray(sequence)
    reader = BoxReader(io.BytesIO(sequence))
    boxes = list(reader.walk())
    lengths = [_length_of(film, box) for box in boxes if box.kind == b"mdhd"]
    if len(lengths) != 1 or boxes[0].kind != b"ftyp" or boxes[0].end - boxes[0].body < len(_BRANDS):
        raise ValueError("This is no sequence of pictures with one track.")
    film[boxes[0].body : boxes[0].end] = _BRANDS.ljust(boxes[0].end - boxes[0].body, b"\0")
    for box in boxes:
        if box.kind in (b"edts", b"meta"):  # they are played over and over; what a picture needs
            film[box.at + 4 : box.at + 8] = b"free"
        elif box.kind == b"hdlr" and box.parent == b"mdia":
            film[box.body + 8 : box.body + 12] = b"vide"
        elif box.kind in (b"mvhd", b"tkhd"):
            at = box.body + (24 if box.kind == b"mvhd" else 28)
            film[at : at + 8] = struct.pack(">Q", lengths[0])
    return bytes(film)


def _length_of(film: bytes | bytearray, box: Box) -> int:
    """The length of a track in its own units, of which the film's are as long (version 1 of the box: 64 bits)."""
    (length,) = struct.unpack_from(">Q", film, box.body + 24)
    return length


def whistle(seconds: int = 6) -> bytes:
    """A WAV with a sound as of whistles on the wings of doves: three notes that come and go."""
    notes = ((523.25, 0.9), (659.25, 0.6), (784.0, 0.4))
    samples = array("h")
    for number in range(seconds * SAMPLES):
        at = number / SAMPLES
        wave_now = sum(
            loud * math.sin(2 * math.pi * pitch * at) * (0.5 + 0.5 * math.sin(2 * math.pi * at / (2 + place)))
            for place, (pitch, loud) in enumerate(notes)
        )
        fade = min(1, at, seconds - at)
        samples.append(int(9000 * fade * wave_now / 1.9))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLES)
        file.writeframes(samples.tobytes())
    return out.getvalue()


def captions_of(lines: Sequence[str]) -> str:
    """WebVTT: a line for each picture of a film."""
    cues = [f"{_time(EACH * n)} --> {_time(EACH * (n + 1))}\n{line}" for n, line in enumerate(lines)]
    return "WEBVTT\n\n" + "\n\n".join(cues) + "\n"


def _time(seconds: int) -> str:
    return f"{seconds // 60:02}:{seconds % 60:02}.000"
