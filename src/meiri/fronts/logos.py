"""Logos that strangers send: drawn anew, so that nothing of the file but the picture is kept."""

import secrets
from io import BytesIO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image

LARGEST_BYTES = 512 * 1024
MOST_PIXELS = 4_000_000
SIZE = (240, 80)
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")


def redrawn(file) -> ContentFile:
    """The picture in `file` as a small PNG under a name of ours. Raises `ValidationError` in words for who sent it."""
    if file.size > LARGEST_BYTES:
        raise ValidationError(f"标识文件请控制在 {LARGEST_BYTES // 1024} KB 以内。")
    try:
        with Image.open(BytesIO(file.read()), formats=FORMATS) as picture:
            # The size stands in the head of the file: nothing was unpacked yet.
            if picture.width * picture.height > MOST_PIXELS:
                raise ValidationError("标识图片太大，请缩小后再上传。")
            drawn = picture.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise ValidationError("无法读取标识图片，请上传 PNG、JPEG、GIF 或 WebP 文件。") from None
    drawn.thumbnail(SIZE)
    out = BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return ContentFile(out.getvalue(), name=f"{secrets.token_hex(12)}.png")
