"""Items that were made to harm, or that are merely broken: each is refused with its reason, and the run goes on."""

import json
import os
from contextlib import suppress
from dataclasses import replace
from functools import partial

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from meiri.ingest import guarded_reading as reading_module
from meiri.ingest import importing, keeping, stream
from meiri.ingest.guarded_reading import (
    GUARD,
    LONGEST_BODY,
    bounded,
    read_item,
    read_pasted,
    read_series,
    reading,
)
from meiri.ingest.import_format import SeriesItem
from meiri.ingest.items import items_in
from meiri.ingest.json_lines import read_record_line
from meiri.ingest.page import parse
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.times import read_iso
from meiri.ingest.views import alone
from meiri.newsroom.models import Article, Desk
from meiri.sources.models import Original
from tests.ingest import faults
from tests.ingest.pages import COPIED, TITLE, a_portal_page
from tests.ingest.test_admin import a_user
from tests.newsroom_factory import a_channel
from tests.test_guarded import what_it_knows

HALF = "\ud83d"
# More cells than any table has, in one row.
COSTLY = f"<html><body><table><tr>{'<td>a</td>' * 120_000}"


@pytest.fixture
def address():
    return reverse("ingest_import")


@pytest.fixture
def editor(client):
    a_channel()
    client.force_login(a_user("reporter", "add_article", "change_article", "view_article"))


@pytest.fixture
def little_time(monkeypatch):
    monkeypatch.setattr(GUARD, "limits", replace(GUARD.limits, processor_seconds=2))


def records_printed(capsys, *arguments):
    with pytest.raises(CommandError) as error:
        call_command("import", *map(str, arguments), json=True)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()], error.value.returncode


