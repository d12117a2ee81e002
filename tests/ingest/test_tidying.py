"""一键排版 changes what the house writes otherwise, and nothing else."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meiri.ingest.tidying import tidy_text
from meiri.ingest.tidying_bodies import Change, parts_of_change, tidy_block


def tidied(text: str) -> str:
    return "".join(tidy_text([text]))


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("　　两格开头", "两格开头"),
        ("\xa0\xa0开头 ", "开头"),
        ("他说,好.", "他说，好。"),
        ("是吗?是!那好;记下:三条", "是吗？是！那好；记下：三条"),
        ("增长3.5%,创新高", "增长3.5%，创新高"),
        ("时间:10:32,地点:北京", "时间：10:32，地点：北京"),
        ("全年1,000.5万吨(不含进口)", "全年1,000.5万吨（不含进口）"),
        ("(一)总则", "（一）总则"),
        ("世界卫生组织(WHO)宣布", "世界卫生组织（WHO）宣布"),
        ("混用（两种)括号", "混用（两种）括号"),
        ("２０２４年,ＡＩ用了３．５小时", "2024年，AI用了3.5小时"),
        ("还有...", "还有……"),
        ("还有…", "还有……"),
        ("好。。。走", "好……走"),
        ("他--老船长", "他——老船长"),
        ("他———老船长", "他——老船长"),
        ('他说:"走"', "他说：“走”"),
        ("他说:\"她喊‘快走'\"", "他说：“她喊‘快走’”"),
        ("“他来了\"", "“他来了”"),
        ("中 文 里的 空 格", "中文里的空格"),
        ("他说： “走”", "他说：“走”"),
        ("“走”.　　再来", "“走”。再来"),
        ("于2024-3-5到达", "于2024年3月5日到达"),
        ("2024/03/05召开", "2024年3月5日召开"),
        ("从2024-3-5,到2024-3-9", "从2024年3月5日，到2024年3月9日"),
    ],
)  # fmt: skip
def test_d15_what_the_house_writes_otherwise(typed, written):
    assert tidied(typed) == written


@pytest.mark.parametrize(
    "text",
    [
        "He said \"hi\", didn't he? (Yes.) Wait...",
        "版本为v1.2.3，文件是a.b.txt，见https://a.example/x?a=1,b;c(d)和a,b@c.example。",
        "比分3:2，时间10:32:05，共1,000.5元。",
        "北京—上海线",
        "运行print(\"你好\")，设a=\"中\"，f(x)=1",
        "编号2024-3-5，第2024-3-5号，XJ 2024-3-5，2024-13-40日，2024-3-5-1",
        "a 5\" screen和一块5\"屏幕",
        "GB/T 15834-2011",
        "第一章　总则",
        "张三 and 李四 use Python 3.11",
        "只有一个\"引号",
        "",
    ],
)  # fmt: skip
def test_d15_what_stays_as_it_is(text):
    assert tidied(text) == text


def test_d15_quotation_marks_are_paired_across_tags():
    assert tidy_text(['他说:"', "快走", '",走了。']) == ["他说：“", "快走", "”，走了。"]


CHINESE = st.sampled_from("字句一二年说　 ，。“”‘’（）——…《》、")
LATIN = st.sampled_from("abXY09 ,.?!:;()'\"-_/%@=\n\xa0")
FULL = st.sampled_from("ａＺ０９．，－＂")
TEXTS = st.lists(
    CHINESE | LATIN | FULL | st.sampled_from(["2024-3-5", "10:32", "https://a.cn/", "..."]), max_size=40
)
PARAGRAPHS = st.lists(TEXTS.map("".join), min_size=1, max_size=4)


@given(PARAGRAPHS)
def test_d15_laying_out_twice_changes_nothing(pieces):
    once = tidy_text(pieces)
    assert tidy_text(once) == once


@given(PARAGRAPHS)
def test_d15_pieces_between_tags_stay_as_many_and_make_the_same_text(pieces):
    done = tidy_text(pieces)
    assert len(done) == len(pieces)
    assert "".join(done) == tidied("".join(pieces))


@given(st.lists(CHINESE | LATIN | FULL, max_size=40).map("".join))
def test_d15_letters_and_digits_change_in_width_alone(text):
    def words(one):
        return [
            c
            for c in unicodedata.normalize("NFKC", re.sub(r"(?:19|20)\d\d[-/]\d+[-/]\d+", "", one))
            if c.isalnum()
        ]

    assert words(tidied(text)) == words(text)


@given(st.text(max_size=200))
def test_d15_any_text_comes_through(text):
    tidied(text)


@given(st.from_regex(r"[a-z0-9 ,.?!:;()'\"-]{0,80}", fullmatch=True))
def test_d15_a_sentence_without_chinese_stays(text):
    assert tidied(text) == text.strip()


class TestBlocks:
    def test_d15_rich_text_keeps_its_tags_and_keys(self):
        markup = (
            '<p data-block-key="a1">　　他说,"<b>快走</b>"<br/>　　下一行.</p><p data-block-key="a2"> </p>'
            '<ul><li data-block-key="a3">甲 乙</li></ul><hr/><p>a &lt; b &amp; c</p>'
            '<p><a linktype="article" id="3">看,这里</a></p>'
        )
        done = tidy_block("text", markup)
        assert done.value == (
            '<p data-block-key="a1">他说，“<b>快走</b>”<br/>下一行。</p>'
            '<ul><li data-block-key="a3">甲乙</li></ul><hr/><p>a &lt; b &amp; c</p>'
            '<p><a linktype="article" id="3">看，这里</a></p>'
        )
        assert [change.after for change in done.changes] == [
            "他说，“快走”\n下一行。",
            None,
            "甲乙",
            "看，这里",
        ]

    def test_d15_headings_quotes_captions_and_cells_are_laid_out(self):
        assert tidy_block("heading", "一 二,三").value == "一二，三"
        assert tidy_block("quote", {"text": "走,\n快走.", "speaker": "何 青"}).value == {
            "text": "走，\n快走。",
            "speaker": "何青",
        }
        assert (
            tidy_block("image", {"image": 3, "caption": "江,岸", "credit": "甲"}).value["caption"] == "江，岸"
        )
        gallery = {"pictures": [{"type": "item", "value": {"image": 3, "caption": "江,岸"}, "id": "a"}]}
        assert tidy_block("gallery", gallery).value["pictures"][0]["value"]["caption"] == "江，岸"
        table = {"data": [["１", None], ["甲,乙", "3.5"]], "table_caption": "", "cell": []}
        assert tidy_block("table", table).value["data"] == [["1", None], ["甲，乙", "3.5"]]

    def test_d15_a_text_of_empty_paragraphs_goes(self):
        done = tidy_block("text", "<p>　　</p><p></p>")
        assert done.value is None
        assert done.changes == [Change("　　", None), Change("", None)]

    @given(st.text('字a,."( 　<>&', max_size=60))
    def test_d15_the_preview_says_both_texts(self, text):
        after = tidied(text)
        parts = parts_of_change(text, after)
        assert "".join(piece for state, piece in parts if state != "new") == text
        assert "".join(piece for state, piece in parts if state != "old") == after
