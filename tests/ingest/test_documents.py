"""Documents of other programs: Markdown, PDF, saved pages, mail, e-books, and what LibreOffice reads where it is installed."""

import http.server
import io
import json
import threading
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from meiri.ingest import document_formats
from meiri.ingest.guarded_reading import reading
from meiri.ingest.items import items_in
from meiri.ingest.libreoffice import libreoffice
from meiri.ingest.markdown import front_matter
from meiri.ingest.pdf import joined
from meiri.ingest.sanitise import plain
from tests.ingest.word import document, paragraph

# Whether an item is a reprint, of which the original is kept, is asked of the register of sources.
pytestmark = pytest.mark.django_db

DATA = Path(__file__).with_name("data")
TITLE = "澄江启动河湖保护行动 六百人巡河"
PARAGRAPHS = [
    "今天上午，澄江市启动了河湖保护行动，六百名志愿者分成二十组，沿着两岸清理废弃物，一直到傍晚才收工，其中年纪最大的志愿者今年七十三岁。",
    "市水务局负责人介绍，这是连续第六年举办这项活动，参加的人数比去年多了一倍，清理的岸线也从八公里延长到了十五公里，覆盖全市十二个社区。",
    "“水清了，鱼也回来了。”在江边住了四十年的老船工说，他每天早上都要到码头上看一看，有时候顺手捡起几个塑料瓶，带回家里攒着卖钱。",
    "按照计划，今年内还要在支流上建三处湿地，让雨水先在芦苇中间慢慢地流一遍，再进到江里。",
]
FERRY = [
    "昨天上午，停航十一年的澄江古渡口重新迎来第一班渡船。",
    "老渡工回来了",
    "六十七岁的老渡工把缆绳系上木桩，说手上的劲还在。",
    "上午八点开渡",
    "下午五点收渡",
    "票价不变",
]


def items_of(path: Path) -> list:
    with reading() as reader:
        return list(items_in(path, reader))


def article_of(path: Path):
    (item,) = items_of(path)
    assert item.article, item.reason
    return item.article


def lines(article) -> list[str]:
    return plain(article.body).split("\n")


def a_picture() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((240, 160), 60).convert("RGB").save(out, "PNG")
    return out.getvalue()


MARKDOWN = f"""---
title: "{TITLE}"
date: 2024-03-05 10:32:07
author: [韩秋林, 陆一鸣]
source: 澄江日报
categories:
  - 民生
---

# {TITLE}

**今天上午**，六百名志愿者沿江清理[废弃物](https://news.example/a)。

## 后续安排

- 建三处湿地
- 明年再来

| 项目 | 人数 |
| --- | --- |
| 志愿者 | 600 |

![志愿者在岸边](a.png)

<script>alert(1)</script>

最后一段，*斜体*也在。
"""


def test_markdown_is_read_with_its_front_matter(tmp_path):
    (tmp_path / "a.png").write_bytes(a_picture())
    (tmp_path / "稿件.md").write_text(MARKDOWN)
    article = article_of(tmp_path / "稿件.md")
    assert (article.title, article.source, article.authors) == (TITLE, "澄江日报", ["韩秋林", "陆一鸣"])
    assert article.published_at.isoformat() == "2024-03-05T10:32:07+08:00"
    assert article.channel_name == "民生"
    assert "<strong>今天上午</strong>" in article.body
    assert '<a href="https://news.example/a"' in article.body
    assert "<h2>后续安排</h2>" in article.body
    assert "<li>明年再来</li>" in article.body
    assert "<td>600</td>" in article.body
    assert [picture.url for picture in article.pictures] == ["a.png"]
    assert lines(article)[-1] == "最后一段，斜体也在。"
    assert "alert" not in article.body
    assert TITLE not in lines(article)


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("+++\ntitle = '标题'\ntags = ['一', '二']\n+++\n", {"title": ["标题"], "tags": ["一", "二"]}),
        (
            "---\ntitle: 标题：副题\nauthor:\n- 甲\n- 乙\n---\n",
            {"title": ["标题：副题"], "author": ["甲", "乙"]},
        ),
        ("---\ndescription: |\n  第一行\n  第二行\n---\n", {"description": ["第一行 第二行"]}),
        ("---\n*a: &a [*a, *a]\n---\n", {}),
        ("", {}),
    ],
)
def test_front_matter_is_read_as_its_users_write_it(head, told):
    assert front_matter(head + "正文") == (told, "正文")


