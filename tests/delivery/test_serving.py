"""Readers are answered whatever happens behind: the real server, real sockets, real processes that are killed."""

import http.client
import json
import os
import re
import select
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlencode

import brotli
import pytest

from bench._processes import free_port
from bench.killing import Site, command_of, kill_and_publish, wait_until
from meiri.conf.request_bodies import MOST_OF_ONE, MOST_OF_VISITORS
from meiri.delivery.page_index import PageIndex
from tests.prepared import begin_database

pytestmark = pytest.mark.xdist_group("serving")

PROCESS = Path(__file__).with_name("process.py")
ARTICLES = 12
# More than the threads of both web processes that are for no comments.
COMMENTS = 40
# Pages that the worker may make again at any moment, because a day or a minute began.
KEEPERS_OWN = 2
NEW_NAME = re.compile("另一[个個]名字")


@pytest.fixture(scope="module")
def newsroom(request, tmp_path_factory, django_db_setup) -> tuple[Path, list[str]]:
    """A data folder with a small newsroom, and the addresses of its pages."""
    site = Site(tmp_path_factory.mktemp("newsroom"), free_port())
    begin_database(site.home, request.config)
    with site.process("prepare", str(ARTICLES)) as preparing:
        try:
            addresses = json.loads(preparing.communicate(timeout=240)[0])
        finally:
            preparing.kill()
    return site.home, addresses


@pytest.fixture(scope="module")
def addresses(newsroom) -> list[str]:
    return newsroom[1]


@pytest.fixture(scope="module")
def site(newsroom, tmp_path_factory) -> Iterator[Site]:
    """The newsroom, served."""
    home = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(newsroom[0], home)
    served = Site(home, free_port(), ("--workers", "2"))
    served.start()
    begun(served)
    yield served
    served.stop()


