import gzip
import io
import json
import tarfile
import tempfile
import zipfile
from pathlib import PurePosixPath

import pytest
from django.core.management import call_command

from meiri.ingest import archive_files
from meiri.ingest.archive_files import fitting, unpack
from meiri.ingest.formats import PAGE, PLAIN_TEXT, WORD, detect
from meiri.ingest.guarded_reading import reading
from meiri.ingest.import_format import HEAD
from meiri.ingest.items import files_in, items_in
from meiri.ingest.parsed import Unreadable
from meiri.ingest.stored_pictures import find_bytes
from meiri.media.models import Picture
from tests.ingest.pages import COPIED, TITLE, a_portal_page
from tests.ingest.test_importing import a_jpeg
from tests.ingest.test_text import a_docx
from tests.newsroom_factory import a_channel

# What is read of a reprint is kept unless it is this site's own, whose name is in the database.
pytestmark = pytest.mark.django_db


def items_of(path, name=None):
    with reading() as reader:
        return list(items_in(path, reader, name))


def a_zip(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as container:
        for name, data in members.items():
            container.writestr(name, data)
    return path


def a_tar(path, members, kind="w:gz"):
    with tarfile.open(path, kind) as container:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            container.addfile(info, io.BytesIO(data))
    return path


def test_items_of_an_archive_are_read_in_order(tmp_path):
    page, text = a_portal_page().encode(), COPIED.encode("gb18030")
    members = {"b/页面.html": page, "a.txt": text, "b/页面_files/x.html": page, "b/x.css": b"p {}"}
    for archive in (
        a_zip(tmp_path / "a.zip", members),
        a_tar(tmp_path / "a.tar.gz", members),
        a_tar(tmp_path / "a.tar", members, "w"),
    ):
        found = items_of(archive, "稿件包")
        assert [(i.file, i.article.title) for i in found] == [
            ("稿件包/a.txt", TITLE),
            ("稿件包/b/页面.html", TITLE),
        ]


@pytest.mark.parametrize(
    "name",
    ["../outside.txt", "/etc/outside.txt", "a/../../outside.txt", "C:\\outside.txt", "..\\outside.txt"],
)
def test_an_archive_cannot_write_outside_itself(tmp_path, name):
    for archive in (a_zip(tmp_path / "a.zip", {name: b"x"}), a_tar(tmp_path / "a.tar", {name: b"x"}, "w")):
        with pytest.raises(Unreadable):
            unpack(archive, tmp_path / "into")
    assert not list(tmp_path.rglob("outside.txt"))


def test_links_in_archives_are_not_followed(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("秘密的内容，不该读到。")
    with tarfile.open(tmp_path / "a.tar", "w") as container:
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, str(secret)
        container.addfile(link)
    (item,) = items_of(tmp_path / "a.tar")
    assert item.reason == "压缩包里没有可以导入的稿件。"


def test_a_zip_bomb_is_refused_unopened(tmp_path):
    bomb = a_zip(tmp_path / "bomb.zip", {"a.txt": b"0" * 30_000_000})
    (item,) = items_of(bomb)
    assert "压缩比异常" in item.reason


def test_a_tar_bomb_is_stopped(tmp_path):
    bomb = a_tar(tmp_path / "bomb.tar.gz", {"a.txt": b"0" * 60_000_000})
    (item,) = items_of(bomb)
    assert "过大" in item.reason


def test_an_archive_in_an_archive_is_told_and_the_rest_imported(tmp_path):
    inner = a_zip(tmp_path / "inner.zip", {"a.txt": COPIED})
    outer = a_zip(tmp_path / "outer.zip", {"inner.zip": inner.read_bytes(), "b.txt": COPIED})
    refused, taken = items_of(outer, "outer.zip")
    assert refused.file == "outer.zip/inner.zip"
    assert "压缩包里的压缩包" in refused.reason
    assert taken.article.title == TITLE


def test_too_many_members_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archive_files, "MAX_MEMBERS", 3)
    with pytest.raises(Unreadable, match="超过"):
        unpack(a_zip(tmp_path / "a.zip", {f"{n}.txt": b"x" for n in range(4)}), tmp_path / "into")


def test_names_in_gbk_are_read(tmp_path):
    archive = a_zip(tmp_path / "a.zip", {"AAAA.txt": COPIED})
    raw = archive.read_bytes().replace(b"AAAA.txt", "稿件".encode("gbk") + b".txt")
    archive.write_bytes(raw)
    (item,) = items_of(archive, "a.zip")
    assert item.file == "a.zip/稿件.txt"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "空"),
        (b"\x89PNG\r\n", "图片"),
        (b"Rar!\x1a", "RAR"),
        (b"\x00\x01\x02\x03" * 100, ""),
    ],
)
def test_what_cannot_be_imported_is_told_with_what_to_do(data, word):
    with pytest.raises(Unreadable) as refusal:
        detect(data)
    assert word in refusal.value.reason


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("shift", range(4))
def test_formats_are_told_by_bytes_wherever_the_beginning_is_cut(encoding, shift):
    prose = "x" * shift + "清晨六点，稻田上空传来嗡嗡声，三架无人机依次升空。" * 600
    assert detect(prose.encode(encoding)[:HEAD]) is PLAIN_TEXT
    assert detect(f"<html><body><p>{prose}".encode(encoding)[:HEAD]) is PAGE


