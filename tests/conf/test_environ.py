"""What Django is told of a request."""

from dataclasses import dataclass, field
from io import BytesIO

import pytest

from meiri.conf.environ import environ_of, has_host


@dataclass
class Headers:
    """Request headers as granian gives them: those sent twice are two items."""

    pairs: list[tuple[str, str]]

    def get(self, name: str, default: str | None = None) -> str | None:
        return next((value for key, value in self.pairs if key == name), default)

    def get_all(self, name: str) -> list[str]:
        return [value for key, value in self.pairs if key == name]

    def items(self) -> list[tuple[str, str]]:
        return self.pairs


@dataclass
class Scope:
    pairs: list[tuple[str, str]] = field(default_factory=lambda: [("host", "127.0.0.1")])
    method: str = "GET"
    path: str = "/"
    query_string: str = ""
    client: str = "127.0.0.1:5000"
    server: str = "127.0.0.1:8000"
    http_version: str = "1.1"
    scheme: str = "http"
    authority: str | None = None

    @property
    def headers(self) -> Headers:
        return Headers(self.pairs)


def told(*pairs: tuple[str, str], body: bytes | None = None, **scope) -> dict:
    return environ_of(Scope(list(pairs), **scope), None if body is None else BytesIO(body), len(body or b""))


def test_a22_cookies_in_two_headers_are_two_cookies():
    assert told(("cookie", "a=1"), ("cookie", "sessionid=xyz"))["HTTP_COOKIE"] == "a=1; sessionid=xyz"


def test_a22_other_headers_in_two_parts_are_a_list():
    assert told(("accept", "text/html"), ("accept", "*/*"))["HTTP_ACCEPT"] == "text/html, */*"


def test_b22_a_name_with_an_underscore_is_no_other_header():
    environ = told(
        ("x-forwarded-for", "203.0.113.9"), ("x_forwarded_for", "6.6.6.6"), ("content_length", "9")
    )
    assert environ["HTTP_X_FORWARDED_FOR"] == "203.0.113.9"
    assert "CONTENT_LENGTH" not in environ


@pytest.mark.parametrize(
    ("version", "hosts", "right"),
    [("1.1", 0, False), ("1.1", 1, True), ("1.1", 2, False), ("1.0", 0, True), ("2", 0, True)],
)
def test_b22_a_request_of_http_1_1_names_its_host_once(version, hosts, right):
    assert has_host(Scope([("host", "a.example")] * hosts, http_version=version)) is right


def test_b22_a_request_without_a_body_has_no_type_of_one():
    environ = told(("content-type", "x/y; charset=gb2312"), ("content-length", "7"))
    assert not environ.keys() & {"CONTENT_TYPE", "CONTENT_LENGTH"}


def test_b22_the_site_reads_utf_8_alone():
    environ = told(
        ("content-type", "multipart/form-data; charset=gb2312; boundary=b"), body=b"12345", method="POST"
    )
    assert environ["CONTENT_TYPE"] == "multipart/form-data; boundary=b"
    assert environ["CONTENT_LENGTH"] == "5"


def test_b21_a_body_in_chunks_has_a_length_once_it_is_whole():
    environ = told(("transfer-encoding", "chunked"), body=b"123", method="POST")
    assert environ["CONTENT_LENGTH"] == "3"
    assert "HTTP_TRANSFER_ENCODING" not in environ


@pytest.mark.parametrize(
    ("client", "said", "scheme"),
    [
        ("127.0.0.1:5000", "https", "https"),
        ("127.0.0.1:5000", "ftp", "http"),
        ("127.0.0.1:5000", "http, https", "https"),
        ("203.0.113.9:5000", "https", "http"),
        ("[::1]:5000", "https", "https"),
    ],
)
def test_b18_a_proxy_of_ours_says_whether_the_visitor_used_tls(client, said, scheme):
    assert told(("x-forwarded-proto", said), client=client)["wsgi.url_scheme"] == scheme