def run(site: Site, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, str(PROCESS), *arguments],
        env=site.environment | {"PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
        timeout=60,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


@contextmanager
def locked(site: Site, how: str = "hold") -> Iterator[None]:
    """Inside the block nobody can read the database or write to it, or only not write where `how` is "hold_writers"."""
    holder = subprocess.Popen(
        [sys.executable, str(PROCESS), how],
        env=site.environment | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout.readline() == "held\n"
        yield
    finally:
        holder.communicate(timeout=60)


def begun(site: Site) -> None:
    """Wait until the worker follows the journal: what was stored before that is thrown away, for nobody knows it."""
    wait_until(lambda: index_of(site).recall("release"))


def stored(site: Site, addresses: list[str]) -> dict[str, bytes]:
    """Ask for the pages, so that they are stored; what they are once no page waits any more."""
    for address in addresses:
        assert site.get(address)[0] == 200
    wait_until(lambda: index_of(site).pending() == 0)
    return {address: site.get(address)[2] for address in addresses}


def index_of(site: Site) -> PageIndex:
    return PageIndex(site.home / "delivery" / "pages.sqlite3")


def files_of(site: Site) -> set[str]:
    return {str(path) for path in (site.home / "pages").rglob("*") if path.is_file()}


def milliseconds(site: Site, pages: dict[str, bytes], times: int) -> list[float]:
    """How long stored pages took, each of which was the right one."""
    took = []
    for n in range(times):
        address = list(pages)[n % len(pages)]
        began = time.perf_counter()
        status, _, body = site.get(address)
        took.append(1000 * (time.perf_counter() - began))
        assert (status, body) == (200, pages[address])
    return took


def comment(site: Site, address: str, reader: int) -> int:
    """Send a comment as one of many readers; the status of the answer."""
    fields = {"name": "读者", "text": f"第{reader}条评论。", "csrfmiddlewaretoken": "c" * 32}
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"csrftoken={fields['csrfmiddlewaretoken']}",
        "X-Forwarded-For": f"{11 + reader}.20.30.40",
    }
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    with closing(connection):
        connection.request("POST", address, urlencode(fields), headers)
        return connection.getresponse().status


def unstored(site: Site, addresses: list[str]) -> str:
    """The address of a page of which no file is there, nor has been."""
    known = index_of(site)
    return next(a for a in addresses if not known.knows(a))


def months(addresses: list[str]) -> list[str]:
    """Pages of archives, which lead on from those of articles and which nobody has asked for."""
    found = (re.match(r"(/[a-z]+/\d{4}/)(\d\d)(\d\d)/", address) for address in addresses)
    return [a for f in found if f for a in (f"{f[1]}{f[2]}/{f[3]}/", f"{f[1]}{f[2]}/", f[1])]


class TestWithoutTheDatabase:
    def test_stored_pages_are_answered_as_quickly_while_it_is_locked(self, site, addresses):
        pages = stored(site, addresses)
        usual = statistics.median(milliseconds(site, pages, 50))
        run(site, "navigation", "另一个名字")  # a new generation is under way
        before = files_of(site)
        waiting = months(addresses)
        with locked(site), ThreadPoolExecutor(16) as readers:
            stuck = [readers.submit(site.get, a, patience=60) for a in (waiting * 16)[:16]]
            took = []
            for n in range(200):
                address = addresses[n % len(addresses)]
                start = time.perf_counter()
                status, _, body = site.get(address)
                took.append(1000 * (time.perf_counter() - start))
                assert (address, status) == (address, 200)
                assert body == pages[address] or NEW_NAME.search(body.decode())
            answers = [answer.result() for answer in stuck]
        # Who waited for the database would wait for seconds.
        assert statistics.median(took) < 4 * usual + 20
        assert {status for status, _, _ in answers} <= {503}
        assert all("页面暂时无法显示" in body.decode() for _, _, body in answers)
        assert before <= files_of(site)
        for address in waiting:
            wait_until(lambda address=address: site.get(address)[0] == 200)
        wait_until(lambda: index_of(site).pending() == 0)
        for address in addresses:
            if address.endswith("/"):
                assert NEW_NAME.search(site.get(address)[2].decode())

    def test_comments_that_wait_for_it_keep_nobody_else_waiting(self, site, addresses):
        article = re.search(r"/(\d+)\.html$", next(a for a in addresses if a.endswith(".html")))[1]
        listed = f"/comments/{article}/"
        with ThreadPoolExecutor(COMMENTS) as writers:
            with locked(site, "hold_writers"):
                sent = [writers.submit(comment, site, listed, number) for number in range(COMMENTS)]
                for _ in range(20):
                    assert site.get(listed)[0] == 200
                assert not any(answer.done() for answer in sent)
            answers = [answer.result() for answer in sent]
        assert answers == [302] * COMMENTS

    def test_moved_away_it_is_not_made_anew_and_no_page_is_lost(self, site, addresses):
        pages = stored(site, addresses)
        database = site.home / "meiri.sqlite3"
        aside = site.home / "aside.sqlite3"
        before, logged = files_of(site), len(site.log())
        database.rename(aside)
        try:
            # The processes that the server started too: they have the database open, and would read on.
            # First the one that would start others again.
            killed = [process for processes in site.members().values() for process in processes]
            for process in killed:
                os.kill(process, signal.SIGKILL)
            wait_until(lambda: not any(map(command_of, killed)))
            wait_until(lambda: is_up(site, "/"))
            milliseconds(site, pages, 50)
            for _ in range(30):
                status, _, body = site.get("/difang/")
                assert status == 503
                assert "页面暂时无法显示" in body.decode()
            assert not database.exists()
            assert before <= files_of(site)
        finally:
            aside.rename(database)
        wait_until(lambda: site.get("/difang/")[0] == 200)
        complaints = site.log()[logged:]
        assert "unable to open database file" in complaints
        assert complaints.count("\n") < 60
        assert site.verify()[0] == 0


def is_up(site: Site, address: str) -> bool:
    try:
        return site.get(address)[0] == 200
    except (OSError, http.client.HTTPException):
        return False


class TestProcesses:
    def test_pages_are_answered_while_the_worker_is_killed_again_and_again(self, site, addresses):
        pages = stored(site, addresses)
        for _ in range(2):
            for worker in site.members()["worker"]:
                os.kill(worker, signal.SIGKILL)
            milliseconds(site, pages, 20)
            wait_until(lambda: site.members()["worker"], patience=20)

    def test_a_web_process_that_dies_is_replaced_while_the_other_answers(self, site, addresses):
        pages = stored(site, addresses)
        victim = site.members()["process"][0]
        os.kill(victim, signal.SIGKILL)
        for n in range(50):
            # What that process had begun to answer is lost; the next reader is the other's.
            with suppress(ConnectionError, http.client.HTTPException):
                status, _, body = site.get(list(pages)[n % len(pages)])
                assert (status, body) == (200, pages[list(pages)[n % len(pages)]])
        milliseconds(site, pages, 20)
        wait_until(lambda: len(site.members()["process"]) == 2 and victim not in site.members()["process"])

    def test_the_group_stops_within_seconds_though_its_threads_are_stuck_and_comes_back(
        self, site, addresses
    ):
        pages = stored(site, addresses)
        with locked(site), ThreadPoolExecutor(12) as readers:
            stuck = [readers.submit(is_up, site, "/letters/") for _ in range(12)]
            milliseconds(site, pages, 10)
            assert site.stop() < 30  # the threads would wait on
            assert not any(answer.result() for answer in stuck)
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", site.port)) != 0
        site.start()
        milliseconds(site, pages, 20)

    def test_a_group_whose_head_was_killed_lets_go_of_the_port(self, site):
        left = [process for processes in site.members().values() for process in processes]
        site.group.kill()
        site.group.wait()
        wait_until(lambda: not any(command_of(process) for process in left), patience=20)
        site.start()


class TestMedia:
    def test_a9_parts_of_a_video_are_sent_and_slow_readers_keep_no_thread(self, site):
        length = 20_000_000
        address = run(site, "document", str(length)).strip()
        status, headers, body = site.get(address)
        assert (status, headers["content-length"]) == (200, str(length))
        assert body == b"0123456789" * (length // 10)
        assert headers["content-type"] == "video/mp4"
        assert headers["accept-ranges"] == "bytes"
        assert "content-encoding" not in headers
        etag = headers["etag"]
        for asked, part in (
            ("bytes=0-3", "0123"),
            (f"bytes={length - 2}-", "89"),
            ("bytes=-1", "9"),
            ("bytes=5-5", "5"),
        ):
            status, headers, body = site.get(address, Range=asked, If_Range=etag)
            assert (status, body.decode()) == (206, part), asked
            assert headers["content-length"] == str(len(part))
        assert site.get(address, Range=f"bytes={length}-")[0] == 416
        assert site.get(address, If_None_Match=etag)[0] == 304
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
        connection.request("HEAD", address)
        answer = connection.getresponse()
        assert (answer.status, answer.headers["content-length"], answer.read()) == (200, str(length), b"")
        connection.close()
        slow = []
        try:
            for _ in range(20):
                reader = socket.create_connection(("127.0.0.1", site.port), timeout=10)
                reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
                reader.sendall(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
                slow.append(reader)
            assert site.get("/search/?q=x", patience=8)[0] == 200
        finally:
            for reader in slow:
                reader.close()


class TestStampede:
    def test_fifty_readers_at_once_have_a_page_rendered_once(self, site, addresses):
        stored(site, addresses)
        wait_until(lambda: index_of(site).pending() == 0)
        address = unstored(site, [*months(addresses), "/staff/", "/zazhi/", "/zhuanti/", "/about/contact/"])
        before = index_of(site).rendered
        with ThreadPoolExecutor(50) as readers:
            answers = list(readers.map(lambda _: site.get(address), range(50)))
        assert Counter(status for status, _, _ in answers) == {200: 50}
        assert len({body for _, _, body in answers}) == 1
        assert index_of(site).rendered <= before + KEEPERS_OWN + 1

    def test_queries_by_the_thousand_are_one_page(self, site, addresses):
        address = addresses[-1]
        body = stored(site, [address])[address]
        files, before = files_of(site), index_of(site).rendered
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
        for n in range(1000):
            connection.request("GET", f"{address}?utm_source={n}&x[]=%00{n}")
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (200, body)
        connection.close()
        assert files_of(site) == files
        assert index_of(site).rendered <= before + KEEPERS_OWN


UNFINISHED = (
    b"POST /letters/write/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nCookie: csrftoken=" + b"0" * 32 + b"\r\n\r\n"
)
# What is sent as it stands here, and what may be answered. 0: the connection is closed.
TRICKS = {
    "/../../etc/passwd": {301, 400, 404},
    "/%2e%2e/%2e%2e/etc/passwd": {301, 400, 404},
    "/..%2f..%2fmeiri.sqlite3": {301, 400, 404},
    "/keji/%00": {400, 404},
    "/%c0%ae%c0%ae/secret.key": {400, 404},
    "/%ff%fe/": {400, 404},
    "/%ed%a0%80/": {400, 404},
    "//evil.example/": {301, 404},
    "/\\evil.example": {301, 400, 404},
    "/keji/;x=1/": {301, 404},
    "/INDEX.HTML": {404},
    "/Keji/": {404},
    "/index.html": {404},
    "/index.html.br": {404},
    "/%2findex.html": {404},
    "/keji//index.html": {404},
    "/404.html.gz": {404},
    "/?%ff=%00&before=%00": {200, 400, 404},
    "/?q=水": {200, 400},
    "/search/?q=水": {200, 400},
    "/" + "a" * 100_000: {0, 400, 404, 414, 431},
    "/" + "a/" * 3000: {400, 404, 414, 0},
    "*": {0, 400, 404},
}


class TestBadInput:
    @pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick[:30])
    def test_no_trick_leads_anywhere(self, site, trick):
        before = files_of(site)
        status, body = sent(site, f"GET {trick} HTTP/1.1")
        assert status in TRICKS[trick]
        assert b"root:" not in body
        assert b"SQLite format" not in body
        location = re.search(rb"(?i)^location: *(\S+)", body, re.M)
        assert not location or not re.match(rb"(?:https?:)?//(?!127\.0\.0\.1:|localhost)", location[1])
        assert files_of(site) == before
        assert site.get("/")[0] == 200

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "BREW"])
    def test_another_method_makes_no_page_and_breaks_none(self, site, addresses, method):
        body = stored(site, ["/"])["/"]
        status, _ = sent(site, f"{method} / HTTP/1.1")
        assert status in {0, 200, 400, 403, 405, 501}
        assert site.get("/")[2] == body

    def test_unknown_addresses_cost_no_file_and_no_rendering(self, site):
        page = site.get("/404.html")[2]
        assert 'content="noindex"' in page.decode()
        stored(site, ["/404.html", "/zh-hant/404.html"])
        page, traditional = (site.get(f"{edition}/404.html")[2] for edition in ("", "/zh-hant"))
        files, before = files_of(site), index_of(site).rendered
        for n in range(150):
            for address in (f"/keji/2020/0101/{10**6 + n}.html", f"/nothing-{n}/", f"/nothing/{n}/x.php"):
                status, _, body = site.get(address)
                assert (status, body) == (404, page)
        status, _, body = site.get("/zh-hant/nothing.php")
        assert (status, body) == (404, traditional)
        assert "沒有找到這個頁面" in traditional.decode()
        assert "没有找到这个页面" in page.decode()
        assert files_of(site) == files
        assert index_of(site).rendered <= before + KEEPERS_OWN

    def test_a_visitor_who_breaks_off_takes_nothing_down(self, site):
        before = site.members()["process"]
        for rest in (b"", b"sub"):
            with socket.create_connection(("127.0.0.1", site.port), timeout=10) as connection:
                connection.sendall(UNFINISHED + rest)
                connection.shutdown(socket.SHUT_WR)
                assert connection.recv(100).startswith(b"HTTP/1.1 4")
        assert site.members()["process"] == before
        assert site.get("/")[0] == 200

    def test_a_visitor_who_sends_slowly_keeps_no_thread_from_others(self, site):
        slow = []
        try:
            for _ in range(20):
                connection = socket.create_connection(("127.0.0.1", site.port), timeout=10)
                connection.sendall(UNFINISHED)
                slow.append(connection)
            status, _, _ = site.get("/search/?q=x", patience=8)
            assert status == 200
        finally:
            for connection in slow:
                connection.close()


