"""Words are read as pypinyin reads them, without its objects."""

from hypothesis import given
from hypothesis import strategies as st
from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

from meiri.search.pinyin import reading
from meiri.search.syllables import syllables_of

PHRASES = sorted(PHRASES_DICT)


def as_pypinyin(text: str) -> list[str]:
    return lazy_pinyin(text, style=Style.TONE, errors="ignore")


def test_every_phrase_and_character_is_read_as_there():
    texts = [*PHRASES, *map(chr, PINYIN_DICT)]
    assert [text for text in texts if syllables_of(text) != as_pypinyin(text)] == []


def test_without_tones_too():
    texts = [*PHRASES, *map(chr, PINYIN_DICT)]
    other = {
        text
        for text in texts
        if list(reading(text))
        != [s for s in lazy_pinyin(text, errors="ignore") if s.isascii() and s.isalpha()]
    }
    assert other == set()


@given(st.lists(st.sampled_from(PHRASES), max_size=3))
def test_the_longest_phrase_at_each_place_is_read_as_a_whole(phrases):
    text = "，".join(phrases)
    assert syllables_of(text) == [s for phrase in phrases for s in as_pypinyin(phrase)]


@given(st.text(max_size=20))
def test_whatever_has_no_reading_is_left_out(text):
    assert len(syllables_of(text)) <= len(text)
