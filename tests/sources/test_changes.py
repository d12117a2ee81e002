"""What was changed of an original: figures, names and negations are called out, what only looks otherwise is not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meiri.sources.original_changes import compare_texts, headline_changes

ORIGINAL = [
    "余杭区今年投入3.5亿元，新建学校12所，没有占用耕地。",
    "区教育局局长沈青禾表示，将于9月1日开学。",
    "家长可以在网上报名。",
]


def test_the_same_text_has_no_changes():
    changes = compare_texts(ORIGINAL, ORIGINAL)
    assert changes.count == 0
    assert changes.figures == changes.names == changes.negations == ([], [])


def test_marks_width_and_spaces_are_no_change():
    other = [ORIGINAL[0].replace("3.5亿", "３．５亿 ").replace("，", ","), *ORIGINAL[1:]]
    assert compare_texts(ORIGINAL, other).count == 0


@pytest.mark.parametrize(
    ("old", "new", "what", "gone", "came"),
    [
        ("12所", "21所", "figures", ["12"], ["21"]),
        ("3.5亿", "35亿", "figures", ["3.5"], ["35"]),
        ("没有占用", "占用", "negations", ["没有"], []),
        ("余杭区", "西湖区", "names", ["余杭区"], ["西湖区"]),
    ],
)
def test_what_changed_is_called_out(old, new, what, gone, came):
    changes = compare_texts(ORIGINAL, [ORIGINAL[0].replace(old, new), *ORIGINAL[1:]])
    assert [p.kind for p in changes.paragraphs] == ["changed", "same", "same"]
    assert getattr(changes, what) == (gone, came)


def test_a_paragraph_that_is_left_out_changes_nothing_of_the_others():
    changes = compare_texts(ORIGINAL, [ORIGINAL[0], ORIGINAL[2]])
    assert [p.kind for p in changes.paragraphs] == ["same", "removed", "same"]
    assert changes.figures == ([], [])


@pytest.mark.parametrize(
    ("original", "headline"),
    [
        ("余杭区新建学校12所", "余杭区新建学校１２所"),
        ("余杭区新建学校12所 9月开学", "余杭区新建学校12所，9月开学"),
        ("秋粮收购进度加快 农民售粮价格好", "秋粮收购进度加快 售粮价格好"),
    ],
)
def test_a_headline_that_says_the_same_is_not_asked_about(original, headline):
    assert headline_changes(original, headline) == []


@pytest.mark.parametrize(
    ("original", "headline", "word"),
    [
        ("余杭区新建学校12所", "余杭区新建学校20所", "数字"),
        ("本市不会提高水价", "本市会提高水价", "否定词"),
        ("杭州今年扩建地铁", "苏州今年扩建地铁", "地名"),
        ("秋粮收购进度加快", "乡亲们脸上有了笑容", "用词大半不同"),
        ("本市水价将调整", "本市水价要调整了？", "疑问句"),
    ],
)
def test_a_headline_that_says_something_else_is(original, headline, word):
    assert word in "；".join(headline_changes(original, headline))


@given(st.lists(st.text(alphabet="甲乙丙丁一二三不没12%。，“”\n", max_size=40), max_size=12))
def test_no_text_is_lost_in_a_comparison(paragraphs):
    changes = compare_texts(paragraphs, ORIGINAL)
    for side, texts in (("first", paragraphs), ("second", ORIGINAL)):
        shown = "".join(
            piece.text for p in changes.paragraphs for s in p.sentences for piece in getattr(s, side)
        )
        assert re.sub(r"\W", "", shown) == re.sub(r"\W", "", "".join(texts))
