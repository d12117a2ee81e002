"""What was asked for is marked, no character is cut, and nothing in it runs."""

import re
from html import unescape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meiri.search.folding import fold, fold_all
from meiri.search.highlighting import BORDER, EXCERPT, Highlighter, belongs_to_previous, whole_characters
from meiri.search.query import parse

pytestmark = pytest.mark.django_db
ANY = st.text(
    alphabet="湿地a Ab＜<>&\"'1１臺灣\n\u0301\u200d\U0001f468\U0001f3fb\U0001f1e8\U0001f1f3", max_size=60
)
relaxed = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def bare(html: str) -> str:
    return unescape(re.sub("</?mark>", "", html))


@relaxed
@given(ANY, ANY)
def test_a_marked_title_is_the_title_and_nothing_that_runs(query, title):
    html = Highlighter(parse(query)).whole(title)
    assert bare(html) == title
    assert "<" not in re.sub("</?mark>", "", html)


@relaxed
@given(ANY, st.lists(st.text(alphabet="湿地保护天鹅abc。\n<&\u0301", max_size=300), max_size=4))
def test_an_excerpt_is_a_part_of_a_paragraph(query, paragraphs):
    excerpt = bare(Highlighter(parse(query)).excerpt(BORDER.join(paragraphs))).strip("…")
    assert any(excerpt in paragraph for paragraph in paragraphs) or excerpt == ""


@given(ANY, st.integers(0, 60), st.integers(0, 60))
def test_no_character_is_cut(text, start, length):
    start = min(start, len(text))
    for first, last in whole_characters(text, [(start, min(len(text), start + length))]):
        assert first == len(text) or not belongs_to_previous(text, first)
        assert last == len(text) or not belongs_to_previous(text, last)


@given(st.lists(st.text(max_size=20), max_size=8))
def test_folding_keeps_every_place(texts):
    assert [len(folded) for folded in fold_all(texts)] == [len(text) for text in texts]
    assert fold_all(texts) == [fold(text) for text in texts]


@given(st.text(max_size=40))
def test_folded_text_is_folded_already(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("query", "title", "html"),
    [
        ("台湾", "臺灣同胞", "<mark>臺灣</mark>同胞"),
        ("5g", "５Ｇ进山", "<mark>５Ｇ</mark>进山"),
        ("科技创新", "科技推动产业创新", "<mark>科技</mark>推动产业<mark>创新</mark>"),
        ('"科技创新"', "科技创新，科技", "<mark>科技创新</mark>，科技"),
        ("dams", "A dam, madam", "A <mark>dam</mark>, madam"),
        ("北大", "北京大学招生", "<mark>北京大学</mark>招生"),
        ("<b>", "<b>粗", "<mark>&lt;b&gt;</mark>粗"),
    ],
)
def test_what_is_marked(query, title, html):
    assert Highlighter(parse(query)).whole(title) == html


def test_an_excerpt_is_where_it_is_said():
    far = "别的话。" * 60 + "湿地里来了天鹅。" + "别的话。" * 60
    excerpt = Highlighter(parse("湿地 天鹅")).excerpt(f"开头没有。{BORDER}{far}")
    assert "<mark>湿地</mark>里来了<mark>天鹅</mark>" in excerpt
    assert excerpt.startswith("…")
    assert excerpt.endswith("…")
    assert len(bare(excerpt)) < 2 * EXCERPT
