"""What is known of a video or a sound is told wherever readers and other programs meet it: pages, both editions, feeds, the API, exports; and
its label has to agree with what the article says of AI."""

import json
import re

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.documents.models import Document

from meiri.delivery.keys import collecting
from meiri.ingest.leaving.exporting_articles import OPEN_FORMATS
from meiri.journal.models import Entry
from meiri.newsroom.corrections import corrections_of
from meiri.newsroom.publication_checks import PublicationStopped, check_last_review
from meiri.newsroom.publishing import publish
from tests.media.labelled_samples import a_labelled_file
from tests.media.recording_samples import BLOCK, PRODUCER, plain_film, recording
from tests.newsroom.test_correcting import send_ticked
from tests.newsroom_factory import a_draft, an_article

pytestmark = pytest.mark.django_db
TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def stored(name: str, content: bytes) -> Document:
    return Document.objects.create(title=name, file=ContentFile(content, name))


def block(kind: str, document: Document, title: str) -> tuple[str, dict]:
    captions = {"captions": None} if kind == "video" else {}
    value = {"file": document, "title": title, "transcript": "", "poster": None, "download": False}
    return kind, value | captions


@pytest.fixture
def film() -> Document:
    return stored("film.mp4", recording("mp4"))


@pytest.fixture
def body(film) -> list:
    sound, plain = stored("sound.mp3", recording("mp3")), stored("plain.mp4", plain_film())
    return [
        block("video", film, "会飞的船"),
        block("audio", sound, "船歌"),
        block("video", plain, "真的船"),
        ("document", stored("other.flac", recording("flac"))),
    ]


def labelled(**fields):
    return an_article(**{"ai_use": "generated", "ai_kinds": "picture", **fields})


def test_an_article_marks_its_recordings_and_opens_what_is_known(client, body):
    page = client.get(labelled(text=body).get_absolute_url()).content.decode()
    assert page.count('<figure class="recording" data-ai="AI 生成">') == 2
    assert page.count('<figure class="recording">') == 1
    details = re.findall(r'<details class="origin">.*?</details>', page, re.DOTALL)
    assert len(details) == 3
    for told in ("人工智能生成", PRODUCER, "film-7", "林晚舟", "© 2026 每日影像"):
        assert all(told in one for one in details), told
    assert "</a>（人工智能生成）</p>" in page


def test_the_traditional_edition_marks_them_in_its_script(client, film):
    film.origin.ai_label, film.origin.ai_label_reason = "2", "核对过"
    film.origin.save()
    article = labelled(text=[block("video", film, "会飞的船")])
    page = client.get(f"/zh-hant{article.get_absolute_url()}").content.decode()
    assert 'data-ai="可能為 AI 生成"' in page
    assert "核對過" in page


def test_a_page_takes_no_query_more_for_what_is_known(client, body):
    bare, whole = labelled(text=body[:1]), labelled(text=[*body[:1], *body[2:3], *body[:1]])
    counts = []
    for article in (bare, whole):
        client.get(article.get_absolute_url())
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(article.get_absolute_url())
        counts.append(len(queries))
        assert not [query for query in queries if 'FROM "media_recordingorigin"' in query["sql"]]
    assert counts[0] == counts[1]


def test_structured_data_says_what_is_known(client, body):
    page = client.get(labelled(text=body).get_absolute_url()).content.decode()
    texts = re.findall(r"<script type=\"application/ld\+json\"[^>]*>(.*?)</script>", page, re.DOTALL)
    found = next(data for data in map(json.loads, texts) if "video" in data)
    video, plain = found["video"]
    (sound,) = found["audio"]
    for one, kind in ((video, "VideoObject"), (sound, "AudioObject")):
        assert (one["@type"], one["digitalSourceType"]) == (kind, TRAINED)
        assert (one["creditText"], one["copyrightNotice"]) == ("林晚舟", "© 2026 每日影像")
    assert (sound["encodingFormat"], sound["name"]) == ("audio/mpeg", "船歌")
    assert "digitalSourceType" not in plain


