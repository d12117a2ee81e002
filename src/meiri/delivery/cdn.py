"""CDNs and caches that stand in front of Meiri, and how each is told to forget pages.

Wagtail has backends for this too (`wagtail.contrib.frontend_cache`), but they log what failed and return: whoever asks can't
try again. Every request here ends in bounded time with a success or with `NotForgotten`.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from meiri import outbound
from meiri.delivery.kinds import kind_of, media_key, quoted
from meiri.outbound import OutboundRules, Unreachable, is_any

# Seconds that nothing may be heard for, and that a request may take in all.
SILENCE = 10
LONGEST = 30
# Bytes that are read of an answer.
MOST_ANSWERED = 64 * 1024
# Keys in one request: Fastly takes 256, and Varnish 8 KiB of one header by default.
MOST_KEYS = 256
MOST_KEY_BYTES = 7000
# Addresses in one request to Cloudflare.
MOST_URLS = 30

FORMS = (
    "MEIRI_CDN is not understood. Write fastly://TOKEN@SERVICE, cloudflare://TOKEN@ZONE, varnish://HOST:PORT or purge://HOST:PORT"
    " (several servers: varnish://HOST:PORT,HOST:PORT)."
)


class NotForgotten(RuntimeError):
    """A CDN did not take a request; the message says which and why, and holds no secret."""


class Cdn(Protocol):
    """Something that keeps copies of pages."""

    def forget(self, addresses: Sequence[str]) -> None:
        """Drop all copies of the pages at `addresses`. Raises `NotForgotten`; asking again does no harm."""


@dataclass(frozen=True)
class Fastly:
    """Forgets by surrogate key, all editions of a page at once."""

    token: str = field(repr=False)
    service: str
    api: str = "https://api.fastly.com"

    def forget(self, addresses: Sequence[str]) -> None:
        for keys in keys_of(addresses):
            headers = {"Fastly-Key": self.token, "Surrogate-Key": keys, "Accept": "application/json"}
            ask(f"{self.api}/service/{self.service}/purge", "POST", headers)


@dataclass(frozen=True)
class Cloudflare:
    """Forgets by address."""

    token: str = field(repr=False)
    zone: str
    site: str
    api: str = "https://api.cloudflare.com/client/v4"

    def forget(self, addresses: Sequence[str]) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        for start in range(0, len(addresses), MOST_URLS):
            files = [f"{self.site}{quoted(address)}" for address in addresses[start : start + MOST_URLS]]
            body = json.dumps({"files": files}).encode()
            answer = ask(f"{self.api}/zones/{self.zone}/purge_cache", "POST", headers, body)
            if not re.search(rb'"success"\s*:\s*true', answer):
                raise NotForgotten("Cloudflare did not purge what it was asked to")


@dataclass(frozen=True)
class Varnish:
    """Servers that forget by surrogate key; docs/delivery.md has the VCL for it."""

    servers: tuple[str, ...]

    def forget(self, addresses: Sequence[str]) -> None:
        for server in self.servers:
            for keys in keys_of(addresses):
                ask(f"http://{server}/", "PURGE", {"Surrogate-Key": keys})


@dataclass(frozen=True)
class PurgeMethod:
    """Servers that forget an address on `PURGE /address`, such as Squid and nginx's cache."""

    servers: tuple[str, ...]
    host: str

    def forget(self, addresses: Sequence[str]) -> None:
        for server in self.servers:
            for address in addresses:
                # 404 says that there was no copy.
                ask(f"http://{server}{quoted(address)}", "PURGE", {"Host": self.host}, also=(404,))


def cdn_of(setting: str, base_url: str) -> Cdn | None:
    """What MEIRI_CDN names; None where it is empty. Raises `ValueError` with a sentence for the operator."""
    if not setting:
        return None
    name, _, rest = setting.strip().partition("://")
    if name in ("fastly", "cloudflare") and (found := re.fullmatch(r"([\w.~+/=-]+)@(\w+)", rest, re.ASCII)):
        token, account = found.groups()
        return Fastly(token, account) if name == "fastly" else Cloudflare(token, account, base_url)
    if name in ("varnish", "purge") and all(map(_is_server, rest.split(","))):
        servers = tuple(rest.split(","))
        return Varnish(servers) if name == "varnish" else PurgeMethod(servers, urlsplit(base_url).netloc)
    raise ValueError(FORMS)


def _is_server(text: str) -> bool:
    return re.fullmatch(r"([a-zA-Z0-9.-]+|\[[0-9a-fA-F:]+\])(:[0-9]{1,5})?", text) is not None


def keys_of(addresses: Sequence[str]) -> Iterator[str]:
    """The surrogate keys that name the pages most closely, as many in one header as a CDN takes."""
    batch: list[str] = []
    for key in dict.fromkeys(
        media_key(address) or kind_of(address).surrogate_keys.split()[0] for address in addresses
    ):
        if len(batch) == MOST_KEYS or sum(map(len, batch)) + len(batch) + len(key) > MOST_KEY_BYTES:
            yield " ".join(batch)
            batch = []
        batch.append(key)
    if batch:
        yield " ".join(batch)


def ask(
    url: str, method: str, headers: dict[str, str], body: bytes | None = None, also: Sequence[int] = ()
) -> bytes:
    """The beginning of the answer to one request. Raises `NotForgotten` where its status is not 2xx or one of `also`.

    The operator's setting names the host, so it may stand in a private network. Redirects are not followed.
    """
    host = urlsplit(url).hostname
    rules = OutboundRules(
        is_any, None, silence=SILENCE, longest=LONGEST, most_bytes=MOST_ANSWERED, redirects=0
    )
    try:
        response = outbound.ask(url, rules, method, headers, body)
    except Unreachable as error:
        raise NotForgotten(f"{host} does not answer: {error.in_english}") from None
    if not 200 <= response.status < 300 and response.status not in also:
        raise NotForgotten(f"{host} answered with status {response.status}")
    return response.body
