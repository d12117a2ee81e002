"""Videos and recordings tell no place and no device, and are otherwise as they came."""

import io
import struct

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from wagtail.documents.models import Document

from meiri.media.filmed_places import forget_places

PLACE, SERIAL, LABEL = b"+30.2741+120.1551+012.3/", b"SN-4711-0815", b'{"Label":"1","ContentProducer":"X"}'
FTYP = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41"
MEDIA = b"film film film GPS latitude +30.2741 film"


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def large_box(kind: bytes, *content: bytes) -> bytes:
    """With its size in 64 bits."""
    body = b"".join(content)
    return struct.pack(">I4sQ", 1, kind, 16 + len(body)) + body


def key(name: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(name), b"mdta") + name


def quicktime(*pairs: tuple[bytes, bytes]) -> bytes:
    """Metadata as iPhones write it: names in `keys`, values in `ilst` by their numbers; `meta` has no version."""
    keys = box(b"keys", bytes(4), struct.pack(">I", len(pairs)), *(key(name) for name, _ in pairs))
    items = [
        box(struct.pack(">I", number), box(b"data", struct.pack(">II", 1, 0), value))
        for number, (_, value) in enumerate(pairs, start=1)
    ]
    return box(b"meta", box(b"hdlr", bytes(8), b"mdta", bytes(12)), keys, box(b"ilst", *items))


XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
PACKET = (
    b'<x:xmpmeta><rdf:Description exif:GPSLatitude="30,16.2N" TC260:AIGC="label" aux:SerialNumber="SN-4711-0815">'
    b"<exif:GPSLongitude>+30.2741+120.1551</exif:GPSLongitude></rdf:Description></x:xmpmeta>"
)
FILMS = {
    "a phone's user data": FTYP + box(b"moov", box(b"udta", box(b"\xa9xyz", b"\x00\x18\x15\xc7", PLACE))) + box(b"mdat", MEDIA),
    "after the film": FTYP + large_box(b"mdat", MEDIA) + box(b"moov", box(b"trak", box(b"udta", box(b"loci", PLACE)))),
    "keys of QuickTime": FTYP + box(b"mdat", MEDIA) + box(b"moov", quicktime(
        (b"com.apple.quicktime.make", b"Apple"), (b"com.apple.quicktime.location.ISO6709", PLACE),
        (b"com.apple.quicktime.camera.serialnumber", SERIAL), (b"AIGC", LABEL))),
    "free-form items": FTYP + box(b"moov", box(b"udta", box(b"meta", bytes(4), box(b"hdlr", bytes(24)), box(
        b"ilst", box(b"----", box(b"mean", bytes(4), b"org.example"), box(b"name", bytes(4), b"location"), box(b"data", bytes(8), PLACE)),
        box(b"\xa9nam", box(b"data", bytes(8), b"title")))))) + box(b"mdat", MEDIA),
    "XMP": FTYP + box(b"uuid", XMP, PACKET) + box(b"mdat", MEDIA),
    "a camera's XML": FTYP + box(b"meta", bytes(4), box(b"hdlr", bytes(24)), box(b"xml ", bytes(4),
        b'<Device manufacturer="Sony" serialNo="SN-4711-0815"/><Item name="Latitude" value="+30.2741"/>')) + box(b"mdat", MEDIA),
}  # fmt: skip


@pytest.mark.parametrize("name", FILMS)
def test_nothing_of_it_tells_a_place_and_the_rest_stands(name):
    before = FILMS[name]
    file = io.BytesIO(before)
    assert forget_places(file) > 0
    after = file.getvalue()
    assert len(after) == len(before)
    apart = after.replace(MEDIA, b"")
    for told in (PLACE, SERIAL, b"+30.2741", b"30,16.2N"):
        assert told not in apart
    for kept in (MEDIA, LABEL, b"Apple", b"title", b'TC260:AIGC="label"', b"Sony"):
        assert (kept in after) == (kept in before)
    again = io.BytesIO(after)
    forget_places(again)
    assert again.getvalue() == after


@given(st.binary(max_size=400))
def test_what_is_no_film_is_left_or_overwritten_in_place(content):
    file = io.BytesIO(FTYP + content)
    forget_places(file)
    assert len(file.getvalue()) == len(FTYP) + len(content)


KINDS = st.sampled_from(
    [b"moov", b"udta", b"trak", b"meta", b"ilst", b"keys", b"mdat", b"\xa9xyz", b"uuid", b"xml ", b"free"]
)
TREES = st.recursive(st.tuples(KINDS, st.binary(max_size=30)), lambda inner: st.tuples(KINDS, st.lists(inner, max_size=4)), max_leaves=20)  # fmt: skip


def written(tree) -> bytes:
    kind, content = tree
    return box(kind, content if isinstance(content, bytes) else b"".join(map(written, content)))


@given(TREES)
def test_films_of_any_shape_keep_their_pictures(tree):
    film = box(b"mdat", MEDIA)
    file = io.BytesIO(FTYP + written(tree) + film)
    forget_places(file)
    assert file.getvalue().endswith(film)


def test_boxes_without_end_and_in_each_other_end_the_search():
    deep = b""
    for _ in range(200):
        deep = box(b"udta", deep)
    wide = box(b"moov", *(box(b"free") for _ in range(30_000)))
    for content in (deep, wide, struct.pack(">I4s", 0, b"moov"), struct.pack(">I4sQ", 1, b"moov", 2**63)):
        forget_places(io.BytesIO(FTYP + content))


@pytest.mark.django_db
@pytest.mark.parametrize("door", ["form", "several at once", "chooser", "another file"])
@pytest.mark.parametrize("large", [False, True])
def test_what_an_editor_uploads_tells_no_place(client, settings, door, large):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10 if large else 10**7
    client.force_login(get_user_model().objects.create_superuser("zhubian", "z@example.com", "x"))
    file = SimpleUploadedFile("film.mp4", FILMS["keys of QuickTime"], "video/mp4")
    if door == "form":
        answer = client.post("/admin/documents/add/", {"title": "录像", "file": file})
        assert answer.status_code == 302
    elif door == "chooser":
        fields = {"document-chooser-upload-title": "录像", "document-chooser-upload-file": file}
        answer = client.post(
            "/admin/documents/chooser/create/", {**fields, "document-chooser-upload-collection": 1}
        )
        assert answer.json()["step"] == "chosen"
    elif door == "another file":
        client.post(
            "/admin/documents/add/",
            {"title": "录像", "file": SimpleUploadedFile("a.mp4", FTYP + box(b"free"))},
        )
        answer = client.post(
            f"/admin/documents/edit/{Document.objects.get().pk}/", {"title": "录像", "file": file}
        )
        assert answer.status_code == 302
    else:
        script = {"X-Requested-With": "XMLHttpRequest"}
        answer = client.post(
            "/admin/documents/multiple/add/", {"title": "录像", "files[]": file}, headers=script
        )
        assert answer.json()["success"]
    with Document.objects.get().file.open("rb") as stored:
        content = stored.read()
    assert PLACE not in content
    assert SERIAL not in content
    assert LABEL in content
    assert len(content) == len(FILMS["keys of QuickTime"])


def test_a_large_upload_is_rewritten_where_it_lies():
    file = TemporaryUploadedFile("film.mp4", "video/mp4", 0, None)
    file.write(FILMS["a phone's user data"])
    assert forget_places(file) == 1
    file.seek(0)
    assert PLACE not in file.read()
