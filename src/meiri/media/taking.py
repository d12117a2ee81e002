"""Pictures that the newsroom keeps, drawn anew before they are stored. One that is there is used again."""

import hashlib

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import DatabaseError

from meiri.media.models import Picture
from meiri.media.moving import MOST_FRAMES, TooMuch, moving_webp
from meiri.media.redrawing import Bounds, Refused, Why, redrawn
from meiri.media.variants import LONGEST_JPEG, WIDTHS

MAX_BYTES = settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE
MAX_PIXELS = 50_000_000
SMALLEST_SIDE = 40
FORMATS = frozenset(["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF", "BMP", "TIFF"])
MOVING = frozenset(["GIF", "PNG", "WEBP"])
BOUNDS = Bounds(FORMATS, MAX_BYTES, MAX_PIXELS)
_PHRASES = {
    Why.BYTES: f"超过 {MAX_BYTES // 1024 // 1024} MB",
    Why.PIXELS: "像素过多",
    Why.FORMAT: "不是可以使用的图片",
    Why.BROKEN: "不是可以使用的图片",
}


class Unusable(Exception):
    """A picture that can't be stored; the message is a Chinese phrase that says why."""


def store(data: bytes, title: str, caption: str = "", alt: str = "") -> tuple[Picture, bool]:
    """Store a picture as `reencoded`; and whether it is new. Raises `Unusable`."""
    content, suffix = reencoded(data, SMALLEST_SIDE)
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    found = Picture.objects.filter(file_hash=digest).first()
    if found:
        return found, False
    picture = Picture(
        title=(caption or title)[:255], caption=caption[:200], description=(alt or caption)[:255]
    )
    picture.file = ContentFile(content, name=f"import-{digest[:16]}.{suffix}")
    picture.file_hash = digest
    picture.file_size = len(content)
    try:
        picture.save()
    except DatabaseError:
        raise
    except Exception as error:  # Pillow and its encoders raise whatever a picture makes them trip over
        raise Unusable("不能存成网页上的尺寸") from error
    return picture, True


def reencoded(data: bytes, smallest_side: int = 1) -> tuple[bytes, str]:
    """The picture as a JPEG, as a PNG where it was drawn or is clear, as a WebP where it moves; and the file's suffix.

    Raises `Unusable`.
    """
    try:
        drawn = redrawn(data, BOUNDS)
    except Refused as refused:
        raise Unusable(_PHRASES[refused.why]) from refused
    if min(drawn.picture.size) < smallest_side:
        raise Unusable("尺寸太小，不像新闻图片")
    if drawn.format in MOVING and (moving := _moving(data)):
        return moving, "webp"
    if drawn.format in ("PNG", "GIF") or drawn.is_clear or max(drawn.picture.size) > LONGEST_JPEG:
        return drawn.png(), "png"
    return drawn.jpeg(quality=90), "jpg"


def _moving(data: bytes) -> bytes | None:
    try:
        return moving_webp(data, WIDTHS[-1])
    except TooMuch:
        raise Unusable(f"动图超过 {MOST_FRAMES} 帧，或者画面太大，请剪短、缩小，或存成视频") from None
    except Exception as error:  # Pillow raises whatever a broken file makes it trip over
        raise Unusable("动图有一帧坏了") from error


def discard(pictures: list[Picture]) -> None:
    """Remove pictures that were stored for an item that was refused in the end."""
    for picture in pictures:
        picture.delete()
