"""Somebody else's site is asked, and nothing that is not public."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meiri.fronts import reaching
from meiri.fronts.reaching import MOST_REDIRECTS, Rules, Unreachable, is_public, reach

HERE = Rules(is_public=lambda address: address == "127.0.0.1", ports=None)


class Site(BaseHTTPRequestHandler):
    def do_GET(self):
        kind, _, rest = self.path.strip("/").partition("/")
        if kind == "status":
            self.send_response(int(rest))
        elif kind == "to":
            self.send_response(302)
            self.send_header("Location", rest)
        elif kind == "loop":
            self.send_response(301)
            self.send_header("Location", self.path)
        elif kind == "silent":
            self.server.quiet.wait(20)
            return
        else:
            self.send_response(200)
        self.end_headers()
        if kind == "endless":
            try:
                for _ in range(200_000):
                    self.wfile.write(b"x" * 1000)
            except OSError:
                self.server.cut.set()

    def log_message(self, *args):
        """Nothing."""


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.quiet, server.cut, server.daemon_threads = threading.Event(), threading.Event(), True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.quiet.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def site(server):
    return f"http://127.0.0.1:{server.server_port}"


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.1.2.3", "100.64.0.1"),
        *("224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1"),
    ],
)
def test_what_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "fec0::1",
            "::127.0.0.1",
            "::8.8.8.8",
            "::ffff:0:127.0.0.1",
            "::ffff:0:8.8.8.8",
            "5f00::1",
            "100::1",
        ),
        *(
            "64:ff9b::8.8.8.8",
            "64:ff9b:1::a00:1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:20::1",
            "3fff::1",
        ),
        *(
            "2002:0808:0808::1",
            "192.88.99.1",
            "198.18.0.1",
            "192.0.2.1",
            "203.0.113.9",
            "240.0.0.1",
            "4000::1",
        ),
        *("fe80::5efe:10.0.0.1", "::ffff:192.168.1.1", "ff0e::1"),
    ],
)
def test_b25_what_is_set_apart_or_holds_another_address_is_not_public(address):
    assert not is_public(address)


@given(st.ip_addresses(v=6))
def test_b25_of_ipv6_only_what_was_given_to_the_internet_is_public(address):
    mapped = address.ipv4_mapped
    assert not is_public(str(address)) or mapped or int(address) >> 125 == 1


@pytest.mark.parametrize("address", ["8.8.8.8", "114.114.114.114", "2400:3200::1", "::ffff:8.8.8.8"])
def test_what_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://127.0.0.1/",
            "http://localhost/",
            "http://[::1]/",
            "http://169.254.169.254/latest/meta-data/",
        ),
        *("http://2130706433/", "http://0x7f.1/", "http://127.1/", "http://[::ffff:127.0.0.1]/"),
        *("file:///etc/passwd", "gopher://127.0.0.1/", "http://user@127.0.0.1/", "http:///", "http://[", "x"),
        *("http://8.8.8.8:22/", "https://8.8.8.8:6379/", "http://8.8.8.8:99999/"),
    ],
)
def test_nothing_that_is_not_public_is_asked(url, monkeypatch):
    asked = []
    monkeypatch.setattr(reaching.socket, "create_connection", lambda *a, **k: asked.append(a))
    with pytest.raises(Unreachable):
        reach(url)
    assert asked == []


def test_a_site_that_answers(site):
    assert reach(f"{site}/", HERE) == 200
    assert reach(f"{site}/新闻?q=中 文", HERE) == 200
    assert reach(f"{site}/status/403", HERE) == 403
    assert reach(f"{site}/to//status/204", HERE) == 204


@pytest.mark.parametrize("status", [404, 410, 500, 502])
def test_a_site_that_is_gone(site, status):
    with pytest.raises(Unreachable, match=str(status)):
        reach(f"{site}/status/{status}", HERE)


def test_redirects_end_and_are_each_looked_at(site):
    with pytest.raises(Unreachable, match=f"{MOST_REDIRECTS} 次"):
        reach(f"{site}/loop", HERE)
    for to in ("http://127.0.0.2/", "http://[::1]/", "http://10.0.0.1/", "file:///etc/passwd"):
        with pytest.raises(Unreachable, match=r"内部网络|不正确"):
            reach(f"{site}/to/{to}", HERE)


def test_a_name_with_one_address_that_is_not_public_is_not_asked(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 80)) for a in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(reaching.socket, "getaddrinfo", lambda *a, **k: found)
    with pytest.raises(Unreachable, match="内部网络"):
        reach("http://two-faced.example/")


def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch):
    to = []

    def refuse(address, timeout):
        to.append(address)
        raise ConnectionRefusedError

    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 80))]
    monkeypatch.setattr(reaching.socket, "getaddrinfo", lambda *a, **k: found)
    monkeypatch.setattr(reaching.socket, "create_connection", refuse)
    with pytest.raises(Unreachable, match="拒绝连接"):
        reach("http://rebinding.example/")
    assert to == [("93.184.216.34", 80)]


def test_a_site_that_says_nothing_or_does_not_end_costs_bounded_time(site, server, monkeypatch):
    monkeypatch.setattr(reaching, "SILENCE", 0.3)
    with pytest.raises(Unreachable, match="超时"):
        reach(f"{site}/silent", HERE)
    assert reach(f"{site}/endless", HERE) == 200
    assert server.cut.wait(10)
