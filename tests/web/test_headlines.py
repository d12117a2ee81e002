"""How headlines break into lines."""

import pytest

from meiri.web.jinja import phrases


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("快闪：茶山上的一日，从露水到炭火", ["快闪：", "茶山上的一日，", "从露水到炭火"]),
        ("黑土地上颗粒归仓 烘干车间灯火连着晨光", ["黑土地上颗粒归仓", " ", "烘干车间灯火连着晨光"]),
        ("他问：“走不走？”没人答", ["他问：", "“走不走？”", "没人答"]),
    ],
)
def test_a_headline_breaks_at_its_spaces_and_stops(title, parts):
    spans = [part if part == " " else f'<span class="phrase">{part}</span>' for part in parts]
    assert phrases(title) == "".join(spans)


@pytest.mark.parametrize("title", ["江河安澜", "5G 进山", "“好”"])
def test_a_headline_of_one_part_or_with_foreign_words_stays_as_it_is(title):
    assert phrases(title) == title


def test_markup_in_a_headline_is_text():
    assert "<b>" not in phrases("<b>甲</b>，乙")