def test_the_api_and_feeds_say_it(client, body):
    article = labelled(text=body)
    film, sound, plain = client.get(f"/api/v1/articles/{article.pk}/").json()["recordings"]
    assert (film["label"], film["type"], film["title"]) == ("1", "video/mp4", "会飞的船")
    provenance = film["provenance"]
    assert provenance["aigc"]["ContentProducer"] == BLOCK.producer
    assert provenance["aigc"]["ContentPropagator"] == "每日新闻网"
    assert (provenance["credit"], provenance["copyright"]) == ("林晚舟", "© 2026 每日影像")
    assert (sound["type"], plain["label"]) == ("audio/mpeg", "")
    for answer in (
        client.get("/rss.xml").content.decode(),
        client.get("/feed.json").json()["items"][0]["content_html"],
    ):
        assert answer.count("（人工智能生成）") == 3


@pytest.mark.parametrize("name", OPEN_FORMATS)
def test_a_label_leaves_in_words(body, name, tmp_path, settings):
    settings.HOME = tmp_path
    labelled(text=body)
    call_command("export", to=str(tmp_path / "out"), format=name)
    texts = "".join(
        path.read_text()
        for path in (tmp_path / "out").rglob("*")
        if path.suffix in (".json", ".xml", ".html")
    )
    assert "会飞的船（人工智能生成）" in texts
    assert "真的船（" not in texts


def test_another_label_names_the_pages_that_show_it(client, film):
    article = labelled(text=[block("video", film, "会飞的船")])
    with collecting() as keys:
        client.get(article.get_absolute_url())
    assert f"document:{film.pk}" in keys
    newest = Entry.objects.order_by("-sequence").first().sequence
    film.origin.ai_label, film.origin.ai_label_reason = "3", "核对过"
    film.origin.save()
    named = Entry.objects.filter(sequence__gt=newest)
    assert {kind for kind, _ in named.values_list("kind", "keys")} == {
        "recording.labelled",
        "recordingorigin.changed",
    }
    assert all(entry.keys == [f"document:{film.pk}"] for entry in named)


@pytest.mark.parametrize("place", ["video", "document", "picture"])
def test_what_has_a_label_stops_an_article_that_says_no_ai_was_used(place, film, django_user_model):
    from meiri.media.adding_pictures import store

    by = django_user_model.objects.create_superuser("zhubian", "z@example.com", "x")
    picture = store(a_labelled_file("JPEG"), "图")[0]
    bodies = {
        "video": [block("video", film, "会飞的船")],
        "document": [("document", film)],
        "picture": [("image", {"image": picture, "caption": "说明", "credit": ""})],
    }
    draft = a_draft(text=bodies[place], ai_use="none")
    with pytest.raises(PublicationStopped, match="请改选“辅助”或“生成”，标识有误的先更正标识"):
        check_last_review(draft, None, by)
    name = "正文第 1 张图片" if place == "picture" else "视频“film.mp4”"
    with pytest.raises(PublicationStopped, match=f"{name}标有“人工智能生成”，人工智能使用记录却是“没有使用”"):
        publish(draft, by=by)
    said = {"ai_use": "assisted", "ai_kinds": "video", "ai_checked_by": by}
    assert publish(a_draft(text=bodies[place], **said), by=by).live


def test_what_has_none_stops_nothing(django_user_model):
    by = django_user_model.objects.create_superuser("zhubian", "z@example.com", "x")
    film = stored("plain.mp4", plain_film())
    assert publish(a_draft(text=[block("video", film, "真的船")], ai_use="none"), by=by).live


def test_who_labels_what_is_published_is_told_and_a_correction_says_what_to_do(client, django_user_model):
    by = django_user_model.objects.create_superuser("zhubian", "z@example.com", "x")
    client.force_login(by)
    film = stored("plain.mp4", plain_film())
    body = [("text", "<p>票价五元。</p>"), block("video", film, "真的船")]
    article = publish(a_draft(text=body, ai_use="none"), by=by)
    address = f"/admin/documents/edit/{film.pk}/"
    page = client.post(address, {"title": "片子", "ai_label": "1"}, follow=True).content.decode()
    assert "它用在 1 处，读者已看到新的标识" in page
    page = client.post(
        address, {"title": "片子", "ai_label": "1", "credit": "某人"}, follow=True
    ).content.decode()
    assert "它用在" not in page
    desk = f"/admin/corrections/of/{article.pk}/"
    page = send_ticked(client, desk, {"wrong": "五元", "right": "六元", "amend": "on"}).content.decode()
    assert "视频“片子”标有“人工智能生成”" in page
    assert "可以先只刊登更正；稿件请在编辑页里改好" in page
    assert f"/admin/snippets/newsroom/article/edit/{article.pk}/" in page
    assert not corrections_of(article.pk)
