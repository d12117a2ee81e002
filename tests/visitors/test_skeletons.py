"""Texts that read alike have one skeleton, and names and rules are compared by it."""

import sys
import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from meiri.comments.patterns import found_in
from meiri.visitors.forms import NicknameField
from meiri.visitors.skeletons import Skeleton, is_unseen, skeleton

# Every character that Unicode says is not shown, as far as Python knows it: format characters and fillers.
pytestmark = pytest.mark.django_db
UNSEEN = [
    chr(code)
    for code in range(sys.maxunicode)
    if (unicodedata.category(chr(code)) == "Cf" and is_unseen(chr(code))) or code in (0x3164, 0x2800, 0xFFA0, 0x115F, 0x1160, 0x34F)
]  # fmt: skip
BETWEEN = st.text(st.sampled_from([*UNSEEN, " ", "　", "·", "-", "。", "★"]), max_size=3)


def hidden_in(word: str):
    """`word` with something between its letters."""
    return st.lists(BETWEEN, min_size=len(word), max_size=len(word)).map(
        lambda between: "".join(letter + more for letter, more in zip(word, between, strict=True))
    )


@pytest.mark.parametrize(
    "name", ["\u3164", "\u2800", "\uffa0", "\u00ad\u00ad", "\u2800\u3164 \u200d", "\u200d", "　"]
)
def test_b12_a_nickname_of_which_nothing_is_seen_is_refused(name):
    with pytest.raises(ValidationError):
        NicknameField().clean(name)


@pytest.mark.parametrize(
    "name",
    [
        "编\u00ad辑\u200d部", "編輯部", "编·辑·部", "官\u3164方", "每曰新闻", "管理\u2060员", "ＡＢ客服", "編\ufe0f輯\ufe0f部", "⻬编辑部", "官\u0336方\u0336",
    ],
)  # fmt: skip
def test_b12_a_nickname_that_reads_like_the_newsroom_is_refused(name):
    with pytest.raises(ValidationError):
        NicknameField().clean(name)


@given(hidden_in("编辑部") | hidden_in("責任編輯") | hidden_in("官方"))
def test_b12_whatever_stands_between_the_newsrooms_name_is_seen_through(name):
    with pytest.raises(ValidationError):
        NicknameField(max_length=1000).clean(f"我是{name}")


@pytest.mark.parametrize(
    "name", ["林晚舟", "Ivan Петров", "مريم", "👨‍👩‍👧", "かおり", "김민수", "小城★", "ئالىم"]
)
def test_b12_names_of_people_are_taken_as_they_are(name):
    assert NicknameField().clean(name) == name


@given(hidden_in("代开发票") | hidden_in("代開發票") | hidden_in("代开發票"))
def test_b12_a_rule_sees_through_what_stands_between_and_through_scripts(text):
    for line in ("代开发票", "代開發票", "代?发票", "代*票"):
        assert any(found_in(line, Skeleton.of(f"好{text}好")))


@pytest.mark.parametrize(
    ("one", "other"),
    [("ＶＸ１２３", "vx123"), ("рауpаl", "paypal"), ("ΑΒС", "abc"), ("微①", "微1"), ("é", "e"), ("⻔", "門"), ("𝐯𝐱", "vx"), ("臺灣", "台湾")],
)  # fmt: skip
def test_b12_what_reads_alike_has_one_skeleton(one, other):
    assert skeleton(one) == skeleton(other)


@given(st.text(max_size=40))
def test_b12_a_skeleton_is_its_own_and_knows_its_places(text):
    found = Skeleton.of(text)
    assert found.text == skeleton(text)
    assert len(found.places) == len(found.text)
    assert found.places == sorted(found.places)
    assert skeleton(skeleton(text)) == skeleton(text)
