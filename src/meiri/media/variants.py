"""The sizes and formats of a picture that reader pages offer to browsers."""

import base64
import hashlib
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image as Pillow
from PIL import ImageOps

from meiri.media.files import remove_after_rollback
from meiri.media.manifest_reading import TYPES
from meiri.media.manifest_signing import EMBEDDED, SUFFIX, sign_size
from meiri.media.moving import moving_webp
from meiri.media.reencoding import format_of

WIDTHS = (320, 640, 1280)
# Best compression first: a browser takes the first it knows; JPEG is for all others.
FORMATS = {
    "avif": {"quality": 55, "speed": 8},
    "webp": {"quality": 78, "method": 4},
    "jpeg": {"quality": 82, "optimize": True, "progressive": True},
}
# The longest side in pixels that WebP holds, and JPEG. Above the first a picture (长图) is in JPEG alone.
LONGEST_WEBP = 16_383
LONGEST_JPEG = 65_500
MOVING = "-moving.webp"


@dataclass(frozen=True)
class Variants:
    """`file`: the original they were made from; `stem`: the path before `-{width}.{format}`; widths in pixels.

    One that `moves` is there as `{stem}-moving.webp` besides; the others are its first frame. Beside those that are `signed` and
    narrow lie their manifests.
    """

    file: str = ""
    stem: str = ""
    widths: tuple[int, ...] = ()
    height_ratio: float = 2 / 3
    formats: tuple[str, ...] = tuple(FORMATS)
    moves: bool = False
    signed: bool = False

    @classmethod
    def from_json(cls, data: dict) -> "Variants":
        return cls(
            data.get("file", ""),
            data.get("stem", ""),
            tuple(data.get("widths", ())),
            data.get("ratio", 2 / 3),
            tuple(data.get("formats", FORMATS)),
            data.get("moves", False),
            data.get("signed", False),
        )

    def as_json(self) -> dict:
        return {
            "file": self.file,
            "stem": self.stem,
            "widths": list(self.widths),
            "ratio": self.height_ratio,
            "formats": list(self.formats),
            "moves": self.moves,
            "signed": self.signed,
        }

    def manifests(self) -> Iterator[str]:
        """The names in the storage of the manifests that are not in their files."""
        for width in self.widths:
            if self.signed and width < EMBEDDED:
                yield from (f"{self.stem}-{width}.{format}{SUFFIX}" for format in self.formats)

    def names(self) -> Iterator[str]:
        """The names of all its pictures in the storage."""
        for width in self.widths:
            for format in self.formats:
                yield f"{self.stem}-{width}.{format}"
        if self.moves:
            yield f"{self.stem}{MOVING}"

    @cached_property
    def base(self) -> str:
        """The address of the stem. Addresses of public pictures end with the file's name, wherever they are stored."""
        return default_storage.url(self.stem)

    @property
    def moving(self) -> str:
        """The address of the picture that moves."""
        return f"{self.base}{MOVING}"

    @property
    def best(self) -> str:
        """The address of the largest that every program knows; of a picture that moves, of that. "" where there is none."""
        if not self.widths:
            return ""
        return self.moving if self.moves else self.url(self.widths[-1], "jpeg")

    def url(self, width: int, format: str) -> str:
        """The address of the smallest variant at least `width` wide, or of the largest there is."""
        return f"{self.base}-{self._fitting(width)}.{format}"

    def name(self, width: int, format: str) -> str:
        """The name in the storage of that variant."""
        return f"{self.stem}-{self._fitting(width)}.{format}"

    def _fitting(self, width: int) -> int:
        return next((w for w in self.widths if w >= width), self.widths[-1])

    def srcset(self, format: str, widest: int | None = None) -> str:
        """The variants for a browser to choose among, none wider than `widest` but the smallest there is."""
        widths = [w for w in self.widths if widest is None or w <= widest] or self.widths[:1]
        return ", ".join(f"{self.base}-{w}.{format} {w}w" for w in widths)


