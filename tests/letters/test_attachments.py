"""What comes with a letter is judged by its content, kept sealed and given to the desk alone."""

import io
import zipfile
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from meiri.letters.attachments import LONGEST_SIDE, MOST, MOST_BYTES, MOST_BYTES_IN_ALL, accept
from meiri.letters.models import Attachment, Letter
from tests.letters.letters_factory import A_PDF, a_letter, a_photograph, someone
from tests.letters.test_writing import receipt_and_key, send, words
from tests.media.test_reencoding import a_file, notes


def a_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("run.js", "alert(1)")
    return out.getvalue()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_drawn_anew_without_place_and_device(format):
    photograph = a_photograph(format)
    assert Image.open(io.BytesIO(photograph)).getexif().get_ifd(0x8825)
    kept = accept(photograph)
    picture = Image.open(io.BytesIO(kept.content))
    assert (picture.format, picture.size, kept.type) == ("JPEG", (640, 480), "image/jpeg")
    assert not picture.getexif()
    assert b"PHONE-MAKER-77" not in kept.content
    assert not {"exif", "xmp", "icc_profile", "comment"} & set(picture.info)


def test_a_large_picture_becomes_small_enough_to_read():
    kept = accept(a_photograph(size=(4000, 3000)))
    assert Image.open(io.BytesIO(kept.content)).size == (LONGEST_SIDE, LONGEST_SIDE * 3 // 4)


def test_a_picture_lies_as_it_was_held():
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    Image.new("RGB", (300, 200), "red").save(out, "JPEG", exif=exif.tobytes())
    assert Image.open(io.BytesIO(accept(out.getvalue()).content)).size == (200, 300)


def test_what_is_clear_in_a_picture_is_white_paper():
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    kept = Image.open(io.BytesIO(accept(out.getvalue()).content))
    assert kept.getpixel((10, 10)) == (255, 255, 255)


def test_a_picture_of_an_iphone_is_taken():
    kept = accept(a_file("HEIF", Image.new("RGB", (90, 60), "red"), exif=notes()))
    assert (kept.type, Image.open(io.BytesIO(kept.content)).size) == ("image/jpeg", (90, 60))
    assert b"SECRET-CAMERA" not in kept.content


def test_what_hides_behind_a_picture_is_gone():
    for hidden in (a_zip(), A_PDF, b"<script>alert(1)</script>"):
        kept = accept(a_photograph() + hidden).content
        assert hidden not in kept
        assert kept == accept(a_photograph()).content


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "是空的"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "不是 JPEG"),
        (b"<!doctype html><script>alert(1)</script>", "不是 JPEG"),
        (b"GIF89a" + b"\x00" * 40, "不是 JPEG"),
        (b"MZ" + b"\x00" * 200, "不是 JPEG"),
        (b" " + A_PDF, "不是 JPEG"),
        (a_zip(), "Word、表格等文件请另存为 PDF"),
        (b"\xff\xd8\xff\xe0" + b"broken" * 20, "无法识别"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "无法识别"),
        (a_photograph()[:500], "无法识别"),
        (b"%PDF-1.4 no end", "无法读取"),
        (b"%PDF-1.4\n<html><script>alert(1)</script></html>\n%%EOF", "无法读取"),
        (b"x" * (MOST_BYTES + 1), "超过 8 MB"),
    ],
    # The content itself is too long for a name, and that of an archive holds the time at which it was made.
    ids=[
        *("empty", "svg", "html", "gif", "program", "pdf after a space", "zip", "broken jpeg", "broken png"),
        *("half a jpeg", "endless pdf", "html in a pdf", "too large"),
    ],
)
def test_what_is_none_of_these_is_refused_with_the_reason(content, reason):
    with pytest.raises(ValidationError, match=reason):
        accept(content)


def test_a_picture_of_too_many_points_is_refused_before_it_is_decoded():
    header = Image.new("L", (1, 1))
    out = io.BytesIO()
    header.save(out, "PNG")
    bomb = bytearray(out.getvalue())
    bomb[16:24] = (20_000).to_bytes(4, "big") * 2
    bomb[29:33] = zlib.crc32(bytes(bomb[12:29])).to_bytes(4, "big")
    with pytest.raises(ValidationError, match="尺寸太大"):
        accept(bytes(bomb))


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF0000WEBP", b"PK\x03\x04"]),
)
def test_whatever_bytes_come_they_are_taken_or_refused_in_words(tail, head):
    refused = []
    try:
        kept = accept(head + tail)
    except ValidationError as error:
        refused = error.messages
    assert (refused and refused[0].startswith("附件")) or kept.type in ("image/jpeg", "application/pdf")


def upload(content, name="photo.jpg", type="image/jpeg"):
    return SimpleUploadedFile(name, content, type)


@pytest.mark.django_db
def test_attachments_come_with_the_letter_and_are_sealed(client):
    files = [upload(a_photograph(), "欧阳小林的身份证.jpg"), upload(A_PDF, "x.pdf", "text/html")]
    assert receipt_and_key(send(client, attachments=files))
    kept = list(Attachment.objects.all())
    assert [(a.type, a.letter_id) for a in kept] == [
        ("image/jpeg", Letter.objects.get().pk),
        ("application/pdf", Letter.objects.get().pk),
    ]
    assert kept[1].content() == accept(A_PDF).content
    row = connection.cursor().execute("SELECT * FROM letters_attachment").fetchall()
    assert b"%PDF" not in str(row).encode()
    assert "身份证" not in str(row)


@pytest.mark.django_db
def test_too_many_or_wrong_files_are_said_and_nothing_is_kept(client):
    many = [upload(A_PDF) for _ in range(MOST + 1)]
    answer = send(client, attachments=many)
    assert (answer.status_code, Letter.objects.exists()) == (422, False)
    assert f"附件最多 {MOST} 个" in words(answer)
    answer = send(client, attachments=[upload(A_PDF), upload(b"<svg/>", "photo.jpg")])
    assert (answer.status_code, Letter.objects.exists()) == (422, False)
    assert "第 2 个附件不是" in words(answer)


@pytest.mark.django_db
def test_more_bytes_than_may_come_are_refused_as_a_whole(client):
    answer = send(client, attachments=[upload(b"\x00" * (MOST_BYTES_IN_ALL // 3)) for _ in range(4)])
    assert answer.status_code == 413
    assert "内容太大" in words(answer)


@pytest.mark.django_db
def test_the_desk_gets_a_file_that_no_browser_runs(client):
    letter = a_letter(attachments=[accept(A_PDF), accept(a_photograph())])
    other = a_letter()
    client.force_login(someone("handle_letter"))
    page = words(client.get(f"/admin/letters/{letter.pk}/"))
    for attachment in letter.attachments.all():
        address = f"/admin/letters/{letter.pk}/attachments/{attachment.pk}/"
        assert address in page
        answer = client.get(address)
        assert answer.content == attachment.content()
        assert answer["Content-Disposition"].startswith("attachment;")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "no-store" in answer["Cache-Control"]
        assert client.get(f"/admin/letters/{other.pk}/attachments/{attachment.pk}/").status_code == 404