# A form of which all but the end is sent at once.
HELD_BACK = (
    b"POST /members/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\nlogin=" + b"a" * 66_000
)
SENDERS = 20  # more than the threads of both web processes
ANSWERED_BY_DJANGO = ("/search/?q=x", "/members/login/", "/healthz")


@contextmanager
def connections(site: Site, count: int, sent: bytes) -> Iterator[list[socket.socket]]:
    """Connections on each of which `sent` was sent, and no more."""
    opened = []
    try:
        for _ in range(count):
            opened.append(socket.create_connection(("127.0.0.1", site.port), timeout=20))
            opened[-1].sendall(sent)
        yield opened
    finally:
        for connection in opened:
            connection.close()


class TestSlowVisitors:
    def test_b21_who_holds_the_end_of_a_form_back_keeps_no_thread_from_others(self, site):
        with connections(site, SENDERS, HELD_BACK) as slow:
            for address in ANSWERED_BY_DJANGO:
                assert site.get(address, patience=8)[0] == 200, address
            for connection in slow:
                connection.sendall(b"a")
            assert site.get("/search/?q=y", patience=8)[0] == 200

    def test_b21_one_address_holds_a_bounded_number_back_and_others_are_taken(self, site):
        with connections(site, 2 * MOST_OF_ONE + 4, HELD_BACK) as slow:
            readable, _, _ = select.select(slow, [], [], 10)
            answer = readable[0].recv(10_000)
            assert answer.startswith(b"HTTP/1.1 429 ")
            assert b"content-security-policy:" in answer
            other = HELD_BACK.replace(b"100000", b"66006").replace(
                b"\r\nContent-Type", b"\r\nX-Forwarded-For: 198.51.100.77\r\nContent-Type"
            )
            with connections(site, 1, other) as [connection]:
                # It is taken, read and refused: the form came without its token.
                assert connection.recv(10_000).startswith(b"HTTP/1.1 403 ")

    def test_b21_who_reads_a_large_file_slowly_keeps_no_thread_from_others(self, site):
        run(site, "picture", "large.png", str(64 * 1024 * 1024))
        request = b"GET /media/pictures/large.png HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        with connections(site, SENDERS, request) as slow:
            assert all(connection.recv(12) == b"HTTP/1.1 200" for connection in slow)
            for address in ANSWERED_BY_DJANGO:
                assert site.get(address, patience=8)[0] == 200, address
        status, headers, body = site.get("/media/pictures/large.png")
        assert (status, len(body)) == (200, 64 * 1024 * 1024)
        assert headers["content-length"] == str(len(body))

    @pytest.mark.parametrize("declared", [True, False])
    def test_b21_more_than_may_be_sent_is_refused_and_not_kept(self, site, declared):
        size = MOST_OF_VISITORS + 1
        head = b"POST /members/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: x/y\r\n"
        with connections(site, 1, head) as [connection]:
            if declared:
                connection.sendall(b"Content-Length: %d\r\n\r\n" % size + bytes(size))
            else:
                connection.sendall(
                    b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % size + bytes(size) + b"\r\n0\r\n\r\n"
                )
            answer = connection.recv(10_000)
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert "内容太大".encode() in answer
        assert b"content-security-policy:" in answer