def test_word_files_and_other_zips_are_told_apart():
    assert detect(a_docx(["字"])[:HEAD], io.BytesIO(a_docx(["字"]))) is WORD
    sheet = io.BytesIO()
    with zipfile.ZipFile(sheet, "w") as container:
        container.writestr("[Content_Types].xml", "")
        container.writestr("xl/workbook.xml", "")
    with pytest.raises(Unreadable):
        detect(sheet.getvalue()[:HEAD], sheet)


def test_folders_saved_beside_pages_and_links_are_no_items(tmp_path):
    for name in ("a.html", "a_files/frame.html", ".hidden.html", "b/c.txt", "b/style.css"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "link.txt").symlink_to(tmp_path / "a.html")
    assert [str(f.relative_to(tmp_path)) for f in files_in(tmp_path)] == ["a.html", "b/c.txt"]


def test_a_large_file_is_refused_unread(tmp_path, settings):
    settings.IMPORT_MAX_BYTES = 1024 * 1024
    with (tmp_path / "a.txt").open("wb") as file:
        file.write(b"text\n" * 2000)
        file.truncate(3 * 1024 * 1024 * 1024)
    (item,) = items_of(tmp_path / "a.txt")
    assert item.reason == "文件超过 1 MB，没有读取。"


def test_k15_names_longer_than_file_systems_hold_are_taken_with_their_pictures(tmp_path):
    name = "关于进一步加强城市生活垃圾分类工作的若干意见" * 5
    page = a_portal_page(extra=f'<p><img src="./{name}_files/{name}.jpg"></p>').encode()
    members = {f"{name}.html": page, f"{name}_files/{name}.jpg": b"picture", "b.txt": COPIED}
    found = items_of(a_zip(tmp_path / "a.zip", members), "稿件包")
    assert [item.article.title for item in found] == [TITLE, TITLE]
    with reading() as reader:
        for item in items_in(tmp_path / "a.zip", reader):
            if item.article.pictures:
                assert find_bytes(item.article.pictures[0], item.page, item.root) == b"picture"


def test_k15_names_that_begin_alike_stay_two(tmp_path):
    names = [PurePosixPath(f"{'长' * 100}{end}.html") for end in "甲乙"]
    assert len({fitting(name) for name in names}) == 2
    assert all(len(str(fitting(name)).encode()) <= 255 for name in names)
    assert all(str(fitting(name)).endswith(".html") for name in names)


def test_e2_an_archive_with_nothing_in_it_is_told(tmp_path):
    zeros = tmp_path / "zeros.gz"
    zeros.write_bytes(gzip.compress(b"\0" * 100_000))
    pictures = {"a.jpg": b"\xff\xd8\xff", "__MACOSX/._a.jpg": b"x"}
    deep = {"/".join("a" * 40) + "/稿.txt": COPIED}
    for archive, words in (
        (a_zip(tmp_path / "empty.zip", {}), "没有可以导入的稿件"),
        (a_zip(tmp_path / "pictures.zip", pictures), "没有可以导入的稿件"),
        (a_zip(tmp_path / "deep.zip", deep), "超过 20 层"),
        (a_zip(tmp_path / "deeper.zip", {"/".join("a" * 80) + "/稿.txt": COPIED}), "层数太多"),
        (zeros, "gzip 压缩的单个文件"),
    ):
        (item,) = items_of(archive)
        assert words in item.reason


def test_k15_pictures_of_an_archive_come_with_its_pages_and_nothing_stays_unpacked(
    tmp_path, monkeypatch, capsys
):
    a_channel()
    (tmp_path / "unpacked").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "unpacked"))
    page = a_portal_page(extra='<p><img src="./页面_files/a.jpg"></p><p>图为巡田现场。</p>').encode()
    members = {"页面.html": page, "页面_files/a.jpg": a_jpeg()}
    call_command("import", str(a_zip(tmp_path / "a.zip", members)), json=True)
    assert json.loads(capsys.readouterr().out)["status"] == "imported"
    assert Picture.objects.count() == 1
    assert not list((tmp_path / "unpacked").glob("meiri-import-*"))
