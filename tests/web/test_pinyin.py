"""Pinyin above the characters: right for the word, harmless to the text."""

import re
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from meiri.newsroom.publishing import withdraw
from meiri.web.pinyin import with_pinyin
from tests.newsroom_factory import a_draft, an_article


def read(source: str) -> str:
    """The readings of a text, with spaces between them."""
    return " ".join(re.findall(r"<rt[^>]*>([^<]+)</rt>", with_pinyin(source)))


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("重庆很重要", "chóng qìng hěn zhòng yào"),
        ("银行行长", "yín háng háng zhǎng"),
        ("音乐和快乐", "yīn yuè hé kuài lè"),
        ("长城长大", "cháng chéng zhǎng dà"),
    ],
)
def test_a_polyphone_is_read_as_its_word_has_it(text, readings):
    assert read(text) == readings


def test_markup_and_what_is_not_chinese_stay():
    made = with_pinyin('<p>第<b>3</b>季度 GDP <a href="/x?a=1&amp;b=2" title="标题">增长</a>&lt;b&gt;</p>')
    assert '<a href="/x?a=1&amp;b=2" title="标题"><ruby>增' in made
    assert " GDP " in made
    assert "&lt;b&gt;" in made
    assert '<rt aria-hidden="true">' in made


def without_readings(made: str) -> str:
    tree = html.fragment_fromstring(str(made), create_parent="div")
    for rt in tree.xpath("//rt"):
        rt.drop_tree()
    return tree.text_content()


@settings(max_examples=150)
@given(st.lists(st.text("重庆银行长，。 a1<>&\"'", max_size=8), max_size=5))
def test_without_its_readings_the_text_is_the_same(parts):
    source = "".join(f"<p>{escape(part)}<b>{escape(part)}</b>{escape(part)}</p>" for part in parts)
    assert without_readings(with_pinyin(source)) == "".join(part * 3 for part in parts)


@pytest.mark.django_db
class TestThePiece:
    def test_has_title_and_text(self, client):
        article = an_article("重庆新桥通车", text="长江上又添一座桥。")
        piece = client.get(f"/fragments/pinyin/{article.pk}/").content.decode()
        assert "chóng" in piece
        assert "cháng" in piece
        assert "<rt" not in client.get(article.get_absolute_url()).content.decode()

    def test_is_made_again_by_its_keys(self, client, stored_pages):
        article = an_article(text="长江。")
        address = f"/fragments/pinyin/{article.pk}/"
        assert "jiāng" in client.get(address).content.decode()
        withdraw(article, "失实")
        stored_pages.catch_up()
        assert client.get(address).status_code == 404

    def test_of_what_readers_do_not_see_is_not_there(self, client):
        for key in (a_draft().pk, 10**6, 2**70):
            assert client.get(f"/fragments/pinyin/{key}/").status_code == 404