class TestRequests:
    def test_b22_a_request_without_a_host_is_none(self, site):
        for path in ("/", "/search/?q=x"):
            with connections(site, 1, f"GET {path} HTTP/1.1\r\n\r\n".encode()) as [connection]:
                answer = connection.recv(10_000)
            assert answer.startswith(b"HTTP/1.1 400 ")
            assert b"content-security-policy:" in answer

    def test_b22_a_search_is_answered_whatever_type_its_body_is_said_to_have(self, site):
        address = "/search/?q=%22%E6%9C%AA"
        assert site.get(address, Content_Type="x/y; charset=gb2312")[0] == 200

    def test_b18_no_answer_tells_what_serves_it(self, site):
        for path in ("/", "/search/?q=x", "/static/none", "/healthz"):
            assert site.get(path)[1]["server"] == "web"

    def test_b25_health_tells_nothing_of_the_newsroom(self, site):
        assert json.loads(site.get("/healthz")[2]) == {"status": "ok"}


class TestConditions:
    def test_each_variant_is_answered_as_it_is_accepted(self, site):
        plain = stored(site, ["/"])["/"]
        cases = {
            "": "",
            "br": "br",
            "gzip, deflate": "gzip",
            "br;q=0, gzip": "gzip",
            "*": "br",
            "BR": "br",
            "identity": "",
            ",;=,q=": "",
            "x" * 5000: "",
        }
        for accepted, encoding in cases.items():
            _, headers, body = site.get("/", Accept_Encoding=accepted)
            assert headers.get("content-encoding", "") == encoding, accepted
            assert headers["vary"] == "Accept-Encoding"
            if encoding == "br":
                assert brotli.decompress(body) == plain

    def test_who_has_the_page_is_told_so(self, site):
        stored(site, ["/"])
        _, headers, _ = site.get("/", Accept_Encoding="br")
        for condition in (
            {"If_None_Match": headers["etag"]},
            {"If_None_Match": f'"x", W/{headers["etag"]}'},
            {"If_Modified_Since": headers["last-modified"]},
        ):
            status, again, body = site.get("/", Accept_Encoding="br", **condition)
            assert (status, body, again["etag"]) == (304, b"", headers["etag"])
        assert site.get("/", Accept_Encoding="gzip", If_None_Match=headers["etag"])[0] == 200
        assert site.get("/", If_None_Match='"x"', If_Modified_Since=headers["last-modified"])[0] == 200

    def test_the_head_of_a_page_is_that_of_the_page(self, site):
        stored(site, ["/"])
        _, headers, body = site.get("/")
        status, head, nothing = site.get("/", method="HEAD")
        assert (status, nothing) == (200, b"")
        assert head["etag"] == headers["etag"]
        assert head.get("content-length", str(len(body))) == str(len(body))


