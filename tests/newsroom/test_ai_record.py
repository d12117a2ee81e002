"""What AI did in an article: recorded, checked by somebody, and told to readers wherever the article goes."""

import json
import re

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from meiri.aigc import AigcBlock, AigcLabel
from meiri.changes.models import PublishedChange
from meiri.fronts.initial_pages import create_pages
from meiri.ingest.leaving.html_site import article_page
from meiri.ingest.leaving.newsml_files import news_item
from meiri.ingest.leaving.ninjs_files import ninjs_item
from meiri.ingest.leaving.outgoing import outgoing
from meiri.ingest.leaving.wxr_files import wordpress_export
from meiri.journal.net import paused
from meiri.members.models import User
from meiri.newsroom.ai_record import (
    AiUse,
    as_stored,
    check_kinds,
    check_marks,
    kinds_in,
    lacking,
    marks_in,
    says_enough,
    words_for_readers,
)
from meiri.newsroom.article_choices import AiKind
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.merging.versions import merge_versions
from meiri.newsroom.models import Article
from meiri.newsroom.published_texts import live_articles_are_as_published, text_of_article
from meiri.newsroom.publishing import publish
from meiri.review.reviewed_texts import words_of
from meiri.web.page_frame import forget_frame
from tests.headlines import unbroken
from tests.newsroom_factory import a_draft, an_article, an_author

pytestmark = pytest.mark.django_db

SCHEMES = 'domain="http://cv.iptc.org/newscodes/digitalsourcetype/"'


def a_generated(title="今日天气一览", **fields) -> Article:
    return an_article(title, **{"ai_use": "generated", "ai_kinds": "text"} | fields)


def text(answer) -> str:
    return answer.content.decode()


@given(st.sets(st.sampled_from(AiKind)), st.booleans())
def test_what_is_said_of_what_ai_made_is_always_what_the_standard_asks(kinds, has_marks):
    told = words_for_readers(AiUse.GENERATED, sorted(kinds, key=list(AiKind).index), has_marks)
    if has_marks or not kinds or kinds - {AiKind.EDITING, AiKind.RESEARCH}:
        assert says_enough(told)


@given(
    st.dictionaries(
        st.from_regex(r"[\w-]{1,36}", fullmatch=True).filter(str.isascii),
        st.sampled_from([AiUse.ASSISTED, AiUse.GENERATED]),
    )
)
def test_marks_are_read_as_they_were_stored(marks):
    stored = as_stored(marks)
    check_marks(stored)
    assert marks_in(stored) == marks


@pytest.mark.parametrize(
    ("use", "kinds", "has_marks", "words"),
    [
        ("", "", False, ""),
        ("none", "", False, ""),
        ("generated", "picture,video", False, "本文配图、视频由人工智能（AI）生成"),
        ("assisted", "", False, ""),  # from before there were kinds
        ("assisted", "research", False, ""),
        ("generated", "", False, "本文由人工智能（AI）生成"),
        ("generated", "text", False, "本文由人工智能（AI）生成"),
        ("generated", "", True, "文中标明的部分由人工智能（AI）生成"),
        ("generated", "text,headline", False, "本文正文、标题由人工智能（AI）生成"),
        ("assisted", "translation,summary", False, "本文译文、摘要由人工智能（AI）辅助生成"),
        ("assisted", "headline,editing", False, "本文标题由人工智能（AI）辅助生成，文字由人工智能（AI）润色校对"),
        ("assisted", "editing", False, "文字由人工智能（AI）润色校对"),
    ],
)  # fmt: skip
def test_the_words_for_readers(use, kinds, has_marks, words):
    assert words_for_readers(use, kinds_in(kinds), has_marks) == words


@pytest.mark.parametrize("stored", ["gossip", "text,,gossip"])
def test_an_unknown_kind_is_refused(stored):
    with pytest.raises(ValidationError):
        check_kinds(stored)


@pytest.mark.parametrize("stored", ["a", "a:none", "a:generated,", "a b:generated", "a:generated;b:assisted"])
def test_marks_of_another_form_are_refused(stored):
    with pytest.raises(ValidationError):
        check_marks(stored)


