"""What the clipboards of word processors, spreadsheets, portals and phones hold becomes blocks; nothing is lost unsaid."""

import base64
import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from meiri.ingest.parsed import Unreadable
from meiri.ingest.pasted import Part, Pasted
from meiri.ingest.pasting import LONGEST, read_paste
from meiri.ingest.reading_pastes import read_guarded_paste

PASTES = Path(__file__).parent / "pastes"
# Bytes that stand for a picture: whether they are one is asked when they are stored.
PICTURE = bytes(range(256)) * 8
# Of each paste: its blocks in their order, with the paragraphs and items of each text, the rows and columns of each table;
# and the kinds of what is named as left out.
EXPECTED = {
    "broken-markup": ("text 7p", []),
    "excel-cells": ("table 3x3", []),
    "excel-merged-and-hidden": ("table 2x3", ["隐藏的文字"]),
    "excel-one-cell": ("text 1p", []),
    "feishu-docs": ("heading, text 1p 2li, quote", []),
    "google-docs-picture": ("picture, text 1p", []),
    "google-docs-table": ("table 2x2", []),
    "google-docs": ("heading, text 2p 3li", []),
    "google-sheets": ("table 2x2", []),
    "libreoffice-calc": ("table 2x2", []),
    "libreoffice-table": ("table 2x2", []),
    "libreoffice-text": ("text 2p 2li, heading, text 1p", []),
    "mail-web": ("text 3p, picture", ["隐藏的文字"]),
    "markdown-preview": ("heading, text 3p 1li", []),
    "notes-app": ("text 1p 2li", []),
    "own-reader-page": ("text 2p, picture captioned, heading, text 1p, table 2x2, quote", []),
    "pasted-pictures-inline": ("text 1p, picture, text 1p, picture", ["小图标或占位图"]),
    "picture-alone": ("picture", []),
    "portal-article": ("heading, text 1p, picture, text 3p", ["按钮"]),
    "portal-figure": ("picture captioned, text 1p, picture captioned", []),
    "portal-form": ("text 1p", ["表单"]),
    "portal-fragment-inline": ("text 1p", []),
    "portal-pre-and-definition": ("text 4p", []),
    "portal-quote": ("text 1p, quote, text 1p 2li", []),
    "portal-related": ("text 1p, heading, text 1p 2li", ["不能用的链接地址"]),
    "portal-ruby-and-math": ("text 2p", ["公式", "注音"]),
    "table-in-table": ("text 1p, table 2x2, text 1p", []),
    "tencent-docs": ("heading, text 1p 2li", []),
    "tencent-sheet": ("table 2x2", []),
    "wechat-article": ("text 2p, picture, text 2p", []),
    "wechat-svg-decorated": ("text 1p", ["图形"]),
    "wechat-table-layout": ("text 1p, table 2x2", []),
    "wechat-video-and-card": ("text 2p", ["公众号的卡片", "嵌入的网页", "音频"]),
    "word-comments": ("text 1p", ["批注"]),
    "word-footnotes": ("text 2p", []),
    "word-headings": ("text 1p, heading, text 1p, heading, text 1p", []),
    "word-line-breaks": ("text 3p", []),
    "word-links": ("text 1p", ["不能用的链接地址"]),
    "word-list-bullets-nested": ("text 3li", []),
    "word-list-chinese-numbers": ("text 2p", []),
    "word-list-continued": ("text 2p 1li", []),
    "word-list-numbered": ("text 1p 3li", []),
    "word-paragraphs": ("text 3p", []),
    "word-picture": ("picture, text 1p", []),
    "word-superscript": ("text 1p", []),
    "word-table-merged": ("table 2x3", []),
    "word-table": ("text 1p, table 3x2, text 1p", []),
    "word-textbox-and-hidden": ("text 2p", ["隐藏的文字"]),
    "word-tracked-changes": ("text 1p", ["修订中删去的文字"]),
    "wps-headings-list": ("heading, text 2li", []),
    "wps-paragraphs": ("text 2p", []),
    "wps-picture": ("text 1p, picture", []),
    "wps-sheet": ("table 2x2", []),
    "wps-table": ("table 2x2, text 1p", []),
}


def clipboard(name: str) -> str:
    return (PASTES / f"{name}.html").read_text().replace("PICTURE", base64.b64encode(PICTURE).decode())


def blocks_of(pasted: Pasted) -> str:
    return ", ".join(map(in_short, pasted.parts))


def in_short(part: Part) -> str:
    match part.kind:
        case "text":
            counts = [(part.markup.count(f"<{tag}>"), tag) for tag in ("p", "li")]
            return "text " + " ".join(f"{count}{tag}" for count, tag in counts if count)
        case "table":
            return f"table {len(part.rows)}x{len(part.rows[0])}"
        case "picture":
            return "picture captioned" if part.picture.caption else "picture"
    return part.kind