class TestTheDisk:
    def test_a_disk_that_takes_no_pages_leaves_none_stale_and_is_told_of_once(self, site, addresses):
        article = next(a for a in reversed(addresses) if a.endswith(".html") and site.get(a)[0] == 200)
        stored(site, [article, "/"])
        drafts, logged = site.home / "delivery" / "drafts", len(site.log())
        shutil.rmtree(drafts)
        drafts.write_text("no folder")
        try:
            run(site, "retitle", re.search(r"(\d+)\.html", article)[1], "改了的标题")
            wait_until(lambda: "改了的标题" in site.get(article)[2].decode())
            for _ in range(50):
                assert "改了的标题" in site.get(article)[2].decode()
            assert not list(drafts.parent.glob("drafts/*"))
        finally:
            drafts.unlink()
        wait_until(lambda: index_of(site).pending() == 0)
        assert (site.home / "pages" / article[1:]).exists()
        complaints = site.log()[logged:]
        assert "Pages can't be stored" in complaints
        assert complaints.count("\n") < 20

    def test_what_was_deleted_of_the_folder_is_made_anew_and_no_page_is_stale(self, site, addresses):
        article = next(a for a in reversed(addresses) if a.endswith(".html") and site.get(a)[0] == 200)
        stored(site, [article, "/"])
        wait_until(lambda: deleted(site.home / "delivery"))
        run(site, "retitle", re.search(r"(\d+)\.html", article)[1], "又改了标题")
        wait_until(lambda: "又改了标题" in site.get(article)[2].decode())
        assert site.get("/")[0] == 200
        wait_until(lambda: site.verify()[0] == 0)


