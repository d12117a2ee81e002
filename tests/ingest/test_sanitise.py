import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from meiri.ingest.html import read_page
from meiri.ingest.parsed import Unreadable
from meiri.ingest.sanitise import ATTRIBUTES, TAGS, clean, plain


def assert_harmless(markup):
    """As a browser would parse it: allowed tags and attributes alone, and no address that runs."""
    if not markup.strip():
        return
    for element in html.fragment_fromstring(markup, create_parent="div").iter():
        assert element.tag in TAGS | {"div"}
        for name, value in element.attrib.items():
            assert name in ATTRIBUTES.get(element.tag, ())
            assert not re.match(r"\s*(?:javascript|data|vbscript|file):", value, re.IGNORECASE)
            assert name != "href" or value.lower().startswith(("http://", "https://"))


def attacks(shared_data):
    for path in sorted((shared_data / "security/bleach/tests/data").glob("*.test")):
        yield path.read_text().split("\n--\n")[0]
    yield from json.loads((shared_data / "security/big-list-of-naughty-strings/blns.json").read_text())


def test_nothing_executable_survives(shared_data):
    for attack in attacks(shared_data):
        assert_harmless(clean(attack))
        assert_harmless(clean(f"<p>{attack}</p><a href='{attack}'>x</a><img src=\"{attack}\">"))


def test_nothing_executable_survives_reading_a_page(shared_data):
    for attack in attacks(shared_data):
        text = f"<html><head><title>一条测试新闻的标题</title></head><body><h1>一条测试新闻的标题</h1><p>这是第一段正文，足够长，可以读出来。</p><p>{attack}</p><p>这是最后一段正文，也足够长。</p></body></html>"
        try:
            article = read_page(text)
        except Unreadable:
            continue
        assert_harmless(article.body)


@given(st.text(alphabet="<>/=\"' abimgscriptonerrorhref:javascript&#x;xlink\n\0", max_size=300))
def test_no_arrangement_of_markup_gets_through(text):
    assert_harmless(clean(text))


@given(st.text(max_size=200))
def test_cleaning_twice_changes_nothing(text):
    once = clean(text)
    assert clean(once) == once


@pytest.mark.parametrize(
    ("given_html", "kept"),
    [
        ('<p style="x" class="y" onclick="z">字</p>', "<p>字</p>"),
        ('<a href="javascript:alert(1)">字</a>', "<a>字</a>"),
        ('<a href="/relative">字</a>', "<a>字</a>"),
        ('<a href="https://a.example/" target="_blank">字</a>', '<a href="https://a.example/">字</a>'),
        ('<img src="page_files/a.jpg" onerror="x" alt="图">', '<img src="page_files/a.jpg" alt="图">'),
        ('<img src="//evil.example/a.jpg">', "<img>"),
        ("<script>alert(1)</script><p>字</p>", "<p>字</p>"),
        ('<td colspan="2" rowspan="evil">1</td>', "1"),
        ("<p>\u202e反\u202c</p>", "<p>反</p>"),
    ],
)
def test_what_an_article_needs_stays(given_html, kept):
    assert clean(given_html) == kept


def test_plain_text_has_a_line_for_each_paragraph():
    assert plain("<p>一 &lt;b&gt;</p><ul><li>二</li><li>三</li></ul>") == "一 <b>\n二\n三"
