"""Pictures from outside of the newsroom, checked and made anew before they are stored. One that is there is used again."""

import hashlib
import io
import warnings

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image as Pillow
from PIL import ImageOps

from meiri.media.models import Picture

MAX_PIXELS = 50_000_000
SMALLEST_SIDE = 40
MAX_BYTES = settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP", "TIFF")


class Unusable(Exception):
    """A picture that can't be stored; the message is a Chinese phrase that says why."""


def store(data: bytes, title: str, caption: str = "", alt: str = "") -> tuple[Picture, bool]:
    """Store a picture as an upright JPEG or PNG without its EXIF data; and whether it is new. Raises `Unusable`."""
    content, suffix = reencoded(data)
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
    picture.save()
    return picture, True


def reencoded(data: bytes) -> tuple[bytes, str]:
    """The picture anew, and its file suffix: what is not pixels (EXIF, scripts, trailing data) is gone."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Pillow.DecompressionBombWarning)
            picture = Pillow.open(io.BytesIO(data), formats=_FORMATS)
            if picture.width * picture.height > MAX_PIXELS:
                raise Unusable("像素过多")
            if min(picture.size) < SMALLEST_SIDE:
                raise Unusable("尺寸太小，不像新闻图片")
            transparent = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
            lossless = picture.format in ("PNG", "GIF") or transparent
            upright = ImageOps.exif_transpose(picture).convert("RGBA" if transparent else "RGB")
    except Unusable:
        raise
    except Exception as error:  # Pillow raises whatever a broken file makes it trip over
        raise Unusable("不是可以使用的图片") from error
    out = io.BytesIO()
    if lossless:
        upright.save(out, "PNG")
        return out.getvalue(), "png"
    upright.save(out, "JPEG", quality=90, optimize=True)
    return out.getvalue(), "jpg"


def discard(pictures: list[Picture]) -> None:
    """Remove pictures that were stored for an item that was refused in the end."""
    for picture in pictures:
        for width in picture.sizes.widths:
            for format in ("avif", "webp", "jpeg"):
                default_storage.delete(f"{picture.sizes.stem}-{width}.{format}")
        picture.file.delete(save=False)
        picture.delete()