@pytest.fixture
def another(newsroom, tmp_path) -> Iterator[Site]:
    """The newsroom, served by another group from another folder."""
    shutil.copytree(newsroom[0], tmp_path / "home")
    served = Site(tmp_path / "home", free_port())
    served.start()
    begun(served)
    yield served
    served.stop()


def test_killed_at_random_moments_of_publishing_no_page_is_stale(another, addresses):
    outcome = kill_and_publish(another, 12, 20261124, addresses)
    assert outcome.kills.total() == 12
    assert outcome.deeds.total() > 0
    assert outcome.stale == []
    assert outcome.shown == []
    assert set(outcome.answers) <= {200, 410, "nobody"}


def deleted(folder: Path) -> bool:
    """Delete a folder in which others write; whether it is gone, or was made anew."""
    before = folder.stat().st_ino
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists() or folder.stat().st_ino != before


def sent(site: Site, line: str) -> tuple[int, bytes]:
    """The status and all bytes answered to a request line as it stands; 0 where there is no answer."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as connection:
        with suppress(OSError):
            connection.sendall(f"{line}\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        with suppress(OSError):
            while piece := connection.recv(65536):
                answer += piece
    found = re.match(rb"HTTP/1.1 (\d{3})", answer)
    return (int(found[1]) if found else 0), answer
