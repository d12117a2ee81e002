"""Characters that no text keeps are gone before anything is stored, whatever door they come through."""

import json
import re
from datetime import UTC, datetime, timedelta

import lxml.etree
import pytest
from django.contrib.auth import get_user_model
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st
from wagtail.test.utils.form_data import streamfield

from meiri.ingest.importing import import_items
from meiri.ingest.record_line import read_record
from meiri.newsroom.clock import local, zoned
from meiri.newsroom.models import Article
from meiri.visitors.characters import mended, mended_data, mended_value
from tests.newsroom.test_admin import LIST, edit, form_of
from tests.newsroom_factory import a_channel, a_draft, an_article

pytestmark = pytest.mark.django_db

BAD = "前\x00\x07\x0b\x1b\x7f\x85\ufffe后"
HALF = "半个\ud83d表情"
texts = st.text(st.characters(), max_size=40)


@given(texts)
def test_a30_what_is_mended_can_be_written_anywhere(text):
    kept = mended(text)
    kept.encode()
    lxml.etree.fromstring(f"<a>{kept.replace('&', '').replace('<', '')}</a>")
    assert mended(kept) == kept
    assert [c for c in text if c.isalnum() or c in "\t\n\r 🌾"] == [
        c for c in kept if c.isalnum() or c in "\t\n\r 🌾"
    ]


@given(
    st.recursive(
        texts | st.integers() | st.none(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    )
)
def test_a30_json_in_a_form_is_mended_inside_its_texts(data):
    for ascii_only in (True, False):
        value = json.dumps([data], ensure_ascii=ascii_only)
        assert mended_data(json.loads(mended_value(value))) == mended_data([data])
        json.loads(mended_value(value))
        mended_value(value).encode()


@pytest.mark.parametrize(
    "value", ["{不是 JSON \\ud800", "[" * 100_000 + "\\ud800", "写作 \\ud800 的转义", '["\\\\ud800"]', "{"]
)
def test_a30_what_is_no_json_or_says_so_itself_stays(value):
    assert mended_value(value) == value


@pytest.fixture
def desk(client):
    client.force_login(get_user_model().objects.create_superuser("zhubian", "z@example.com", "x"))
    return client


def content_state(text: str) -> str:
    """Rich text as the editor sends it: with escapes for halves of pairs, as JSON.stringify writes them."""
    block = {
        "key": "a1",
        "type": "unstyled",
        "text": text,
        "depth": 0,
        "inlineStyleRanges": [],
        "entityRanges": [],
        "data": {},
    }
    return json.dumps({"blocks": [block], "entityMap": {}})


def odd_form(article=None, **fields) -> dict:
    table = {
        "data": [[HALF, BAD]],
        "first_row_is_table_header": True,
        "first_col_is_header": False,
        "table_header_choice": "row",
        "table_caption": HALF,
    }
    body = streamfield([("text", content_state(HALF + BAD)), ("heading", BAD), ("table", json.dumps(table))])
    return form_of(
        article, title=f"题{BAD}", summary=f"摘要{BAD}", tags=f'"5G/6G","{BAD}"', body=body, **fields
    )


@pytest.mark.parametrize("deed", ["action-publish", "draft"])
def test_a30_an_article_with_half_an_emoji_and_controls_is_saved(desk, deed):
    article = a_draft()
    answer = desk.post(edit(article), odd_form(article, **{deed: "1"}))
    assert answer.status_code == 302, answer.context["form"].errors.as_json()
    stored = Article.objects.get(pk=article.pk).get_latest_revision_as_object()
    assert (stored.title, stored.summary) == ("题前后", "摘要前后")
    raw = json.dumps(list(stored.body.raw_data), ensure_ascii=False)
    assert "半个\ufffd表情前后" in raw
    assert not re.search("[\ud800-\udfff\x00-\x08]", raw)
    assert desk.get(edit(article)).status_code == 200
    if deed == "action-publish":
        assert "半个\ufffd表情前后" in desk.get(article.get_absolute_url()).content.decode()
        assert desk.get("/rss.xml").status_code == 200


def test_a30_a_new_article_with_odd_tags_made_in_the_form_is_there_for_readers(desk):
    assert desk.post(f"{LIST}add/", odd_form(**{"action-publish": "1"})).status_code == 302
    page = desk.get(Article.objects.get().get_absolute_url()).content.decode()
    for link in re.findall(r'href="(/tag/[^"]*)"', page):
        assert desk.get(link).status_code == 200


def test_a30_a_record_with_half_an_emoji_is_imported():
    a_channel()
    line = json.dumps(
        {
            "title": HALF,
            "body": f"<p>{HALF}{BAD}</p>",
            "authors": [HALF],
            "source": HALF,
            "tags": [HALF],
            "summary": BAD,
        }
    )
    article, extras = read_record(line)
    assert import_items(article, extras=extras, publishing=True).status == "imported"
    assert Article.objects.get().title == "半个\ufffd表情"


def test_a30_similar_articles_are_looked_for_whatever_was_pasted(desk, search_index):
    body = json.dumps({"article": None, "title": HALF, "text": HALF * 50})
    assert desk.post("/admin/similar/", body, content_type="application/json").status_code == 200


def test_a30_offsets_are_of_whole_minutes_in_every_format(client):
    article = an_article(published_at=datetime(1898, 9, 21, 4, 5, 6, tzinfo=UTC))
    assert local(article.published_at).utcoffset() == timedelta(hours=8, minutes=5, seconds=43)
    assert zoned(article.published_at) == article.published_at
    addresses = [article.get_absolute_url(), "/rss.xml", "/atom.xml", "/feed.json", "/keji/",
                 "/api/v1/articles/", f"/api/v1/articles/{article.pk}/"]  # fmt: skip
    for address in addresses:
        text = client.get(address).content.decode()
        assert not re.search(r"\+08:?05:?43", text), address
        assert re.search(r"\+08:?06", text), address


@given(st.datetimes(min_value=datetime(1815, 8, 6), max_value=datetime(2199, 1, 1), timezones=st.just(UTC)))
def test_a30_a_moment_stays_the_same_with_an_offset_of_whole_minutes(moment):
    assert zoned(moment) == moment
    assert zoned(moment).utcoffset() % timedelta(minutes=1) == timedelta()
    assert datetime.fromisoformat(zoned(moment).isoformat(timespec="microseconds")) == moment


def test_b22_the_charset_of_a_body_does_not_change_what_an_address_says(client, search_index):
    an_article("未来的田野")
    search_index.catch_up()
    for charset in ("gb2312", "ascii", "utf-16", "nonsense", "utf-7"):
        for query in ("q=%22%E6%9C%AA", "q=%ff%fe", "q=%F0%A0%AE%B7"):
            answer = client.get(f"/search/?{query}", CONTENT_TYPE=f"x/y; charset={charset}")
            assert answer.status_code == 200, charset
    assert QueryDict("q=%22%E6%9C%AA")["q"] == '"未'
