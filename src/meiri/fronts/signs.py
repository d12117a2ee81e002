"""The pictures that a site shows as its own: wordmark and mark, drawn anew as PNG of bounded size."""

import secrets
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db.models.fields.files import FieldFile

from meiri.media.reencoding import Bounds, PictureRefused, reencode_picture

PICTURE_NAMES = ["png", "jpg", "jpeg", "webp"]
_BOUNDS = Bounds(frozenset(["PNG", "JPEG", "WEBP"]), bytes=2 * 1024 * 1024, pixels=16_000_000)


class Sign(NamedTuple):
    """The largest size in which a picture is kept, and whether it must be a square."""

    size: tuple[int, int]
    square: bool = False


PICTURES = {"wordmark": Sign((1200, 240)), "mark": Sign((512, 512), square=True)}


def draw_anew(file: FieldFile, name: str, sign: Sign) -> None:
    """Put the picture drawn anew in the place of an upload that was not saved yet. Raises `ValidationError` for `name`."""
    if not file or getattr(file, "_committed", True):
        return
    try:
        drawn = reencode_picture(file.read(_BOUNDS.bytes + 1), _BOUNDS)
    except PictureRefused:
        raise ValidationError(
            {name: "无法使用这张图片，请上传 2 MB 以内的 PNG、JPEG 或 WebP 文件。"}
        ) from None
    width, height = drawn.picture.size
    if sign.square and abs(width - height) > max(width, height) // 50:
        raise ValidationError({name: "图标须为正方形，请裁剪后再上传。"})
    drawn.picture.thumbnail(sign.size)
    file.file = ContentFile(drawn.png())
    file.name = f"{name}-{secrets.token_hex(6)}.png"
