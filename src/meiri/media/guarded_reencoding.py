"""Pictures of outsiders drawn anew in guarded processes: a file that was made to harm the libraries that decode it, or to take
their time and memory, ends its own process alone (decision 43)."""

from dataclasses import replace
from enum import Enum, auto
from typing import Any

from PIL import ImageOps

from meiri.guarded import Busy, Failed, Guard, Limits, Overrun
from meiri.media.file_notes import provenance_of
from meiri.media.manifest_parents import parent_manifest
from meiri.media.moving import TooMuch, moving_webp
from meiri.media.reencoding import Bounds, PictureFault, PictureRefused, ReencodedPicture, reencode_picture

MOVING = frozenset(["GIF", "PNG", "WEBP"])


class Unfit(Enum):
    """Why a picture that can be decoded is not kept all the same, or was not decoded."""

    SMALL = auto()
    FRAMES = auto()
    BROKEN_FRAME = auto()
    COSTLY = auto()
    BUSY = auto()


class NotDrawn(Exception):
    def __init__(self, why: PictureFault | Unfit):
        super().__init__(why)
        self.why = why


GUARD = Guard(
    Limits(seconds=60, processor_seconds=40, memory=2048 * 1024 * 1024),
    most=2,
    patience=8,
    answers=frozenset(["meiri.media.reencoding.PictureFault", "meiri.media.guarded_reencoding.Unfit"]),
    refusals=(NotDrawn,),
)


def drawn(work, *arguments):
    """What `work`, one of the functions below, returns. Raises `NotDrawn`."""
    try:
        with GUARD.process() as process:
            return process.call(work, *arguments)
    except Overrun:
        raise NotDrawn(Unfit.COSTLY) from None
    except Failed as error:
        raise NotDrawn(PictureFault.BROKEN) from error
    except Busy:
        raise NotDrawn(Unfit.BUSY) from None


# What follows is done in the process of the guard.


def for_the_library(
    content: bytes, bounds: Bounds, smallest_side: int, widest: int, longest_jpeg: int
) -> tuple[bytes, str, dict[str, Any], tuple[bytes, list[str]] | None]:
    """The picture as a JPEG, as a PNG where it was drawn or is clear, as a WebP where it moves, at most `widest` pixels wide;
    the file's suffix; what the file said of where it comes from, as `Provenance.as_json`; and its manifest, as `ParentManifest`, where it
    has a valid one. The label, the credit and the rights that the file had stand in the new one."""
    picture = _reencoded(content, bounds)
    if min(picture.picture.size) < smallest_side:
        raise NotDrawn(Unfit.SMALL)
    provenance = provenance_of(content, picture)
    packet, said = provenance.packet(), provenance.as_json()
    found = parent_manifest(content, picture.format) if provenance.credentials else None
    parent = (found.archive, found.redactions) if found else None
    if picture.format in MOVING and (moving := _moving(content, widest, packet)):
        return moving, "webp", said, parent
    if picture.format in ("PNG", "GIF") or picture.is_clear or max(picture.picture.size) > longest_jpeg:
        return picture.png(packet), "png", said, parent
    return picture.jpeg(90, packet), "jpg", said, parent


def notes_of(content: bytes, bounds: Bounds) -> dict[str, Any]:
    """What a file says of where it comes from, as `Provenance.as_json`."""
    return provenance_of(content, _reencoded(content, bounds)).as_json()


def for_a_letter(content: bytes, bounds: Bounds) -> bytes:
    """The picture as a JPEG."""
    return _reencoded(content, bounds).jpeg(quality=85)


def for_an_avatar(content: bytes, bounds: Bounds, side: int) -> bytes:
    """The middle of the picture as a JPEG of `side` by `side` pixels."""
    found = _reencoded(content, bounds)
    if min(found.picture.size) < side:
        raise NotDrawn(Unfit.SMALL)
    return replace(found, picture=ImageOps.fit(found.picture, (side, side))).jpeg(quality=85)


def _reencoded(content: bytes, bounds: Bounds) -> ReencodedPicture:
    try:
        return reencode_picture(content, bounds)
    except PictureRefused as refused:
        if isinstance(refused.__cause__, MemoryError):
            raise MemoryError from None
        raise NotDrawn(refused.why) from None


def _moving(content: bytes, widest: int, packet: bytes) -> bytes | None:
    try:
        return moving_webp(content, widest, packet)
    except TooMuch:
        raise NotDrawn(Unfit.FRAMES) from None
    except MemoryError:
        raise
    except Exception:  # Pillow raises whatever a broken file makes it trip over
        raise NotDrawn(Unfit.BROKEN_FRAME) from None
