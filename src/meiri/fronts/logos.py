"""Logos that strangers send: drawn anew, so that nothing of the file but the picture is kept."""

import secrets

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from meiri.media.reencoding import Bounds, PictureFault, PictureRefused, reencode_picture

SIZE = (240, 80)
BOUNDS = Bounds(frozenset(["PNG", "JPEG", "GIF", "WEBP"]), bytes=512 * 1024, pixels=4_000_000)
_UNREADABLE = "无法读取标识图片，请上传 PNG、JPEG、GIF 或 WebP 文件。"
_SENTENCES = {
    PictureFault.BYTES: f"标识文件请控制在 {BOUNDS.bytes // 1024} KB 以内。",
    PictureFault.PIXELS: "标识图片太大，请缩小后再上传。",
    PictureFault.FORMAT: _UNREADABLE,
    PictureFault.BROKEN: _UNREADABLE,
}


def small_logo(file) -> ContentFile:
    """The picture in `file` as a small PNG under a name of ours. Raises `ValidationError` in words for who sent it."""
    try:
        drawn = reencode_picture(file.read(BOUNDS.bytes + 1), BOUNDS)
    except PictureRefused as refused:
        raise ValidationError(_SENTENCES[refused.why]) from None
    drawn.picture.thumbnail(SIZE)
    return ContentFile(drawn.png(), name=f"{secrets.token_hex(12)}.png")
