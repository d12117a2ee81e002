"""Exports and other files that are known and not taken: one answer a file, by name, and nothing imported."""

import bz2
import gzip
import io
import json
import lzma
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from meiri.ingest.formats import JSON_LINES, PAGE, detect
from meiri.ingest.guarded_reading import read_pasted, reading
from meiri.ingest.import_format import HEAD
from meiri.ingest.items import items_in
from meiri.ingest.other_formats import format_of_file, format_of_text
from meiri.ingest.parsed import Unreadable
from meiri.newsroom.models import Article
from tests.ingest.pages import COPIED, a_portal_page
from tests.ingest.test_admin import a_user
from tests.newsroom_factory import a_channel

ITEMS = "".join(f"<item><title>第{n}条</title><description>&lt;p&gt;正文&lt;/p&gt;</description></item>" for n in range(5))  # fmt: skip


def a_container(mimetype: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as container:
        container.writestr("mimetype", mimetype)
        container.writestr("content.xml", "<a/>")
        container.writestr("text.html", a_portal_page())
    return out.getvalue()


def lines(*objects) -> bytes:
    return "\n".join(json.dumps(one, ensure_ascii=False) for one in objects).encode()


def spread(document) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


POST = {"title": "一篇旧文", "html": "<p>正文。</p>", "status": "published"}
SAMPLES = {
    "wxr.xml": (f'<?xml version="1.0"?><rss xmlns:wp="http://wordpress.org/export/1.2/"><channel>{ITEMS}</channel></rss>'.encode(), "WordPress 导出文件（WXR）"),
    "a.opml": (b"<opml version='2.0'><body><outline text='a'/></body></opml>", "OPML"),
    "sitemap.xml": (b"<urlset><url><loc>a</loc></url></urlset>", "网站地图"),
    "ghost": (spread({"db": [{"meta": {}, "data": {"posts": [POST] * 30}}]}), "Ghost"),
    "posts": (b'{"posts": [\n' + b",\n".join([lines(POST)] * 3) + b"\n]}", "JSON"),
    "list": (b"[\n" + b",\n".join([lines(POST)] * 3) + b"\n]", "JSON"),
    "one.json": (lines(POST), "JSON"),
    "empire.sql": ("-- dump\nINSERT INTO `phome_ecms_news` VALUES (1,'标题','<p>正文</p><p>x</p>');".encode(), "帝国 CMS"),
    "dede.txt": ("DROP TABLE IF EXISTS `dede_archives`;\nINSERT INTO `dede_archives` VALUES('1','标题');".encode("gbk"), "织梦 CMS"),
    "e.php": (b"""<?php\nE_D("replace into `phome_ecms_news` values('1')");""", "帝国 CMS"),
    "a.csv": ("标题,正文,日期\n第一篇,内容,2024-01-01\n第二篇,内容,2024-01-02\n".encode("gb18030"), "CSV"),
    "table.txt": (b"id,title,html\n1,a,<p>b</p><p>c</p>\n2,d,e\n", "CSV"),
    "chrome.mht": (b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://a.example/\r\nSubject: =?utf-8?Q?=E6=BE=84?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary=x\r\n\r\n<html><body><p>a", "MHTML"),
    "ie.mht": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n<html>", "MHTML"),
    "book.epub": (a_container("application/epub+zip"), "EPUB"),
    "page.html.gz": (gzip.compress(a_portal_page().encode()), "gzip"),
    "page.html.bz2": (bz2.compress(a_portal_page().encode()), "bzip2"),
    "page.html.xz": (lzma.compress(a_portal_page().encode()), "xz"),
    ".htaccess": (b"RewriteEngine On\nRewriteRule ^a$ /b [R=301]\nRewriteRule ^c$ /d\n", ".htaccess"),
    "LICENSE": (b"MIT License\n\nPermission is hereby granted, free of charge, to any person.\n\nTHE END", "LICENSE"),
    "robots.txt": (b"User-agent: *\nDisallow: /admin/\n", "robots.txt"),
    "addresses": (b"a@a.example\nb@a.example\nc@a.example\n", "邮箱地址"),
}  # fmt: skip


def answers_to(path):
    with reading() as reader:
        return list(items_in(path, reader))


@pytest.mark.parametrize("name", SAMPLES)
def test_e2_a_known_format_gets_one_answer_that_names_it(tmp_path, name):
    content, words = SAMPLES[name]
    (tmp_path / name).write_bytes(content)
    (item,) = answers_to(tmp_path / name)
    assert words in item.reason
    assert item.article is None


@pytest.mark.django_db
def test_e2_a_folder_tells_what_it_skips_and_the_command_ends_with_one(tmp_path, capsys):
    a_channel()
    for name, (content, _) in SAMPLES.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "a.css").write_text("p {}")
    (tmp_path / "稿件.txt").write_text(COPIED)
    with pytest.raises(CommandError) as end:
        call_command("import", str(tmp_path), json=True)
    assert end.value.returncode == 1
    told = capsys.readouterr()
    records = [json.loads(line) for line in told.out.splitlines()]
    # .htaccess is hidden: it is counted like the style sheet.
    assert sorted(r["status"] for r in records) == ["imported"] + ["refused"] * (len(SAMPLES) - 1)
    assert "2 files beside the items were not read" in told.err
    assert Article.objects.count() == 1


@pytest.mark.django_db
def test_e2_the_admin_gives_one_answer_a_file_too(client):
    a_channel()
    client.force_login(a_user("reporter", "add_article", "change_article", "view_article"))
    files = [SimpleUploadedFile(name, content) for name, (content, _) in SAMPLES.items()]
    answer = client.post(reverse("ingest_import"), {"uploads": files})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert text.count("未导入") == len(SAMPLES)
    assert all(words in text for _, words in SAMPLES.values())
    assert not Article.objects.exists()


@pytest.mark.parametrize("name", ["wxr.xml", "ghost", "empire.sql", "chrome.mht"])
def test_e2_pasted_exports_are_refused_by_name(name):
    content, words = SAMPLES[name]
    with pytest.raises(Unreadable, match=words.split("（")[0]):
        read_pasted(content.decode())


def test_e2_no_export_is_read_as_an_article(shared_data):
    files = [f for f in sorted((shared_data / "migration").rglob("*")) if f.is_file()]
    assert len(files) > 100
    with reading() as reader:
        for file in files:
            if file.suffix == ".html":  # posts that an export keeps as pages are pages
                continue
            for item in items_in(file, reader):
                # Feeds that other systems wrote are feeds, entry by entry.
                assert item.article is None or item.wire, (file, item.article.title)
                assert item.article or item.reason


def test_e2_records_stay_records_however_their_first_line_is():
    record = {"title": "标题", "body": "<p>正文。</p>"}
    for content in (
        lines(record, record),
        lines({"body": "<p>正文。</p>", "title": "标题" * 6000}),
        b'{"title": "damaged, "body\n' + lines(record),
        lines({"file": "a", "status": "refused", "title": ""}),
        b"\xef\xbb\xbf" + lines(record),
    ):
        assert detect(content[:HEAD], name="稿件.jsonl") is JSON_LINES


@pytest.mark.parametrize(
    "text",
    [
        COPIED,
        "[新华社快讯] 今天上午\n\n大会开幕，代表们发言。\n\n第二段。",
        "{特写} 一座城的清晨\n\n天还没亮，菜场已经开门。",
        "<特别报道> 一条河的变迁\n\n河水清了。</p>\n\n第二段。",
        "第一行,逗号,三个\n这一行没有逗号。\n第三行也没有。",
        "# 井号开头的标题\n\n只有这一处像记号。\n\n正文。",
        "来源：澄江日报\n作者：韩秋林\n\n正文一段。\n\n第二段。",
        "我们在数据库里执行 INSERT INTO 语句时出错。\n\n第二段。",
    ],
)
def test_e2_prose_is_taken_for_no_format(text):
    assert format_of_file(text) == ""
    assert format_of_text(text) == ""


def test_e2_pages_are_taken_for_no_format(shared_data):
    for page in sorted((shared_data / "pages" / "zh").glob("*.html")):
        assert detect(page.read_bytes()[:HEAD], name=page.name) is PAGE


@given(st.text(st.sampled_from('<>!-?[]{}",:\\ \n#*()=rssfeed数据\x01\x16'), max_size=300))
def test_e2_any_beginning_is_told_or_left(text):
    assert isinstance(format_of_file(text), str)
