"""Words are exchanged in the text of an article, place by place, and nowhere else."""

import copy
import re
from html import escape, unescape

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from meiri.changes.exchanging_words import Amendment
from meiri.newsroom.correcting import correct, places_of
from meiri.newsroom.corrections import Correction
from meiri.newsroom.exchanging import exchange, spots_of
from meiri.newsroom.models import Article
from meiri.newsroom.plain_text import paragraphs
from meiri.newsroom.publishing import publish
from meiri.reports.models import Report
from tests.newsroom.test_admin import an_editor
from tests.newsroom.test_correcting import everywhere, send_ticked, text, ticked_form
from tests.newsroom_factory import a_channel, a_draft, an_article
from tests.reports.test_reporting import a_report
from tests.syndication.pictures import a_picture

pytestmark = pytest.mark.django_db

MARKED = (
    '<p data-block-key="a2023">公司2023年成立，<a href="https://example.cn/2023/notice.html">2023年公告</a>说<b>不足</b>，'
    "A&amp;B 与 5 &lt; 6 &#8212; &quot;引&quot;</p><hr/><ul><li>b</li></ul>"
)


@pytest.mark.parametrize(
    ("wrong", "right", "there", "count"),
    [
        (
            "2023",
            "2024",
            '<p data-block-key="a2023">公司2024年成立，<a href="https://example.cn/2023/notice.html">2024年公告',
            2,
        ),
        ("b", "C", "<b>不足</b>", 1),
        ("不足", "<i>", "<b>&lt;i&gt;</b>", 1),
        ("A&B", "A&C", "A&amp;C 与", 1),
        ("—", "–", "6 – &quot;引&quot;", 1),
        ('"引"', "“引”", "&#8212; “引”</p>", 1),
        ("<", ">", "5 &gt; 6", 1),
    ],
)
def test_a17_markup_and_addresses_stay(wrong, right, there, count):
    article = an_article(text=[("text", MARKED)])
    amendment = everywhere(article, wrong)
    assert len(amendment.places) == count
    correct(article, wrong, right, amendment=amendment)
    html = Article.objects.get(pk=article.pk).body.raw_data[0]["value"]
    assert there in html
    assert re.findall("<[^>]*>", html) == re.findall("<[^>]*>", MARKED)


@pytest.mark.parametrize("words", ["amp", "notice", "https", "data-block", "quot", "8212", "href", "/2023/"])
def test_a17_what_stands_in_no_text_is_not_found(words):
    article = an_article(text=[("text", MARKED)])
    with pytest.raises(ValidationError, match="没有找到"):
        places_of(article, words)
    with pytest.raises(ValidationError, match="没有找到"):
        correct(article, words, "X", amendment=Amendment(frozenset({0}), ""))
    assert not Correction.objects.exists()


def everything() -> list:
    picture = a_picture("题图")
    return [
        ("text", "<p>甲一</p>"),
        ("heading", "甲二"),
        ("image", {"image": picture, "caption": "甲三", "credit": "甲四"}),
        ("gallery", {"pictures": [{"image": picture, "caption": f"甲{n}", "credit": ""} for n in (5, 6)]}),
        ("quote", {"text": "甲七", "speaker": "甲八"}),
        ("table", {"data": [["甲九", None], ["", "甲十"]], "first_row_is_table_header": True, "table_caption": "甲十一"}),
        ("related", {"title": "甲十二", "url": "https://example.cn/甲/"}),
        ("embed", "https://example.cn/甲"),
    ]  # fmt: skip


