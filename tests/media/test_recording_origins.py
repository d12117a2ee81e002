"""What is known of where a video or a sound comes from is kept by every door of documents, amended by editors, and in the file that readers
get."""

import io
import json
import zlib

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.documents.models import Document

from meiri.aigc import AigcBlock, AigcLabel
from meiri.journal.models import Entry
from meiri.media import xmp
from meiri.media.manifest_reading import read_credentials
from meiri.media.models import RecordingOrigin
from meiri.media.recording_notes import block_in
from tests.media.camera_samples import PLACES, signed_by_a_camera
from tests.media.recording_samples import BLOCK, PLACE, PRODUCER, TYPES, plain_film, recording, with_packet

pytestmark = pytest.mark.django_db
SCRIPT = {"X-Requested-With": "XMLHttpRequest"}
CHOOSER = "document-chooser-upload"


@pytest.fixture
def desk(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("zhubian", "z@example.com", "x"))
    return client


def a_file(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def uploaded(desk, name: str, content: bytes, **fields) -> Document:
    answer = desk.post("/admin/documents/add/", {"title": "录像", "file": a_file(name, content), **fields})
    assert answer.status_code == 302, answer.content.decode()
    return Document.objects.get()


def changed(desk, document: Document, **fields):
    origin = RecordingOrigin.objects.filter(document=document).first()
    names = ("ai_label", "ai_label_reason", "producer", "produce_id", "credit", "rights")
    said = {name: getattr(origin, name, "") for name in names}
    return desk.post(f"/admin/documents/edit/{document.pk}/", {"title": document.title, **said, **fields})


def stored(document: Document | None = None) -> bytes:
    document = document or Document.objects.get()
    with Document.objects.get(pk=document.pk).file.open("rb") as file:
        return file.read()


def by_form(desk, name, content):
    desk.post("/admin/documents/add/", {"title": "录像", "file": a_file(name, content)})


def by_chooser(desk, name, content):
    fields = {
        f"{CHOOSER}-title": "录像",
        f"{CHOOSER}-file": a_file(name, content),
        f"{CHOOSER}-collection": 1,
    }
    assert desk.post("/admin/documents/chooser/create/", fields).json()["step"] == "chosen"


def by_many(desk, name, content):
    fields = {"title": "录像", "files[]": a_file(name, content)}
    answer = desk.post("/admin/documents/multiple/add/", fields, headers=SCRIPT)
    assert answer.json()["success"]
    assert "AI 标识" in answer.json()["form"]


def by_replacing(desk, name, content):
    document = uploaded(desk, "a.mp4", plain_film())
    answer = desk.post(
        f"/admin/documents/edit/{document.pk}/", {"title": "录像", "file": a_file(name, content)}
    )
    assert answer.status_code == 302


def by_row(desk, name, content):
    Document.objects.create(title="录像", file=ContentFile(content, name))


DOORS = [by_form, by_chooser, by_many, by_replacing, by_row]


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("door", DOORS)
def test_by_every_door_what_a_file_says_is_kept_and_its_place_is_not(desk, settings, door, large):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10 if large else 10**7
    door(desk, "film.mp4", recording("mp4"))
    document = Document.objects.get()
    origin = document.origin
    assert origin.label is AigcLabel.IS
    assert (origin.producer, origin.produce_id, origin.known.aigc) == (PRODUCER, "film-7", BLOCK)
    assert (origin.credit, origin.rights, origin.known.title) == ("林晚舟", "© 2026 每日影像", "新闻片")
    content = stored(document)
    assert PLACE not in content
    assert block_in(io.BytesIO(content), "mp4") == BLOCK
    assert (document.file_size, len(content)) == (len(content), len(recording("mp4")))
    assert "/film-" not in document.file.name


def test_what_a_reporter_sends_from_the_scene_is_read_too(django_user_model):
    from meiri.live.composing import compose_body

    by = django_user_model.objects.create_superuser("zhubian", "z@example.com", "x")
    compose_body("到了现场", [], a_file("IMG_1.MOV", recording("mp4")), "现场", by)
    assert Document.objects.get().origin.label is AigcLabel.IS
    assert PLACE not in stored()


@pytest.mark.parametrize("suffix", TYPES)
def test_every_format_is_kept_with_what_it_says(desk, suffix):
    document = uploaded(desk, f"a.{suffix}", recording(suffix))
    assert document.origin.rights == "© 2026 每日影像"
    assert PLACE not in stored()
    page = desk.get(f"/admin/documents/edit/{document.pk}/").content.decode()
    assert "来源与标识" in page
    assert "© 2026 每日影像" in page


def test_another_file_brings_what_it_says_and_what_is_no_recording_has_nothing(desk):
    document = uploaded(desk, "film.mp4", recording("mp4"))
    answer = changed(
        desk, document, file=a_file("b.mp4", plain_film()), ai_label="", producer="", produce_id=""
    )
    assert answer.status_code == 302
    origin = RecordingOrigin.objects.get()
    assert (origin.label, origin.credit, origin.rights, origin.known.title) == (None, "", "", "x")
    assert changed(desk, document, file=a_file("c.csv", b"a,b")).status_code == 302
    assert not RecordingOrigin.objects.exists()


def test_a_label_set_by_hand_is_told_to_the_journal_and_written_into_the_file(desk):
    document = uploaded(desk, "a.mp4", plain_film())
    before = document.file.name
    assert document.origin.label is None
    answer = changed(desk, document, ai_label="2", producer="某公司", produce_id="v-9", credit="周行 摄")
    assert answer.status_code == 302
    origin = RecordingOrigin.objects.get()
    assert (origin.ai_label, origin.in_file, origin.credit) == ("2", "written", "周行 摄")
    found = block_in(io.BytesIO(stored()), "mp4")
    assert (found.label, found.producer, found.produce_id) == (AigcLabel.MAY_BE, "某公司", "v-9")
    assert (found.propagator, found.propagate_id) == ("每日新闻网", origin.number)
    document.refresh_from_db()
    assert document.file.name != before
    assert document.file_size == len(stored())
    entry = Entry.objects.filter(kind="recording.labelled").get()
    assert entry.keys == [f"document:{document.pk}"]
    assert (entry.payload["before"], entry.payload["after"]) == ("", "2")
    assert f"document:{document.pk}" in Entry.objects.filter(kind="recordingorigin.changed").get().keys
    served = b"".join(desk.get(document.url).streaming_content)
    assert served == stored()
    assert "已写入文件" in desk.get(f"/admin/documents/edit/{document.pk}/").content.decode()


@pytest.mark.parametrize("suffix", ["m4a", "mp3", "opus", "flac", "wav"])
def test_every_format_that_takes_a_label_gets_it(desk, suffix):
    document = uploaded(desk, f"a.{suffix}", recording(suffix))
    assert changed(desk, document, ai_label="1", produce_id="other").status_code == 302
    assert RecordingOrigin.objects.get().in_file == "written"
    assert block_in(io.BytesIO(stored()), suffix).produce_id == "other"


def test_a_label_that_an_editor_gave_and_takes_back_is_told_as_gone_from_the_file(desk):
    document = uploaded(desk, "a.mp4", plain_film())
    assert changed(desk, document, ai_label="1").status_code == 302
    assert changed(desk, document, ai_label="", ai_label_reason="看错了").status_code == 302
    assert block_in(io.BytesIO(stored()), "mp4") is None
    page = desk.get(f"/admin/documents/edit/{document.pk}/").content.decode()
    assert "已写入文件" not in page
    assert "文件里的标识" in page


def test_a_format_that_takes_none_is_left_alone_and_the_editor_reads_so(desk):
    document = uploaded(desk, "a.webm", recording("webm"))
    before = stored()
    assert changed(desk, document, produce_id="other").status_code == 302
    assert stored() == before
    assert RecordingOrigin.objects.get().in_file == "format"
    assert "这种格式不能写入标识" in desk.get(f"/admin/documents/edit/{document.pk}/").content.decode()


def test_other_changes_leave_the_file_alone(desk):
    document = uploaded(desk, "film.mp4", recording("mp4"))
    assert changed(desk, document, title="另一个题目", credit="另一人").status_code == 302
    again = Document.objects.get()
    assert (again.title, again.file.name) == ("另一个题目", document.file.name)
    assert again.origin.in_file == ""
    assert not Entry.objects.filter(kind="recording.labelled").exists()


def test_a_label_that_the_file_carries_is_weakened_with_a_reason_and_not_deleted(desk):
    document = uploaded(desk, "film.mp4", recording("mp4"))
    answer = changed(desk, document, ai_label="", producer="", produce_id="")
    assert answer.status_code == 200
    assert "不能删除" in answer.content.decode()
    assert "不能删除" in changed(desk, document, ai_label="").content.decode()
    assert changed(desk, document, ai_label="3").status_code == 200
    assert RecordingOrigin.objects.get().ai_label == "1"
    answer = changed(desk, document, ai_label="3", ai_label_reason="作者提供了原始素材")
    assert answer.status_code == 302
    assert block_in(io.BytesIO(stored()), "mp4").label is AigcLabel.SUSPECTED
    assert ("文件自带的标识", "人工智能生成") in RecordingOrigin.objects.get().told()


def test_a_label_is_given_with_the_upload_and_among_many(desk):
    uploaded(desk, "a.mp3", recording("mp3"), ai_label="1", produce_id="own").delete()
    by_many(desk, "a.mp4", plain_film())
    document = Document.objects.get()
    prefix = f"doc-{document.pk}"
    fields = {f"{prefix}-title": "录像", f"{prefix}-ai_label": "1", f"{prefix}-collection": 1}
    answer = desk.post(f"/admin/documents/multiple/{document.pk}/", fields, headers=SCRIPT)
    assert answer.json()["success"]
    assert RecordingOrigin.objects.get().in_file == "written"
    assert block_in(io.BytesIO(stored()), "mp4").label is AigcLabel.IS


@pytest.mark.parametrize(
    ("name", "fields", "why"),
    [
        ("a.mp4", {"ai_label": "1", "producer": 'a"b'}, "不能含有引号"),
        ("a.mp4", {"producer": "某公司"}, "请选定 AI 标识"),
        ("a.mp4", {"ai_label": "7"}, "选"),
        ("a.csv", {"ai_label": "1"}, "只有视频和音频有这一栏"),
    ],
)
def test_what_no_label_can_be_is_refused_in_words(desk, name, fields, why):
    content = plain_film() if name == "a.mp4" else b"a,b"
    answer = desk.post("/admin/documents/add/", {"title": "录像", "file": a_file(name, content), **fields})
    assert answer.status_code == 200
    assert why in answer.content.decode()
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a.mp4", "内容不是 MP4 格式。"),
        ("a.exe", "不收 EXE 文件。可以上传的有 PDF、DOCX"),
        (".mp4", "文件名没有后缀。"),
    ],
)
def test_a_file_that_is_not_taken_has_one_sentence_that_says_why(desk, name, why):
    answer = desk.post("/admin/documents/add/", {"title": "录像", "file": a_file(name, b"MZ" * 400)})
    (told,) = answer.context["form"].errors["file"]
    assert told.startswith(f"文件没有上传：{why}")
    assert not Document.objects.exists()


