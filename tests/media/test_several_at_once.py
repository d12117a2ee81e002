"""Several files at once: each is taken or refused in words. None waits half stored, as it came, for a form that is sent later."""

import re

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.documents.models import Document
from wagtail.models import Collection, UploadedFile

from meiri.media.models import Picture
from tests.media.labelled_samples import a_labelled_file
from tests.media.recording_samples import recording

pytestmark = pytest.mark.django_db
SCRIPT = {"X-Requested-With": "XMLHttpRequest"}
DOORS = {
    "documents": (Document, "a.mp4", recording("mp4")),
    "images": (Picture, "a.jpg", a_labelled_file("JPEG")),
}


@pytest.fixture
def by(django_user_model):
    return django_user_model.objects.create_superuser("zhubian", "z@example.com", "x")


@pytest.fixture
def desk(client, by):
    client.force_login(by)
    return client


def sent(desk, door: str, name: str, content: bytes, **fields) -> dict:
    fields |= {"files[]": SimpleUploadedFile(name, content)}
    answer = desk.post(f"/admin/{door}/multiple/add/", fields, headers=SCRIPT)
    assert answer.status_code == 200
    return answer.json()


@pytest.mark.parametrize("title", ["", "   ", "\u3000"])
@pytest.mark.parametrize("door", DOORS)
def test_a_file_without_a_title_is_called_by_its_name(desk, door, title):
    model, name, content = DOORS[door]
    assert sent(desk, door, name, content, title=title)["success"]
    stored = model.objects.get()
    assert stored.title == name
    assert (stored.origin if door == "documents" else stored).ai_label == "1"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [({"title": "题" * 300}, "标题：.*255"), ({"title": "图", "collection": "999"}, "集合：")],
)
@pytest.mark.parametrize("door", DOORS)
def test_what_is_refused_is_told_and_nothing_is_kept_of_it(desk, door, fields, sentence):
    Collection.get_first_root_node().add_child(name="体育")
    model, name, content = DOORS[door]
    answer = sent(desk, door, name, content, **fields)
    assert not answer["success"]
    assert answer["error_message"].startswith("文件没有上传：")
    assert re.search(sentence, answer["error_message"])
    assert not model.objects.exists()
    assert not UploadedFile.objects.exists()


@pytest.mark.parametrize(
    ("door", "create"),
    [("documents", "create_from_uploaded_document"), ("images", "create_from_uploaded_image")],
)
def test_what_waited_half_stored_before_is_not_taken_as_it_came(desk, by, door, create):
    model, name, content = DOORS[door]
    waiting = UploadedFile.objects.create(
        for_content_type=ContentType.objects.get_for_model(model),
        file=ContentFile(content, name),
        uploaded_by_user=by,
    )
    fields = {f"uploaded-{door[:-1]}-{waiting.pk}-title": "片子"}
    answer = desk.post(f"/admin/{door}/multiple/{create}/{waiting.pk}/", fields, headers=SCRIPT)
    assert answer.status_code == 404
    assert not model.objects.exists()


@pytest.mark.parametrize("door", DOORS)
def test_the_name_of_a_file_is_no_markup_in_what_is_told(desk, door):
    answer = sent(desk, door, "a.<img src=x>", b"x", title="a")
    assert not answer["success"]
    assert "<" not in answer["error_message"]
