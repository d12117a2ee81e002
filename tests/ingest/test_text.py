import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meiri.ingest.docx import read_docx
from meiri.ingest.parsed import Unreadable
from meiri.ingest.sanitise import plain
from meiri.ingest.text import read_lines, read_text
from tests.ingest.pages import COPIED, PARAGRAPHS, TITLE


@pytest.mark.parametrize(
    "text",
    [COPIED, COPIED.replace("\n", "\r\n"), COPIED.replace("\n", "\n\n"), "首页\n要闻\n登录 注册\n" + COPIED],
)
def test_text_copied_from_a_portal_is_the_article_alone(text):
    article = read_text(text.encode("gb18030"))
    assert article.title == TITLE
    assert article.source == "江南晚讯"
    assert article.published_at.isoformat() == "2026-11-23T10:20:30+08:00"
    assert article.views == 1203
    assert article.authors == ["林晚舟"]
    assert article.editor == "沈砚"
    assert article.channel_name == "科技前沿"
    assert plain(article.body).split("\n") == list(PARAGRAPHS)


def test_text_without_a_meta_line_has_a_title_and_a_body():
    article = read_lines("今天下雪了\n\n一早起来，院子里白茫茫的一片。\n孩子们很高兴。")
    assert article.title == "今天下雪了"
    assert article.body == "<p>一早起来，院子里白茫茫的一片。</p>\n<p>孩子们很高兴。</p>"
    assert article.source == ""


def test_verse_keeps_its_lines():
    article = read_lines(
        "林间\n——写给护林员\n作者 林晚舟\n\n山很静\n水很清\n路很远\n人很轻\n\n风来了\n叶子响\n他停下\n听一会\n"
    )
    assert (article.title, article.subtitle, article.authors) == ("林间", "写给护林员", ["林晚舟"])
    assert article.body.startswith("<p>山很静<br>水很清<br>路很远<br>人很轻</p>")


def test_lines_wrapped_at_one_width_are_joined():
    line = "市图书馆从本周起延长开放时间并增设了自习座位读者可以在手机上预约无须再排队等候"
    article = read_lines(f"图书馆延长开放\n\n{line}\n{line}\n就到晚上十点。\n\n第二段。\n")
    assert article.body == f"<p>{line}{line}就到晚上十点。</p>\n<p>第二段。</p>"


def test_markup_in_text_stays_text():
    article = read_lines("标题在这里\n\n<script>alert(1)</script> 与 a < b 的写法。\n\n结束。")
    assert "<script>" not in article.body
    assert "&lt;script&gt;" in article.body


@pytest.mark.parametrize("text", ["", " \n　\n", "\n" * 60_000])
def test_text_with_nothing_in_it_is_refused(text):
    with pytest.raises(Unreadable):
        read_lines(text)


@given(st.text(max_size=500))
def test_any_text_is_read_or_refused(text):
    with suppress(Unreadable):
        read_lines(text)


def a_docx(paragraphs) -> bytes:
    out = io.BytesIO()
    body = "".join(f"<w:p><w:r><w:t>{p}</w:t></w:r></w:p>" for p in paragraphs)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        )
        container.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        container.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>',
        )
    return out.getvalue()


def test_a_word_file_is_read_like_text():
    article = read_docx(
        a_docx([TITLE, "来源：江南晚讯 时间：2026-11-23 10:20", *PARAGRAPHS, "责任编辑：沈砚"])
    )
    assert (article.title, article.source, article.editor) == (TITLE, "江南晚讯", "沈砚")
    assert plain(article.body).split("\n") == list(PARAGRAPHS)


def test_a_broken_word_file_is_refused():
    with pytest.raises(Unreadable) as refusal:
        read_docx(a_docx([TITLE])[:-40])
    assert "Word" in refusal.value.reason