def test_the_page_says_it_first_and_at_its_blocks_and_for_machines(client):
    article = a_generated(text="开头一段。")
    block = article.body.raw_data[0]["id"]
    article.ai_blocks = f"{block}:generated,gone:assisted"
    article.full_clean(exclude=["created_by"])
    assert article.ai_blocks == f"{block}:generated"
    publish(article)
    page = text(client.get(article.get_absolute_url()))
    label = '<p class="aigc-label">本文由人工智能（AI）生成</p>'
    assert page.index(label) < page.index('<div class="body">')
    assert "以下 1 段文字由 AI 生成" in page
    meta = re.search(r'<meta name="AIGC" content="([^"]*)">', page)
    found = AigcBlock.from_json(meta[1].replace("&#34;", '"'))
    assert (found.label, found.producer, found.produce_id) == (AigcLabel.IS, "每日新闻网", str(article.pk))
    (data, *_) = map(json.loads, re.findall(r'<script type="application/ld\+json">(.*?)</script>', page))
    assert data["digitalSourceType"] == "https://schema.org/TrainedAlgorithmicMediaDigitalSource"
    assert '<p class="aigc-label">本文由人工智慧（AI）生成</p>' in text(
        client.get("/zh-hant" + article.get_absolute_url())
    )
    assert label in text(client.get("/zhangbei" + article.get_absolute_url()))


def test_what_ai_only_helped_with_may_be_made_by_it_and_has_no_mark_in_lists(client):
    article = an_article(ai_use="assisted", ai_kinds="translation", origin="reprint")
    page = text(client.get(article.get_absolute_url()))
    assert "本文译文由人工智能（AI）辅助生成" in page
    assert "CompositeWithTrainedAlgorithmicMediaDigitalSource" in page
    found = AigcBlock.from_json(re.search(r'name="AIGC" content="([^"]*)"', page)[1].replace("&#34;", '"'))
    assert (found.label, found.producer, found.propagator) == (AigcLabel.MAY_BE, "", "每日新闻网")
    assert "AI生成" not in text(client.get("/keji/"))


def test_old_articles_keep_their_words_and_their_digest(client):
    silent = an_article("查过资料的稿件", ai_use="assisted")
    worded = an_article("从前标过的稿件", ai_use="generated", aigc_label="本文由 AI 合成语音播报")
    with paused():  # as it was stored before there were kinds
        Article.objects.filter(pk=worded.pk).update(ai_kinds="")
    for article in (silent, worded):
        article.refresh_from_db()
        assert set(json.loads(text_of_article(article))).isdisjoint({"ai_use", "ai_kinds", "ai_blocks"})
    assert "aigc-label" not in text(client.get(silent.get_absolute_url()))
    assert '<p class="aigc-label">本文由 AI 合成语音播报</p>' in text(client.get(worded.get_absolute_url()))


def test_a_record_belongs_to_the_text_that_is_proven_and_reviewed():
    article = a_generated()
    assert not list(live_articles_are_as_published())
    before = dict(article.live_revision.content)
    assert words_of(before) != words_of(before | {"ai_use": "assisted"})
    assert words_of(before) != words_of(before | {"ai_kinds": ""})
    block = article.body.raw_data[0]["id"]
    assert words_of(before) != words_of(before | {"ai_blocks": f"{block}:generated"})
    with paused():
        Article.objects.filter(pk=article.pk).update(ai_use="assisted")
    assert len(list(live_articles_are_as_published())) == 1


def test_a_label_that_changes_is_told_in_the_changes_and_a_record_of_nothing_is_not():
    article = an_article()
    article.ai_use = "none"
    publish(article)
    assert not PublishedChange.objects.exists()
    article.ai_use, article.ai_kinds = "assisted", "headline"
    publish(article)
    (change,) = PublishedChange.objects.all()
    assert "人工智能生成标识" in str(change.parts)


