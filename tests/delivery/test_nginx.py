"""deploy/nginx.conf answers as the application does, for every kind of page."""

import json
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from urllib.parse import quote, unquote

import pytest
from django.test import RequestFactory
from whitenoise.middleware import WhiteNoiseMiddleware

from meiri.delivery.fastpath import StoredPages
from meiri.delivery.headers import guarding
from meiri.delivery.kinds import RULES, simplified
from meiri.delivery.page_files import PageFiles
from meiri.delivery.public_addresses import PUBLIC_ADDRESSES
from tests.conftest import PROJECT
from tests.delivery.nginx import (
    Received,
    a_certificate,
    application,
    ask,
    free_port,
    nginx,
    received,
    running,
)

pytestmark = pytest.mark.xdist_group("nginx")

ADDRESSES = [
    *("/", "/keji/", "/keji/2026/1124/22.html", "/keji/2026/11/24/", "/difang/", "/difang/beiling/"),
    *("/rss.xml", "/keji/rss.xml", "/difang/beiling/rss.xml", "/atom.xml", "/feed.json", "/sub/atom.xml"),
    *("/sitemap.xml", "/sitemaps/2026-11.xml", "/robots.txt", "/qr/22.svg", "/assets/site.0a1b.css"),
    *(
        "/fragments/notices.css",
        "/fragments/newest/",
        "/fragments/newest/kuaixun/",
        "/fragments/live/7/",
        "/zhibo/7/",
        "/zhibo/7/3.html",
    ),
    *("/assets/site.0a1b.js", "/assets/font.bin", "/elsewhere.css", "/tag/水稻/", "/tag/a b+c/", "/about/us"),
    *(
        "/404.html",
        "/author/lin/",
        "/Keji/",
        "/2026/",
        "/keji/2026/1124/22.htm",
        "/keji/2026/1124/x.html",
        "/myindex.html",
    ),
    *("/zh-hant/2026/1124/22.html", "/zh-hant", "/keji", "/keji/feed.json", "/a.br/", "/.well", "/100%/"),
]
ADDRESSES += [one.example for one in PUBLIC_ADDRESSES if one.is_stored and one.example not in ADDRESSES]
# The edition in traditional script follows the same rules.
ADDRESSES += [f"/zh-hant{address}" for address in ADDRESSES if address != "/zh-hant"]
NEVER_STORED = {"/zh-hant", "/keji", "/zh-hant/keji", "/.well", "/zh-hant/.well"}
STORED = [address for address in ADDRESSES if address not in NEVER_STORED]

BROWSERS = ["", "gzip", "br", "gzip, deflate, br", "gzip, deflate, br, zstd"]
ACCEPTED = [
    *(*BROWSERS, "identity", "*", "*;q=0", "br;q=0, *", "gzip;q=0", "br;q=0,gzip;q=0", "gzip;q=0.0, br"),
    *("GZIP", "Br;Q=1.0", "gzip ; q = 0.5 , br ; q=0.000", "x-gzip", "brotli", "gzipped, abr", "gzip;q=x"),
    *("*;q=0, br", "*;q=0.1, br;q=0", "deflate, gzip;q=1.0, *;q=0.5", ",,br,", "zstd", "gzip;q=", "br;x=1"),
]
# Headers of the connection rather than of the page, and lengths that one side adds outside of what is compared.
APART = {"date", "server", "connection", "content-length", "x-request-id"}


@dataclass(frozen=True)
class Site:
    """A data folder with pages, the application's own answers from it, and the port of nginx before it."""

    files: PageFiles
    stored: StoredPages
    port: int
    home: object


def page_of(address: str) -> bytes:
    return f"<!doctype html><title>{address}</title>{'每日新闻网' * 300}".encode()


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("nginx")
    files = PageFiles(home / "pages", home / "drafts")
    files.prepare()
    for address in STORED:
        files.write(address, page_of(address))
    with application() as port, nginx(home, port) as front:
        yield Site(files, StoredPages(files), front, home)