def test_tags_that_unpack_to_much_end_in_an_answer(desk):
    packed = zlib.compress(b"\0" + b"x" * 2**26)
    frame = b"TXXX" + (len(packed) + 4).to_bytes(4) + b"\0\x80" + (2**26 + 1).to_bytes(4) + packed
    length = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    bomb = b"ID3\x03\0\0" + length + frame + recording("mp3")
    answer = desk.post("/admin/documents/add/", {"title": "录音", "file": a_file("a.mp3", bomb)})
    assert answer.status_code in (200, 302)
    assert answer.status_code == 302 or "文件没有上传" in answer.content.decode()
    assert Document.objects.count() == (answer.status_code == 302)


def test_a_damaged_file_that_tells_a_place_is_refused_in_words(desk):
    sound = recording("ogg")
    damaged = sound[: sound.index(b"+30.2741") + 200] + b"x" * 400
    answer = desk.post("/admin/documents/add/", {"title": "录音", "file": a_file("a.ogg", damaged)})
    assert "文件已损坏，读不出来" in answer.content.decode()
    assert not Document.objects.exists()


def test_a_label_is_not_stored_where_the_file_is_gone(desk):
    document = uploaded(desk, "a.mp4", plain_film())
    document.file.storage.delete(document.file.name)
    answer = changed(desk, document, ai_label="1")
    assert "文件不在了" in answer.content.decode()
    assert RecordingOrigin.objects.get().ai_label == ""


