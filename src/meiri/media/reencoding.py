"""Pictures from outside, drawn anew: their pixels are kept and nothing else of the file but what its caller writes.

Where, when and with what a picture was taken, scripts and other files that hide in one are gone afterwards.
"""

import io
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from threading import Lock
from typing import Any, cast

from PIL import Image, ImageCms, ImageOps
from PIL.PngImagePlugin import PngInfo
from pillow_heif import register_heif_opener

register_heif_opener()

# Decoding takes memory: a process decodes one picture at a time.
decoding = Lock()
_SRGB = ImageCms.createProfile("sRGB")
_AVIF = frozenset([b"avif", b"avis"])
_HEIF = frozenset([b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"])
_SIGNATURES = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"BM": "BMP",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
}


class PictureFault(Enum):
    """Why a picture is refused."""

    BYTES = auto()
    PIXELS = auto()
    FORMAT = auto()
    BROKEN = auto()


class PictureRefused(Exception):
    def __init__(self, why: PictureFault):
        super().__init__(why.name)
        self.why = why


@dataclass(frozen=True)
class Bounds:
    """What is taken: formats as `format_of` names them, bytes, and pixels, which are checked before any is decoded."""

    formats: frozenset[str]
    bytes: int
    pixels: int
    # The longest side in pixels that is kept; None keeps all.
    side: int | None = None


@dataclass(frozen=True)
class ReencodedPicture:
    """`picture` in RGB, or RGBA where parts of it are clear; `format` is that of the file that came, `info` and `exif` are what
    Pillow read beside the pixels, for whoever looks for a label there."""

    picture: Image.Image
    format: str
    info: dict[Any, Any] = field(default_factory=dict)
    exif: Image.Exif = field(default_factory=Image.Exif)

    @property
    def is_clear(self) -> bool:
        return self.picture.mode == "RGBA"

    def png(self, packet: bytes = b"") -> bytes:
        """`packet` is the XMP that the file carries."""
        notes = PngInfo()
        if packet:
            notes.add_itxt("XML:com.adobe.xmp", packet.decode())
        return _written(self.picture, "PNG", optimize=True, pnginfo=notes)

    def jpeg(self, quality: int, packet: bytes = b"") -> bytes:
        """On white paper where it is clear. `packet` is the XMP that the file carries."""
        picture = self.picture
        if self.is_clear:
            paper = Image.new("RGBA", picture.size, "white")
            paper.alpha_composite(picture)
            picture = paper.convert("RGB")
        return _written(
            picture, "JPEG", quality=quality, optimize=True, **({"xmp": packet} if packet else {})
        )


def format_of(content: bytes) -> str | None:
    """Pillow's name of the format that a file has by its first bytes; None for what is no picture that Meiri knows."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        return "AVIF" if brand in _AVIF else "HEIF" if brand in _HEIF else None
    return next((name for begin, name in _SIGNATURES.items() if content.startswith(begin)), None)


def reencode_picture(content: bytes, bounds: Bounds) -> ReencodedPicture:
    """The picture upright, in sRGB, with 8 bits a colour; of one that moves the first frame. Raises `PictureRefused`."""
    if len(content) > bounds.bytes:
        raise PictureRefused(PictureFault.BYTES)
    format = format_of(content)
    if format is None or format not in bounds.formats:
        raise PictureRefused(PictureFault.FORMAT)
    try:
        with decoding, Image.open(io.BytesIO(content), formats=(format,)) as picture:
            if picture.width * picture.height > bounds.pixels:
                raise PictureRefused(PictureFault.PIXELS)
            pixels = _pixels_of(picture, bounds.side)
            return ReencodedPicture(pixels, format, dict(picture.info), _exif_of(picture))
    except PictureRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureRefused(PictureFault.PIXELS) from None
    except Exception as error:  # Pillow raises whatever a broken file makes it trip over
        raise PictureRefused(PictureFault.BROKEN) from error


def _exif_of(picture: Image.Image) -> Image.Exif:
    try:
        return picture.getexif()
    except Exception:  # as with what is read of how it was held
        return Image.Exif()


def _pixels_of(picture: Image.Image, side: int | None) -> Image.Image:
    if side:
        picture.draft("RGB", (side, side))  # a JPEG is decoded not much larger than it is kept
    picture.load()
    with suppress(Exception):  # notes that are broken say nothing of how it was held
        ImageOps.exif_transpose(picture, in_place=True)
    profile = picture.info.get("icc_profile")
    drawn = _eight_bits(picture)
    mode = "RGBA" if drawn.has_transparency_data else "RGB"
    if drawn.mode not in (mode, "CMYK"):
        drawn = drawn.convert(mode)
    if side:
        drawn.thumbnail((side, side))
    if profile:
        drawn = _in_srgb(drawn, profile, mode)
    if drawn.mode != mode:
        drawn = drawn.convert(mode)
    anew = Image.new(mode, drawn.size)  # it knows nothing of what the file said
    anew.paste(drawn)
    return anew


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Pillow cuts off what is lighter than 8 bits can tell; here it is scaled."""
    if picture.mode.startswith("I;16"):
        return picture.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if picture.mode in ("I", "F"):
        lightest = cast(float, picture.getextrema()[1])
        scale = 255 / lightest if lightest > 255 else 1
        return picture.point(lambda value: value * scale).convert("L")
    return picture


def _in_srgb(picture: Image.Image, profile: bytes, mode: str) -> Image.Image:
    """The colours that are meant, as screens show them without the profile."""
    try:
        meant = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(picture, meant, _SRGB, outputMode=mode) or picture
    except (ImageCms.PyCMSError, OSError):
        return picture  # a profile that is broken, or of other colours, tells nothing


def _written(picture: Image.Image, format: str, **options) -> bytes:
    out = io.BytesIO()
    picture.save(out, format, **options)
    return out.getvalue()
