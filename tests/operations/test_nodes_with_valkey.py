"""Two nodes of a site, served on one database, that share a Valkey which is killed, stopped and started again."""

import http.client
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, cycle

import pytest
import requests

from bench._processes import free_port
from bench.killing import Site, wait_until
from meiri.staff.lookup import MOST, PERIOD
from tests.prepared import begin_started
from tests.valkey_server import ValkeyServer, a_valkey_server

pytestmark = pytest.mark.xdist_group("serving")

HARMS = "killed", "stopped", "back with nothing", "back with an old snapshot"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_addresses = (f"203.0.{number // 250}.{number % 250 + 1}" for number in count())


@dataclass
class NodeSite(Site):
    """A node: its data folder is its own, the database is another's."""

    settings: dict[str, str] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | (self.settings or {})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def looks_up(self, address: str) -> int:
        """The status of a look-up of a press card, which one address may do `MOST` times in ten minutes."""
        return self.get("/staff/?q=林一一", X_Forwarded_For=address)[0]

    def has_valkey(self) -> bool:
        """Whether all its processes that were asked in turn have a connection."""
        try:
            return (
                all(json.loads(self.get("/readyz")[2]) == {"status": "ready"} for _ in range(6))
                and self.is_up()
            )
        except (OSError, http.client.HTTPException):
            return False

    def is_up(self) -> bool:
        return all(b"meiri_valkey_up 1.0" in self.get("/metrics")[2] for _ in range(6))


@pytest.fixture(scope="module")
def server() -> Iterator[ValkeyServer]:
    with a_valkey_server(free_port()) as running:
        yield running


@pytest.fixture(scope="module")
def nodes(request, tmp_path_factory, django_db_setup, server) -> Iterator[list[NodeSite]]:
    first = tmp_path_factory.mktemp("first") / "home"
    begin_started(first, request.config)
    second = tmp_path_factory.mktemp("second") / "home"
    shutil.copytree(first, second, ignore=shutil.ignore_patterns("*.sqlite3*"))
    settings = {
        "MEIRI_DATABASE_URL": f"sqlite:///{first}/meiri.sqlite3",
        "MEIRI_REDIS_URL": server.address,
        "MEIRI_STAFF_SECOND_FACTOR": "off",
    }
    found = [NodeSite(home, free_port(), settings=settings) for home in (first, second)]
    try:
        for node in found:
            node.start()
        yield found
    finally:
        for node in found:
            node.stop()


@pytest.fixture(autouse=True)
def all_is_well(nodes, server):
    """Each test begins with a Valkey that is there and empty."""
    server.kill()
    server.forget_snapshot()
    server.start()
    for node in nodes:
        wait_until(node.has_valkey)


def begin(harm: str, server: ValkeyServer) -> None:
    if harm == "stopped":
        server.pause()
        return
    server.kill()
    if harm == "back with nothing":
        server.forget_snapshot()
    if harm.startswith("back"):
        server.start()


def end(harm: str, server: ValkeyServer) -> None:
    if harm == "stopped":
        server.resume()
    elif harm == "killed":
        server.start()


def in_one_window(deed: Callable[[str], list[int]]) -> list[int]:
    """The statuses that `deed` gets for an address of its own, all in one window of the limit."""
    seconds = int(PERIOD.total_seconds())
    while True:
        window = time.time() // seconds
        statuses = deed(next(_addresses))
        if time.time() // seconds == window:
            return statuses


def taken(statuses: list[int]) -> int:
    return sum(status != 429 for status in statuses)


def test_two_nodes_have_one_limit(nodes):
    statuses = in_one_window(
        lambda address: [
            node.looks_up(address) for node, _ in zip(cycle(nodes), range(MOST + 6), strict=False)
        ]
    )
    assert taken(statuses) == MOST
    assert statuses[-6:] == [429] * 6


