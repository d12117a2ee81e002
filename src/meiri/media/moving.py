"""Pictures that move (GIF, WebP, APNG): drawn anew frame by frame, within bounds."""

import io
from math import sqrt

from PIL import Image, ImageSequence

from meiri.media.reencoding import decoding
from meiri.media.xmp import webp_with

MOST_FRAMES = 400
# Pixels of all frames together: as they come, and as they are kept.
MOST_PIXELS = 600_000_000
MOST_PIXELS_KEPT = 40_000_000
# Pixels of a frame's width below which it is not worth keeping.
NARROWEST = 120
# Milliseconds that a frame stands where the file does not say, and at least.
USUAL_DURATION = 100
SHORTEST_DURATION = 20


class TooMuch(ValueError):
    """A picture has more frames, or larger ones, than are kept moving."""


def moves(picture: Image.Image) -> bool:
    return getattr(picture, "n_frames", 1) > 1


def moving_webp(content: bytes, widest: int, packet: bytes = b"") -> bytes | None:
    """A picture as a WebP that moves, at most `widest` pixels wide, with `packet` as its XMP; None for one that stands still.

    Raises `TooMuch`, and what Pillow raises for a broken file. Nothing of the file but its frames is kept, and how long
    each of them stands.
    """
    with decoding, Image.open(io.BytesIO(content)) as picture:
        if not moves(picture):
            return None
        if _is_as_made_here(picture, widest):
            return webp_with(content, packet)
        return webp_with(_drawn(picture, widest), packet)


def _is_as_made_here(picture: Image.Image, widest: int) -> bool:
    told = {"exif", "icc_profile"} & set(picture.info)
    return picture.format == "WEBP" and picture.width <= widest and not told


def _drawn(picture: Image.Image, widest: int) -> bytes:
    count: int = getattr(picture, "n_frames", 1)
    pixels = count * picture.width * picture.height
    scale = min(1, widest / picture.width, sqrt(MOST_PIXELS_KEPT / pixels))
    size = max(1, int(picture.width * scale)), max(1, int(picture.height * scale))
    narrow = min(NARROWEST, picture.width)
    if count > MOST_FRAMES or pixels > MOST_PIXELS or size[0] < narrow or max(size) > 16_383:
        raise TooMuch(f"{count} frames of {picture.width} x {picture.height} pixels")
    frames, durations = [], []
    for frame in ImageSequence.Iterator(picture):
        durations.append(max(SHORTEST_DURATION, int(frame.info.get("duration") or USUAL_DURATION)))
        drawn = frame.convert("RGBA")
        frames.append(drawn if drawn.size == size else drawn.resize(size, Image.Resampling.LANCZOS))
    out = io.BytesIO()
    frames[0].save(
        out,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=durations,
        loop=picture.info.get("loop", 1),
        quality=75,
        method=3,
    )
    return out.getvalue()
