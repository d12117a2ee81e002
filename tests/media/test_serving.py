"""Stored media: parts of files, private documents, names that nobody guesses."""

import re

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from hypothesis import given
from hypothesis import strategies as st
from wagtail.documents.models import Document
from wagtail.models import Collection, CollectionViewRestriction

from meiri.media.serving import Unsatisfiable, span_of
from meiri.media.storage_names import given as given_name
from meiri.media.storage_names import unguessable
from tests.media.samples import MP4
from tests.media.test_removing import a_document, a_picture
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db
CONTENT = MP4 + bytes(range(256)) * 4


@pytest.fixture
def video() -> Document:
    return a_document("录像", CONTENT, "录像 一.mp4")


def test_a9_a_video_is_played_in_parts(client, video):
    whole = client.get(video.url)
    assert whole.status_code == 200
    assert whole.getvalue() == CONTENT
    assert whole["Content-Type"] == "video/mp4"
    assert whole["Accept-Ranges"] == "bytes"
    assert whole["Content-Length"] == str(len(CONTENT))
    assert re.fullmatch(r'"[0-9a-f-]{8,}"', whole["ETag"])
    assert whole["Content-Disposition"].startswith("inline; filename*=UTF-8''%E5%BD%95%E5%83%8F")
    assert "Content-Encoding" not in whole
    for asked, first, last in (
        ("bytes=0-", 0, len(CONTENT) - 1),
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=-5", len(CONTENT) - 5, len(CONTENT) - 1),
        ("bytes=5-999999", 5, len(CONTENT) - 1),
    ):
        part = client.get(video.url, headers={"Range": asked, "Accept-Encoding": "gzip, br, zstd"})
        assert part.status_code == 206, asked
        assert part["Content-Range"] == f"bytes {first}-{last}/{len(CONTENT)}"
        assert part["Content-Length"] == str(last - first + 1)
        assert part.getvalue() == CONTENT[first : last + 1]
        assert "Content-Encoding" not in part