def words_in(pasted: Pasted) -> str:
    """All that arrives or is named as left out, without white space."""
    found = [left.words for left in pasted.left_out]
    for part in pasted.parts:
        found += [part.text, f"——{part.speaker}", part.caption, *(cell for row in part.rows for cell in row)]
        found.append(html.fromstring(f"<div>{part.markup}</div>").text_content())
        if part.picture:
            found += [part.picture.caption, part.picture.alt]
    return re.sub(r"\s", "", "".join(found))


def seen_words(markup: str) -> list[str]:
    """Each piece of text of a page that is no script, style, comment or number of a list."""
    tree = html.document_fromstring(markup)
    unseen = "ancestor::script or ancestor::style or ancestor::head or ancestor::title or ancestor::rp"
    marker = "ancestor::*[contains(@style, 'mso-list:Ignore')]"
    return [re.sub(r"\s", "", text) for text in tree.xpath(f"//text()[not({unseen}) and not({marker})]")]


def test_c4_every_paste_of_the_corpus_is_expected():
    assert {path.stem for path in PASTES.glob("*.html")} == set(EXPECTED)
    assert len(EXPECTED) >= 40


@pytest.mark.parametrize("name", EXPECTED)
def test_c4_a_paste_arrives_as_blocks(name):
    pasted = read_paste(clipboard(name), "")
    blocks, left_out = EXPECTED[name]
    assert blocks_of(pasted) == blocks
    assert sorted({left.what for left in pasted.left_out}) == sorted(left_out)


@pytest.mark.parametrize("name", EXPECTED)
def test_c4_every_word_of_a_paste_is_there_or_named(name):
    arrived = words_in(read_paste(clipboard(name), ""))
    for words in seen_words(clipboard(name)):
        assert words.replace("\u3000", "") in arrived.replace("\u3000", "")


@pytest.mark.parametrize("name", EXPECTED)
def test_d12_no_paragraph_begins_with_the_indent_that_the_style_has_or_is_empty(name):
    for part in read_paste(clipboard(name), "").parts:
        for paragraph in re.findall(r"<(?:p|li)>(.*?)(?=</p>|</li>|<ul>|<ol>)", part.markup):
            words = re.sub(r"<[^>]*>", "", paragraph)
            assert words
            assert not words.startswith((" ", "\xa0", "\u3000"))


def text_of(markup: str) -> str:
    return "".join(part.markup for part in read_paste(markup, "").parts)


@pytest.mark.parametrize(
    ("given_html", "kept"),
    [
        ("<p>　　两格</p><p>&nbsp;</p><p>&nbsp;&nbsp;四格</p>", "<p>两格</p><p>四格</p>"),
        ("<p>中文\n断行</p><p>two\nwords</p><p>中 文</p>", "<p>中文断行</p><p>two words</p><p>中 文</p>"),
        ("<p><b>粗<i>斜</i></b><b>粗</b></p>", "<p><b>粗</b><b><i>斜</i></b><b>粗</b></p>"),
        (
            "<b style='font-weight:normal'>不粗</b><span style='font-weight:700'>粗</span>",
            "<p>不粗<b>粗</b></p>",
        ),
        ("<p>甲 <b> 乙</b> </p>", "<p>甲 <b>乙</b></p>"),
        ("<p>1 &lt; 2 &amp; 3</p>", "<p>1 &lt; 2 &amp; 3</p>"),
        (
            "<p><a href='https://a.example/?a=1&amp;b=2'>去</a></p>",
            '<p><a href="https://a.example/?a=1&amp;b=2">去</a></p>',
        ),
        ("<ul><li>一<ol><li>二</li></ol></li></ul>", "<ul><li>一<ol><li>二</li></ol></li></ul>"),
        ("<ul><li>一</li></ul><ol><li>二</li></ol>", "<ul><li>一</li></ul><ol><li>二</li></ol>"),
        ("<ol start=3><li><p>三</p><p>又</p></li><li>四</li></ol>", "<p>3. 三</p><p>又</p><p>4. 四</p>"),
        ("<p><span style='mso-list:Ignore'>甲、</span>不在列表里</p>", "<p>甲、不在列表里</p>"),
        ("<p>\u202e反\u200b字</p>", "<p>\u202e反字</p>"),
    ],
)
def test_c4_text_stands_as_the_editor_keeps_it(given_html, kept):
    assert text_of(given_html) == kept


def test_c4_pictures_come_with_their_captions_and_addresses():
    figure, second = (p.picture for p in read_paste(clipboard("portal-figure"), "").parts if p.picture)
    assert (figure.url, figure.caption) == ("https://img.portal.example/a.jpg", "闸口全景")
    assert second.url == "https://img.portal.example/b.jpg"
    first, _ = (p.picture for p in read_paste(clipboard("pasted-pictures-inline"), "").parts if p.picture)
    assert (first.data, first.alt) == (PICTURE, "第一张")


