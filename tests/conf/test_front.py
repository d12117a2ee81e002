"""Which requests get which threads."""

import asyncio
import time
from collections import Counter
from types import SimpleNamespace

import pytest

from meiri.conf import front as front_module
from meiri.conf.front import MOST_WAITING, THREADS, Front, brings_files
from meiri.delivery.fastpath import StoredPages
from meiri.delivery.page_files import PageFiles
from tests.coroutines import run


def a_request(path, method="POST", kind="multipart/form-data; boundary=x"):
    return SimpleNamespace(path=path, method=method, headers={"content-type": kind} if kind else {})


@pytest.mark.parametrize(
    "path",
    ["/admin/import/", "/admin/images/add/", "/admin/images/multiple/add/", "/letters/write/", "/members/contributing/write/"],
)  # fmt: skip
def test_b21_forms_with_files_take_no_thread_of_readers(path):
    assert brings_files(a_request(path))


@pytest.mark.parametrize(
    "request_",
    [
        a_request("/admin/images/add/", method="GET"),
        a_request("/admin/login/", kind="application/x-www-form-urlencoded"),
        a_request("/search/", method="GET", kind=""),
        a_request("/admin/snippets/newsroom/article/edit/1/"),
    ],
)
def test_b21_reading_signing_in_and_writing_wait_for_no_upload(request_):
    assert not brings_files(request_)


class Headers(dict):
    def get_all(self, name):
        return [self[name]] if name in self else []


def a_reader(path, method="GET"):
    return SimpleNamespace(
        path=path, method=method, query_string="", http_version="1.1", scheme="http", authority=None,
        server="127.0.0.1:8000", client="127.0.0.1:50000", headers=Headers(host="news.example"),
    )  # fmt: skip


class Reader:
    """The server's side of one connection."""

    def response_bytes(self, status, headers, body):
        self.status, self.body = status, body


class SlowSite:
    """A site that takes some time for each page, and stores those below /keji/ alone."""

    def __init__(self, folder):
        self.files = PageFiles(folder / "pages", folder / "drafts")
        self.files.prepare()
        self.asked = Counter()
        pages = StoredPages(self.files)
        self.front = Front(self.answer, [pages.respond], lambda scope: False, pages=pages)

    def answer(self, environ, start_response):
        path = environ["PATH_INFO"]
        self.asked[path] += 1
        time.sleep(0.2)
        if path.startswith("/keji/"):
            self.files.write(path, f"<html>{path}</html>".encode())
        start_response("200 OK", [])
        return [f"<html>{path}</html>".encode()]

    def answers(self, *paths) -> list[Reader]:
        """To readers who ask for these paths at once."""

        async def ask():
            readers = [Reader() for _ in paths]
            await asyncio.gather(
                *(
                    self.front.__rsgi__(a_reader(path), reader)
                    for path, reader in zip(paths, readers, strict=True)
                )
            )
            return readers

        return run(ask())


def test_a_page_that_all_ask_for_at_once_is_rendered_for_the_first_of_them(tmp_path):
    site = SlowSite(tmp_path)
    crowd = 2 * (THREADS + MOST_WAITING)
    answers = site.answers(*["/keji/"] * crowd, "/difang/", "/search/")
    assert [reader.status for reader in answers] == [200] * (crowd + 2)
    assert {reader.body for reader in answers[:crowd]} == {b"<html>/keji/</html>"}
    assert site.asked == {"/keji/": 1, "/difang/": 1, "/search/": 1}


def test_what_is_no_page_is_each_readers_own(tmp_path):
    site = SlowSite(tmp_path)
    site.answers(*["/members/"] * 4)
    assert site.asked == {"/members/": 4}


def test_those_who_waited_for_a_page_that_was_not_stored_are_answered_too(tmp_path):
    site = SlowSite(tmp_path)
    assert [reader.status for reader in site.answers(*["/difang/"] * 4)] == [200] * 4
    assert site.asked == {"/difang/": 4}


def test_who_waits_for_a_page_that_hangs_is_asked_to_come_back_and_takes_no_thread(tmp_path, monkeypatch):
    monkeypatch.setattr(front_module, "PATIENCE", 0.1)
    site = SlowSite(tmp_path)
    answers = site.answers(*["/keji/"] * (THREADS + MOST_WAITING + 50))
    assert {reader.status for reader in answers} == {503}
    assert site.asked == {"/keji/": 1}