@pytest.mark.parametrize("harm", HARMS)
def test_whoever_has_had_enough_has_had_enough_whatever_becomes_of_valkey(nodes, server, harm):
    def deed(address: str) -> list[int]:
        nodes[0].looks_up(address)
        server.snapshot()
        assert taken([nodes[0].looks_up(address) for _ in range(MOST + 1)]) == MOST - 1
        begin(harm, server)
        # A web process may have counted what it has not written yet, of which others know when it has. That lasts no minute.
        let_through = 0

        def is_refused_everywhere() -> bool:
            nonlocal let_through
            statuses = [node.looks_up(address) for node in nodes for _ in range(3)]
            let_through += taken(statuses)
            return not taken(statuses)

        wait_until(is_refused_everywhere, 60)
        assert let_through <= MOST
        end(harm, server)
        for node in nodes:
            wait_until(node.has_valkey)
        return [node.looks_up(address) for node in nodes for _ in range(5)]

    assert taken(in_one_window(deed)) == 0


def signed_in(node: NodeSite) -> requests.Session:
    browser = requests.Session()
    page = browser.get(f"{node.url}/members/login/", timeout=30)
    password = (node.home / "admin-password.txt").read_text().strip()
    sent = {"login": "admin", "password": password, "csrfmiddlewaretoken": TOKEN.search(page.text)[1]}
    browser.post(f"{node.url}/members/login/", data=sent, timeout=30)
    return browser


def is_in(node: NodeSite, browser: requests.Session) -> bool:
    answer = browser.get(f"{node.url}/members/sign-ins/", timeout=30, allow_redirects=False)
    assert answer.status_code in (200, 302)
    return answer.status_code == 200


def sign_out(node: NodeSite, browser: requests.Session) -> None:
    page = browser.get(f"{node.url}/members/", timeout=30)
    sent = {"csrfmiddlewaretoken": TOKEN.search(page.text)[1]}
    answer = browser.post(f"{node.url}/members/logout/", data=sent, timeout=30, allow_redirects=False)
    assert answer.status_code == 302


@pytest.mark.parametrize("harm", HARMS)
def test_sessions_outlast_valkey_and_end_when_they_are_ended(nodes, server, harm):
    browser = signed_in(nodes[0])
    for node in nodes * 2:
        assert is_in(node, browser)
    server.snapshot()
    begin(harm, server)
    for node in nodes * 3:
        assert is_in(node, browser)
    kept = requests.Session()
    kept.cookies.update(browser.cookies)
    sign_out(nodes[0], browser)
    for node in nodes * 3:
        assert not is_in(node, kept)
    end(harm, server)
    for node in nodes:
        wait_until(node.has_valkey)
    for node in nodes * 3:
        assert not is_in(node, kept)


def test_a_reader_loses_no_time_by_a_valkey_that_is_silent(nodes, server):
    address = next(_addresses)
    nodes[0].looks_up(address)
    server.pause()
    took = []
    for _ in range(15):
        began = time.perf_counter()
        assert nodes[0].looks_up(address) in (200, 404, 429)
        took.append(time.perf_counter() - began)
    server.resume()
    # 20 ms once for each process; what is left is the page, on a busy machine.
    assert sorted(took)[len(took) // 2] < 0.5


def test_a_node_without_it_stays_in_the_line_and_the_doctor_says_what_to_type(nodes, server):
    server.kill()
    nodes[0].looks_up(next(_addresses))
    wait_until(lambda: nodes[0].get("/readyz")[2] == b'{"status": "ready", "degraded": ["valkey"]}')
    assert nodes[0].get("/readyz")[0] == 200
    asked = subprocess.run(
        [sys.executable, "-m", "meiri.conf.command", "doctor", "--json"],
        env=nodes[0].environment,
        capture_output=True,
        text=True,
    )
    assert asked.returncode == 2
    (found,) = [one for one in map(json.loads, asked.stdout.splitlines()) if one["part"] == "valkey"]
    assert found["state"] == "broken"
    assert "ping" in found["remedy"]