def an_rtf(*pictures: bytes) -> str:
    """As Word writes it: each picture, and a copy of it for old programs."""
    groups = (
        r"{\*\shppict{\pict{\*\picprop\shplid1025{\sp{\sn shapeType}{\sv 75}}}\picscalex100\pngblip\bliptag99{\*\blipuid 0a0b}"
        + "\n".join(re.findall(".{1,64}", data.hex()))
        + r"}}{\nonshppict{\pict\wmetafile8 0100090000}}"
        for data in pictures
    )
    return r"{\rtf1\ansi \pard " + r"\par ".join(groups) + "}"


def test_c4_words_own_pictures_come_from_the_rtf_beside_the_html():
    markup = "<p>一</p><img src='file:///C:/a/image001.png'><p>二</p><img src='file:///C:/a/image002.png'>"
    found = [
        p.picture for p in read_paste(markup, "", an_rtf(b"first" * 9, b"second" * 9)).parts if p.picture
    ]
    assert [picture.data for picture in found] == [b"first" * 9, b"second" * 9]
    # Which is which nobody knows where their numbers differ.
    found = [p.picture for p in read_paste(markup, "", an_rtf(b"first" * 9)).parts if p.picture]
    assert [picture.data for picture in found] == [None, None]


def test_c4_a_long_table_becomes_several_and_a_huge_one_says_where_it_ends():
    rows = "".join(f"<tr><td>{n}</td><td>行</td></tr>" for n in range(450))
    tables = read_paste(f"<table>{rows}</table>", "").parts
    assert [len(table.rows) for table in tables] == [200, 200, 50]
    pasted = read_paste(f"<table>{rows * 30}</table>", "")
    assert sum(len(table.rows) for table in pasted.parts) == 10_000
    assert [(left.what, left.words) for left in pasted.left_out] == [("表格太大，放不下的单元格", "7000 格")]


def test_c4_what_is_too_deep_for_the_parser_comes_as_plain_text():
    words = "一段很要紧的话。" * 20
    pasted = read_paste("<blockquote>" * 300 + f"<p>{words}</p>", f"{words}\n\n　　第二段")
    assert text_of_parts(pasted) == f"<p>{words}</p><p>第二段</p>"
    assert pasted.notes == ["网页的结构太复杂，只留下了文字。"]


def text_of_parts(pasted: Pasted) -> str:
    return "".join(part.markup for part in pasted.parts)


def test_c4_too_much_is_refused_before_it_is_read():
    with pytest.raises(Unreadable, match="请分几次粘贴"):
        read_paste("<p>" + "字" * LONGEST, "")


def test_c4_a_paste_is_read_in_a_guarded_process():
    assert text_of_parts(read_guarded_paste("<p>一</p><p>二</p>", "", "")) == "<p>一</p><p>二</p>"
    with pytest.raises(Unreadable):
        read_guarded_paste("<p " + "a " * 20_000 + ">", "", "")


INLINE = st.sampled_from(
    ["b", "i", "span", "a href='https://a.example/'", "font", "sup", "o:p", "u", "em", "ins"]
)
BLOCK = st.sampled_from(
    ["p", "div", "section", "h2", "h5", "blockquote", "ul", "ol", "li", "td", "tr", "table", "figure", "figcaption", "pre",
     "center", "dl", "dd", "del", "button", "p style='display:none'", "p style='mso-list:l0 level2 lfo1'", "th", "caption",
     "svg", "video", "thead", "tbody", "form"]
)  # fmt: skip
WORDS = st.text("字句词 ab1，。\n\u3000", min_size=1, max_size=8)
EMPTY = st.sampled_from(
    ["<br>", "<hr>", "<img src='https://a.example/1.jpg'>", "<!-- x -->", "<img src='a.svg'>"]
)
TREES = st.recursive(
    WORDS | EMPTY,
    lambda inner: st.builds(
        lambda tag, parts, closes: f"<{tag}>{''.join(parts)}" + (f"</{tag.split()[0]}>" if closes else ""),
        INLINE | BLOCK,
        st.lists(inner, max_size=5),
        st.integers(0, 9).map(bool),
    ),
    max_leaves=25,
)


@given(st.lists(TREES, max_size=6).map("".join))
def test_c4_every_word_of_any_markup_is_there_or_named(markup):
    arrived = words_in(read_paste(markup, ""))
    for words in seen_words(f"<html><body>{markup}</body></html>"):
        for word in re.findall(r"\w+", words):
            assert word in arrived


@given(st.text(max_size=300), st.text(max_size=100))
def test_c4_any_clipboard_is_read_or_refused_in_words(markup, text):
    with suppress(Unreadable):
        read_paste(markup, text)


@given(st.text("字　 \n\r\tab。", max_size=200))
def test_d12_plain_text_has_a_paragraph_for_each_line_without_indent(text):
    lines = [line.strip(" \t\u3000") for line in re.split(r"[\r\n]+", text)]
    kept = re.findall(r"<p>(.*?)</p>", text_of_parts(read_paste("", text)))
    assert kept == [re.sub(r"[ \t]+", " ", line) for line in lines if line]
