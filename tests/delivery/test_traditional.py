"""Documents in traditional script: what is converted, and that nothing else is touched."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meiri.delivery.script import TraditionalConverter
from meiri.delivery.traditional import traditional_feed, traditional_html, traditional_json_feed

SITE = "https://news.example.cn"
CHINESE = re.compile("[\u3400-\u9fff]")


def page(markup: str, **wording) -> str:
    return traditional_html(markup, SITE, TraditionalConverter(**wording))


class TestWords:
    def test_text_and_what_people_read_of_attributes_are_converted(self):
        assert page(
            '<img src="/media/发.jpg" alt="头发"><a href="#发" title="网络" aria-label="软件">发展</a>'
            '<input placeholder="检索" value="发"><input type="submit" value="检索"><track label="简体">'
        ) == (
            '<img src="/media/发.jpg" alt="頭髮"><a href="#发" title="網路" aria-label="軟體">發展</a>'
            '<input placeholder="檢索" value="发"><input type="submit" value="檢索"><track label="簡體">'
        )

    def test_only_those_meta_elements_that_people_read(self):
        assert page(
            '<meta name="description" content="发展"><meta property="og:title" content="发展">'
            '<meta name="theme-color" content="发">'
        ) == (
            '<meta name="description" content="發展"><meta property="og:title" content="發展">'
            '<meta name="theme-color" content="发">'
        )

    @pytest.mark.parametrize(
        "markup",
        [
            "<script>const word = '发展 <a href=\"/x\">';</script>",
            "<style>p::before { content: '发'; }</style>",
            "<!-- 发展 <a href='/x'> -->",
            "<pre>发展 <b>头发</b></pre>",
            "<p>a <code>发<code>展</code>发</code> b</p>",
            "<textarea>发展 <b></textarea>",
            '<b translate="no">发展<b>头</b>发<br>发</b>',
            '<span lang="ja">発展 发</span>',
            '<b TRANSLATE="no" title="发">发</b>',
        ],
    )
    def test_what_is_no_prose_of_ours_stays(self, markup):
        assert page(markup) == markup

    def test_after_what_stays_conversion_goes_on(self):
        assert page('<b translate="no">发<b>发</b></b>发展<code>发</code>发展') == (
            '<b translate="no">发<b>发</b></b>發展<code>发</code>發展'
        )

    @pytest.mark.parametrize("entity", ["&amp;", "&#21457;", "&quot;", "&nbsp;", "&lt;br&gt;", "&#x27;"])
    def test_entities_survive(self, entity):
        assert (
            page(f'<p title="发{entity}展">头发{entity}发展') == f'<p title="發{entity}展">頭髮{entity}發展'
        )

    def test_the_document_says_its_script(self):
        assert (
            page('<html lang="zh-Hans"><p lang="zh-Hans">发') == '<html lang="zh-Hant"><p lang="zh-Hant">發'
        )


class TestLinks:
    @pytest.mark.parametrize(
        ("markup", "in_edition"),
        [
            ('<a href="/">', '<a href="/zh-hant/">'),
            ("<a href='/keji/?before=1&amp;x=2#发'>", "<a href='/zh-hant/keji/?before=1&amp;x=2#发'>"),
            ("<a href=/keji/>", "<a href=/zh-hant/keji/>"),
            (f'<a href="{SITE}/keji/">', f'<a href="{SITE}/zh-hant/keji/">'),
            (f'<link rel="canonical" href="{SITE}/">', f'<link rel="canonical" href="{SITE}/zh-hant/">'),
            ('<link rel="alternate" href="/rss.xml">', '<link rel="alternate" href="/zh-hant/rss.xml">'),
            (
                f'<meta property="og:url" content="{SITE}/a.html">',
                f'<meta property="og:url" content="{SITE}/zh-hant/a.html">',
            ),
            ('<form action="/search/">', '<form action="/zh-hant/search/">'),
            ('<div data-fragment="/fragments/hot/">', '<div data-fragment="/zh-hant/fragments/hot/">'),
            ('<div data-grow="/fragments/newest/">', '<div data-grow="/zh-hant/fragments/newest/">'),
            ('<pre><a href="/x/">发</a></pre>', '<pre><a href="/zh-hant/x/">发</a></pre>'),
            ('<a href="/tag/发展/">发展</a>', '<a href="/zh-hant/tag/发展/">發展</a>'),
        ],
    )
    def test_lead_to_the_same_edition(self, markup, in_edition):
        assert page(markup) == in_edition

    @pytest.mark.parametrize(
        "address",
        [
            *(
                "/static/a.css",
                "/assets/a.js",
                "/media/发.jpg",
                "/documents/1/发.pdf",
                "/admin/",
                "/api/v1/docs",
            ),
            *(
                "/qr/1.svg",
                "/zh-hant/",
                "/sitemap.xml",
                "//other.example/x",
                "https://other.example/x",
                "#发",
                "?q=发",
            ),
            *("mailto:a@example.cn", f"{SITE}.evil.example/x", f"{SITE}/media/a.jpg", "发.html", ""),
        ],
    )
    def test_to_what_has_no_edition_stay(self, address):
        assert page(f'<a href="{address}">') == f'<a href="{address}">'

    def test_between_the_editions_stay(self):
        markup = (
            f'<link rel="alternate" hreflang="zh-Hans" href="{SITE}/">'
            '<a href="/" hreflang="zh-Hans" lang="zh-Hans">简体</a>'
        )
        assert page(markup) == markup


class TestStructuredData:
    def test_stays_json_with_its_keys_and_dates_and_its_pages_are_those_of_the_edition(self):
        data = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "@id": "发",
            "headline": '“头发”\\ "发展"\n<b>软件',
            "datePublished": "2026-11-23T10:20:30+08:00",
            "inLanguage": "zh-Hans",
            "url": f"{SITE}/tag/发展/",
            "image": [f"{SITE}/media/发.jpg"],
            "author": [{"@type": "Person", "name": "范伟", "发": "发"}],
        }
        written = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
        converted = page(f'<script type="application/ld+json">{written}</script>', names=["范伟"])
        found = json.loads(re.search(">(.*)<", converted)[1])
        assert found == data | {
            "headline": '“頭髮”\\ "發展"\n<b>軟體',
            "inLanguage": "zh-Hant",
            "url": f"{SITE}/zh-hant/tag/发展/",
            "author": [{"@type": "Person", "name": "范偉", "发": "發"}],
        }


class TestFeeds:
    def test_carry_converted_markup_and_links_of_the_edition(self):
        feed = (
            '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>发展 &amp;amp; 网络</title>'
            f"<link>{SITE}/</link><language>zh-cn</language><item><link>{SITE}/a.html</link>"
            f'<guid isPermaLink="false">{SITE}/#article:1</guid><enclosure url="{SITE}/media/发.jpg"/>'
            '<content:encoded>&lt;p&gt;&lt;a href="/tag/发展/"&gt;头发 &amp;amp; 面条&lt;/a&gt;&lt;code&gt;发&lt;/code&gt;'
            "</content:encoded></item></channel></rss>"
        )
        assert traditional_feed(feed, SITE, TraditionalConverter()) == (
            '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>發展 &amp;amp; 網路</title>'
            f"<link>{SITE}/zh-hant/</link><language>zh-tw</language><item><link>{SITE}/zh-hant/a.html</link>"
            f'<guid isPermaLink="false">{SITE}/#article:1</guid><enclosure url="{SITE}/media/发.jpg"/>'
            '<content:encoded>&lt;p&gt;&lt;a href="/zh-hant/tag/发展/"&gt;頭髮 &amp;amp; 麵條&lt;/a&gt;'
            "&lt;code&gt;发&lt;/code&gt;</content:encoded></item></channel></rss>"
        )

    def test_of_json_keep_their_ids(self):
        feed = {
            "title": "发展",
            "language": "zh-cn",
            "feed_url": f"{SITE}/feed.json",
            "items": [
                {
                    "id": f"{SITE}/#发",
                    "url": f"{SITE}/a",
                    "content_html": "<p>头发",
                    "tags": ["网络"],
                    "image": "发",
                }
            ],
        }
        converted = json.loads(traditional_json_feed(json.dumps(feed), SITE, TraditionalConverter()))
        assert converted == {
            "title": "發展",
            "language": "zh-tw",
            "feed_url": f"{SITE}/zh-hant/feed.json",
            "items": [
                {
                    "id": f"{SITE}/#发",
                    "url": f"{SITE}/zh-hant/a",
                    "content_html": "<p>頭髮",
                    "tags": ["網路"],
                    "image": "发",
                }
            ],
        }


PIECES = [
    *(
        "<p>",
        "</p>",
        '<a class="发" href="http://x.example/发">',
        "</a>",
        "<br>",
        "<!-- 发 -->",
        "&amp;",
        "&#21457;",
    ),
    *(
        "<pre>",
        "</pre>",
        "<script>'发'</script>",
        "<textarea>发</textarea>",
        '<b translate="no">',
        "</b>",
        "<",
        ">",
    ),
    *(
        '"',
        "'",
        '<img alt="头发" src=发.jpg>',
        "<![CDATA[发]]>",
        "<i title='a",
        "</",
        "发展",
        "软件",
        " ",
        "abc",
    ),
]


def without_chinese(text: str) -> str:
    return CHINESE.sub("", text)


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_markup_is_the_same_when_chinese_is_left_out(markup):
    assert without_chinese(page(markup)) == without_chinese(markup)


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_is_the_same_but_for_language_and_links(text):
    kept = re.sub("(?i)href|action|data-|content|lang", "x", text)
    assert page(kept) == kept


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_no_document_is_too_odd(text):
    page(text)
    traditional_feed(text, SITE, TraditionalConverter())
