"""A CDN in front forgets the pages that changed, whatever happens on the way."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import CommandError, call_command

from meiri.delivery import cdn
from meiri.delivery.cdn import Cloudflare, Fastly, NotForgotten, PurgeMethod, Varnish, cdn_of, keys_of
from meiri.delivery.page_index import PageIndex
from meiri.delivery.purging import Purger
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import withdraw
from tests.newsroom_factory import an_article

TOKEN = "c0ffee-secret"
SITE = "https://www.example.com"


@dataclass
class Asked:
    """A request as the CDN saw it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def keys(self) -> list[str]:
        return self.headers["surrogate-key"].split()


@dataclass
class Server:
    """A CDN on this machine. `answers` are the statuses that it will answer with; 200 after that."""

    port: int
    asked: list[Asked] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    body: bytes = b'{"success": true}'
    dawdle: Callable | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.asked.append(Asked(self.command, self.path, headers, body))
            if found.dawdle:
                found.dawdle(self)
                return
            self.send_response(found.answers.pop(0) if found.answers else 200)
            self.end_headers()
            self.wfile.write(found.body)

        def do_PURGE(self):
            self.do_POST()

        def log_message(self, *arguments):
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads, listening.block_on_close = True, False
    found = Server(listening.server_address[1])
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    yield found
    listening.shutdown()
    thread.join()
    listening.server_close()


@pytest.fixture
def index(tmp_path) -> PageIndex:
    return PageIndex(tmp_path / "pages.sqlite3", purges=True)


def store(index: PageIndex, *addresses: str) -> None:
    for address in addresses:
        noted = index.snapshot()
        assert index.enter(address, [], noted)
        assert index.written(address, 10, noted)


def listed(index: PageIndex) -> list[str]:
    return [address for _, address in index.unpurged(1000)]


def a_purger(index: PageIndex, server: Server) -> Purger:
    return Purger(index, Fastly(TOKEN, "s3rvice", server.url), threading.Event())


def test_pages_that_were_replaced_or_thrown_away_are_forgotten_in_one_request(index, server):
    store(
        index,
        "/",
        "/keji/",
        "/zh-hant/keji/",
        "/keji/2026/1124/22.html",
        "/tag/水稻/",
        "/rss.xml",
        "/about/us/",
    )
    index.forget("/difang/beiling/")
    assert a_purger(index, server).step() == 8
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/service/s3rvice/purge")
    assert asked.headers["fastly-key"] == TOKEN
    keys = ["home", "front:keji", "article:22", "tags", "feeds", "page:about/us/", "station:beiling"]
    assert asked.keys == keys
    assert listed(index) == []
    assert a_purger(index, server).step() == 0
    assert len(server.asked) == 1


def test_all_pages_are_forgotten_when_all_are_thrown_away(index):
    store(index, "/", "/keji/")
    index.purged([number for number, _ in index.unpurged(10)])
    index.clear()
    assert sorted(listed(index)) == ["/", "/keji/"]


def test_without_a_cdn_nothing_is_listed(tmp_path):
    index = PageIndex(tmp_path / "pages.sqlite3")
    store(index, "/")
    index.forget("/")
    index.clear()
    assert listed(index) == []


def test_a_cdn_that_fails_is_asked_again_after_growing_pauses(index, server, caplog):
    caplog.set_level(logging.INFO, "meiri.delivery.purging")
    store(index, "/")
    server.answers = [503, 401, 500]
    purger = a_purger(index, server)
    assert [purger.attempt() for _ in range(3)] == [1, 2, 4]
    assert listed(index) == ["/"]
    assert purger.attempt() == 0
    assert listed(index) == []
    assert len(server.asked) == 4
    assert "127.0.0.1 answered with status 401. Trying again in 2 s" in caplog.text
    assert "purged again" in caplog.text
    assert TOKEN not in caplog.text + repr(purger.cdn)


def test_pauses_do_not_grow_for_ever(index, server):
    store(index, "/")
    server.answers = [500] * 12
    purger = a_purger(index, server)
    assert max(purger.attempt() for _ in range(12)) == 60


