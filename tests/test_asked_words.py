"""Words that somebody has to give."""

import pytest
from django.core.exceptions import ValidationError

from meiri.asked_words import asked_words


def test_blanks_around_words_go():
    assert asked_words(" 核实过了\n", 4, "请写明原因。") == "核实过了"


@pytest.mark.parametrize(
    ("text", "said"), [(" \u3000\n", "请写明原因。"), ("核实过了。", "原因请控制在 4 字以内。")]
)
def test_none_and_too_many_are_told_in_a_sentence(text, said):
    with pytest.raises(ValidationError) as refused:
        asked_words(text, 4, "请写明原因。", "原因")
    assert refused.value.messages == [said]