def by_the_application(site: Site, target: str, method="GET", **headers: str) -> Received | None:
    path, _, query = target.partition("?")
    names = {name.lower().replace("_", "-"): value for name, value in headers.items()}
    scope = SimpleNamespace(method=method, path=unquote(path), query_string=query, headers=names, client="")
    answer = site.stored.respond(scope)
    if answer is None:
        return None
    return Received(answer.status, dict(answer.headers), b"" if method == "HEAD" else answer.body)


def assert_same(site: Site, target: str, method="GET", **headers: str) -> None:
    ours, found = (
        by_the_application(site, target, method, **headers),
        ask(site.port, target, method, **headers),
    )
    if ours is None:
        assert found.body.startswith(b"application") or method == "HEAD", (target, headers)
        assert "surrogate-key" not in found.headers
        return
    said = {name: value for name, value in found.headers.items() if name not in APART}
    assert (found.status, said, found.body) == (ours.status, ours.headers, ours.body), (target, headers)
    if ours.status == 200 and method == "GET":
        assert found.headers["content-length"] == str(len(ours.body))


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_of_every_kind_is_the_same(site, address):
    for accepted in BROWSERS:
        headers = {"Accept_Encoding": accepted} if accepted else {}
        assert_same(site, quote(address), **headers)
        assert_same(site, quote(address), "HEAD", **headers)


@pytest.mark.parametrize("accepted", ACCEPTED)
def test_the_encoding_is_chosen_alike(site, accepted):
    for address in ("/", "/keji/2026/1124/22.html"):
        assert_same(site, address, Accept_Encoding=accepted)


@pytest.mark.parametrize(
    "address", ["/", "/keji/2026/1124/22.html", "/zh-hant/rss.xml", "/assets/site.0a1b.css"]
)
@pytest.mark.parametrize("accepted", ["", "gzip", "br"])
def test_who_has_the_page_already_is_told_so_alike(site, address, accepted):
    accept = {"Accept_Encoding": accepted} if accepted else {}
    page = ask(site.port, address, **accept)
    etag, changed = page.headers["etag"], page.headers["last-modified"]
    for tags in (etag, f"W/{etag}", f'"x", {etag}', "*", '"x"', etag.strip('"'), ""):
        assert_same(site, address, If_None_Match=tags, **accept)
        assert_same(site, address, "HEAD", If_None_Match=tags, **accept)
    for time in (changed, "Thu, 01 Jan 2026 00:00:00 GMT", "Thu, 01 Jan 2099 00:00:00 GMT", "yesterday"):
        assert_same(site, address, If_Modified_Since=time, **accept)
    assert_same(site, address, If_None_Match=etag, If_Modified_Since=changed, **accept)
    assert_same(site, address, If_None_Match='"x"', If_Modified_Since=changed, **accept)


def test_a_tag_that_fits_beside_a_time_that_does_not_gets_the_page(site):
    # Here nginx wants both to fit, RFC 9110 only the tag. No browser sends such a pair.
    etag = ask(site.port, "/").headers["etag"]
    found = ask(site.port, "/", If_None_Match=etag, If_Modified_Since="Thu, 01 Jan 2026 00:00:00 GMT")
    assert (found.status, found.body) == (200, page_of("/"))


def test_a_part_of_a_page_is_the_whole_page(site):
    assert_same(site, "/", Range="bytes=0-9")


@pytest.mark.parametrize(
    "query", ["?", "?x=1", "?utm_source=a&b", "?before=1.2", "?x&before=3", "?Before=1", "?x=/."]
)
def test_a_query_matters_only_where_a_page_varies_by_it(site, query):
    assert_same(site, f"/keji/{query}")


def test_thousands_of_queries_on_one_address_are_one_page(site):
    page = page_of("/keji/")
    assert all(ask(site.port, f"/keji/?n={n}").body == page for n in range(2000))


@pytest.mark.parametrize("cookie", ["mode=minors", "a=b; mode=minors"])
def test_a_device_in_the_mode_for_minors_is_led_on_by_the_application(site, cookie):
    for address in ("/", "/keji/2026/1124/22.html", "/zh-hant/keji/"):
        assert by_the_application(site, address, Cookie=cookie) is None
        assert_same(site, address, Cookie=cookie)
        assert by_the_application(site, address, Cookie="mode=other") is not None
        assert_same(site, address, Cookie="mode=other")
    site.files.write("/weichengnian/keji/", page_of("/weichengnian/keji/"))
    assert by_the_application(site, "/weichengnian/keji/", Cookie=cookie) is not None
    assert_same(site, "/weichengnian/keji/", Cookie=cookie)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PROPFIND"])
