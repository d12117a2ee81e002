"""What editors upload under 图片 is drawn anew too: the original can be loaded by readers."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from wagtail.documents.models import Document

from meiri.media.models import Picture
from tests.media import samples
from tests.media.stored_names import stored_names
from tests.media.test_reencoding import a_file, notes
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("zhubian", "z@example.com", "x"))
    return client


def kept(picture: Picture) -> bytes:
    with picture.file.open() as file:
        return file.read()


@pytest.mark.parametrize(
    ("name", "format", "ending"),
    [("a.jpg", "JPEG", "jpg"), ("b.heic", "HEIF", "jpg"), ("c.png", "PNG", "png")],
)
def test_an_uploaded_picture_tells_no_place(desk, name, format, ending):
    file = SimpleUploadedFile(name, a_file(format, exif=notes(6 if format == "JPEG" else 1)))
    answer = desk.post("/admin/images/add/", {"title": "街景", "file": file, "caption": "", "credit": ""})
    assert answer.status_code == 302
    picture = Picture.objects.get()
    content = kept(picture)
    assert picture.file.name.endswith(f".{ending}")
    assert b"SECRET-CAMERA" not in content
    shown = Image.open(io.BytesIO(content))
    assert not dict(shown.getexif())
    assert (picture.width, picture.height) == shown.size == ((60, 90) if format == "JPEG" else (90, 60))
    assert picture.file_size == len(content)
    assert picture.sizes.widths


def test_many_at_once_and_a_new_file_for_an_old_picture_are_drawn_anew(desk):
    file = SimpleUploadedFile("a.jpg", a_file(exif=notes()))
    answer = desk.post(
        "/admin/images/multiple/add/",
        {"title": "街景", "files[]": file},
        headers={"X-Requested-With": "XMLHttpRequest"},
    )
    assert answer.json()["success"]
    picture = Picture.objects.get()
    assert b"SECRET-CAMERA" not in kept(picture)
    fields = {"title": "街景", "caption": "说明", "credit": "", "collection": picture.collection_id}
    assert desk.post(f"/admin/images/{picture.pk}/", fields).status_code == 302
    same = Picture.objects.get()
    assert (same.caption, same.file.name) == ("说明", picture.file.name)
    fields["file"] = SimpleUploadedFile("b.jpg", a_file("JPEG", Image.new("RGB", (70, 70)), exif=notes()))
    assert desk.post(f"/admin/images/{picture.pk}/", fields).status_code == 302
    other = Picture.objects.get()
    assert (other.width, other.file.name == picture.file.name) == (70, False)
    assert b"SECRET-CAMERA" not in kept(other)


def uploaded(desk, name: str, content: bytes):
    file = SimpleUploadedFile(name, content)
    return desk.post("/admin/images/add/", {"title": "图", "file": file, "caption": "", "credit": ""})


@pytest.mark.parametrize("name", ["a.jfif", "b.JFIF", "c.jpe"])
def test_d12_a_jpeg_is_taken_under_its_other_names(desk, name):
    assert uploaded(desk, name, a_file()).status_code == 302
    assert Picture.objects.get().file.name.endswith(".jpg")


def test_d12_a_drawing_in_svg_is_still_refused(desk):
    for name in ("a.svg", "a.png", "a.jfif"):
        answer = uploaded(desk, name, b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")
        assert answer.status_code == 200, name
    assert not Picture.objects.exists()


@pytest.mark.parametrize(
    "size", [(500, 16_384), (1080, 20_000), (300, 66_000), (40_000, 200), (60, 70_000), (1, 9_000)]
)
def test_a13_a_long_picture_is_taken(desk, client, size):
    drawn = Image.new("L", size, 200)
    assert uploaded(desk, "chang.png", a_file("PNG", drawn)).status_code == 302
    picture = Picture.objects.get()
    sizes = picture.stored_sizes()
    for name in sizes.names():
        with default_storage.open(name) as file, Image.open(file) as made:
            made.load()
            assert abs(made.height / made.width - size[1] / size[0]) <= size[1] / size[0] * 0.02 + 1
    # Text in it can be read: it is not scaled to what WebP holds.
    assert sizes.widths[-1] >= min(1280, size[0], 65_500 * size[0] // size[1])
    page = client.get(an_article(picture=picture).get_absolute_url()).content.decode()
    assert f"{sizes.stem}-{sizes.widths[-1]}.jpeg" in page
    assert ("image/avif" in page) == ("avif" in sizes.formats) == (size[1] <= 16_383)
    assert desk.get("/admin/images/").status_code == 200


@pytest.mark.parametrize(("name", "format"), [("a.gif", "GIF"), ("b.webp", "WEBP"), ("c.png", "PNG")])
def test_a14_a_picture_that_moves_goes_on_moving(desk, client, name, format):
    assert uploaded(desk, name, samples.moving(format)).status_code == 302
    picture = Picture.objects.get()
    sizes = picture.stored_sizes()
    assert sizes.moves
    with default_storage.open(f"{sizes.stem}-moving.webp") as file, Image.open(file) as made:
        assert (made.n_frames, made.info["loop"]) == (3, 0)
        colours = []
        for number in range(3):
            made.seek(number)
            made.load()
            colours.append(
                (max(range(3), key=made.convert("RGB").getpixel((20, 20)).__getitem__), made.info["duration"])
            )
        assert colours == [(0, 120), (1, 120), (2, 120)]
    page = client.get(an_article(picture=picture).get_absolute_url()).content.decode()
    assert (
        f'<source media="(prefers-reduced-motion: no-preference)" type="image/webp" srcset="{sizes.moving}">'
        in page
    )
    assert page.index("-moving.webp") < page.index("image/avif")
    assert client.get(sizes.moving)["Content-Type"] == "image/webp"
    with default_storage.open(f"{sizes.stem}-60.jpeg") as file, Image.open(file) as still:
        assert still.getpixel((20, 20))[0] > 240


def test_a14_a_picture_that_moves_too_long_is_refused_in_words(desk):
    answer = uploaded(desk, "a.gif", samples.moving("GIF", size=(8, 8), frames=402))
    assert answer.status_code == 200
    assert "动图超过 400 帧" in answer.content.decode()
    assert not Picture.objects.exists()


def test_a14_a_picture_that_moves_tells_nothing_and_is_brought_within_bounds(desk):
    assert uploaded(desk, "a.webp", samples.moving("WEBP", size=(2000, 100), exif=notes())).status_code == 302
    content = kept(Picture.objects.get())
    assert b"SECRET-CAMERA" not in content
    assert Image.open(io.BytesIO(content)).size == (1280, 64)


def test_a13_half_a_picture_leaves_nothing_behind(desk):
    before = stored_names()
    noise = Image.effect_noise((300, 300), 90).convert("RGB")
    for format, name in (("JPEG", "a.jpg"), ("PNG", "b.png"), ("WEBP", "c.webp"), ("AVIF", "d.avif")):
        content = a_file(format, noise)
        assert uploaded(desk, name, content[: len(content) // 2]).status_code == 200, name
    half = samples.moving("GIF", size=(200, 200), frames=30)
    assert uploaded(desk, "e.gif", half[: len(half) // 2]).status_code in (200, 302)
    if not Picture.objects.exists():
        assert stored_names() == before


RIGHT = [
    ("a.mp4", samples.MP4), ("a.m4v", samples.MP4), ("a.webm", samples.WEBM), ("a.m4a", samples.M4A),
    ("a.mp3", samples.MP3_TAGGED), ("b.mp3", samples.MP3_BARE), ("a.opus", samples.OPUS), ("a.ogg", samples.VORBIS),
    ("a.flac", samples.FLAC), ("a.wav", samples.a_wave()), ("a.vtt", samples.VTT), ("a.pdf", samples.PDF),
    ("a.txt", "通知".encode("gb18030")), ("A.MP4", samples.MP4),
]  # fmt: skip
WRONG = [
    ("a.mp4", b"<html><script>alert(1)</script>"), ("a.mp4", samples.HEIC), ("a.webm", samples.MATROSKA),
    ("a.mp3", samples.MP4), ("a.mp3", b"\xff\xff\xff\xff"), ("a.ogg", b"OggS" + bytes(60)), ("a.pdf", b"PK\x03\x04"),
    ("a.docx", samples.PDF), ("a.txt", b"MZ\0\0"), ("a.m4a", b""), ("a.wav", b"RIFF0000WEBP"), ("a.exe", b"MZ"),
    ("a.html", b"<html>"), ("a.mov", samples.MP4), ("a", samples.MP4),
]  # fmt: skip


def document_uploaded(desk, name: str, content: bytes):
    fields = {"title": "文件", "collection": 1, "file": SimpleUploadedFile(name, content)}
    return desk.post("/admin/documents/add/", fields)


@pytest.mark.parametrize(("name", "content"), RIGHT, ids=[name for name, _ in RIGHT])
def test_a9_videos_and_recordings_are_taken(desk, name, content):
    assert document_uploaded(desk, name, content).status_code == 302
    document = Document.objects.get()
    answer = desk.get(document.url)
    assert (answer.status_code, answer.getvalue()) == (200, content)


def test_a9_a_video_is_taken_among_many(desk):
    answer = desk.post(
        "/admin/documents/multiple/add/",
        {"title": "录像", "files[]": SimpleUploadedFile("a.mp4", samples.MP4)},
        headers={"X-Requested-With": "XMLHttpRequest"},
    )
    assert answer.json()["success"]
    wrong = desk.post(
        "/admin/documents/multiple/add/",
        {"title": "录像", "files[]": SimpleUploadedFile("a.mp4", b"<html>")},
        headers={"X-Requested-With": "XMLHttpRequest"},
    )
    assert "不是 MP4 格式" in str(wrong.json())
    assert Document.objects.count() == 1


@pytest.mark.parametrize(("name", "content"), WRONG)
def test_a9_what_only_calls_itself_a_video_is_refused(desk, name, content):
    assert document_uploaded(desk, name, content).status_code == 200
    assert not Document.objects.exists()


def test_a9_a_file_over_the_limit_is_refused(desk, settings, monkeypatch):
    monkeypatch.setattr(settings, "WAGTAILDOCS_MAX_UPLOAD_SIZE", 1000)
    answer = document_uploaded(desk, "a.mp4", samples.MP4 + bytes(2000))
    assert answer.status_code == 200
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"1\n00:00:01,000 --> 00:00:04,000\nx\n", "第一行须是"),
        (b"WEBVTT\n\n00:00:01,000 --> 00:00:04,000\nx\n", "第 3 行的时间读不懂"),
        (b"WEBVTT\n\n00:04.000 --> 00:01.000\nx\n", "不在开始时间之后"),
        (b"WEBVTT\n\nNOTE nothing\n", "没有字幕"),
        (b"WEBVTTx\n\n00:01.000 --> 00:02.000\n", "第一行须是"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n你好".encode("gb18030"), "UTF-8"),
        (b"WEBVTT\n" + b"x" * 2_100_000, "不能超过"),
    ],
)
def test_a9_captions_that_no_browser_shows_are_refused_with_the_reason(desk, content, why):
    answer = document_uploaded(desk, "a.vtt", content)
    assert answer.status_code == 200
    assert why in answer.content.decode()
    assert not Document.objects.exists()


def test_a9_a_block_takes_only_what_it_plays(desk):
    from wagtail.blocks import StructBlockValidationError

    from meiri.newsroom.body.recordings import AudioBlock, VideoBlock

    def a_document(name, content):
        return Document.objects.create(title=name, file=SimpleUploadedFile(name, content))

    video, sound, captions = (
        a_document("a.mp4", samples.MP4),
        a_document("a.mp3", samples.MP3_BARE),
        a_document("a.vtt", samples.VTT),
    )

    def cleaned(block, **fields):
        value = {"title": "现场", "transcript": "", "poster": None} | fields
        return block.clean(block.to_python(block.get_prep_value(block.normalize(value))))

    assert cleaned(VideoBlock(), file=video, captions=captions)["file"] == video
    assert cleaned(AudioBlock(), file=sound)["file"] == sound
    for block, fields in (
        (VideoBlock(), {"file": sound}),
        (AudioBlock(), {"file": video}),
        (AudioBlock(), {"file": captions}),
        (VideoBlock(), {"file": video, "captions": sound}),
    ):
        with pytest.raises(StructBlockValidationError):
            cleaned(block, **fields)
