"""What visitors write is kept as plain text."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from meiri.visitors.forms import LineField, NicknameField, PlainTextField


def test_unseen_characters_are_dropped_and_lines_kept():
    assert PlainTextField().clean("第一行\x00\u202e\r\n\r\n\r\n\r\n第二行\u200b\t。") == "第一行\n\n第二行 。"


@given(st.text())
def test_a_line_is_one_line_whatever_comes(text):
    line = LineField(required=False).clean(text)
    assert "\n" not in line
    assert "\x00" not in line
    assert line == line.strip()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["每日新闻网", "管理员", "每 日 新 闻", "官\u200b方客服"])
def test_nobody_may_take_a_name_of_ours(name):
    with pytest.raises(ValidationError):
        NicknameField().clean(name)
