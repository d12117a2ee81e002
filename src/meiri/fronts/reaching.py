"""Ask whether somebody else's site answers, or for a file of it, without being led anywhere that is not public.

Each name is looked up once and every address it has must be public; the connection goes to the address that was looked
at, so that a name can't come to mean another one meanwhile. The same holds for each place that a site leads on to.
"""

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Timer
from urllib.parse import urljoin, urlsplit

# Seconds that nothing may be heard for, and that one request may take in all.
SILENCE, LONGEST = 10, 20
MOST_REDIRECTS = 4
MOST_BYTES = 64 * 1024
PORTS = (80, 443)
AGENT = "Mozilla/5.0 (compatible; Meiri link check)"
# Addresses of IPv6 that stand on the Internet (IANA's registry), and what of them is set apart: protocol assignments with
# Teredo and ORCHID, 6to4, documentation. All forms in which an IPv4 address is written into one of IPv6 stand outside.
_INTERNET = ip_network("2000::/3")
_SET_APART = (
    ip_network("2001::/23"),
    ip_network("2002::/16"),
    ip_network("3fff::/20"),
    ip_network("192.88.99.0/24"),  # relays of 6to4
)
# Somebody is there, even where robots are not let in.
ANSWERS = {401, 403, 405, 406, 429}


class Unreachable(RuntimeError):
    """The site gave no answer that counts; the message says why, in Chinese, for editors."""


def is_public(address: str) -> bool:
    """Whether an IP address stands on the public Internet. Of what is not known to, it is not believed."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if ip not in _INTERNET:
            return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _SET_APART)


@dataclass(frozen=True)
class Rules:
    """What may be asked; tests on one machine have others."""

    is_public: Callable[[str], bool] = is_public
    ports: tuple[int, ...] | None = PORTS


def reach(url: str, rules: Rules | None = None) -> int:
    """The status with which `url` answers in the end. Raises `Unreachable`."""
    status, _ = _follow(url, rules or Rules(), MOST_BYTES)
    if 200 <= status < 300 or status in ANSWERS:
        return status
    raise Unreachable(f"返回状态 {status}")


def fetch(url: str, most: int, rules: Rules | None = None) -> bytes:
    """What `url` answers in the end, of at most `most` bytes. Raises `Unreachable`."""
    status, body = _follow(url, rules or Rules(), most + 1)
    if status != 200:
        raise Unreachable(f"返回状态 {status}")
    if len(body) > most:
        raise Unreachable(f"超过 {most // 1024 // 1024} MB")
    return body


def _follow(url: str, rules: Rules, most: int) -> tuple[int, bytes]:
    """The status in the end, and the first `most` bytes of that answer."""
    for _ in range(MOST_REDIRECTS + 1):
        status, location, body = _ask(url, rules, most)
        if status not in (301, 302, 303, 307, 308) or not location:
            return status, body
        url = urljoin(url, location)
    raise Unreachable(f"转址超过 {MOST_REDIRECTS} 次")


def _ask(url: str, rules: Rules, most: int) -> tuple[int, str, bytes]:
    """The status of one request, where it leads on to, and the first `most` bytes of its answer."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise Unreachable("网址不正确") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise Unreachable("网址不正确")
    if rules.ports is not None and port not in rules.ports:
        raise Unreachable(f"不检查端口 {port}")
    address = looked_up(parts.hostname, port, rules)
    connection: HTTPConnection
    if parts.scheme == "https":
        connection = _PinnedHTTPS(parts.hostname, port, address)
    else:
        connection = _Pinned(parts.hostname, port, address)
    timer = Timer(LONGEST, hang_up, [connection])
    timer.daemon = True
    timer.start()
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("GET", _quoted(target), headers={"User-Agent": AGENT, "Accept": "*/*"})
        answer = connection.getresponse()
        body = answer.read(most)
        return answer.status, answer.headers.get("Location", ""), body
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable(_sentence(error)) from None
    finally:
        timer.cancel()
        connection.close()


def _quoted(target: str) -> str:
    """What a request line holds: no spaces, no controls, no letters beyond ASCII."""
    return "".join(chr(b) if 0x21 <= b <= 0x7E else f"%{b:02X}" for b in target.encode(errors="replace"))


def looked_up(host: str, port: int, rules: Rules) -> str:
    """The address to connect to for `host`. Raises `Unreachable` where any that it has is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable("域名无法解析") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(rules.is_public(address) for address in addresses):
        raise Unreachable("网址指向内部网络")
    return addresses[0]


class _Pinned(HTTPConnection):
    """A connection to `address`, whatever the name of the host means by now."""

    def __init__(self, host: str, port: int, address: str):
        super().__init__(host, port, timeout=SILENCE)
        self.address = address

    def connect(self):
        self.sock = socket.create_connection((self.address, self.port), self.timeout)


class _PinnedHTTPS(HTTPSConnection):
    def __init__(self, host: str, port: int, address: str):
        super().__init__(host, port, timeout=SILENCE, context=ssl.create_default_context())
        self.address = address

    def connect(self):
        plain = socket.create_connection((self.address, self.port), self.timeout)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)


def hang_up(connection) -> None:
    """Break a connection that another thread waits for."""
    if connection.sock is not None:
        try:
            # Of the socket itself, not of the TLS session, which belongs to the thread that reads.
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)
        except OSError:
            return  # it has ended meanwhile


def _sentence(error: Exception) -> str:
    match error:
        case ssl.SSLError():
            return "证书无效"
        case TimeoutError():
            return "超时没有回答"
        case ConnectionRefusedError():
            return "拒绝连接"
        case _:
            return f"连接失败（{type(error).__name__}）"
