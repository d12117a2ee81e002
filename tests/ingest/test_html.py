import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meiri.ingest.html import read_html, read_page
from meiri.ingest.parsed import Unreadable
from meiri.ingest.sanitise import plain
from tests.ingest.pages import PARAGRAPHS, TITLE, a_portal_page


def assert_is_the_article(article):
    assert article.title == TITLE
    assert article.source == "江南晚讯"
    assert article.source_url == "https://jiangnan.example/"
    assert article.published_at.isoformat() == "2026-11-23T10:20:30+08:00"
    assert article.authors == ["林晚舟", "周牧之"]
    assert article.editor == "沈砚"
    assert article.views == 1203
    assert article.breadcrumb == ["每日新闻网", "科技前沿"]
    assert article.channel_name == "科技前沿"
    assert article.original_url == "https://www.meiri.example/keji/2026/1123/42.html"
    assert article.language == "zh"
    assert plain(article.body).split("\n") == list(PARAGRAPHS)


@pytest.mark.parametrize(
    ("declared", "encoding"), [("utf-8", "utf-8"), ("gb2312", "utf-8"), ("utf-8", "gb18030")]
)
def test_a_portal_page_is_read_whole_and_without_what_surrounds_it(declared, encoding):
    assert_is_the_article(read_html(a_portal_page(declared).encode(encoding)))


def test_a_page_without_structure_is_read_by_its_lines():
    flat = re.sub(r"</?(?:div|ul|ol|li)[^>]*>", "<p>", a_portal_page())
    assert_is_the_article(read_page(flat))


def test_pictures_keep_their_place_caption_and_relative_address():
    extra = '<p align="center"><img src="./page_files/a.jpg" alt="稻田"></p><p align="center">无人机正在巡田。林晚舟 摄</p>'
    article = read_page(a_portal_page(extra=extra))
    assert [(p.url, p.caption, p.alt) for p in article.pictures] == [
        ("page_files/a.jpg", "无人机正在巡田。林晚舟 摄", "稻田")
    ]
    assert (
        '<figure><img src="page_files/a.jpg" alt="稻田"><figcaption>无人机正在巡田。林晚舟 摄</figcaption></figure>'
        in article.body
    )


def test_remote_pictures_are_noted_and_not_fetched():
    article = read_page(a_portal_page(extra='<img data-src="//img.example/a.jpg" src="loading.gif">'))
    assert [p.url for p in article.pictures] == ["https://img.example/a.jpg"]
    assert article.pictures[0].is_remote
    assert any("没有取回" in w for w in article.warnings)


def test_tables_lists_quotations_and_links_stay():
    extra = (
        "<h3>一年的账</h3><table><tr><th>项目</th><th>数值</th></tr><tr><td>面积</td><td>一万二千亩</td></tr></table>"
        "<ul><li>省水，一亩地省下三成</li><li>省工，一天干完三天的活</li></ul><blockquote>田里的事，急不得。</blockquote>"
        '<p>详见<a href="/baogao/">完整报告</a>，其中列出了各项数据。</p><video src="/v.mp4"></video>'
    )
    body = read_page(a_portal_page(extra=extra)).body
    assert "<h3>一年的账</h3>" in body
    assert (
        "<table><tbody><tr><th>项目</th><th>数值</th></tr><tr><td>面积</td><td>一万二千亩</td></tr></tbody></table>"
        in body
    )
    assert "<ul><li>省水，一亩地省下三成</li><li>省工，一天干完三天的活</li></ul>" in body
    assert "<blockquote><p>田里的事，急不得。</p></blockquote>" in body
    assert '<a href="https://www.meiri.example/baogao/">完整报告</a>' in body
    assert '<a href="https://www.meiri.example/v.mp4">视频</a>' in body


def test_recommendations_in_the_middle_do_not_end_the_text():
    extra = (
        '<p>相关阅读</p><p><a href="/5">别处的一条新闻标题</a></p>'
        + "<p>第二天，技术员又来到地头，把土壤的湿度一一记下，再回到屋里比对数据。</p>" * 3
    )
    text = plain(read_page(a_portal_page(extra=extra)).body)
    assert text.count("技术员又来到地头") == 3
    assert "别处的一条" not in text


def test_json_ld_and_meta_tags_fill_what_the_page_does_not_show():
    page = """<html lang="zh"><head><title>海上风电并网发电_海角时报</title>
    <meta property="og:site_name" content="海角时报"><meta name="author" content="林晚舟">
    <script type="application/ld+json">{"@type": "NewsArticle", "headline": "海上风电并网发电",
    "datePublished": "2026-11-23T08:30:15+08:00", "author": {"name": "林晚舟"}}</script></head>
    <body><h1>海上风电并网发电</h1><p>最后一台风机昨天并网，整个风场开始满负荷运行。</p>
    <p>风场一年发出的电，够四十万户人家用上一年。</p></body></html>"""
    article = read_page(page)
    assert article.title == "海上风电并网发电"
    assert article.published_at.isoformat() == "2026-11-23T08:30:15+08:00"
    assert article.authors == ["林晚舟"]


def test_what_a_browser_hides_is_no_text():
    article = read_page(
        a_portal_page(extra='<p style="display: none">看不见的一段文字，不该出现在正文里。</p>')
    )
    assert "看不见" not in article.body


@pytest.mark.parametrize(
    "page", ["", "   ", "<html></html>", "<!-- nothing -->", "<script>alert(1)</script>"]
)
def test_a_page_with_nothing_in_it_is_refused(page):
    with pytest.raises(Unreadable) as refusal:
        read_page(page)
    assert refusal.value.reason.endswith("。")


def test_absurd_pages_are_refused_in_bounded_work():
    for page in ("<div>" * 100_000, "<b>" * 700_000, "<p>字</p>" * 200_000):
        with pytest.raises(Unreadable):
            read_page(f"<html><body>{page}")


@given(st.text(alphabet="<>/=\"' divpahrefscriptimgtable来源：时间20261123-：|\n", max_size=600))
def test_no_markup_makes_reading_fall_over(text):
    with suppress(Unreadable):
        read_page(text)


def test_an_address_that_is_none_ends_no_page():
    page = (
        '<html><head><base href="http://a.example/"><title>澄江启动巡河</title></head><body><h1>澄江启动巡河</h1>'
        '<p>今天上午，<a href="http://[x/">河</a>清了，鱼也回来了，大家都很高兴。</p><img src="http://[y/a.jpg"></body></html>'
    )
    assert "今天上午，河清了，鱼也回来了，大家都很高兴。" in plain(read_page(page).body).replace("\n", "")
