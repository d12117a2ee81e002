"""The site's own address follows what is served, and every command means the same one."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meiri.own_address import address_of_server, is_address, keep_address, kept_address, listens_on


@pytest.mark.parametrize(
    ("host", "port", "address"),
    [
        ("127.0.0.1", 8000, "http://127.0.0.1:8000"),
        ("www.example.com", 80, "http://www.example.com"),
        ("::", 8000, "http://localhost:8000"),
        ("0.0.0.0", 8105, "http://localhost:8105"),  # noqa: S104
        ("::1", 8000, "http://[::1]:8000"),
        ("[::1]", 8000, "http://[::1]:8000"),
        ("2001:DB8:0:0::7", 80, "http://[2001:db8::7]"),
        ("fe80::1%eth0", 8000, "http://[fe80::1]:8000"),
    ],
)
def test_a30_the_address_of_a_server_is_a_valid_one(host, port, address):
    assert address_of_server(host, port) == address
    assert is_address(address)


@given(st.ip_addresses(), st.integers(1, 65535))
def test_a30_whatever_it_listens_on_the_port_can_be_read_again(host, port):
    parts = urlsplit(address_of_server(str(host), port))
    assert (parts.port or 80) == port
    assert parts.hostname


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["meiri", "serve"], (None, None)),
        (["meiri", "serve", "--port", "8105"], (None, 8105)),
        (["meiri", "serve", "--host=::1", "--workers", "2", "--po", "81"], ("::1", 81)),
        (["meiri", "serve", "--port", "eighty"], (None, None)),
        (["meiri", "verify", "--port", "8105"], None),
        (["meiri"], None),
    ],
)
def test_a19_only_serve_says_where_it_listens(arguments, found):
    assert listens_on(arguments) == found


def test_a19_the_address_that_was_served_is_known_to_the_next_command(tmp_path):
    assert kept_address(tmp_path) == ""
    keep_address(tmp_path, "http://127.0.0.1:8105")
    keep_address(tmp_path, "https://www.example.com")
    assert kept_address(tmp_path) == "https://www.example.com"
    assert [path.name for path in tmp_path.iterdir()] == ["base-url"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "www.example.com",
        "ftp://example.com",
        "http://",
        "http://:::8000",
        "https://a.example/b",
        "http://a b",
    ],
)
def test_a19_what_is_no_address_is_not_taken_for_one(text):
    assert not is_address(text)
