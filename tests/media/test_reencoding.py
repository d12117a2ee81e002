"""Pictures from outside are drawn anew: they look as before, and nothing else of the file is left."""

import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms
from pillow_heif import from_pillow

from meiri.media.reencoding import (
    Bounds,
    PictureFault,
    PictureRefused,
    ReencodedPicture,
    format_of,
    reencode_picture,
)

ALL = frozenset(["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF", "BMP", "TIFF"])
BOUNDS = Bounds(ALL, bytes=1_000_000, pixels=1_000_000)
SECRETS = (b"SECRET-CAMERA", b"<script", b"PK\x05\x06", b"%PDF", b"GPSLatitude")


def a_file(format="JPEG", picture=None, **options) -> bytes:
    out = io.BytesIO()
    picture = picture or Image.new("RGB", (90, 60), "red")
    if format == "HEIF":
        from_pillow(picture).save(out, **options)
    else:
        picture.save(out, format, **options)
    return out.getvalue()


def notes(orientation=1) -> bytes:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "SECRET-CAMERA"
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 16.0, 28.0), 3: "E", 4: (120.0, 9.0, 18.0)})
    return exif.tobytes()


def told(drawn: ReencodedPicture) -> list:
    """What files made of the picture still tell, besides the picture."""
    found = []
    for content in (drawn.png(), drawn.jpeg(90)):
        with Image.open(io.BytesIO(content)) as picture:
            found += [
                *picture.getexif(),
                *(set(picture.info) & {"exif", "xmp", "icc_profile", "comment", "Comment"}),
            ]
        found += [word for word in SECRETS if word in content]
    return found


def why(content: bytes, bounds: Bounds = BOUNDS) -> PictureFault:
    with pytest.raises(PictureRefused) as refused:
        reencode_picture(content, bounds)
    return refused.value.why


@pytest.mark.parametrize("format", sorted(ALL))
def test_every_format_is_taken_and_tells_nothing(format):
    options = {} if format in ("GIF", "BMP") else {"exif": notes()}
    content = a_file(format, **options) + b"<script>alert(1)</script>%PDF-1.4 PK\x05\x06"
    assert format_of(content) == format
    drawn = reencode_picture(content, BOUNDS)
    assert (drawn.format, drawn.picture.size, told(drawn)) == (format, (90, 60), [])
    red, green, blue = drawn.picture.convert("RGB").getpixel((45, 30))
    assert red > 240
    assert max(green, blue) < 16


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_picture_lies_as_it_was_held(format):
    assert reencode_picture(a_file(format, exif=notes(6)), BOUNDS).picture.size == (60, 90)


def test_what_a_png_and_a_jpeg_say_in_words_is_gone():
    from PIL.PngImagePlugin import PngInfo

    said = PngInfo()
    said.add_text("Comment", "<script>")
    said.add_itxt("XML:com.adobe.xmp", "<x GPSLatitude='30'/>")
    assert told(reencode_picture(a_file("PNG", pnginfo=said), BOUNDS)) == []
    assert (
        told(reencode_picture(a_file("JPEG", comment="<script>", xmp=b"<x GPSLatitude='30'/>"), BOUNDS)) == []
    )
    assert told(reencode_picture(a_file("GIF", comment=b"<script>"), BOUNDS)) == []


def test_of_one_that_moves_the_first_frame_is_kept():
    frames = [Image.new("RGB", (50, 50), colour) for colour in ("red", "blue")]
    for format in ("GIF", "WEBP", "PNG"):
        content = a_file(format, frames[0], save_all=True, append_images=frames[1:], duration=100)
        drawn = reencode_picture(content, BOUNDS)
        assert drawn.picture.convert("RGB").getpixel((9, 9))[0] > 240, format
        assert getattr(Image.open(io.BytesIO(drawn.png())), "n_frames", 1) == 1


