"""Another host is asked within bounds, and nothing that is not public."""

import socket
import ssl

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from meiri.outbound import OutboundRules, Unreachable, ask, fetch, is_any, is_public
from tests.other_site import a_server, stop

LOOPBACK = {"is_allowed": lambda address: address == "127.0.0.1", "ports": None}
HERE = OutboundRules(**LOOPBACK)


@pytest.fixture
def server():
    server = a_server()
    yield server
    stop(server)


@pytest.fixture
def site(server):
    return f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def names(monkeypatch):
    """A resolver of this test's own: what each name means at its first lookup, its second …; the last one stays."""
    real, meanings = socket.getaddrinfo, {}

    def look_up(host, port, *rest, **options):
        if host not in meanings:
            return real(host, port, *rest, **options)
        found = meanings[host].pop(0) if len(meanings[host]) > 1 else meanings[host][0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return meanings


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
def test_nothing_that_is_not_public_is_asked(url, names):
    tried = []
    with pytest.raises(Unreachable):
        ask(url, OutboundRules(is_allowed=lambda address: tried.append(address) or is_public(address)))
    assert not any(map(is_public, tried))


def test_an_answer(site, server):
    assert ask(f"{site}/新闻?q=中 文", HERE).status == 200
    assert server.asked == [
        ("GET", "/%E6%96%B0%E9%97%BB?q=%E4%B8%AD%20%E6%96%87", site.removeprefix("http://"))
    ]
    assert ask(f"{site}/status/404", HERE).status == 404
    assert ask(f"{site}/to//status/410", HERE).status == 410
    response = ask(f"{site}/bytes/100", HERE)
    assert (response.body, response.is_whole) == (b"x" * 100, True)


def test_redirects_end_and_are_each_looked_at(site, server):
    with pytest.raises(Unreachable, match=f"{HERE.redirects} 次"):
        ask(f"{site}/loop", HERE)
    assert len(server.asked) == HERE.redirects + 1
    for to in ("http://127.0.0.2/", "http://[::1]/", "http://10.0.0.1/", "file:///etc/passwd", "http://["):
        with pytest.raises(Unreachable, match=r"内部网络|不正确"):
            ask(f"{site}/to/{to}", HERE)


def test_a_redirect_is_not_followed_where_none_may_be_or_something_was_sent(site, server):
    assert ask(f"{site}/to//", OutboundRules(**LOOPBACK, redirects=0)).status == 302
    assert ask(f"{site}/to//", HERE, "POST", body=b"x").status == 302
    assert len(server.asked) == 2


def test_a_scheme_or_a_port_that_may_not_be_asked(site, server):
    with pytest.raises(Unreachable, match="不正确"):
        ask(site, OutboundRules(**LOOPBACK, schemes=("https",)))
    with pytest.raises(Unreachable, match="不检查端口"):
        ask(site, OutboundRules(is_any))
    assert server.asked == []


def test_a_name_with_one_address_that_is_not_allowed_is_not_asked(server, names):
    names["two-faced.example"] = [["127.0.0.1", "127.0.0.2"]]
    with pytest.raises(Unreachable, match="内部网络"):
        ask(f"http://two-faced.example:{server.server_port}/", HERE)
    assert server.asked == []


def test_the_connection_goes_to_the_address_that_was_looked_at(server, names):
    names["rebinding.example"] = [["127.0.0.1"], ["127.0.0.9"]]
    assert ask(f"http://rebinding.example:{server.server_port}/", HERE).status == 200
    assert server.asked == [("GET", "/", f"rebinding.example:{server.server_port}")]
    with pytest.raises(Unreachable, match="内部网络"):
        ask(f"http://rebinding.example:{server.server_port}/", HERE)


@pytest.fixture
def secure_server(monkeypatch, tmp_path):
    """A server with a certificate for news.example, whose authority this machine trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("news.example").configure_cert(context)
    server = a_server(context)
    yield server
    stop(server)


def test_a_certificate_is_held_against_the_name_and_not_the_address(secure_server, names):
    names["news.example"] = names["other.example"] = [["127.0.0.1"]]
    port = secure_server.server_port
    assert ask(f"https://news.example:{port}/", HERE).status == 200
    for host in ("other.example", "127.0.0.1"):
        with pytest.raises(Unreachable, match="证书无效"):
            ask(f"https://{host}:{port}/", HERE)
    assert len(secure_server.asked) == 1


def test_a_certificate_that_nobody_vouches_for(secure_server, names, monkeypatch, tmp_path):
    names["news.example"] = [["127.0.0.1"]]
    trustme.CA().cert_pem.write_to_path(tmp_path / "another.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "another.pem"))
    with pytest.raises(Unreachable, match="证书无效"):
        ask(f"https://news.example:{secure_server.server_port}/", HERE)


def test_a_proxy_of_the_environment_is_not_used(site, server, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.9:9")
    assert ask(site, HERE).status == 200


def test_a_site_that_says_nothing(site):
    with pytest.raises(Unreachable, match="超时"):
        ask(f"{site}/silent", OutboundRules(**LOOPBACK, silence=0.3))


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_site_that_dribbles_is_hung_up_on_and_what_came_is_no_answer(site, server, part):
    with pytest.raises(Unreachable, match="超时") as hung_up:
        ask(f"{site}/dribbled-{part}", OutboundRules(**LOOPBACK, longest=0.5))
    assert "longer than" in hung_up.value.in_english
    assert server.cut.wait(10)


def test_nobody_listens():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
    with pytest.raises(Unreachable, match="拒绝连接"):
        ask(f"http://127.0.0.1:{port}/", HERE)


def test_of_an_answer_without_end_only_the_beginning_is_read(site, server):
    response = ask(f"{site}/endless", HERE)
    assert (len(response.body), response.is_whole) == (HERE.most_bytes, False)
    assert server.cut.wait(10)
    assert ask(f"{site}/endless", OutboundRules(**LOOPBACK, most_bytes=0)).body == b""


def test_what_unpacks_to_more_than_may_come_is_cut_short(site):
    response = ask(f"{site}/packed/{10 * HERE.most_bytes}", HERE)
    assert (len(response.body), response.is_whole) == (HERE.most_bytes, False)


def test_a_file_is_fetched_whole_or_not_at_all(site):
    assert fetch(f"{site}/bytes/1048576", 1024 * 1024, HERE) == b"x" * 1024 * 1024
    with pytest.raises(Unreachable, match="超过 1 MB"):
        fetch(f"{site}/bytes/1048577", 1024 * 1024, HERE)
    with pytest.raises(Unreachable, match="返回状态 403"):
        fetch(f"{site}/status/403", 1024, HERE)
