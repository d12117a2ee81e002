"""What editors upload under 图片 is drawn anew too: the original can be loaded by readers."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from meiri.media.models import Picture
from tests.media.test_redrawing import a_file, notes

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