def test_a_producer_as_the_file_writes_it_is_no_error(desk):
    block = AigcBlock(AigcLabel.IS, "某  公司", "a 1")
    packet = xmp.write_packet({xmp.AIGC: [block.as_json()]})
    document = uploaded(desk, "a.mp4", with_packet(plain_film(), packet))
    assert document.origin.known.aigc.producer == "某  公司"


def test_a_document_that_is_no_recording_has_no_row_and_says_nothing_of_it(desk):
    document = uploaded(desk, "a.csv", b"a,b")
    assert not RecordingOrigin.objects.exists()
    page = desk.get(f"/admin/documents/edit/{document.pk}/").content.decode()
    assert "来源与标识" not in page
    assert "AI 标识" not in page
    assert desk.post(f"/admin/documents/edit/{document.pk}/", {"title": "乙"}).status_code == 302


def test_the_chooser_shows_the_label(desk):
    uploaded(desk, "film.mp4", recording("mp4"))
    assert "人工智能生成" in desk.get("/admin/documents/chooser/").json()["html"]
    assert "人工智能生成" in desk.get("/admin/documents/chooser/results/").content.decode()


def test_a_document_goes_with_its_row(desk):
    document = uploaded(desk, "film.mp4", recording("mp4"))
    assert desk.post(f"/admin/documents/delete/{document.pk}/").status_code == 302
    assert not Document.objects.exists()
    assert not RecordingOrigin.objects.exists()