def test_a17_every_text_that_readers_see_is_covered(client):
    fields = {
        "kicker": "甲引题",
        "subtitle": "甲副题",
        "short_title": "甲短题",
        "summary": "甲摘要",
        "dateline": "甲电头",
    }
    article = publish(a_draft("甲标题", text=everything()[:-1], **fields))
    found = places_of(article, "甲").spots
    assert [spot.where for spot in found] == [
        "引题", "标题", "副题", "首页短标题", "摘要", "电头", "正文", "小标题", "图片说明", "供图", "图片说明", "图片说明",
        "引文", "引文出处", "表格标题", "表格", "表格", "相关链接",
    ]  # fmt: skip
    correct(article, "甲", "乙", amendment=everywhere(article, "甲"))
    article.refresh_from_db()
    words = "".join(paragraphs(article.body.raw_data))
    assert "甲" not in words
    assert words.count("乙") == 10  # the caption of a table is not among them
    assert article.body.raw_data[6]["value"]["url"] == "https://example.cn/甲/"
    assert client.get(article.get_absolute_url()).status_code == 200


def test_a17_only_what_is_ticked_is_exchanged():
    article = an_article(text=[("text", "<p>张三说，张三丰来过，张三走了。</p>")])
    spots = places_of(article, "张三")
    assert [(s.before, s.after) for s in spots.spots] == [
        ("", "说，张三丰来过，张三走了。"), ("张三说，", "丰来过，张三走了。"), ("张三说，张三丰来过，", "走了。"),
    ]  # fmt: skip
    correct(article, "张三", "章三", amendment=Amendment(frozenset({0, 2}), spots.digest))
    assert "章三说，张三丰来过，章三走了。" in Article.objects.get(pk=article.pk).body.raw_data[0]["value"]


def test_a17_a_change_in_the_meantime_is_noticed():
    article = an_article(text="水库蓄水，水库放水。")
    seen = everywhere(article, "水库")
    article.summary = "别人加的摘要"
    publish(article)
    with pytest.raises(ValidationError, match="请重新核对"):
        correct(article, "水库", "湖泊", amendment=seen)
    with pytest.raises(ValidationError, match="请重新核对"):
        correct(article, "放水", "泄水", amendment=seen)
    assert not Correction.objects.exists()


@pytest.mark.parametrize(("places", "says"), [(set(), "请勾选"), ({7}, "有误")])
def test_a17_what_was_not_shown_can_not_be_ticked(places, says):
    article = an_article(text="水库蓄水。")
    digest = places_of(article, "水库").digest
    with pytest.raises(ValidationError, match=says):
        correct(article, "水库", "湖泊", amendment=Amendment(frozenset(places), digest))


def test_a17_words_that_stand_everywhere_are_to_be_longer():
    article = an_article(text="的" * 201)
    with pytest.raises(ValidationError, match="写得长一些"):
        places_of(article, "的")


class TestTheDesk:
    @pytest.fixture
    def desk(self, client):
        client.force_login(an_editor(channels=[a_channel()]))
        return client

    def test_a17_the_places_are_shown_before_anything_changes(self, desk):
        article = an_article(
            "水库的<b>消息", text="<水库>蓄水，水库放水。".replace("<", "&lt;").replace(">", "&gt;")
        )
        address, given = (
            f"/admin/corrections/of/{article.pk}/",
            {"wrong": "水库", "right": "湖泊", "amend": "on"},
        )
        page = text(desk.post(address, given))
        assert "有 3 处" in page
        assert "标题：<mark>水库</mark>的&lt;b&gt;消息" in page
        assert "正文：&lt;<mark>水库</mark>&gt;蓄水，水库放水。" in page
        assert ticked_form(page)["place"] == []
        assert not Correction.objects.exists()
        assert "请勾选" in text(send_ticked(desk, address, given))
        send_ticked(desk, address, given, places=["1"])
        article.refresh_from_db()
        assert (article.title, "湖泊&gt;蓄水，水库" in article.body.raw_data[0]["value"]) == (
            "水库的<b>消息",
            True,
        )
        assert Correction.objects.get().in_text

    def test_a17_one_place_is_ticked_already(self, desk):
        article = an_article(text="水库蓄水。")
        address, given = (
            f"/admin/corrections/of/{article.pk}/",
            {"wrong": "水库", "right": "湖泊", "amend": "on"},
        )
        assert ticked_form(text(desk.post(address, given)))["place"] == ["0"]
        assert send_ticked(desk, address, given).status_code == 302

    def test_a17_without_amending_nothing_is_asked(self, desk):
        article = an_article(text="水库蓄水。")
        desk.post(f"/admin/corrections/of/{article.pk}/", {"wrong": "水库", "right": "湖泊"})
        assert not Correction.objects.get().in_text

    def test_a17_a_change_in_the_meantime_is_told(self, desk):
        article = an_article(text="水库蓄水。")
        address, given = (
            f"/admin/corrections/of/{article.pk}/",
            {"wrong": "水库", "right": "湖泊", "amend": "on"},
        )
        shown = ticked_form(text(desk.post(address, given)))
        article.summary = "别人加的摘要"
        publish(article)
        assert "请重新核对" in text(desk.post(address, given | shown))
        assert (
            desk.post(address, given | shown | {"digest": "x", "place": ["a", "-1", "9" * 30]}).status_code
            == 200
        )
        assert not Correction.objects.exists()

    def test_a17_a_reader_s_report_is_corrected_in_the_same_two_steps(self, desk):
        article = an_article(text="蓄水三十亿立方米，去年也是三十亿立方米。")
        report = a_report(article)
        address = f"/admin/reports/{report.pk}/"
        given = {"deed": "correct", "wrong": "三十亿", "right": "三亿", "amend": "on", "answer": "谢谢。"}
        assert "有 2 处" in text(desk.post(address, given))
        assert Report.objects.get().correction is None
        send_ticked(desk, address, given, places=["0"])
        article.refresh_from_db()
        assert "蓄水三亿立方米，去年也是三十亿立方米" in article.body.raw_data[0]["value"]
        assert Report.objects.get().correction.in_text


