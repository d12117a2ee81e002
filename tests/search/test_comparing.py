"""The comparison of two texts: nothing is lost, what is the same stands side by side."""

from hypothesis import given
from hypothesis import strategies as st

from meiri.search.comparing import LONGEST_SENTENCE, MOST_SENTENCES, compare, sentences

texts = st.text(st.sampled_from("天地玄黄，。！\n“”"), max_size=120)


def joined(rows, side: str) -> str:
    return "".join(piece.text for row in rows for piece in getattr(row, side))


def test_a_changed_word_is_marked_within_its_sentence():
    first, changed, last = compare(
        "会议今天开幕。代表一百人参加。随后闭幕。", "会议今天开幕。代表二百人参加。随后闭幕。"
    )
    assert (first.kind, changed.kind, last.kind) == ("same", "changed", "same")
    assert [p.text for p in changed.first if p.differs] == ["一"]
    assert [p.text for p in changed.second if p.differs] == ["二"]


def test_a_sentence_more_stands_alone():
    kinds = [row.kind for row in compare("甲事。乙事。", "甲事。中间的一句。乙事。")]
    assert kinds == ["same", "added", "same"]


def test_sentences_of_different_things_are_not_set_against_each_other():
    assert {row.kind for row in compare("北风吹来阵阵寒。", "股市收盘上涨。")} == {"removed", "added"}


@given(texts, texts)
def test_both_texts_stand_in_their_columns_whole(first, second):
    rows = compare(first, second)
    assert joined(rows, "first") == "".join(sentences(first))
    assert joined(rows, "second") == "".join(sentences(second))


@given(texts)
def test_a_text_is_the_same_as_itself(text):
    assert {row.kind for row in compare(text, text)} <= {"same"}


def test_a_very_long_text_is_compared_within_bounds():
    long = "".join(f"这是第{n}句。" for n in range(5 * MOST_SENTENCES))
    assert len(sentences(long)) == MOST_SENTENCES
    assert joined(compare(long, ""), "first") == long
    endless = "长" * (LONGEST_SENTENCE + 1)
    assert [row.kind for row in compare(endless + "甲。", endless + "乙。")] == ["removed", "added"]