def make_variants(image) -> Variants:
    """Write the variants of a saved `media.Picture` to storage and say where they are.

    Re-encoding drops EXIF data, so no variant tells where it was taken; each carries the label, the credit and the rights as XMP.
    Raises what Pillow raises for a broken picture.
    """
    with image.file.open() as file:
        content = file.read()
    packet = image.packet()
    # The name holds a random part: who has the picture can't tell where its sizes are.
    # 72 bits that follow from the secret name of the original: nobody finds them by asking, and pages name many.
    digest = hashlib.sha256(image.file.name.encode() + b"\0" + packet + content).digest()[:9]
    stem = f"pictures/{image.pk // 1000}/{image.pk}-{base64.urlsafe_b64encode(digest).decode()}"
    moving = moving_webp(content, WIDTHS[-1], packet)
    picture = ImageOps.exif_transpose(Pillow.open(io.BytesIO(content)))
    if picture.mode not in ("RGB", "L"):
        picture = _on_white(picture)
    ratio = picture.height / picture.width
    widths = widths_of(picture.width, picture.height)
    formats = tuple(FORMATS) if round(widths[-1] * ratio) <= LONGEST_WEBP else ("jpeg",)
    storing = _Storing(content, f"picture-{image.pk}")
    for width in widths:
        smaller = picture.resize((width, max(1, round(width * ratio))), Pillow.Resampling.LANCZOS)
        # The formats are made side by side where there are processors: Pillow lets go of Python while it encodes.
        with ThreadPoolExecutor(len(formats)) as threads:
            encoded = list(threads.map(partial(_encoded, smaller, packet=packet), formats))
        for format, variant in zip(formats, encoded, strict=True):
            storing.store(f"{stem}-{width}.{format}", variant, format.upper(), beside=width < EMBEDDED)
    if moving:
        storing.store(f"{stem}{MOVING}", moving, "WEBP", beside=False)
    return Variants(image.file.name, stem, widths, ratio, formats, bool(moving), storing.signs)


def widths_of(width: int, height: int) -> tuple[int, ...]:
    """The widths in which a picture is made: none larger than it is, and none higher than a JPEG can be."""
    widest = max(1, min(width, LONGEST_JPEG * width // height))
    widths = tuple(w for w in WIDTHS if w < widest) + ((widest,) if widest <= WIDTHS[-1] else ())
    return widths or (widest,)


def _encoded(picture, format: str, packet: bytes = b"") -> bytes:
    out = io.BytesIO()
    notes = {"xmp": packet} if packet else {}
    # Of a copy: Pillow keeps the options of an encoding in the picture.
    picture.copy().save(out, format.upper(), **FORMATS[format], **notes)
    return out.getvalue()


def _on_white(picture):
    picture = picture.convert("RGBA")
    paper = Pillow.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture)
    return paper.convert("RGB")


class _Storing:
    """Puts what was made of an original into the storage, signed, where the original has a format that manifests know."""

    def __init__(self, original: bytes, title: str):
        self.original, self.title = original, title
        self.format = format_of(original) or ""
        self.signs = self.format in TYPES

    def store(self, name: str, content: bytes, format: str, beside: bool) -> None:
        """`beside`: the manifest is not put into the file but beside it."""
        # The name holds the digest of the content it was made from: what is there already is the same.
        if default_storage.exists(name):
            return
        address = default_storage.url(name + SUFFIX) if beside else ""
        own = settings.BASE_URL if address.startswith("/") else ""
        if self.signs:
            signed = sign_size(content, format, self.original, self.format, self.title, own + address)
            content = signed.content
            if signed.manifest is not None:
                # One that is there is of a file that was not stored in the end.
                default_storage.delete(name + SUFFIX)
                _save(name + SUFFIX, signed.manifest)
        _save(name, content)


def _save(name: str, content: bytes) -> None:
    default_storage.save(name, ContentFile(content))
    remove_after_rollback(default_storage, [name])