# Markup as editors and imports leave it: nested, with attributes, references, quotes in attributes.
words = st.text("水库张三AB2&<>\"';/= \n", max_size=12)
written = (
    words.map(lambda t: escape(t, quote=False))
    | words.map(escape)
    | st.sampled_from(["&nbsp;", "&#20013;", "&#x4e2d;", "&mdash;"])
)
opened = st.sampled_from(
    [
        ("<b>", "</b>"),
        ('<a href="/A/?B=2&amp;A=张三">', "</a>"),
        ("<i title='A>B'>", "</i>"),
        ('<p data-block-key="A2">', "</p>"),
    ]
)
html = st.recursive(
    written,
    lambda inner: (
        st.tuples(opened, st.lists(inner, max_size=3)).map(lambda t: t[0][0] + "".join(t[1]) + t[0][1])
        | st.just("<br/>")
    ),
    max_leaves=12,
)


def an_unsaved(source: str, title: str) -> Article:
    article = Article(title=title)
    article.body = [("text", source), ("heading", title), ("quote", {"text": title, "speaker": ""})]
    return article


def pieces(source: str) -> tuple[list[str], list[str]]:
    """Markup and texts, by a way of its own."""
    tag = r"""<(?:[^"'<>]|"[^"]*"|'[^']*')*>"""
    return re.findall(tag, source), [unescape(t) for t in re.split(tag, source)]


@given(html, words, words.filter(bool))
def test_a17_exchanging_words_for_themselves_changes_nothing(source, title, same):
    article = an_unsaved(source, title)
    before = copy.deepcopy(list(article.body.raw_data))
    spots = spots_of(article, same).spots
    exchange(article, same, same, range(len(spots)))
    after = list(article.body.raw_data)
    assert [pieces(str(b["value"])) for b in after] == [pieces(str(b["value"])) for b in before]
    exchange(article, same, "别的", ())
    assert article.body.raw_data[0]["value"] == after[0]["value"]
    assert article.title == title


@given(html, words.filter(bool), words)
def test_a17_texts_get_the_words_and_markup_stays(source, wrong, right):
    article = an_unsaved(source, wrong)
    spots = spots_of(article, wrong).spots
    markup, texts = pieces(source)
    assert len(spots) == sum(t.count(wrong) for t in texts) + 3
    exchange(article, wrong, right, range(len(spots)))
    assert pieces(article.body.raw_data[0]["value"]) == (markup, [t.replace(wrong, right) for t in texts])
    assert article.title == right