def test_a_page_that_changes_while_the_cdn_is_asked_is_forgotten_again(index, server):
    class Meanwhile:
        def forget(self, addresses):
            store(index, "/")

    store(index, "/")
    Purger(index, Meanwhile(), threading.Event()).step()
    assert listed(index) == ["/"]


@pytest.mark.parametrize("silent", [True, False])
def test_a_cdn_that_dawdles_is_hung_up_on(index, server, monkeypatch, silent):
    ended = threading.Event()

    def dawdle(handler):
        handler.wfile.write(b"" if silent else b"HTTP/1.0 200 OK\r\nX: ")
        with suppress(OSError):
            while not ended.wait(0.05):
                handler.wfile.write(b"" if silent else b"x")

    monkeypatch.setattr(cdn, "SILENCE", 0.5)
    monkeypatch.setattr(cdn, "LONGEST", 1)
    server.dawdle = dawdle
    store(index, "/")
    began = time.monotonic()
    assert a_purger(index, server).attempt() == 1
    assert time.monotonic() - began < 5
    assert listed(index) == ["/"]
    ended.set()


def test_an_answer_without_end_is_not_read_to_its_end(server, index):
    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        with suppress(OSError):
            while True:
                handler.wfile.write(b"x" * 65536)

    server.dawdle = endless
    store(index, "/")
    began = time.monotonic()
    assert a_purger(index, server).step() == 1
    assert time.monotonic() - began < 5


def test_a_redirect_is_not_followed(server):
    server.answers = [302]
    with pytest.raises(NotForgotten, match="status 302"):
        Fastly(TOKEN, "x", server.url).forget(["/"])


def test_a_certificate_that_nobody_vouches_for_is_refused(server):
    with pytest.raises(NotForgotten):
        Fastly(TOKEN, "x", f"https://127.0.0.1:{server.port}").forget(["/"])


def test_many_pages_are_forgotten_in_as_many_requests_as_the_cdn_wants(index, server):
    addresses = [f"/keji/2026/1124/{n}.html" for n in range(600)]
    store(index, *addresses)
    purger = a_purger(index, server)
    while purger.step():
        pass
    assert [len(asked.keys) for asked in server.asked] == [256, 256, 88]
    assert [key for asked in server.asked for key in asked.keys] == [f"article:{n}" for n in range(600)]


def test_keys_of_long_addresses_fit_into_a_header():
    addresses = [f"/{'a' * 190}/{'b' * 190}/{n}/" for n in range(100)]
    headers = list(keys_of(addresses))
    assert max(map(len, headers)) <= cdn.MOST_KEY_BYTES
    assert sum(len(header.split()) for header in headers) == 100


def test_cloudflare_is_given_addresses(server):
    asked = Cloudflare(TOKEN, "z0ne", SITE, server.url)
    asked.forget(["/", "/tag/水稻/", *(f"/page/{n}/" for n in range(40))])
    assert [len(json.loads(a.body)["files"]) for a in server.asked] == [30, 12]
    assert json.loads(server.asked[0].body)["files"][:2] == [f"{SITE}/", f"{SITE}/tag/%E6%B0%B4%E7%A8%BB/"]
    assert server.asked[0].path == "/zones/z0ne/purge_cache"
    assert server.asked[0].headers["authorization"] == f"Bearer {TOKEN}"
    server.body = b'{"success": false, "errors": [{"code": 1}]}'
    with pytest.raises(NotForgotten):
        asked.forget(["/"])


def test_each_varnish_is_told_and_one_that_is_down_is_not_passed_over(server):
    varnish = cdn_of(f"varnish://127.0.0.1:{server.port},127.0.0.1:{server.port}", SITE)
    varnish.forget(["/", "/keji/"])
    assert [(a.method, a.path, a.keys) for a in server.asked] == [("PURGE", "/", ["home", "front:keji"])] * 2
    with pytest.raises(NotForgotten):
        Varnish((f"127.0.0.1:{server.port}", "127.0.0.1:9")).forget(["/"])


