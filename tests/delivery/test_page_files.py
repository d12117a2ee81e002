"""Page files on the disk."""

import gzip
import os

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meiri.delivery.page_files import PageFiles, address_of, compressed, name_of


@pytest.fixture
def files(tmp_path):
    found = PageFiles(tmp_path / "pages", tmp_path / "drafts")
    found.prepare()
    return found


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/", "index.html"),
        ("/keji/", "keji/index.html"),
        ("/keji/2026/1124/22.html", "keji/2026/1124/22.html"),
        ("/rss.xml", "rss.xml"),
        ("/tag/水稻/", "tag/水稻/index.html"),
    ],
)
def test_an_address_has_one_file(address, name):
    assert name_of(address) == name
    assert address_of(name) == address


@pytest.mark.parametrize(
    "address",
    [
        *("", "keji/", "//", "/..", "/../etc/passwd", "/keji/../../x", "/.git/config", "/keji//x", "/a\\b"),
        *("/\0", "/a\nb", "/keji/index.html", "/keji/index.html.gz", "/rss.xml.br", "/\ud800", "/\u202e"),
        *("/" + "a" * 201, "/" + "字" * 67, "/" + "ab/" * 400),
    ],
)
def test_what_is_no_address_of_a_page_has_no_file(address):
    assert name_of(address) is None


@given(st.text(max_size=80))
def test_no_address_leads_out_of_the_folder(text):
    name = name_of("/" + text)
    if name is not None:
        path = os.path.normpath(f"/pages/{name}")
        assert path == f"/pages/{name}"
        assert "\0" not in name


def test_a_page_is_stored_with_its_compressed_variants(files):
    content = "正文".encode() * 400
    size = files.write("/keji/", content)
    plain, br, gz = (files.read("/keji/", encoding).content for encoding in ("", "br", "gzip"))
    assert plain == brotli.decompress(br) == gzip.decompress(gz) == content
    assert size == len(plain) + len(br) + len(gz)


@given(st.binary(max_size=300))
def test_no_two_variants_have_the_same_size(content):
    made = compressed(content)
    assert brotli.decompress(made[".br"]) == gzip.decompress(made[".gz"]) == content
    assert len({len(variant) for variant in made.values()}) == 3


def test_every_version_has_an_etag_of_its_own_however_fast_they_follow(files):
    tags = set()
    for number in range(5):
        files.write("/", b"version %d" % number)
        tags.add(files.read("/").etag)
    assert len(tags) == 5


def test_the_same_content_leaves_the_file_as_it_is(files):
    files.write("/", b"page")
    before = os.stat(files.path("/"))
    files.write("/", b"page")
    assert os.stat(files.path("/")) == before


def test_who_reads_a_page_has_asked_for_it_and_who_looks_after_it_has_not(files):
    files.write("/keji/", b"page")
    files.read("/keji/")
    files.write("/keji/", b"page")
    assert files.asked_at("/keji/") == 0
    with open(files.path("/keji/") + ".gz", "rb") as file:
        file.read()
    assert files.asked_at("/keji/") > 0
    files.write("/keji/", b"another")
    assert files.asked_at("/keji/") == 0


def test_a_folder_is_no_page(files):
    files.write("/keji/", b"front")
    assert files.read("/keji") is None
    assert not files.holds("/keji")


def test_a_removed_page_leaves_no_folder_behind(files):
    files.write("/keji/2026/1124/1.html", b"one")
    files.write("/keji/", b"front")
    files.remove("/keji/2026/1124/1.html")
    assert list(files.addresses()) == ["/keji/"]
    assert not (files.folder / "keji" / "2026").exists()
    files.remove("/keji/2026/1124/1.html")


def test_a_disk_that_takes_no_page_leaves_the_old_one_whole(files):
    files.write("/", b"old")
    files.drafts.rmdir()
    with pytest.raises(OSError, match="No such file"):
        files.write("/", b"new")
    assert files.read("/").content == b"old"


class Watched(PageFiles):
    """Notes at each file that is put in its place which of the page's files are there."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.seen = []

    def _place(self, draft, path):
        super()._place(draft, path)
        page = path.removesuffix(".br").removesuffix(".gz")
        self.seen.append({suffix for suffix in ("", ".br", ".gz") if os.path.exists(page + suffix)})


def test_a31_a_page_is_there_once_its_variants_are(tmp_path):
    files = Watched(tmp_path / "pages", tmp_path / "drafts")
    files.prepare()
    files.write("/keji/", b"<p>" + b"x" * 500, 0)
    assert files.seen[-1] == {"", ".br", ".gz"}
    assert all("" not in seen for seen in files.seen[:-1])