@pytest.mark.parametrize(
    ("picture", "format", "colour"),
    [
        (Image.new("CMYK", (50, 50), (0, 255, 255, 0)), "JPEG", (255, 0, 0)),
        (Image.new("CMYK", (50, 50), (0, 255, 255, 0)), "TIFF", (255, 0, 0)),
        (Image.new("I;16", (50, 50), 32_768), "PNG", (127, 127, 127)),
        (Image.new("I;16", (50, 50), 65_535), "TIFF", (255, 255, 255)),
        (Image.new("I", (50, 50), 100), "TIFF", (100, 100, 100)),
        (Image.new("F", (50, 50), 510.0), "TIFF", (255, 255, 255)),
        (Image.new("L", (50, 50), 100), "PNG", (100, 100, 100)),
        (Image.new("1", (50, 50), 1), "PNG", (255, 255, 255)),
        (Image.new("RGB", (50, 50), "red").convert("P"), "PNG", (255, 0, 0)),
        (Image.new("RGB", (50, 50), "red").convert("P"), "GIF", (255, 0, 0)),
    ],
)
def test_colours_are_right_whatever_they_are_made_of(picture, format, colour):
    shown = reencode_picture(a_file(format, picture), BOUNDS).picture
    assert shown.mode == "RGB"
    assert all(abs(a - b) <= 2 for a, b in zip(shown.getpixel((9, 9)), colour, strict=True))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_clear_stays_so_in_a_png_and_is_paper_in_a_jpeg(mode):
    clear = Image.new("RGBA", (50, 50), (0, 0, 0, 0)).convert(mode)
    options = {"transparency": 0} if mode == "P" else {}
    drawn = reencode_picture(a_file("PNG", clear, **options), BOUNDS)
    assert drawn.is_clear
    assert Image.open(io.BytesIO(drawn.png())).getpixel((9, 9))[3] == 0
    assert Image.open(io.BytesIO(drawn.jpeg(90))).getpixel((9, 9)) == (255, 255, 255)


def test_a_profile_is_worked_into_the_colours_and_a_broken_one_ignored():
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (lab, b"no profile at all", lab[:200]):
        drawn = reencode_picture(a_file("JPEG", icc_profile=profile), BOUNDS)
        assert drawn.picture.getpixel((9, 9))[0] > 240
        assert told(drawn) == []


def test_a_picture_is_brought_down_to_the_side_that_is_kept():
    bounds = Bounds(ALL, bytes=1_000_000, pixels=1_000_000, side=100)
    for format in sorted(ALL):
        content = a_file(format, Image.new("RGB", (900, 300)))
        assert max(reencode_picture(content, bounds).picture.size) == 100, format


def test_too_many_bytes_or_pixels_are_refused_before_any_is_decoded():
    assert why(b"\xff\xd8\xff" + b"x" * 1_000_000) is PictureFault.BYTES
    few = Bounds(ALL, bytes=1_000_000, pixels=10_000)
    for format in sorted(ALL):
        assert why(a_file(format, Image.new("RGB", (101, 100))), few) is PictureFault.PIXELS, format
    bomb = bytearray(a_file("PNG", Image.new("L", (1, 1))))
    for side in (2_000, 12_000, 60_000):
        bomb[16:24] = side.to_bytes(4, "big") * 2
        bomb[29:33] = zlib.crc32(bytes(bomb[12:29])).to_bytes(4, "big")
        assert why(bytes(bomb)) is PictureFault.PIXELS


@pytest.mark.parametrize("format", sorted(ALL))
def test_half_a_picture_is_refused(format):
    noise = Image.frombytes("RGB", (90, 60), bytes(n * n % 251 for n in range(90 * 60 * 3)))
    content = a_file(format, noise)
    assert why(content[: len(content) // 2]) is PictureFault.BROKEN


def test_only_formats_that_are_asked_for_are_taken():
    one = Bounds(frozenset(["PNG"]), bytes=1_000_000, pixels=1_000_000)
    assert reencode_picture(a_file("PNG"), one).format == "PNG"
    for content in (
        a_file("JPEG"),
        a_file("GIF"),
        b"<svg onload='alert(1)'/>",
        b"%PDF-1.4",
        b"",
        b"8BPS\x00\x01",
    ):
        assert why(content, one) is PictureFault.FORMAT


STARTS = [
    b"",
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"RIFF0000WEBPVP8 ",
    b"\0\0\0\x1cftypheic",
    b"GIF89a",
    b"BM",
    b"II*\0",
]


@given(st.sampled_from(STARTS), st.binary(max_size=300))
def test_whatever_bytes_come_they_are_drawn_or_refused(start, rest):
    try:
        outcome = reencode_picture(start + rest, BOUNDS)
    except PictureRefused as refused:
        outcome = refused.why
    assert isinstance(outcome, ReencodedPicture | PictureFault)


@given(
    st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]), st.integers(0, 400), st.binary(min_size=1, max_size=8)
)
def test_a_picture_with_some_bytes_changed_is_drawn_or_refused(format, at, bytes_):
    content = bytearray(a_file(format))
    content[at : at + len(bytes_)] = bytes_
    try:
        outcome = told(reencode_picture(bytes(content), BOUNDS))
    except PictureRefused as refused:
        outcome = refused.why
    assert outcome == [] or isinstance(outcome, PictureFault)
