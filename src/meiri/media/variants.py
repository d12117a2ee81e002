"""The sizes and formats of a picture that reader pages offer to browsers."""

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image as Pillow
from PIL import ImageOps

WIDTHS = (320, 640, 1280)
# Best compression first: a browser takes the first it knows; JPEG is for all others.
FORMATS = {
    "avif": {"quality": 55, "speed": 8},
    "webp": {"quality": 78, "method": 4},
    "jpeg": {"quality": 82, "optimize": True, "progressive": True},
}


@dataclass(frozen=True)
class Variants:
    """`file`: the original they were made from; `stem`: the path before `-{width}.{format}`; widths in pixels."""

    file: str = ""
    stem: str = ""
    widths: tuple[int, ...] = ()
    height_ratio: float = 2 / 3

    @classmethod
    def from_json(cls, data: dict) -> "Variants":
        return cls(
            data.get("file", ""),
            data.get("stem", ""),
            tuple(data.get("widths", ())),
            data.get("ratio", 2 / 3),
        )

    def as_json(self) -> dict:
        return {"file": self.file, "stem": self.stem, "widths": list(self.widths), "ratio": self.height_ratio}

    @cached_property
    def base(self) -> str:
        """The address of the stem. Addresses of public pictures end with the file's name, wherever they are stored."""
        return default_storage.url(self.stem)

    def url(self, width: int, format: str) -> str:
        """The address of the smallest variant at least `width` wide, or of the largest there is."""
        fitting = next((w for w in self.widths if w >= width), self.widths[-1])
        return f"{self.base}-{fitting}.{format}"

    def srcset(self, format: str, widest: int | None = None) -> str:
        """The variants for a browser to choose among, none wider than `widest` but the smallest there is."""
        widths = [w for w in self.widths if widest is None or w <= widest] or self.widths[:1]
        return ", ".join(f"{self.base}-{w}.{format} {w}w" for w in widths)


def make_variants(image) -> Variants:
    """Write the variants of a saved `media.Picture` to storage and say where they are.

    Re-encoding drops EXIF data, so no variant tells where it was taken. Raises `OSError` for a broken picture.
    """
    with image.file.open() as file:
        content = file.read()
    picture = ImageOps.exif_transpose(Pillow.open(io.BytesIO(content)))
    if picture.mode not in ("RGB", "L"):
        picture = _on_white(picture)
    digest = hashlib.sha256(content).hexdigest()[:10]
    stem = f"pictures/{image.pk // 1000}/{image.pk}-{digest}"
    widths = tuple(w for w in WIDTHS if w < picture.width) + (
        (picture.width,) if picture.width <= WIDTHS[-1] else ()
    )
    widths = widths or (picture.width,)
    for width in widths:
        smaller = picture.resize(
            (width, max(1, round(picture.height * width / picture.width))), Pillow.Resampling.LANCZOS
        )
        # The formats are made side by side where there are processors: Pillow lets go of Python while it encodes.
        with ThreadPoolExecutor(len(FORMATS)) as threads:
            encoded = list(threads.map(partial(_encoded, smaller), FORMATS))
        for format, variant in zip(FORMATS, encoded, strict=True):
            _store(f"{stem}-{width}.{format}", variant)
    return Variants(image.file.name, stem, widths, picture.height / picture.width)


def _encoded(picture, format: str) -> bytes:
    out = io.BytesIO()
    # Of a copy: Pillow keeps the options of an encoding in the picture.
    picture.copy().save(out, format.upper(), **FORMATS[format])
    return out.getvalue()


def _on_white(picture):
    picture = picture.convert("RGBA")
    paper = Pillow.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture)
    return paper.convert("RGB")


def _store(name: str, content: bytes) -> None:
    # The name holds the digest of the content it was made from: what is there already is the same.
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(content))