def test_other_caches_are_told_address_by_address(server):
    server.answers = [404]
    cdn_of(f"purge://127.0.0.1:{server.port}", SITE).forget(["/", "/tag/水/"])
    assert [(a.method, a.path) for a in server.asked] == [("PURGE", "/"), ("PURGE", "/tag/%E6%B0%B4/")]
    assert server.asked[0].headers["host"] == "www.example.com"


def test_the_setting_names_a_cdn():
    assert cdn_of("", SITE) is None
    assert cdn_of(f"fastly://{TOKEN}@abc", SITE) == Fastly(TOKEN, "abc")
    assert cdn_of(f"cloudflare://{TOKEN}@abc", SITE) == Cloudflare(TOKEN, "abc", SITE)
    assert cdn_of("varnish://10.0.0.1:6081,cache", SITE) == Varnish(("10.0.0.1:6081", "cache"))
    assert cdn_of("purge://[::1]:80", SITE) == PurgeMethod(("[::1]:80",), "www.example.com")


@pytest.mark.parametrize(
    "setting",
    [
        *(
            "fastly",
            "fastly://",
            f"fastly://{TOKEN}",
            f"fastly://{TOKEN}@a/b",
            f"fastly://{TOKEN}\n@abc",
            "akamai://x@y",
        ),
        *(
            "varnish://",
            "varnish://a,,b",
            "varnish://a:b",
            "purge://a/b",
            f"http://{TOKEN}@x",
            "cloudflare://@zone",
        ),
    ],
)
def test_a_setting_that_says_nothing_is_refused_without_repeating_it(setting, settings):
    settings.CDN = setting
    with pytest.raises(CommandError, match=r"MEIRI_CDN is not understood\. Write fastly") as refused:
        call_command("serve", port=1)
    assert TOKEN not in str(refused.value)


KILLED = """
import os, sys, signal
from pathlib import Path
from meiri.delivery.page_index import PageIndex
index = PageIndex(Path(sys.argv[1]), purges=True)
noted = index.snapshot()
index.enter("/keji/", [], noted)
index.written("/keji/", 10, noted)
index.forget("/wenlv/")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_waits_is_not_lost_when_the_process_is_killed(tmp_path, server):
    path = tmp_path / "pages.sqlite3"
    ended = subprocess.run([sys.executable, "-c", KILLED, str(path)], env={**os.environ, "PYTHONPATH": "src"})
    assert ended.returncode == -signal.SIGKILL
    assert a_purger(PageIndex(path, purges=True), server).step() == 2
    assert server.asked[0].keys == ["front:keji", "front:wenlv"]


@pytest.fixture
def behind_a_cdn(settings) -> None:
    settings.CDN = "varnish://127.0.0.1:9"


@pytest.mark.django_db
def test_a_publication_and_a_withdrawal_reach_the_cdn_and_one_that_fails_holds_nothing_up(
    behind_a_cdn, stored_pages, client, server
):
    index, article = stored_pages.store.index, an_article("第一篇")
    stored_pages.catch_up()
    client.get("/keji/")
    client.get(article.get_absolute_url())
    purger = a_purger(index, server)
    server.answers = [500]
    assert purger.attempt() == 1
    an_article("第二篇")
    stored_pages.catch_up()
    assert "第二篇" in client.get("/keji/").content.decode()
    while purger.step():
        pass
    assert "front:keji" in server.asked[-1].keys
    server.asked.clear()
    withdraw(Article.objects.get(pk=article.pk), "来源失实")
    stored_pages.catch_up()
    purger.step()
    assert {f"article:{article.pk}", "front:keji"} <= set(server.asked[0].keys)


def test_a_purger_works_until_it_is_told_to_stop(index, server):
    purger = a_purger(index, server)
    thread = threading.Thread(target=purger.run)
    thread.start()
    store(index, "/")
    until = time.monotonic() + 10
    while listed(index) and time.monotonic() < until:
        time.sleep(0.02)
    purger.stopping.set()
    thread.join(5)
    assert not thread.is_alive()
    assert server.asked[0].keys == ["home"]
