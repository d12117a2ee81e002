"""HTTP requests to other hosts: the one client that all of Meiri uses.

A name is looked up once, every address it has must be allowed, and the connection goes to the address that was looked at, so
that the name can't come to mean another one meanwhile. Each redirect is checked in the same way. A request ends in bounded
time and with a bounded answer. TLS certificates are verified; nothing is taken from the environment (no proxies, no netrc).
"""

import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Event, Timer
from urllib.parse import urljoin

from urllib3 import BaseHTTPResponse, HTTPHeaderDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationParseError,
    NewConnectionError,
    ReadTimeoutError,
)
from urllib3.util import Url, parse_url

from meiri.asked_numbers import asked_number

_PORTS = {"http": 80, "https": 443}
_REDIRECTS = (301, 302, 303, 307, 308)
_CHUNK_BYTES = 64 * 1024
# What is sent where the caller says nothing else.
_HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; Meiri)", "Accept": "*/*", "Accept-Encoding": "identity"}
# Addresses of IPv6 that stand on the Internet (IANA's registry), and what of them is set apart: protocol assignments with
# Teredo and ORCHID, 6to4, documentation. All forms in which an IPv4 address is written into one of IPv6 stand outside.
_INTERNET = ip_network("2000::/3")
_SET_APART = (
    ip_network("2001::/23"),
    ip_network("2002::/16"),
    ip_network("3fff::/20"),
    ip_network("192.88.99.0/24"),  # relays of 6to4
)


class Unreachable(RuntimeError):
    """There is no answer. The message says why, in Chinese, for editors; `in_english` says it for operators."""

    def __init__(self, sentence: str, in_english: str = ""):
        super().__init__(sentence)
        self.in_english = in_english or sentence


def is_public(address: str) -> bool:
    """Whether an IP address is known to stand on the public Internet."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if ip not in _INTERNET:
            return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _SET_APART)


def is_any(address: str) -> bool:
    """Allows every address: for hosts that the operator's settings name."""
    return True


@dataclass(frozen=True)
class OutboundRules:
    """What may be asked, and what the answer may cost.

    `silence`: seconds that nothing may be heard for; `longest`: seconds that one request may take once it is connected; `most_bytes`: of the
    unpacked answer, what is beyond them is not read, and with 0 nothing is but status and headers; `ports`: None allows all.
    """

    is_allowed: Callable[[str], bool] = is_public
    ports: tuple[int, ...] | None = (80, 443)
    schemes: tuple[str, ...] = ("http", "https")
    silence: float = 10
    longest: float = 20
    most_bytes: int = 64 * 1024
    redirects: int = 4


@dataclass(frozen=True)
class OutboundResponse:
    """The last answer. `is_whole`: it had no more bytes than the rules let through."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    is_whole: bool


def ask(
    url: str,
    rules: OutboundRules | None = None,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | str | None = None,
) -> OutboundResponse:
    """The answer to a request, whatever its status; redirects are followed as far as `rules` say, and only for GET.

    Each place it redirects to is sent the same `headers`, so whoever sends a secret sets `redirects` to 0. Raises `Unreachable`
    where there is no answer, or where `url` or what it redirects to may not be asked.
    """
    rules = rules or OutboundRules()
    for _ in range(rules.redirects + 1):
        response = _ask_once(url, rules, method, headers or {}, body)
        location = response.headers.get("Location")
        if method != "GET" or not rules.redirects or response.status not in _REDIRECTS or not location:
            return response
        url = _joined(url, location)
    raise Unreachable(f"转址超过 {rules.redirects} 次", f"more than {rules.redirects} redirects")


def fetch(url: str, most_bytes: int, rules: OutboundRules | None = None) -> bytes:
    """The file at `url`, of at most `most_bytes` bytes. Raises `Unreachable`."""
    response = ask(url, replace(rules or OutboundRules(), most_bytes=most_bytes))
    if response.status != 200:
        raise Unreachable(f"返回状态 {response.status}", f"status {response.status}")
    if not response.is_whole:
        raise Unreachable(f"超过 {most_bytes // 1024 // 1024} MB", f"more than {most_bytes} bytes")
    return response.body


def conditions(etag: str, last_modified: str) -> dict[str, str]:
    """Headers by which an answer comes only where it was changed since (RFC 9110, 13.1); none for what is ""."""
    said = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in said.items() if value}


def seconds_to_wait(response: OutboundResponse, longest: float) -> float | None:
    """How long a server asks to be left alone (Retry-After; RFC 9110, 10.2.3), at most `longest`; None where it does not say."""
    said = response.headers.get("Retry-After", "").strip()
    if (seconds := asked_number(said)) is not None:
        return min(float(seconds), longest)
    try:
        moment = parsedate_to_datetime(said)
    except (ValueError, TypeError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, min((moment - datetime.now(UTC)).total_seconds(), longest))


def check(url: str, rules: OutboundRules) -> Url:
    """The parts of `url`. Raises `Unreachable` where the rules do not let it be asked, whatever its host's address is."""
    try:
        parts = parse_url(url)
    except LocationParseError:
        raise _bad_address() from None
    if parts.scheme not in rules.schemes or not parts.host or parts.auth is not None:
        raise _bad_address()
    if rules.ports is not None and _port_of(parts) not in rules.ports:
        raise Unreachable(f"不检查端口 {_port_of(parts)}", f"port {_port_of(parts)} is not asked")
    return parts


def _bad_address() -> Unreachable:
    return Unreachable("网址不正确", "not an address that may be asked")


def _port_of(parts: Url) -> int:
    return parts.port or _PORTS[parts.scheme or "http"]


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise _bad_address() from None


def resolve(host: str, port: int, rules: OutboundRules) -> str:
    """The IP address to connect to for `host`. Raises `Unreachable` where any that it has is not allowed.

    How long a lookup takes is up to the machine's resolver.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable("域名无法解析", "the name is not known") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(rules.is_allowed(address) for address in addresses):
        raise Unreachable("网址指向内部网络", "an address that is not public")
    return addresses[0]


def _ask_once(
    url: str, rules: OutboundRules, method: str, headers: Mapping[str, str], body: bytes | str | None
) -> OutboundResponse:
    parts = check(url, rules)
    connection = _connection(parts, rules)
    sent = HTTPHeaderDict(_HEADERS, Host=parts.netloc or "")
    sent.update(headers)
    late, timer, response = Event(), None, None
    try:
        connection.connect()
        timer = Timer(rules.longest, _hang_up, [connection.sock, late])
        timer.daemon = True
        timer.start()
        connection.request(method, parts.request_uri, body, sent, preload_content=False)
        response = connection.getresponse()
        content, is_whole = _read(response, rules.most_bytes, late)
    except (OSError, HTTPException, HTTPError, ValueError) as error:
        raise _too_late(rules) if late.is_set() else _explained(error) from error
    finally:
        if timer:
            timer.cancel()
        if response:
            response.close()
        connection.close()
    if late.is_set():  # what was cut off may look like a whole answer
        raise _too_late(rules)
    return OutboundResponse(response.status, response.headers, content, is_whole)


def _connection(parts: Url, rules: OutboundRules) -> HTTPConnection:
    """A connection to the one address that was looked at, for TLS under the host's name."""
    host, port = (parts.host or "").strip("[]"), _port_of(parts)
    address = resolve(host, port, rules)
    if parts.scheme != "https":
        return HTTPConnection(address, port, timeout=rules.silence)
    return HTTPSConnection(
        address,
        port,
        timeout=rules.silence,
        ssl_context=ssl.create_default_context(),
        server_hostname=host,
    )


def _read(response: BaseHTTPResponse, most: int, late: Event) -> tuple[bytes, bool]:
    """The first `most` bytes of a body, unpacked, and whether that is all of it."""
    parts: list[bytes] = []
    length = 0
    while most and length <= most and not late.is_set():
        part = response.read(min(_CHUNK_BYTES, most + 1 - length), decode_content=True)
        if not part:
            return b"".join(parts), True
        parts.append(part)
        length += len(part)
    return b"".join(parts)[:most], False


def _hang_up(connected: socket.socket, late: Event) -> None:
    """Break a connection that another thread waits for."""
    late.set()
    try:
        # Of the socket itself, not of the TLS session, which belongs to the thread that reads.
        socket.socket.shutdown(connected, socket.SHUT_RDWR)
    except OSError:
        return  # it has ended meanwhile


def _too_late(rules: OutboundRules) -> Unreachable:
    return Unreachable("超时没有回答", f"longer than {rules.longest} s")


def _explained(error: Exception) -> Unreachable:
    match error:
        case ssl.SSLError():
            return Unreachable("证书无效", f"the certificate is not valid: {error}")
        case NewConnectionError():  # a timeout too, to urllib3
            cause = error.__cause__
            refused = isinstance(cause, ConnectionRefusedError)
            return Unreachable("拒绝连接" if refused else f"连接失败（{type(cause).__name__}）", str(cause))
        case TimeoutError() | ConnectTimeoutError() | ReadTimeoutError():
            return Unreachable("超时没有回答", "nothing was heard")
        case _:
            name = type(error).__name__
            return Unreachable(f"连接失败（{name}）", f"{name} {error}")