def test_a9_a_range_that_is_not_there_and_one_that_is_none(client, video):
    beyond = client.get(video.url, headers={"Range": f"bytes={len(CONTENT)}-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(CONTENT)}")
    for odd in (
        "bytes=5-2",
        "bytes=",
        "bytes=-",
        "lines=1-2",
        "bytes=0-1,5-6",
        "bytes=a-b",
        "x",
        "bytes=1-2-3",
    ):
        answer = client.get(video.url, headers={"Range": odd})
        assert (answer.status_code, answer.getvalue()) == (200, CONTENT), odd


def test_a9_conditions_of_a_range_and_of_a_file(client, video):
    first = client.get(video.url)
    etag, changed = first["ETag"], first["Last-Modified"]
    for condition, status in ((etag, 206), (changed, 206), ('"other"', 200), (f"W/{etag}", 200), ("x", 200)):
        answer = client.get(video.url, headers={"Range": "bytes=0-3", "If-Range": condition})
        assert answer.status_code == status, condition
    for headers, status in (
        ({"If-None-Match": etag}, 304),
        ({"If-None-Match": etag, "Range": "bytes=0-3"}, 304),
        ({"If-Modified-Since": changed}, 304),
        ({"If-Match": '"other"'}, 412),
    ):
        answer = client.get(video.url, headers=headers)
        assert (answer.status_code, answer["ETag"]) == (status, etag), headers
    head = client.head(video.url, headers={"Range": "bytes=0-3"})
    assert (head.status_code, head["Content-Length"], head.content) == (200, str(len(CONTENT)), b"")
    assert client.post(video.url).status_code == 405


@given(st.text(alphabet="bytes=0123456789-, ", max_size=30), st.integers(0, 60))
def test_a9_whatever_range_is_asked_for_lies_in_the_file(header, size):
    try:
        span = span_of(header, size)
    except Unsatisfiable:
        return
    assert span is None or 0 <= span[0] < span[1] <= size


def in_a_collection(document, kind, *groups) -> CollectionViewRestriction:
    collection = Collection.get_first_root_node().add_child(name="内部")
    restriction = CollectionViewRestriction.objects.create(
        collection=collection, restriction_type=kind, password="abc"
    )
    restriction.groups.set(groups)
    document.collection = collection
    document.save()
    return restriction


def test_b7_a_private_document_is_private_under_every_address(client, django_user_model):
    document = a_document()
    in_a_collection(document, "login")
    name = document.file.name
    assert default_storage.exists(name)
    for address in (
        f"/media/{name}",
        f"/media/./{name}",
        f"/media/pictures/../{name}",
        f"/media/images/%2e%2e/{name}",
    ):
        assert client.get(address).status_code == 404, address
    door = client.get(document.url)
    assert door.status_code == 302
    assert door["Location"].startswith("/members/login/?next=/documents/")
    assert client.get(door["Location"]).status_code == 200
    client.force_login(django_user_model.objects.create_user("reader", "r@example.com", "x"))
    read = client.get(document.url)
    assert (read.status_code, read["Cache-Control"]) == (200, "private, no-store")


def test_b7_a_document_for_a_group_refuses_the_others_in_words(client, django_user_model):
    group = Group.objects.create(name="法务")
    document = a_document()
    in_a_collection(document, "groups", group)
    user = django_user_model.objects.create_user("reader", "r@example.com", "x")
    client.force_login(user)
    assert client.get(document.url).status_code == 403
    user.groups.add(group)
    assert client.get(document.url).status_code == 200


def test_b7_a_password_that_many_share_is_not_offered_and_opens_nothing(client, admin_client):
    document = a_document()
    restriction = in_a_collection(document, "password")
    assert client.get(document.url).status_code == 302
    form = admin_client.get(f"/admin/collections/{document.collection_id}/privacy/").json()["html"]
    assert 'value="login"' in form
    assert 'value="password"' not in form
    assert client.get(f"/documents/authenticate_with_password/{restriction.pk}/").status_code == 404


def test_b7_originals_and_documents_have_names_that_nobody_guesses(client, admin_client):
    picture, document = a_picture(), a_document(name="通知.pdf")
    for name in (picture.file.name, document.file.name):
        assert re.fullmatch(r"(original_images|documents)/[0-9a-f]{32}-.+", name)
        assert client.get(f"/media/{name}").status_code == 404
    assert re.fullmatch(r"pictures/0/\d+-[\w-]{12}", picture.stored_sizes().stem)
    rendition = picture.get_rendition("max-40x40")
    assert re.search(r"/[0-9a-f]{32}", rendition.file.name)
    assert client.get(rendition.url).status_code == 200
    original = admin_client.get(picture.file.url)
    assert (original.status_code, original["Cache-Control"]) == (200, "private, no-store")
    assert client.get(f"/documents/{document.pk}/{'0' * 32}-通知.pdf").status_code == 404
    assert "UTF-8''%E9%80%9A%E7%9F%A5.pdf" in client.get(document.url)["Content-Disposition"]


def test_b7_what_was_stored_under_a_plain_name_is_served_by_its_row(client):
    document = a_document()
    default_storage.save("documents/old.pdf", ContentFile(b"%PDF-1.4 old"))
    Document.objects.filter(pk=document.pk).update(file="documents/old.pdf", file_hash="")
    answer = client.get(f"/documents/{document.pk}/old.pdf")
    assert answer.getvalue() == b"%PDF-1.4 old"
    assert answer["ETag"]
    assert client.get("/media/documents/old.pdf").status_code == 404
    default_storage.delete("documents/old.pdf")
    assert client.get(f"/documents/{document.pk}/old.pdf").status_code == 404


@given(st.text(max_size=80))
def test_b7_a_secret_name_keeps_what_can_be_kept_of_the_name(name):
    secret = unguessable(name or "x")
    assert re.match(r"[0-9a-f]{32}-", secret)
    assert not re.match(r"[0-9a-f]{32}-", given_name(secret)) or re.match(r"[0-9a-f]{32}-", name)


def test_a28_a_file_of_media_is_told_right(client):
    picture = a_picture()
    answer = client.get(f"/media/{next(picture.stored_sizes().names())}", headers={"Accept-Encoding": "br"})
    assert answer["Content-Type"] == "image/avif"
    assert "Content-Encoding" not in answer
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["Surrogate-Key"] == f"picture:{picture.pk}"
    for nothing in (
        "pictures/",
        "pictures",
        "images/x.png",
        "secret.key",
        "pictures/%00",
        "pictures//etc/passwd",
    ):
        assert client.get(f"/media/{nothing}").status_code == 404


def test_a9_an_article_plays_a_video_with_captions_and_transcript(client, video):
    captions = a_document("字幕", b"WEBVTT\n\n00:00.000 --> 00:01.000\n\xe4\xbd\xa0\xe5\xa5\xbd\n", "c.vtt")
    poster = a_picture("封面")
    value = {
        "file": video,
        "title": "现场",
        "transcript": "有人说话。",
        "poster": poster,
        "captions": captions,
    }
    page = client.get(an_article(text=[("video", value)]).get_absolute_url()).content.decode()
    element = re.search(r"<video.*?</video>", page, re.S)[0]
    assert f'<source src="{video.url}" type="video/mp4">' in element
    assert f'src="{captions.url}" default' in element
    assert 'kind="captions" srclang="zh-Hans"' in element
    assert f'poster="{poster.stored_sizes().url(1280, "jpeg")}"' in element
    assert "有人说话。" in page
    assert client.get(captions.url)["Content-Type"] == "text/vtt; charset=utf-8"
