"""Pictures that the newsroom keeps, drawn anew before they are stored. One that is there is used again."""

import hashlib
import logging
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.db import DatabaseError

from meiri.media.guarded_reencoding import NotDrawn, Unfit, drawn, for_the_library
from meiri.media.manifest_parents import ParentManifest
from meiri.media.manifest_signing import sign_original
from meiri.media.models import Picture
from meiri.media.moving import MOST_FRAMES
from meiri.media.provenance import Provenance
from meiri.media.reencoding import Bounds, PictureFault, format_of
from meiri.media.variants import LONGEST_JPEG, WIDTHS
from meiri.s3 import S3Away

logger = logging.getLogger(__name__)

MAX_BYTES = settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE
MAX_PIXELS = 50_000_000
SMALLEST_SIDE = 40
FORMATS = frozenset(["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF", "BMP", "TIFF"])
BOUNDS = Bounds(FORMATS, MAX_BYTES, MAX_PIXELS)
# Why a picture can't be stored, in Chinese.
PHRASES: dict[PictureFault | Unfit, str] = {
    PictureFault.BYTES: f"超过 {MAX_BYTES // 1024 // 1024} MB",
    PictureFault.PIXELS: "像素过多",
    PictureFault.FORMAT: "不是可以使用的图片",
    PictureFault.BROKEN: "不是可以使用的图片",
    Unfit.SMALL: "尺寸太小，不像新闻图片",
    Unfit.FRAMES: f"动图超过 {MOST_FRAMES} 帧，或者画面太大，请剪短、缩小，或存成视频",
    Unfit.BROKEN_FRAME: "动图有一帧坏了",
    Unfit.COSTLY: "过于复杂，没有读完",
    Unfit.BUSY: "没有处理：现在上传图片的人较多，请过一会儿再试",
}


class Unusable(Exception):
    """A picture that can't be stored; the message is a Chinese phrase that says why."""


@dataclass(frozen=True)
class NewPictureFile:
    """The bytes that are kept of a picture, the suffix of its name, and what the file that came said of itself. `digest`: SHA-1 in
    hexadecimal of the bytes before they were signed, by which the same picture is known again."""

    content: bytes
    suffix: str
    provenance: Provenance
    digest: str


def store(data: bytes, title: str, caption: str = "", alt: str = "") -> tuple[Picture, bool]:
    """Store a picture as `reencoded`; and whether it is new. Raises `Unusable`."""
    new = reencoded(data, SMALLEST_SIDE)
    content, digest = new.content, new.digest
    found = Picture.objects.filter(file_hash=digest).first()
    if found:
        return found, False
    picture = Picture(
        title=(caption or title)[:255], caption=caption[:200], description=(alt or caption)[:255]
    )
    picture.file = ContentFile(content, name=f"import-{digest[:16]}.{new.suffix}")
    picture.take_provenance(new.provenance)
    picture.file_hash = digest
    picture.file_size = len(content)
    try:
        picture.save()
    except (DatabaseError, S3Away):
        raise
    except Exception as error:  # Pillow and its encoders raise whatever a picture makes them trip over
        raise Unusable("不能存成网页上的尺寸") from error
    return picture, True


def reencoded(data: bytes, smallest_side: int = 1) -> NewPictureFile:
    """The picture as `guarded_reencoding.for_the_library`, drawn in a guarded process. Raises `Unusable`."""
    if len(data) > MAX_BYTES:
        raise Unusable(PHRASES[PictureFault.BYTES])
    if format_of(data) not in FORMATS:
        raise Unusable(PHRASES[PictureFault.FORMAT])
    try:
        content, suffix, said, parent = drawn(
            for_the_library, data, BOUNDS, smallest_side, WIDTHS[-1], LONGEST_JPEG
        )
    except NotDrawn as refused:
        raise Unusable(PHRASES[refused.why]) from refused
    provenance = Provenance.from_json(said)
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    if provenance.credentials:
        signed = _carried_on(content, ParentManifest(*parent)) if parent else None
        provenance = provenance.with_manifest(is_kept=signed is not None)
        content = signed or content
    return NewPictureFile(content, suffix, provenance, digest)


def _carried_on(content: bytes, parent: ParentManifest) -> bytes | None:
    try:
        return sign_original(content, format_of(content) or "", parent)
    except ImproperlyConfigured:
        logger.exception("The manifest of a picture is not carried on: nothing can be signed")
        return None


def discard(pictures: list[Picture]) -> None:
    """Remove pictures that were stored for an item that was refused in the end."""
    for picture in pictures:
        picture.delete()
