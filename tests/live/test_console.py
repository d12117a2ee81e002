"""The live desk in the admin."""

import io
import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from meiri.live import composing
from meiri.live.models import Coverage, CoverageState, EntryState, LiveEntry
from meiri.live.permissions import CONTRIBUTORS
from meiri.newsroom.initial_newsroom import create_desk, create_newsroom
from tests.live.live_factory import a_coverage, a_person, an_entry
from tests.newsroom_factory import a_channel, a_station

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture(scope="module")
def newsroom(shared_database):
    create_newsroom()
    create_desk("科技编辑", [a_channel()])
    create_desk("浙江站编辑", [], [a_station()])


@pytest.fixture
def editor(newsroom):
    return a_person("编辑甲", "科技编辑")


@pytest.fixture
def client(editor):
    client = Client()
    client.force_login(editor)
    return client


def a_photograph(name="现场.jpg", size=(640, 480)) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.radial_gradient("L").resize(size).convert("RGB").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def send(client, coverage, **fields):
    fields = {"key": str(uuid.uuid4()), "text": "", **fields}
    return client.post(reverse("live_send", args=[coverage.pk]), fields, **JSON)


def test_an_editor_sets_up_a_coverage_and_begins_it(client, editor):
    other = a_person("浙江记者", "浙江站编辑")
    fields = {"title": "新粮入库", "summary": "", "channel": a_channel().pk, "reporters": "浙江记者"}
    answer = client.post(reverse("live_coverage_new"), fields)
    coverage = Coverage.objects.get()
    assert answer.url == reverse("live_console", args=[coverage.pk])
    assert list(coverage.reporters.all()) == [other]
    client.post(answer.url, {"state": "live"})
    coverage.refresh_from_db()
    assert (coverage.state, coverage.created_by) == (CoverageState.LIVE, editor)
    assert "新粮入库" in client.get(reverse("live_coverages")).content.decode()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": ""}, "请填写标题。"),
        ({"station": "浙江"}, "您不负责“浙江”的直播。"),
        ({"reporters": "没有这个人"}, "编辑部没有“没有这个人”这个账号或姓名。"),
    ],
)
def test_what_is_wrong_with_a_coverage_is_said(client, fields, said):
    if "station" in fields:
        fields = {"station": a_station().pk}
    given = {"title": "新粮入库", "channel": a_channel().pk, **fields}
    answer = client.post(reverse("live_coverage_new"), given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Coverage.objects.exists()


def test_words_pictures_and_a_video_are_sent_from_a_phone(client):
    coverage = a_coverage()
    files = [a_photograph("a.jpg"), a_photograph("b.jpg", (320, 320))]
    video = SimpleUploadedFile("IMG_1.MOV", b"\0\0\0\x14ftypqt  \0\0\2\0qt  " + bytes(200), "video/quicktime")
    answer = send(
        client,
        coverage,
        text="头一行\n\n　　第二行 <b>",
        pictures=files,
        video=video,
        caption="粮库门前",
        title="开秤",
    )
    assert answer.json()["number"] == 1
    entry = LiveEntry.objects.get()
    assert [block.block_type for block in entry.body] == ["text", "gallery", "video"]
    assert entry.body[0].value.source == "<p>头一行</p><p>第二行 &lt;b&gt;</p>"
    assert [p["image"].description for p in entry.body[1].value["pictures"]] == ["粮库门前"] * 2
    assert entry.body[2].value["file"].file.name.endswith(".mp4")
    shown = Client().get(coverage.get_absolute_url()).content.decode()
    assert "<video" in shown
    assert "头一行" in shown


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "请写点什么，或者附一张图片、一段视频。"),
        ({"text": "字" * (composing.LONGEST_TEXT + 1)}, "长文请另发稿件。"),
        ({"title": "字" * 81, "text": "x"}, "80"),
        ({"text": "x", "pictures": "photograph"}, "请写图片或视频的说明"),
        ({"pictures": "text", "caption": "x"}, "图片“a.jpg”没有上传：不是可以使用的图片。"),
        ({"video": "text", "caption": "x"}, "视频“a.mp4”没有上传：请用 MP4 或 WebM 格式。"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_words(client, fields, said):
    files = {"photograph": a_photograph(), "text": SimpleUploadedFile("a.jpg", b"no picture")}
    given = dict(fields)
    if given.get("pictures"):
        given["pictures"] = files[given["pictures"]]
    if given.get("video"):
        given["video"] = SimpleUploadedFile("a.mp4", b"no video")
    answer = send(client, a_coverage(), **given)
    assert answer.status_code == 422
    assert said in "".join(answer.json()["errors"])
    assert not LiveEntry.objects.exists()


def test_what_is_sent_twice_is_one_entry_and_its_pictures_are_stored_once(client):
    coverage, key = a_coverage(), str(uuid.uuid4())
    answers = [
        send(client, coverage, key=key, text="一条", pictures=a_photograph(), caption="现场").json()
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert LiveEntry.objects.count() == 1


def test_without_a_script_the_box_sends_itself_and_keeps_what_was_refused(client):
    coverage = a_coverage()
    address = reverse("live_send", args=[coverage.pk])
    refused = client.post(address, {"key": str(uuid.uuid4()), "text": "写好的话", "title": "字" * 81})
    assert refused.status_code == 422
    assert "写好的话" in refused.content.decode()
    sent = client.post(address, {"key": str(uuid.uuid4()), "text": "写好的话"})
    assert sent.url == reverse("live_console", args=[coverage.pk])


def test_what_a_contributor_sends_waits_until_the_desk_decides(client, newsroom):
    coverage, writer = a_coverage(), Client()
    contributor = a_person("投稿人", CONTRIBUTORS)
    writer.force_login(contributor)
    first = send(writer, coverage, text="甲").json()
    second = send(writer, coverage, text="乙").json()
    assert [first["state"], second["state"]] == ["waiting", "waiting"]
    assert "甲" not in Client().get(coverage.get_absolute_url()).content.decode()
    for entry, fields in (
        (first, {"deed": "release"}),
        (second, {"deed": "refuse", "reason": "请写明地点。"}),
    ):
        address = reverse("live_entry", args=[entry["entry"]])
        assert writer.post(address, fields).status_code in (302, 403)
        assert LiveEntry.objects.get(pk=entry["entry"]).state == EntryState.WAITING
        assert client.post(address, fields).status_code == 302
    assert "甲" in Client().get(coverage.get_absolute_url()).content.decode()
    assert "请写明地点。" in writer.get(reverse("live_console", args=[coverage.pk])).content.decode()


def test_an_entry_is_corrected_with_every_kind_of_block(client):
    entry = an_entry(a_coverage(), "二十一人。")
    address = reverse("live_entry", args=[entry.pk])
    assert client.get(address).status_code == 200
    body = streamfield(
        [("text", rich_text("<p>十二人。</p>")), ("quote", {"text": "都到了。", "speaker": "队长"})]
    )
    fields = {"deed": "correct", "title": "到场", "version": "1", "body": body, "note": ""}
    refused = client.post(address, nested_form_data(fields))
    assert (refused.status_code, "读者会看到" in refused.content.decode()) == (422, True)
    assert client.post(address, nested_form_data(fields | {"note": "应为十二人。"})).status_code == 302
    entry.refresh_from_db()
    assert [b.block_type for b in entry.body] == ["text", "quote"]
    # Whoever had the old wording before them sees the new one, and loses nothing.
    late = client.post(address, nested_form_data(fields | {"title": "晚来的", "note": "x"}))
    shown = late.content.decode()
    assert late.status_code == 409
    assert "晚来的" in shown
    assert "十二人。" in shown
    assert 'name="version" value="2"' in shown


def test_an_open_console_is_told_of_what_others_send_and_else_of_nothing(client, editor):
    coverage = a_coverage()
    shown = client.get(reverse("live_console", args=[coverage.pk])).content.decode()
    stamp = shown.split('data-stamp="')[1].split('"')[0]
    address = reverse("live_console_entries", args=[coverage.pk])
    assert client.get(address, {"stamp": stamp}).status_code == 204
    an_entry(coverage, "别人的一条。")
    answer = client.get(address, {"stamp": stamp})
    assert "别人的一条。" in answer.content.decode()


def test_the_console_costs_the_same_for_any_number_of_entries(client, django_assert_max_num_queries):
    coverage = a_coverage()
    address = reverse("live_console", args=[coverage.pk])
    client.get(address)
    asked = []
    for total in (3, 15):
        for _ in range(total):
            an_entry(coverage)
        with django_assert_max_num_queries(60) as queries:
            client.get(address)
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_those_of_other_desks_open_nothing_of_a_coverage(newsroom):
    coverage = a_coverage()
    entry, other = an_entry(coverage), Client()
    other.force_login(a_person("浙江编辑", "浙江站编辑"))
    for name, key in (
        ("live_console", coverage.pk),
        ("live_coverage", coverage.pk),
        ("live_console_entries", coverage.pk),
        ("live_send", coverage.pk),
        ("live_entry", entry.pk),
    ):
        assert other.get(reverse(name, args=[key])).status_code == 302, name
        assert (
            other.post(reverse(name, args=[key]), {"deed": "withdraw", "reason": "x"}).status_code == 302
        ), name
    assert coverage.title not in other.get(reverse("live_coverages")).content.decode()
    entry.refresh_from_db()
    assert entry.state == EntryState.SHOWN


def test_a_deed_that_nobody_knows_changes_nothing(client):
    coverage = a_coverage()
    entry = an_entry(coverage)
    assert client.post(reverse("live_entry", args=[entry.pk]), {"deed": "x"}).status_code == 422
    client.post(reverse("live_console", args=[coverage.pk]), {"state": "x"})
    coverage.refresh_from_db()
    assert coverage.state == CoverageState.LIVE


def test_the_data_of_a_reporter_is_exported_and_what_nobody_saw_goes_with_them(newsroom):
    from meiri.personal.personal_data import erase_personal_data, export_personal_data

    contributor = a_person("投稿人", CONTRIBUTORS)
    coverage = a_coverage()
    an_entry(coverage, "没人见过的。", by=contributor)
    held = json.dumps(export_personal_data(contributor), default=str, ensure_ascii=False)
    assert "没人见过的。" in held
    erase_personal_data(contributor)
    assert not LiveEntry.objects.exists()


def test_what_waits_is_in_the_inbox_of_those_who_release_it(editor):
    from meiri.newsroom.inbox import inbox_of

    contributor, coverage = a_person("投稿人", CONTRIBUTORS), a_coverage()
    an_entry(coverage, "等签发的。", by=contributor)
    a_coverage("别处的", station=a_station())

    def waits_for(user):
        return [w.count for w in inbox_of(user) if w.section.heading == "直播待审"]

    assert waits_for(editor) == [1]
    assert waits_for(a_person("浙江编辑", "浙江站编辑")) == [0]
    assert waits_for(contributor) == []