@pytest.mark.django_db
class TestARun:
    @pytest.fixture(autouse=True)
    def channel(self):
        a_channel("科技前沿", "keji")

    def test_e1_half_a_character_is_mended_and_the_rest_is_imported(self, tmp_path, capsys):
        lines = [
            {"title": f"第一篇{HALF}", "body": f"<p>正文{HALF}在这里。</p>", "authors": [f"韩秋林{HALF}"], "tags": [HALF]},
            {"title": "第二篇", "body": "<p>另一篇的正文。</p>", "source": "澄江日报"},
        ]  # fmt: skip
        file = tmp_path / "a.jsonl"
        file.write_text("\n".join(json.dumps(line) for line in lines))
        call_command("import", str(file), json=True)
        first, second = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert (first["title"], first["authors"]) == ("第一篇\ufffd", ["韩秋林\ufffd"])
        assert first["status"] == "imported"
        assert second["status"] == "imported"

    def test_e1_a_page_whose_author_is_half_a_character_is_imported_with_those_after_it(
        self, tmp_path, capsys
    ):
        author = json.dumps({"@type": "NewsArticle", "headline": TITLE, "author": f"韩秋林{HALF}"})
        script = f'<script type="application/ld+json">{author}</script>'
        (tmp_path / "1.html").write_text(a_portal_page(extra=script))
        (tmp_path / "2.txt").write_text("另一篇稿件的标题\n\n这一篇的正文也在这里，写得不长。\n\n第二段。")
        call_command("import", str(tmp_path), json=True)
        assert [json.loads(line)["status"] for line in capsys.readouterr().out.splitlines()] == [
            "imported",
            "imported",
        ]

    @pytest.mark.parametrize(
        "error", [UnicodeEncodeError("utf-8", "x", 0, 1, "y"), RecursionError(), ValueError(), MemoryError()]
    )
    def test_e1_no_error_of_any_type_ends_a_run(self, tmp_path, capsys, monkeypatch, error):
        real = stream.as_blocks

        def as_blocks(body, pictures):
            if "有毒" in body:
                raise error
            return real(body, pictures)

        monkeypatch.setattr(stream, "as_blocks", as_blocks)
        (tmp_path / "1.txt").write_text("有毒的一篇稿件\n\n这一篇的正文有毒。\n\n第二段。")
        (tmp_path / "2.txt").write_text(COPIED)
        (bad, good), status = records_printed(capsys, tmp_path)
        assert (bad["status"], good["status"], status) == ("refused", "imported", 1)
        assert type(error).__name__ in bad["reason"]
        assert Article.objects.count() == 1

    @pytest.mark.parametrize("reader", ["read_file", "read_series"])
    @pytest.mark.parametrize("fault", faults.ALL)
    def test_e1_an_error_of_any_type_in_a_reader_ends_one_item(
        self, tmp_path, capsys, monkeypatch, reader, fault
    ):
        monkeypatch.setattr(reading_module, reader, getattr(faults, f"{reader}_or_{fault}"))
        record = json.dumps({"title": "一条记录的标题", "body": "<p>记录里的正文。</p>"})
        (tmp_path / "1.txt").write_text(f"{COPIED}\n\n{faults.POISON}")
        (tmp_path / "2.jsonl").write_text(
            f"{json.dumps({'title': faults.POISON, 'body': '<p>x</p>'})}\n{record}"
        )
        (tmp_path / "3.txt").write_text("另一篇稿件的标题\n\n这一篇的正文也在这里，写得不长。\n\n第二段。")
        if reader == "read_series":
            (tmp_path / "1.txt").unlink()
        found, status = records_printed(capsys, tmp_path)
        assert status == 1
        assert [r["status"] for r in found if r["status"] == "refused"] == ["refused"]
        assert Article.objects.count() == len(found) - 1
        assert {"一条记录的标题", "另一篇稿件的标题"} <= {r["title"] for r in found}

    def test_e1_a_name_that_is_no_text_is_printed(self, tmp_path, capsys):
        (tmp_path / os.fsdecode(b"\xb8\xe5.txt")).write_text(COPIED)
        call_command("import", str(tmp_path), json=True)
        (record,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert record["status"] == "imported"
        assert Original.objects.get().name == "\ufffd\ufffd.txt"

    def test_e1_an_original_that_cannot_be_kept_is_told_and_the_item_imported(
        self, tmp_path, capsys, monkeypatch
    ):
        def keep_file(data):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(keeping, "keep_file", keep_file)
        (tmp_path / "1.txt").write_text(COPIED)
        call_command("import", str(tmp_path), json=True)
        record = json.loads(capsys.readouterr().out)
        assert (record["status"], Original.objects.count()) == ("imported", 0)
        assert keeping.NOT_KEPT in record["warnings"]

    def test_e9_a_pipe_in_a_folder_is_refused_and_not_waited_for(self, tmp_path, capsys):
        os.mkfifo(tmp_path / "a.txt")
        (tmp_path / "b.txt").write_text(COPIED)
        (pipe, text), _ = records_printed(capsys, tmp_path)
        assert (pipe["reason"], text["status"]) == ("这不是普通文件，没有打开。", "imported")
        (alone,), _ = records_printed(capsys, tmp_path / "a.txt")
        assert alone["reason"] == "这不是普通文件，没有打开。"


@pytest.mark.django_db
class TestTheAdmin:
    @pytest.mark.parametrize(
        "text",
        ["<html><body>" + "<script>" * 50_000, "<html><body>" + "<svg>" * 50_000],
    )
    def test_b11_unclosed_scripts_are_told_to_the_editor(self, client, editor, address, text):
        answer = client.post(address, {"text": text})
        assert "没有找到标题和正文" in answer.content.decode()

    def test_b11_what_takes_too_long_is_refused_and_the_rest_imported(
        self,
        client,
        editor,
        address,
        little_time,
    ):
        files = [
            SimpleUploadedFile("列表.html", COSTLY.encode()),
            SimpleUploadedFile("稿件.txt", COPIED.encode()),
        ]
        text = client.post(address, {"uploads": files}).content.decode()
        assert "内容过大或过于复杂，没有读完" in text
        assert "已存为草稿" in text

    def test_b11_where_too_many_import_the_editor_is_asked_to_wait(
        self,
        client,
        editor,
        address,
        monkeypatch,
    ):
        monkeypatch.setattr(GUARD, "patience", 0)
        with GUARD.process(), GUARD.process():
            answer = client.post(address, {"text": COPIED})
        assert answer.status_code == 503
        assert "正在导入的人较多" in answer.content.decode()
        assert not Article.objects.exists()

    def test_b11_an_editor_imports_one_thing_at_a_time(self, client, editor, address):
        with alone(get_user_model().objects.get().pk):
            answer = client.post(address, {"text": COPIED})
        assert answer.status_code == 503
        assert "上一次导入还没有结束" in answer.content.decode()
        assert client.post(address, {"text": COPIED}).status_code == 200
        assert Article.objects.count() == 1

    @pytest.mark.parametrize("fault", faults.ALL)
    def test_e1_an_error_of_any_type_is_told_to_the_editor(self, client, editor, address, monkeypatch, fault):
        for reader in ("read_file", "read_pasted"):
            monkeypatch.setattr(reading_module, reader, getattr(faults, f"{reader}_or_{fault}"))
        files = [
            SimpleUploadedFile("坏.txt", faults.POISON.encode()),
            SimpleUploadedFile("好.txt", COPIED.encode()),
        ]
        answer = client.post(address, {"text": faults.POISON, "uploads": files})
        assert answer.status_code == 200
        text = answer.content.decode()
        assert (text.count("未导入"), text.count("已存为草稿")) == (2, 1)
        assert Article.objects.count() == 1

    def test_e1_pasted_and_uploaded_half_characters_do_no_harm(self, client, editor, address):
        author = json.dumps({"@type": "NewsArticle", "headline": TITLE, "author": f"韩秋林{HALF}"})
        source = a_portal_page(extra=f'<script type="application/ld+json">{author}</script>')
        for given_ in ({"text": source}, {"uploads": [SimpleUploadedFile("a.html", source.encode())]}):
            assert client.post(address, given_).status_code == 200
        assert Article.objects.count() == 1

    def test_b22_a_desk_is_not_told_the_title_of_a_draft_that_it_may_not_know(self, client, address):
        keji, tiyu = a_channel("科技前沿", "keji"), a_channel("体育", "tiyu")
        taken = importing.import_items(read_pasted(a_portal_page()), channel=keji)
        Article.objects.filter(pk=taken.id).update(locked=True, title="尚未公开的独家调查", channel=keji)
        other = a_user("sport", "add_article", "change_article", "view_article", desk=[tiyu])
        client.force_login(other)
        changed = ["这一段文字与原来的不同，但地址一样。", "第二段也改过了，内容不短。"]
        for source in (a_portal_page(), a_portal_page(paragraphs=changed)):
            text = client.post(address, {"text": source}).content.decode()
            assert "没有更新" in text
            assert "尚未公开的独家调查" not in text
        assert Desk.objects.count() == 1


def test_b11_a_date_with_a_long_tail_is_cut_before_it_is_read():
    assert read_iso("2026-11-23T10:00:00+08:00" + " " * 100_000)[0].isoformat() == "2026-11-23T10:00:00+08:00"
    assert read_iso("x" * 100_000) is None


def test_e9_a_tag_of_more_attributes_than_pages_have_is_refused():
    with pytest.raises(Unreadable):
        parse("<html><body><p " + " ".join(f"a{n}=1" for n in range(300_000)) + ">文字")


def test_b11_a_body_that_is_too_long_is_refused():
    with pytest.raises(Unreadable, match="100 万字"):
        bounded(ParsedArticle(title="a", body="x" * (LONGEST_BODY + 1)))


anything = st.text(st.characters(codec=None, categories=None), max_size=60)


@given(anything, anything, st.lists(anything, max_size=3))
def test_e1_no_text_of_a_record_holds_half_characters_or_controls(title, body, authors):
    line = json.dumps({"title": title, "body": body, "authors": authors, "published_at": title}).encode()
    article = read_item(SeriesItem("", partial(read_record_line, line))).article
    for text in (article.title, article.body, *article.authors):
        text.encode()
        assert "\0" not in text


@given(
    st.text(st.sampled_from("<>/ =\"'aps年月日-:0123456789作者来源：\n\ud83d\u3000|、（）[]"), max_size=200)
)
def test_e1_pasted_text_is_read_or_refused(text):
    with suppress(Unreadable):
        article = read_pasted(text)
        assert isinstance(f"{article.title}{article.body}{article.source}".encode(), bytes)


@pytest.mark.django_db
def test_b11_a_process_that_died_is_replaced_within_the_run(tmp_path, little_time):
    (tmp_path / "1.html").write_text(COSTLY)
    (tmp_path / "2.txt").write_text(COPIED)
    with reading() as reader:
        first, second = items_in(tmp_path, reader)
    assert "没有读完" in first.reason
    assert second.article.title == TITLE


def test_b11_a_run_that_is_over_reads_nothing_more():
    with reading(seconds=-1) as reader, pytest.raises(Unreadable, match="用时过长"):
        reader.pasted(COPIED)


def test_b11_the_process_that_reads_loads_nothing_of_django(tmp_path):
    with GUARD.process() as process:
        process.call(read_pasted, a_portal_page())
        (tmp_path / "a.jsonl").write_text('{"title": "a", "body": "<p>b</p>"}')
        ((_, read, _),), _, _ = process.call(read_series, str(tmp_path / "a.jsonl"), "jsonl", 1000, 0, 1)
        _, knows_django, _ = process.call(what_it_knows)
    assert not knows_django
    assert read.article.title == "a"