@pytest.mark.parametrize("suffix", ["mp4", "m4a", "mp3", "flac"])
def test_a_manifest_is_carried_on_where_a_place_goes_out_of_the_file(desk, suffix):
    signed = signed_by_a_camera(recording(suffix), TYPES[suffix])
    uploaded(desk, f"a.{suffix}", signed)
    content = stored()
    assert not [told for told in (*PLACES, PLACE) if told in content]
    made = read_credentials(io.BytesIO(content), TYPES[suffix])
    assert made.state == "valid"
    assert made.actions[:2] == ("c2pa.opened", "c2pa.edited.metadata")
    known = RecordingOrigin.objects.get().known.credentials
    assert (known.state, known.actions, known.is_kept) == ("valid", ("c2pa.created",), True)


@pytest.mark.parametrize("suffix", ["mp4", "m4a", "mp3", "flac", "wav"])
def test_a_manifest_that_tells_a_place_for_good_goes_out_of_the_file(desk, suffix):
    told = {"description": "GPSLatitude 30.9999"}
    signed = signed_by_a_camera(recording(suffix), TYPES[suffix], parameters=told)
    uploaded(desk, f"a.{suffix}", signed)
    content = stored()
    assert b"30.9999" in signed
    assert not [word for word in (b"30.9999", *PLACES, PLACE) if word in content]
    assert read_credentials(io.BytesIO(content), TYPES[suffix]) is None
    origin = RecordingOrigin.objects.get()
    assert (origin.known.credentials.is_kept, origin.known.title) == (False, "新闻片")
    assert "已从文件里取出" in dict(origin.told())["凭证沿用"]


def test_a_manifest_outlives_a_label_that_is_written(desk):
    document = uploaded(desk, "a.wav", signed_by_a_camera(recording("wav"), "audio/wav"))
    assert changed(desk, document, ai_label="2").status_code == 302
    content = stored()
    assert read_credentials(io.BytesIO(content), "audio/wav").state == "valid"
    assert block_in(io.BytesIO(content), "wav").label is AigcLabel.MAY_BE
    assert changed(desk, document, ai_label="1").status_code == 302
    assert read_credentials(io.BytesIO(stored()), "audio/wav").state == "valid"


def test_a_manifest_that_tells_of_ai_is_a_label_and_one_without_places_is_left(desk):
    trained = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    bare = recording("wav")
    signed = signed_by_a_camera(bare, "audio/wav", digitalSourceType=trained)
    document = uploaded(desk, "a.wav", signed)
    assert document.origin.label is AigcLabel.IS
    page = desk.get(f"/admin/documents/edit/{document.pk}/").content.decode()
    assert "签名有效" in page
    assert "某相机" in page


def test_a_file_that_takes_too_long_is_refused_in_words(desk, monkeypatch):
    from meiri.guarded import Limits
    from meiri.media import guarded_recordings

    monkeypatch.setattr(guarded_recordings.GUARD, "limits", Limits(0.001, 1, 2**31))
    answer = desk.post("/admin/documents/add/", {"title": "录像", "file": a_file("a.mp4", plain_film())})
    assert "没有读完" in answer.content.decode()
    assert not Document.objects.exists()


def test_what_is_kept_as_json_is_plain(desk):
    uploaded(desk, "film.mp4", recording("mp4"))
    assert json.loads(json.dumps(RecordingOrigin.objects.get().provenance))["title"] == "新闻片"
