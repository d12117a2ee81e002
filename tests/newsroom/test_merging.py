"""Two people's changes of one text, put together (C2, D9)."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meiri.newsroom.body.stream import ArticleBody
from meiri.newsroom.merging.texts import Overlap, joined, merge_rich_text, merge_texts, paragraphs_of
from meiri.newsroom.merging.versions import Conflict, merge_versions

BODY = {"body": ArticleBody()}


def text(key, html):
    return {"type": "text", "value": html, "id": key}


def p(key, words):
    return f'<p data-block-key="{key}">{words}</p>'


def merge(base, theirs, mine):
    return merge_versions(base, theirs, mine, BODY)


class TestFields:
    def test_what_only_one_changed_stands(self):
        base = {"title": "旧题", "summary": "旧摘要", "picture": None}
        merged = merge(base, base | {"summary": "她的摘要"}, base | {"title": "我的标题", "picture": 7})
        assert merged.value == {"title": "我的标题", "summary": "她的摘要", "picture": 7}
        assert not merged.conflicts

    def test_what_both_changed_is_a_conflict_with_both(self):
        base = {"title": "旧题"}
        merged = merge(base, {"title": "她的"}, {"title": "我的"})
        assert merged.value == {"title": "她的"}
        assert merged.conflicts == [Conflict(("title",), "她的", "我的")]

    def test_what_both_changed_alike_is_none(self):
        assert merge({"title": "旧"}, {"title": "新"}, {"title": "新"}).conflicts == []

    def test_stations_that_either_ticked_are_ticked_and_those_that_either_took_off_are_off(self):
        base = {"stations": [1, 2, 3]}
        assert merge(base, {"stations": [1, 3, 4]}, {"stations": [1, 2, 5]}).value["stations"] == [1, 4, 5]

    def test_authors_that_both_added_stand_once(self):
        def byline(author, pk=None):
            return {"pk": pk, "author": author, "credit": "", "sort_order": 0}

        base = {"bylines": [byline(1, 11)]}
        merged = merge(
            base,
            {"bylines": [byline(1, 11), byline(2, 12)]},
            {"bylines": [byline(1, 11), byline(2), byline(3)]},
        )
        assert [row["author"] for row in merged.value["bylines"]] == [1, 2, 3]


class TestBlocks:
    base = {"body": [text("a", p("1", "甲。")), text("b", p("2", "乙。")), text("c", p("3", "丙。"))]}

    def changed(self, *blocks):
        return {"body": list(blocks)}

    def test_blocks_that_one_put_in_stand_where_they_stood(self):
        a, b, c = self.base["body"]
        x, y = text("x", p("9", "她的。")), text("y", p("8", "我的。"))
        merged = merge(self.base, self.changed(a, x, b, c), self.changed(a, b, y, c))
        assert [block["id"] for block in merged.value["body"]] == ["a", "x", "b", "y", "c"]

    def test_a_block_that_one_took_out_goes_unless_the_other_changed_it(self):
        a, _b, c = self.base["body"]
        assert merge(self.base, self.changed(a, c), self.base).value["body"] == [a, c]
        longer = text("b", p("2", "乙。又一句。"))
        assert merge(self.base, self.changed(a, c), self.changed(a, longer, c)).value["body"] == [
            a,
            longer,
            c,
        ]
        assert merge(self.base, self.changed(a, longer, c), self.changed(a, c)).value["body"] == [
            a,
            longer,
            c,
        ]

    def test_an_order_that_one_changed_stands_with_what_the_other_put_in(self):
        a, b, c = self.base["body"]
        x = text("x", p("9", "她的。"))
        merged = merge(self.base, self.changed(a, b, x, c), self.changed(c, a, b))
        assert [block["id"] for block in merged.value["body"]] == ["c", "a", "b", "x"]

    def test_pictures_of_a_gallery_merge_like_blocks(self):
        def picture(key, caption):
            return {"type": "item", "id": key, "value": {"image": 1, "caption": caption, "credit": ""}}

        def gallery(*pictures):
            return {"body": [{"type": "gallery", "id": "g", "value": {"pictures": list(pictures)}}]}

        base = gallery(picture("1", "旧"), picture("2", "旧"))
        theirs = gallery(picture("1", "她的"), picture("2", "旧"))
        mine = gallery(picture("1", "旧"), picture("2", "旧"), picture("3", "我的"))
        merged = merge(base, theirs, mine)
        captions = [item["value"]["caption"] for item in merged.value["body"][0]["value"]["pictures"]]
        assert captions == ["她的", "旧", "我的"]

    def test_words_that_both_changed_are_a_conflict_that_names_the_block(self):
        def quote(words):
            return {"body": [{"type": "quote", "id": "q", "value": {"text": words, "speaker": ""}}]}

        merged = merge(quote("旧"), quote("她的"), quote("我的"))
        assert merged.conflicts == [Conflict(("body", "q", "text"), "她的", "我的")]


class TestParagraphs:
    def test_paragraphs_of_one_text_merge_by_their_keys(self):
        base = p("1", "甲。") + p("2", "乙。")
        theirs = p("1", "甲，改过。") + p("2", "乙。")
        mine = p("1", "甲。") + p("9", "插入。") + p("2", "乙，也改。")
        assert merge_rich_text(base, theirs, mine) == p("1", "甲，改过。") + p("9", "插入。") + p(
            "2", "乙，也改。"
        )

    def test_items_of_a_list_merge_and_stay_one_list(self):
        def items(*words):
            return "<ul>" + "".join(f'<li data-block-key="{w[0]}">{w}</li>' for w in words) + "</ul>"

        merged = merge_rich_text(items("a1", "b1"), items("a1", "b1", "c她"), items("a我", "b1"))
        assert merged == items("a我", "b1", "c她")

    def test_two_places_of_one_paragraph_merge(self):
        base = "今天上午，图书馆开放了新馆。"
        theirs = "今天上午十点，图书馆开放了新馆。"
        mine = "今天上午，图书馆开放了新馆，读者很多。"
        assert merge_texts(base, theirs, mine) == "今天上午十点，图书馆开放了新馆，读者很多。"

    def test_what_both_put_in_at_the_end_stands_one_behind_the_other(self):
        assert merge_texts("一。", "一。二。", "一。三。") == "一。三。二。"

    def test_who_goes_on_where_another_wrote_too_goes_on_behind_the_own_words(self):
        stored = merge_texts("一。", "一。她的话。", "一。我的")
        assert merge_texts("一。我的", stored, "一。我的话。") == "一。我的话。她的话。"

    def test_the_same_words_changed_in_two_ways_overlap(self):
        with pytest.raises(Overlap):
            merge_texts("会议上午举行", "会议下午举行", "会议昨晚举行")

    def test_a_tag_is_not_taken_apart(self):
        assert merge_texts("甲<b>乙</b>丙", "甲<b>乙</b>丙丁", "甲<i>乙</i>丙") == "甲<i>乙</i>丙丁"


words = st.text(alphabet=string.ascii_lowercase + "中文字。，", max_size=8)
keys = st.lists(st.integers(0, 30), unique=True, max_size=8)


@given(keys)
def test_rich_text_is_the_same_when_it_is_put_together_again(numbers):
    html = "".join(
        p(str(n), f"第{n}段") if n % 3 else f'<ul><li data-block-key="{n}">第{n}条</li></ul>' for n in numbers
    )
    html = html.replace("</ul><ul>", "")
    assert joined(list(paragraphs_of(html))) == html


@st.composite
def edited_by_two(draw):
    """A text of unique words, and what two people made of it who worked in different paragraphs."""
    base = {key: draw(words) for key in draw(keys)}
    theirs, mine = dict(base), dict(base)
    for key in base:
        who = draw(st.sampled_from(["nobody", "they", "i"]))
        if who != "nobody":
            (theirs if who == "they" else mine)[key] = draw(words)
    return base, theirs, mine


@given(edited_by_two())
def test_no_change_is_lost_or_done_twice_where_two_work_in_different_paragraphs(texts):
    base, theirs, mine = ({k: p(str(k), v) for k, v in t.items()} for t in texts)
    merged = merge_rich_text(*("".join(t.values()) for t in (base, theirs, mine)))
    wanted = [theirs[k] if theirs[k] != base[k] else mine[k] for k in base]
    assert merged == "".join(wanted)


@given(
    st.lists(words, max_size=5),
    st.integers(0, 5),
    st.integers(0, 5),
    st.text("她", min_size=1, max_size=3),
    st.text("我", min_size=1, max_size=3),
)
def test_what_two_put_into_one_paragraph_is_all_there_once(pieces, here, there, hers, ours):
    theirs = [*pieces[:here], hers, *pieces[here:]]
    mine = [*pieces[:there], ours, *pieces[there:]]
    merged = merge_texts("".join(pieces), "".join(theirs), "".join(mine))
    assert (merged.count("她"), merged.count("我")) == (len(hers), len(ours))
    assert re.sub("[她我]", "", merged) == "".join(pieces)


@given(st.lists(words, max_size=5), st.lists(words, max_size=5))
def test_merging_with_what_nobody_changed_gives_the_change(old, new):
    base, changed = "".join(old), "".join(new)
    assert merge_texts(base, base, changed) == changed
    assert merge_texts(base, changed, base) == changed
    assert merge_texts(base, changed, changed) == changed
