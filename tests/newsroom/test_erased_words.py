"""Which words an order erases: all that only the erased text says, none that another one says too."""

import json

from hypothesis import given
from hypothesis import strategies as st

from meiri.newsroom.erased_words import GONE, RUN, ErasedWords

SENTENCES = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x4E2F), min_size=RUN, max_size=30)


def a_version(*paragraphs: str, title="旧案") -> dict:
    body = [{"type": "text", "value": f"<p>{one}</p>", "id": str(n)} for n, one in enumerate(paragraphs)]
    return {"title": title, "body": json.dumps(body)}


@given(SENTENCES, SENTENCES)
def test_what_only_the_erased_text_says_is_found_wherever_it_is_quoted(gone, kept):
    words = ErasedWords([a_version(gone, kept)], [a_version(kept)])
    assert not words.stand_in(kept)
    if all(gone[at : at + RUN] not in kept for at in range(len(gone) - RUN + 1)):
        assert words.stand_in(f"编辑说“{gone}”要核对")
        assert words.stand_in(gone[:RUN])
        cleaned = words.without(a_version(gone, kept))
        assert gone not in json.loads(cleaned["body"])[0]["value"]
        assert kept in json.loads(cleaned["body"])[1]["value"]


@given(st.lists(SENTENCES, max_size=4))
def test_a_version_that_stands_loses_nothing(paragraphs):
    version = a_version(*paragraphs)
    words = ErasedWords([version], [version])
    assert not words
    assert words.without(version) == version


def test_marks_tags_and_blanks_hide_nothing():
    words = ErasedWords([a_version("住在梧桐街七号的证人")], [a_version()])
    for written in ("住在<b>梧桐</b>街七号", "住在 梧桐、街七号", "在梧桐街七"):
        assert words.stand_in(written)
    assert words.without(["梧桐街七号门口", "门口"]) == [GONE, "门口"]
    assert words.without({"id": "住在梧桐街七号", "n": 7, "at": None}) == {
        "id": "住在梧桐街七号",
        "n": 7,
        "at": None,
    }


def test_a_short_text_is_found_where_it_stands_alone():
    words = ErasedWords([a_version(title="顾某")], [a_version()])
    assert words.stand_in("顾某")
    assert not words.stand_in(
        "顾某说",
    ), "two characters within others may be anybody's"


def test_other_texts_keep_what_they_say_themselves_and_lose_what_they_copied():
    court, told = "新疆维吾尔自治区高级人民法院", "证人顾某住在梧桐街七号三楼，每天早上六点出门"
    words = ErasedWords([a_version(f"{court}开庭。{told}。", title="顾某出庭作证")], [a_version()])
    copies = words.of_copies()
    assert words.stand_in(f"{court}发布年报")
    for own in (f"{court}发布年报", "梧桐街七号三楼漏水", "顾某"):
        assert copies.without(own) == own
    for copied in (f"据报道，{told}。", "《顾某出庭作证》的后续"):
        assert copies.without(copied) == GONE
    assert copies.pieces == words.pieces


def test_addresses_choices_and_digests_are_no_words():
    erased = {
        "body": [
            {"type": "video", "value": {"address": "https://v.example.cn/abcdef", "place": "wide-right"}}
        ]
    }
    words = ErasedWords([erased], [])
    assert not words
    assert words.without({"url": "https://v.example.cn/abcdef"}) == {"url": "https://v.example.cn/abcdef"}