def test_only_reading_is_answered_from_files(site, method):
    found = ask(site.port, "/keji/", method, b"text=1")
    assert found.body.startswith(f"application {method} /keji/".encode())


ELSEWHERE = [
    *(
        "/index.html",
        "/keji/index.html",
        "/index.html.gz",
        "/index.html.br",
        "/rss.xml.br",
        "/keji",
        "/keji/x/../",
    ),
    *(
        "/../secret.key",
        "/keji/../../secret.key",
        "/%2e%2e/secret.key",
        "/%2e%2e%2fsecret.key",
        "/..%2fsecret.key",
    ),
    *(
        "/keji/%2e%2e/rss.xml",
        "/./rss.xml",
        "/keji/.",
        "/keji/..",
        "/keji/./",
        "/.none",
        "/.none.br",
        "//rss.xml",
    ),
    *("//", "/keji//", "/%2frss.xml", "/keji%2f%2f", "/%5c..%5csecret.key", "/%c0%ae%c0%ae/secret.key"),
    *(
        "/%c0%aerss.xml",
        "/%ff%fe",
        "/\\..\\secret.key",
        "/%252e%252e/secret.key",
        "/KEJI/",
        "/Rss.xml",
        "/rss.xml/",
    ),
    *(
        "/keji/index.htm%6c",
        "/rss.xml%2egz",
        "/rss.xml;.html",
        "/pages/rss.xml",
        "/%0a",
        "/rss.xml%0a",
        "/rss.xml%20",
    ),
    *(
        "/static/../secret.key",
        "/static/%2e%2e/secret.key",
        "/static/..%2fsecret.key",
        "/static../secret.key",
    ),
    *(
        "/media/pictures/../../secret.key",
        "/media/pictures/%2e%2e/letters.pdf",
        "/media/letters.pdf",
        "/static/",
    ),
    *("/unavailable.html", "/drafts/", "/secret.key", "/" + "a" * 201, "/" + "ab/" * 500),
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_what_is_no_address_of_a_page_is_the_applications(site, target):
    (site.home / "secret.key").write_bytes(b"secret")
    (site.home / "media/pictures").mkdir(parents=True, exist_ok=True)
    (site.home / "static").mkdir(exist_ok=True)
    (site.home / "media/letters.pdf").write_bytes(b"secret")
    found = ask(site.port, target)
    if found.status == 200:
        assert found.body.startswith(b"application GET"), target
    else:
        assert found.status == 400, target  # nginx itself takes it for no address


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/%00", 400),
        ("/keji/%00", 400),
        ("/" + "a" * 100_000, 414),
        ("/../../x", 400),
        ("/%zz", 400),
        ("keji", 400),
    ],
)
def test_what_is_no_address_at_all_is_refused(site, target, status):
    assert ask(site.port, target).status == status


@pytest.mark.parametrize(
    "target", [b"/\xe6\xb0\xb4", b"/\xff\xfe", b"/tag/\xe6\xb0\xb4\xe7\xa8\xbb/", b"/a\tb", b"/a\x01"]
)
def test_bytes_that_nobody_encoded_never_fail(site, target):
    assert ask(site.port, target).status < 500


def test_the_application_is_told_who_asks_and_where(site):
    found = ask(
        site.port, "/members/?a=%2F..", Host="www.example.com:8080", X_Forwarded_For="1.2.3.4"
    ).body.decode()
    assert "application GET /members/?a=%2F.." in found
    assert "Host: www.example.com:8080" in found
    assert "X-Forwarded-For: 1.2.3.4, 127.0.0.1" in found
    assert "X-Forwarded-Proto: http" in found


