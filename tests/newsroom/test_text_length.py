"""字数 as a newsroom counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meiri.newsroom.text_length import length_of


@pytest.mark.parametrize(
    ("text", "characters", "without_marks"),
    [
        ("今年秋粮丰收。", 7, 6),
        ("增产3.5%，达1,200吨。", 9, 6),
        ("COVID-19 与 AI", 3, 3),
        ("他说：“好！”", 7, 3),
        ("二〇二六年", 5, 5),
        ("", 0, 0),
        ("  \n　", 0, 0),
    ],
)
def test_characters_are_counted_as_a_newsroom_does(text, characters, without_marks):
    assert length_of([text]) == (characters, without_marks)


def test_reading_takes_whole_minutes():
    assert length_of(["稻" * 1_000]).minutes == 2
    assert length_of(["稻"]).minutes == 1
    assert length_of([]).minutes == 0


@given(st.lists(st.text(max_size=40), max_size=5))
def test_texts_count_together_as_one_by_one(texts):
    assert length_of(texts).characters == sum(length_of([text]).characters for text in texts)
