"""Word files as reporters write them: every paragraph, table, picture and caption is there, or named as left out."""

import io
import itertools
from pathlib import Path

import pytest
from PIL import Image

from meiri.ingest.docx import read_docx
from meiri.ingest.importing import digest_of_item
from meiri.ingest.sanitise import plain
from tests.ingest.word import document, paragraph, picture, table

DATA = Path(__file__).with_name("data")
TITLE, LEAD = "古渡口修复后重新开放", "昨天上午，停航十一年的古渡口重新迎来第一班渡船。"
HEADINGS = ("老渡工回来了", "票价不变")
TEXTS = (
    "六十七岁的老渡工把缆绳系上木桩，说手上的劲还在。",
    "渡口管理处说，汛期停航会提前一天公告。",
)
ROWS = [["项目", "票价"], ["行人", "两元"], ["自行车", "三元"]]
CAPTION = "图为渡船靠岸。韩秋林 摄"


def a_picture(size=(240, 160)) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, "PNG")
    return out.getvalue()


TITLES = {
    "in the title's style": paragraph(TITLE, "title"),
    "bold": paragraph(TITLE, bold=True),
    "plain": paragraph(TITLE),
    "as the first heading": paragraph(TITLE, "h1"),
}
ABOVE_AND_BELOW = {
    "nothing": ("", "", []),
    "kicker and subtitle": (
        paragraph("乡村里的中国"),
        paragraph("——一条河的今天", "subtitle"),
        ["乡村里的中国", "一条河的今天"],
    ),
    "who wrote it": ("", paragraph("本报记者 韩秋林 陆一鸣"), []),
}
SUBHEADINGS = {"heading 1": ("h1", False), "heading 2": ("h2", False), "bold": ("", True)}
MIDDLES = {
    "table": (table(ROWS), [cell for row in ROWS for cell in row]),
    "list": (paragraph("上午八点开渡", numbered=True) + paragraph("下午五点收渡", numbered=True), ["上午八点开渡", "下午五点收渡"]),
    "picture": (picture() + paragraph(CAPTION, "caption"), [CAPTION]),
}  # fmt: skip
CORPUS = list(itertools.product(TITLES, ABOVE_AND_BELOW, SUBHEADINGS, MIDDLES))


def a_manuscript(title, around, subheading, middle, texts=TEXTS) -> bytes:
    above, below, _ = ABOVE_AND_BELOW[around]
    style, bold = SUBHEADINGS[subheading]
    return document(
        above,
        TITLES[title],
        below,
        paragraph(LEAD),
        paragraph(HEADINGS[0], style, bold),
        paragraph(texts[0]),
        MIDDLES[middle][0],
        paragraph(HEADINGS[1], style, bold),
        paragraph(texts[1]),
        pictures={"a.png": a_picture()} if middle == "picture" else {},
    )


def words_of(article) -> str:
    parts = (article.kicker, article.title, article.subtitle, plain(article.body), *article.left_out)
    return "\n".join([*parts, *(p.caption for p in article.pictures)])


@pytest.mark.parametrize(("title", "around", "subheading", "middle"), CORPUS)
def test_e8_all_of_a_manuscript_is_there(title, around, subheading, middle):
    if around == "kicker and subtitle" and title == "plain":
        # Of two plain lines nothing says which is the kicker: the first is the headline, the other is kept.
        article = read_docx(a_manuscript(title, around, subheading, middle))
        assert article.title in (TITLE, "乡村里的中国")
    else:
        article = read_docx(a_manuscript(title, around, subheading, middle))
        assert article.title == TITLE
    words = words_of(article)
    for text in (TITLE, LEAD, *HEADINGS, *TEXTS, *ABOVE_AND_BELOW[around][2], *MIDDLES[middle][1]):
        assert text in words
    lines = [line for line in plain(article.body).split("\n") if line in (LEAD, *HEADINGS, *TEXTS)]
    assert lines == [LEAD, HEADINGS[0], TEXTS[0], HEADINGS[1], TEXTS[1]]
    assert article.body.count("<table>") == (middle == "table")
    assert article.body.count("<li>") == 2 * (middle == "list")
    assert len(article.pictures) == (middle == "picture")
    if subheading == "heading 1":
        assert article.body.count("<h2>") == 2
    if around == "who wrote it":
        assert article.authors == ["韩秋林", "陆一鸣"]


def test_e8_two_manuscripts_with_the_same_subheading_are_two():
    others = ("一座桥修了三年才通车，两岸的人等得都老了。", "通车那天，来了很多人。")
    for title, around, subheading, middle in CORPUS:
        one = read_docx(a_manuscript(title, around, subheading, middle))
        other = read_docx(a_manuscript(title, around, subheading, middle, others))
        assert digest_of_item(one) != digest_of_item(other)


def test_e8_a_title_in_its_style_wins_over_what_stands_above():
    article = read_docx(
        document(
            paragraph("来源：澄江日报　2024年3月5日"),
            paragraph("这一段导语写在标题上面，也要留下来。"),
            paragraph(TITLE, "title"),
            *map(paragraph, TEXTS),
        )
    )
    assert (article.title, article.source) == (TITLE, "澄江日报")
    assert plain(article.body).split("\n") == ["这一段导语写在标题上面，也要留下来。", *TEXTS]


def test_e8_a_manuscript_without_a_headline_keeps_its_first_paragraph():
    article = read_docx(
        document(*map(paragraph, [LEAD, *TEXTS]), paragraph(HEADINGS[0], "h1"), paragraph(LEAD))
    )
    assert article.title == ""
    assert plain(article.body).split("\n")[:3] == [LEAD, *TEXTS]
    assert "没有找到标题，请补上。" in article.warnings


def test_e8_pictures_that_no_page_shows_are_told():
    pictures = {"a.emf": b"\x01\x00\x00\x00" * 1000, "tiny.png": a_picture((4, 4)), "b.png": a_picture()}
    article = read_docx(
        document(
            paragraph(TITLE, "title"), paragraph(LEAD), picture(1), picture(2), picture(3), pictures=pictures
        )
    )
    assert len(article.pictures) == 1
    assert any("2 张图片没有收入" in warning for warning in article.warnings)


@pytest.mark.parametrize(
    ("name", "title", "lines"),
    [
        (
            "duchuan-libreoffice-7.4.docx",
            "澄江古渡口修复后重新开放",
            ["老渡工回来了", "上午八点开渡", "下午五点收渡", "票价不变", "自行车三元", "表为渡口票价。"],
        ),
        (
            "wucan-libreoffice-7.4.docx",
            "北岭小学的午餐有了热汤",
            ["灶台", "图为学生在新食堂用餐。", "菜单", "周一：萝卜排骨汤", "汤是热的，心就定了。"],
        ),
    ],
)
def test_e8_files_of_libreoffice_are_read_whole(name, title, lines):
    article = read_docx((DATA / name).read_bytes())
    assert article.title == title
    body = plain(article.body).split("\n")
    assert [line for line in body if line in lines] == lines
    assert len(body) >= 9