def test_lists_mark_what_ai_made(client):
    article = a_generated(authors=[an_author()])
    create_newsroom()
    create_pages()
    forget_frame()
    day = f"{article.published_at.astimezone():%Y/%m/%d}"
    for address in (
        "/",
        "/keji/",
        "/gundong/",
        f"/keji/{day}/",
        "/zhangbei/",
        "/zh-hant/keji/",
        "/author/lin-wanzhou/",
    ):
        page = unbroken(text(client.get(address)))
        assert re.search(r"今日天[气氣]一[览覽](?:<[^>]*>|\s)*AI生成", page), address


def test_feeds_and_the_api_say_it_in_words_and_in_types(client):
    article = a_generated(ai_kinds="text,headline", text="开头一段。")
    label = "本文正文、标题由人工智能（AI）生成"
    rss = text(client.get("/rss.xml"))
    assert f"<category {SCHEMES}>trainedAlgorithmicMedia</category>" in rss
    assert f"&lt;p&gt;{label}&lt;/p&gt;" in rss
    atom = text(client.get("/atom.xml"))
    assert 'term="trainedAlgorithmicMedia"' in atom
    (item,) = client.get("/feed.json").json()["items"]
    assert item["_meiri"]["ai_source_type"] == "trainedAlgorithmicMedia"
    assert item["content_html"].startswith(f"<p>{label}</p>")
    told = client.get(f"/api/v1/articles/{article.pk}/").json()
    assert (told["aigc_label"], told["ai_use"]) == (label, "generated")
    assert told["ai_kinds"] == ["text", "headline"]
    (line,) = client.get("/api/v1/articles/").json()["results"]
    assert line["ai_use"] == "generated"


def test_every_export_says_it():
    article = a_generated(text="开头一段。")
    article.ai_blocks = f"{article.body.raw_data[0]['id']}:generated"
    publish(article)
    (leaving,) = outgoing([article])
    words = "本文由人工智能（AI）生成"
    assert leaving.body.startswith(f"<p>{words}</p>\n<p>（以下 1 段文字由 AI 生成）</p>\n")
    assert ninjs_item(leaving)["digitalSourceType"]["literal"] == "trainedAlgorithmicMedia"
    assert "digitalsourcetype/trainedAlgorithmicMedia" in etree.tostring(news_item(leaving)).decode()
    assert "<wp:meta_value>trainedAlgorithmicMedia" in etree.tostring(wordpress_export([leaving])).decode()
    assert '<meta name="AIGC" content="' in article_page(leaving)


def test_the_record_is_to_be_whole_where_ai_was_used():
    def codes(**fields) -> list[str]:
        return [code for code, _sentence, _place in lacking(Article(**fields))]

    checker = User.objects.create_user("jiancha")
    assert codes() == ["ai.missing"]
    assert codes(ai_use="none") == []
    assert codes(ai_use="none", ai_kinds="text") == ["ai.incomplete"]
    assert codes(ai_use="assisted") == ["ai.incomplete", "ai.incomplete"]
    assert codes(ai_use="assisted", ai_kinds="headline") == ["ai.incomplete"]
    assert codes(ai_use="assisted", ai_kinds="headline", ai_checked_by=checker) == []
    assert codes(ai_use="generated", ai_kinds="text", ai_checked_by=checker) == []
    assert codes(ai_use="generated", ai_kinds="research", ai_checked_by=checker) == ["ai.incomplete"]
    assert codes(ai_use="generated", ai_kinds="text", ai_checked_by=checker, aigc_label="机器写的") == [
        "ai.unmarked"
    ]


def test_two_editors_who_tick_and_mark_at_once_lose_nothing():
    base = {"ai_kinds": "text", "ai_blocks": "a:generated"}
    theirs = {"ai_kinds": "text,headline", "ai_blocks": "a:generated,b:assisted"}
    mine = {"ai_kinds": "text,voice", "ai_blocks": "c:generated"}
    merged = merge_versions(base, theirs, mine, {})
    assert not merged.conflicts
    assert set(merged.value["ai_kinds"].split(",")) == {"text", "headline", "voice"}
    assert merged.value["ai_blocks"] == "b:assisted,c:generated"


def test_a_draft_keeps_what_was_recorded():
    article = a_draft(ai_use="generated")
    article.full_clean(exclude=["created_by"])
    assert article.ai_kinds == "text"