def test_who_reads_through_nginx_has_asked_for_the_page(site):
    site.files.write("/asked/", page_of("/asked/"))
    assert site.files.asked_at("/asked/") == 0
    ask(site.port, "/asked/", Accept_Encoding="br")
    assert site.files.asked_at("/asked/") > 0


def test_a_page_that_was_replaced_or_withdrawn_is_so_at_once(site):
    for number in range(20):
        site.files.write("/changing/", b"%d" % number)
        assert_same(site, "/changing/", Accept_Encoding="br")
        assert ask(site.port, "/changing/").body == b"%d" % number
    site.files.remove("/changing/")
    assert ask(site.port, "/changing/").body.startswith(b"application")


def test_a_large_import_goes_through_and_a_larger_one_is_told_why_not(site):
    assert ask(site.port, "/admin/import/", "POST", b"x" * 65 * 1024 * 1024).status == 200
    refused = ask(site.port, "/admin/import/", "POST", b"", Content_Length=str(80 * 1024 * 1024))
    assert refused.status == 413
    assert "文件太大" in refused.body.decode()


def test_static_files_carry_the_headers_of_the_application(site, settings):
    settings.STATIC_ROOT = site.home / "static"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    hashed = "web/site.0123456789ab.css"
    settings.STATIC_ROOT.joinpath("staticfiles.json").write_text(
        json.dumps({"version": "1.1", "hash": "", "paths": {"web/site.css": hashed}})
    )
    (settings.STATIC_ROOT / "web").mkdir(exist_ok=True)
    for name in (hashed, "web/plain.css", "web/picture.png"):
        (settings.STATIC_ROOT / name).write_bytes(b"body{}" * 100)
        (settings.STATIC_ROOT / f"{name}.gz").write_bytes(b"zipped")
    served = WhiteNoiseMiddleware(lambda request: None)
    for name in (hashed, "web/plain.css", "web/picture.png"):
        ours = served(RequestFactory().get(f"/static/{name}", headers={"accept-encoding": "gzip"}))
        found = ask(site.port, f"/static/{name}", Accept_Encoding="gzip")
        assert found.body == b"zipped"
        for header in (
            "Cache-Control",
            "Access-Control-Allow-Origin",
            "Vary",
            "Last-Modified",
            "Content-Encoding",
        ):
            assert found.headers[header.lower()] == ours[header], (name, header)
        assert found.headers["content-type"] == ours["Content-Type"].replace('"', "")
        assert found.headers["x-content-type-options"] == "nosniff"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "kind"), [("1-ab.avif", "avif"), ("1-ab.webp", "webp"), ("1-ab.jpg", "jpeg")]
)
def test_pictures_carry_the_headers_of_the_application(site, client, settings, name, kind):
    settings.MEDIA_ROOT = site.home / "media"
    (settings.MEDIA_ROOT / "pictures").mkdir(parents=True, exist_ok=True)
    (settings.MEDIA_ROOT / "pictures" / name).write_bytes(b"picture")
    ours, found = client.get(f"/media/pictures/{name}"), ask(site.port, f"/media/pictures/{name}")
    assert found.body == b"picture"
    assert found.headers["content-type"] == f"image/{kind}"
    said = {header.lower(): value for header, value in ours.headers.items()} | {
        "content-type": f"image/{kind}"
    }
    del said["x-request-id"]  # each answer of the application has its own
    assert {h: found.headers.get(h) for h in said} == said


def test_b7_what_is_no_public_picture_is_asked_of_the_application(site):
    for folder, name in (("documents", "a.pdf"), ("original_images", "a.jpg")):
        (site.home / "media" / folder).mkdir(parents=True, exist_ok=True)
        (site.home / "media" / folder / name).write_bytes(b"private")
        for address in (f"/media/{folder}/{name}", f"/media/pictures/../{folder}/{name}"):
            assert ask(site.port, address).body.startswith(b"application GET"), address
    assert ask(site.port, "/documents/3/a.pdf", Range="bytes=0-3").body.startswith(b"application GET")


def test_a9_a_long_video_goes_through_and_a_longer_one_is_told_why_not(site):
    assert ask(site.port, "/admin/documents/add/", "POST", b"x" * 80 * 1024 * 1024).status == 200
    refused = ask(site.port, "/admin/documents/add/", "POST", b"", Content_Length=str(600 * 1024 * 1024))
    assert refused.status == 413
    assert "512 MiB" in refused.body.decode()