def test_files_about_software_are_no_articles(tmp_path):
    (tmp_path / "README.md").write_text("# Meiri\n\n**bold** and [link](https://a.example/)\n")
    (item,) = items_of(tmp_path / "README.md")
    assert "README.md" in item.reason


@pytest.mark.parametrize(("name", "times"), [("indented-chromium.pdf", 10), ("columns-chromium.pdf", 4)])
def test_paragraphs_of_a_pdf_go_on_over_lines_columns_and_pages(name, times):
    article = article_of(DATA / name)
    assert (article.title, article.source) == (TITLE, "澄江日报")
    assert article.published_at.isoformat() == "2024-03-05T10:32:00+08:00"
    found = lines(article)
    assert [line for line in found if line in PARAGRAPHS] == PARAGRAPHS * times
    rest = [line for line in found if line not in PARAGRAPHS]
    # Running heads and numbers of pages are gone; a word parted at the end of a line is whole.
    if rest:
        heading, english = rest
        assert heading == "后续安排"
        assert english.startswith(
            "The volunteers of Chengjiang cleaned fifteen kilometres of the river banks on Tuesday"
        )


def test_a_pdf_of_libreoffice_keeps_its_headings_and_lists():
    article = article_of(DATA / "duchuan-libreoffice-7.4.pdf")
    assert (article.title, article.authors) == ("澄江古渡口修复后重新开放", ["韩秋林", "陆一鸣"])
    assert [line for line in lines(article) if line in FERRY] == FERRY
    assert "<ul><li>上午八点开渡</li><li>下午五点收渡</li></ul>" in article.body


