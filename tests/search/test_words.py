"""How text is cut, folded and read."""

from hypothesis import given
from hypothesis import strategies as st

from meiri.search.folding import fold
from meiri.search.pinyin import SYLLABLES, as_syllables, reading, readings, slips, sounds
from meiri.search.words import characters, cut, pairs, words, words_and_parts


def test_longer_words_bring_those_inside_them():
    assert words("中华人民共和国").split() == ["中华", "华人", "人民", "共和", "共和国", "中华人民共和国"]


def test_characters_that_stand_alone_make_pairs():
    assert words("鄢炅昶").split() == ["鄢", "鄢炅", "炅", "炅昶", "昶"]
    assert "的茶" not in words("山的茶").split()


def test_titles_have_every_character_and_pair():
    assert characters("湿地5g") == ["湿", "地", "5g"]
    assert characters("galaxy") == ["gal", "ala", "lax", "axy"]
    assert pairs("湿地鸟，天") == ["湿地", "地鸟", "天"]


@given(st.text(max_size=80))
def test_any_text_is_cut_into_what_is_in_it(text):
    folded = fold(text)
    for word in [*words(folded).split(), *characters(folded), *pairs(folded)]:
        assert word in folded


@given(st.text(st.sampled_from("人民政协工作会议张三丰的，a1 青少年"), max_size=30))
def test_parts_are_inside_the_word_that_follows_them(text):
    found = words_and_parts(text)
    assert [word for word, _ in found] == words(text).split()
    whole = ""
    for word, is_part in reversed(found):
        whole = whole if is_part else word
        assert word in whole
        assert (word == whole) == (not is_part)


def test_readings_follow_the_word():
    assert reading("重庆") == ("chong", "qing")
    assert reading("重要") == ("zhong", "yao")
    assert readings(cut("银行ai行走")) == [["yin", "hang"], ["xing", "zou"]]


def test_sounds_are_neighbours_and_initials():
    assert sounds([["ke", "ji", "chuang", "xin"]]) == ["ke'ji", "ji'chuang", "chuang'xin", "kjc", "jcx"]


def test_letters_are_read_as_syllables():
    assert as_syllables("xian") == [["xi", "an"]]
    assert ["fang", "an"] in as_syllables("fangan")
    assert ["fan", "gan"] in as_syllables("fangan")
    assert as_syllables("zhongguo")[0] == ["zhong", "guo"]
    assert as_syllables("hello") == []
    assert as_syllables("gangan" * 30 + "q") == []


@given(st.lists(st.sampled_from(sorted(SYLLABLES)), min_size=2, max_size=8))
def test_whatever_is_written_in_syllables_is_read_as_syllables(syllables):
    letters = "".join(syllables)
    ways = as_syllables(letters)
    assert len(ways[0]) <= len(syllables)
    for way in ways:
        assert "".join(way) == letters
        assert SYLLABLES.issuperset(way)


@given(st.text(alphabet="abcz", min_size=1, max_size=6))
def test_a_slip_is_one_change(letters):
    for meant in slips(letters):
        assert meant != letters
        assert abs(len(meant) - len(letters)) <= 1