def test_while_the_application_is_down_pages_are_read_and_the_rest_is_told_so(site):
    with nginx(site.home, free_port()) as port:
        assert ask(port, "/keji/", Accept_Encoding="br").status == 200
        for method in ("GET", "POST"):
            refused = ask(port, "/members/", method, b"x=1" if method == "POST" else b"")
            assert refused.status == 502
            assert "请稍候" in refused.body.decode()
            assert refused.headers["content-type"] == "text/html; charset=utf-8"
            assert refused.headers["retry-after"] == "30"
            assert "surrogate-key" not in refused.headers


def test_b18_pages_of_its_own_guard_the_reader_as_all_others_do(site):
    expected = dict(guarding())
    with nginx(site.home, free_port()) as port:
        down = ask(port, "/members/")
        large = ask(port, "/admin/import/", "POST", b"", Content_Length=str(80 * 1024 * 1024))
    assert (down.status, large.status) == (502, 413)
    for answer in (down, large):
        assert {name: answer.headers.get(name) for name in expected} == expected


def test_b25_what_goes_wrong_with_a_letter_is_not_in_the_log_of_errors(site):
    """The log of errors names the address of whoever sent what went wrong."""
    said: list[bytes] = []
    too_much = str(80 * 1024 * 1024)
    with nginx(site.home, free_port(), complaints=said) as front:  # nobody answers behind it
        assert ask(front, "/members/", "POST", Content_Length=too_much).status == 413
        for address in ("/letters/write/", "/zh-hant/letters/write/"):
            # Of a letter it is the application that says what is too much, in its own words.
            assert ask(front, address, "POST", Content_Length=too_much).status == 502
    log = b"".join(said).decode()
    assert "too large body" in log
    assert "/members/" in log
    assert "/letters/" not in log


def test_b18_tls_is_set_up_but_for_names_and_certificate(site, tmp_path):
    certificate, key = a_certificate(tmp_path, "www.example.com")
    plain, tls = free_port(), free_port()
    conf = (PROJECT / "deploy/nginx.conf").read_text()
    for old, new in {
        "listen      80;": f"listen 127.0.0.1:{plain};",
        "listen      443 ssl http2;": f"listen 127.0.0.1:{tls} ssl http2;",
        "    listen      [::]:80;\n": "",
        "    listen      [::]:443 ssl http2;\n": "",
        "/etc/letsencrypt/live/www.example.com/fullchain.pem": str(certificate),
        "/etc/letsencrypt/live/www.example.com/privkey.pem": str(key),
        "/var/log/nginx/access.log": "/dev/null",
        "include           mime.types": "include /etc/nginx/mime.types",
        "/srv/meiri/var": str(site.home),
        "/srv/meiri/deploy": str(PROJECT / "deploy"),
    }.items():
        assert old in conf, old
        conf = conf.replace(old, new)
    with running(conf, tmp_path, tls):
        sent_on = ask(plain, "/keji/?page=2")
        assert sent_on.status == 301
        assert sent_on.headers["location"] == "https://www.example.com/keji/?page=2"
        trusted = ssl.create_default_context(cafile=str(certificate))
        for path in ("/keji/", "/members/"):
            with (
                socket.create_connection(("127.0.0.1", tls), timeout=20) as opened,
                trusted.wrap_socket(opened, server_hostname="www.example.com") as connection,
            ):
                assert connection.version() in ("TLSv1.2", "TLSv1.3")
                connection.sendall(
                    f"GET {path} HTTP/1.1\r\nHost: www.example.com\r\nConnection: close\r\n\r\n".encode()
                )
                answer = received(connection)
            if path == "/keji/":
                assert answer.status == 200
            assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_every_rule_of_kinds_has_an_address_here():
    def first_rule(address):
        plain = simplified(address)
        return next(n for n, (pattern, _) in enumerate(RULES) if re.fullmatch(pattern, plain))

    assert {first_rule(address) for address in STORED} == set(range(len(RULES)))