def a_pdf(pages, password: str = "") -> bytes:
    """A PDF whose pages hold the lines given, with those at the head and foot of each."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(420, 595), encrypt=password or None)
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    for page in pages:
        for font, size, x, y, text in page:
            canvas.setFont(font, size)
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def test_a_word_that_is_parted_between_pages_is_put_together(tmp_path):
    text = ["The bureau promised three wet-", "lands upstream, and well-known", "experts agreed at once."]
    pages = [
        [("Helvetica", 9, 40, 570, "Chengjiang Daily"), ("Helvetica-Bold", 20, 40, 500, "Rivers get cleaner"),
         ("Helvetica", 12, 40, 460, text[0]), ("Helvetica", 9, 200, 20, "- 1 -")],
        [("Helvetica", 9, 40, 570, "Chengjiang Daily"), ("Helvetica", 12, 40, 500, text[1]),
         ("Helvetica", 12, 40, 485, text[2]), ("Helvetica", 12, 40, 470, "A second one."), ("Helvetica", 9, 200, 20, "- 2 -")],
    ]  # fmt: skip
    (tmp_path / "a.pdf").write_bytes(a_pdf(pages))
    article = article_of(tmp_path / "a.pdf")
    assert article.title == "Rivers get cleaner"
    assert "three wetlands upstream, and well-known experts agreed at once." in plain(article.body)
    assert "Daily" not in article.body
    assert "- 1 -" not in article.body


@pytest.mark.parametrize(
    ("text", "line", "whole"),
    [("保护行", "动开始", "保护行动开始"), ("wet-", "lands", "wetlands"), ("the", "river", "the river"),
     ("共 600", "人", "共 600人"), ("well-", "Known", "well- Known"), ("그는", "갔다", "그는 갔다")],
)  # fmt: skip
def test_lines_are_joined_as_their_script_wants(text, line, whole):
    assert joined(text, line) == whole


def test_pdfs_that_hold_no_text_are_refused_with_what_to_do(tmp_path):
    (tmp_path / "scan.pdf").write_bytes(a_pdf([[]]))
    (tmp_path / "locked.pdf").write_bytes(a_pdf([[("Helvetica", 12, 40, 400, "text")]], "secret"))
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\n" + b"\xff" * 500)
    reasons = {Path(item.file).name: item.reason for item in items_of(tmp_path)}
    assert "扫描件" in reasons["scan.pdf"]
    assert "密码" in reasons["locked.pdf"]
    assert reasons["broken.pdf"]


def test_a_page_saved_by_chromium_as_one_file_is_read_with_its_picture():
    article = article_of(DATA / "page-chromium.mht")
    assert (article.title, article.source) == (TITLE, "澄江日报")
    assert article.original_url == "http://news.chengjiang.example/2024/0305/77.html"
    assert list(dict.fromkeys(line for line in lines(article) if line in PARAGRAPHS)) == PARAGRAPHS
    (picture,) = article.pictures
    assert picture.data.startswith(b"\xff\xd8")
    assert picture.caption == "图为志愿者清理岸线。韩秋林 摄"


def a_message(text: str = "", page: str = "", attachments=()) -> bytes:
    message = EmailMessage()
    message["From"] = "韩秋林 <han@chengjiang.example>"
    message["Subject"] = f"投稿：{TITLE}"
    message.set_content(text)
    if page:
        message.add_alternative(page, subtype="html")
    for name, content in attachments:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def test_a_message_is_an_article_and_so_is_each_manuscript_with_it(tmp_path):
    word = document(paragraph(TITLE, "title"), *map(paragraph, PARAGRAPHS))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("a.txt", "x")
    attachments = [
        ("稿件.docx", word),
        ("../二.md", MARKDOWN.encode()),
        ("c.zip", archive.getvalue()),
        ("d.bin", b""),
    ]
    (tmp_path / "covering.eml").write_bytes(a_message("见附件，请审。", attachments=attachments))
    (tmp_path / "text.eml").write_bytes(a_message("\n\n".join(PARAGRAPHS)))
    (tmp_path / "page.eml").write_bytes(a_message("略", "".join(f"<p>{p}</p>" for p in PARAGRAPHS)))
    items = {item.file.removeprefix(f"{tmp_path}/"): item for item in items_of(tmp_path)}
    assert sorted(items) == [
        "covering.eml/.._二.md", "covering.eml/c.zip", "covering.eml/d.bin", "covering.eml/稿件.docx", "page.eml", "text.eml",
    ]  # fmt: skip
    assert items["covering.eml/稿件.docx"].article.title == TITLE
    assert lines(items["covering.eml/稿件.docx"].article) == PARAGRAPHS
    assert items["covering.eml/.._二.md"].article.source == "澄江日报"
    assert "不止一篇" in items["covering.eml/c.zip"].reason
    assert "空的" in items["covering.eml/d.bin"].reason
    for name in ("text.eml", "page.eml"):
        article = items[name].article
        assert TITLE in article.title
        assert lines(article) == PARAGRAPHS
        assert any("韩秋林 <han@chengjiang.example>" in warning for warning in article.warnings)


def test_each_document_of_an_epub_is_an_article(tmp_path):
    items = items_of(DATA / "duchuan-libreoffice-7.4.epub")
    assert [item.article.title for item in items] == ["澄江古渡口修复后重新开放", "老渡工回来了", "票价不变"]
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as made:
        made.writestr("mimetype", "application/epub+zip")
        made.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OPS/a.opf"/></rootfiles></container>',
        )
        made.writestr(
            "OPS/a.opf",
            '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>河</dc:title><dc:creator>韩秋林</dc:creator><dc:publisher>澄江出版社</dc:publisher><dc:date>2024-03-05</dc:date></metadata><manifest><item id="n" href="nav.xhtml" properties="nav"/><item id="c" href="%E4%B8%80.xhtml"/><item id="gone" href="gone.xhtml"/></manifest><spine><itemref idref="n"/><itemref idref="c"/><itemref idref="gone"/><itemref idref="nobody"/></spine></package>',
        )
        made.writestr(
            "OPS/nav.xhtml",
            "<html><body><nav>目录目录目录目录目录目录目录目录目录目录目录目录</nav></body></html>",
        )
        made.writestr(
            "OPS/一.xhtml",
            f'<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body><h2>{TITLE}</h2><p>{PARAGRAPHS[0]}</p><img src="p/a.png" alt=""/><p>{PARAGRAPHS[1]}</p></body></html>',
        )
        made.writestr("OPS/p/a.png", a_picture())
    (tmp_path / "a.epub").write_bytes(book.getvalue())
    article = article_of(tmp_path / "a.epub")
    assert (article.title, article.authors, article.source) == (TITLE, ["韩秋林"], "澄江出版社")
    assert [line for line in lines(article) if line] == PARAGRAPHS[:2]
    assert article.pictures[0].data.startswith(b"\x89PNG")


OFFICE = ["duchuan-libreoffice-7.4.doc", "duchuan-libreoffice-7.4.odt", "duchuan-libreoffice-7.4.rtf"]


@pytest.mark.parametrize("name", OFFICE)
def test_documents_of_other_word_processors_are_read_where_libreoffice_is(name):
    """Where it is not installed, they are refused with what to do instead."""
    (item,) = items_of(DATA / name)
    if not libreoffice():
        assert "另存为 .docx" in item.reason
        return
    assert item.article, item.reason
    assert (item.article.title, item.article.authors) == ("澄江古渡口修复后重新开放", ["韩秋林", "陆一鸣"])
    assert [line for line in lines(item.article) if line in FERRY] == FERRY
    assert "<td>两元</td>" in item.article.body


def test_without_libreoffice_its_documents_are_refused_with_what_to_do(monkeypatch):
    monkeypatch.setattr("meiri.ingest.libreoffice._SEARCHED", "/nowhere")
    assert libreoffice() == ""
    for known in (
        document_formats.OldWordFormat(),
        document_formats.RtfFormat(),
        document_formats.OpenDocumentFormat(),
    ):
        assert "另存为 .docx" in known.refusal(None)


@pytest.mark.skipif(
    not libreoffice(), reason="LibreOffice is not installed: without it nothing opens these documents"
)
def test_libreoffice_loads_nothing_that_a_document_links_to(tmp_path):
    asked: list[str] = []

    class Listening(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        do_HEAD = do_OPTIONS = do_PROPFIND = do_GET  # noqa: N815

        def log_message(self, *arguments):
            pass

    (tmp_path / "secret.txt").write_text("机密内容")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listening)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_port}"
        fields = "".join(
            rf'{{\field{{\*\fldinst INCLUDE{kind} "{target}" \\d}}{{\fldrslt x}}}}\par '
            for kind, target in (
                ("PICTURE", f"{address}/a.png"),
                ("TEXT", f"{address}/a.rtf"),
                ("TEXT", tmp_path / "secret.txt"),
            )
        )
        (tmp_path / "a.rtf").write_text(
            rf"{{\rtf1\ansi First line of it\par {fields} Second line, which ends.\par}}"
        )
        (item,) = items_of(tmp_path / "a.rtf")
    finally:
        server.shutdown()
        server.server_close()
    assert item.article, item.reason
    assert "Second line" in plain(item.article.body)
    assert asked == []
    assert "机密" not in json.dumps([item.article.body, item.article.left_out], ensure_ascii=False)


def test_a_table_of_the_old_office_is_refused(tmp_path):
    (tmp_path / "a.xls").write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000 + "Workbook".encode("utf-16-le")
    )
    (item,) = items_of(tmp_path / "a.xls")
    assert "不能导入表格" in item.reason or "另存为 .docx" in item.reason


def test_an_epub_that_is_damaged_anywhere_is_refused_as_damaged(tmp_path):
    """Found by `bench.reading`: a member that can't be decompressed, a name that is no text."""
    whole = (DATA / "duchuan-libreoffice-7.4.epub").read_bytes()
    for at in range(60, len(whole) - 60, 199):
        (tmp_path / f"{at}.epub").write_bytes(whole[:at] + b"\xbf\xfc\xff\x00" + whole[at + 4 :])
    with reading() as reader:
        for path in sorted(tmp_path.iterdir()):
            for item in items_in(path, reader):
                assert item.article or "出错" not in item.reason, (path.name, item.reason)
