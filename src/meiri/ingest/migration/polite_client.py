"""Asking an old site as a guest does: one request at a time, with a pause between two of one host, as its robots.txt allows, and more
slowly where it says so."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from protego import Protego

from meiri.ingest.page import host_of
from meiri.ingest.parsed import Unreadable
from meiri.outbound import (
    OutboundResponse,
    OutboundRules,
    Unreachable,
    ask,
    conditions,
    is_any,
    seconds_to_wait,
)

# The longest that a Crawl-delay may ask for, in seconds.
LONGEST_PAUSE = 60.0
# Where a host says that it has too much to do: how often it is asked again, the first wait, the longest that Retry-After may ask for.
TRIES, FIRST_WAIT, LONGEST_WAIT = 4, 5.0, 600.0
# After so many answers in succession that did not come from a host, nothing more is asked of it; the site's own is asked once more before that.
MOST_FAILURES = 5
REDIRECTS = 5
MOST_BYTES_OF_ROBOTS = 512 * 1024
# What robots.txt may call it by (RFC 9309, 2.2.1).
NAME = "Meiri"
_AGENT = f"Mozilla/5.0 (compatible; {NAME} move-in)"
_RULES = OutboundRules(silence=20, longest=120, redirects=0)
_REDIRECTING = (301, 302, 303, 307, 308)
_TOO_MUCH = (429, 503)


class LeftAlone(Exception):
    """An address that is not asked, or that leads where nobody asks; the message is a Chinese sentence."""


class TooBusy(LeftAlone):
    """An address for which its host has too much to do, however often it is asked."""


class SiteAway(Unreadable):
    """The old site does not answer any more. What was fetched stays, and the next run goes on."""


@dataclass(frozen=True)
class PoliteAnswer:
    """The last answer to a request. `url`: who gave it; `before`: the addresses that led there, the first asked for first."""

    url: str
    response: OutboundResponse
    before: tuple[str, ...] = ()


@dataclass
class PoliteClient:
    """Asks the hosts of one site: that of `base`, with and without www., and those below it; other hosts where `elsewhere` is asked.

    `pause`: seconds between two requests to one host. Private addresses are refused but for the hosts that the operator names
    (MEIRI_MOVE_IN_HOSTS). `wait` sleeps so many seconds.
    """

    base: str
    pause: float
    obeys_robots: bool = True
    wait: Callable[[float], None] = time.sleep
    requests: int = 0
    bytes: int = 0
    # How many answers in succession did not come, by hosts.
    _failures: Counter[str] = field(default_factory=Counter)
    _asked_at: dict[str, float] = field(default_factory=dict)
    _robots: dict[str, Protego | None] = field(default_factory=dict)
    # Hosts below the site's whose robots.txt can't be had, each with the reason.
    _closed: dict[str, str] = field(default_factory=dict)
    # The last address of the site's own host that answered.
    _answered: str = ""

    def is_own(self, url: str) -> bool:
        """Whether an address is one of the site."""
        host, own = host_of(url).removeprefix("www."), host_of(self.base).removeprefix("www.")
        return bool(host) and (host == own or host.endswith(f".{own}"))

    @property
    def has_answered(self) -> bool:
        """Whether the site's own host gave an answer in this run."""
        return bool(self._answered)

    def get(
        self,
        url: str,
        most_bytes: int,
        etag: str = "",
        last_modified: str = "",
        elsewhere: bool = False,
    ) -> PoliteAnswer:
        """The answer to a request, whatever its status; one that was not changed since is 304. Raises `LeftAlone`, `Unreachable`,
        and `SiteAway` where the site's own host does not answer any more."""
        headers = {"User-Agent": _AGENT, "Accept-Encoding": "gzip"}
        before: list[str] = []
        for _ in range(REDIRECTS + 1):
            self.check(url, elsewhere)
            known = {} if before else conditions(etag, last_modified)
            response = self._patiently(url, most_bytes, headers | known)
            if self._is_base(url):
                self._answered = url
            location = response.headers.get("Location", "")
            if response.status not in _REDIRECTING or not location:
                return PoliteAnswer(url, response, tuple(before))
            before.append(url)
            try:
                url = urljoin(url, location)
            except ValueError:
                raise LeftAlone("转到的网址不正确。") from None
            if url in before:
                raise LeftAlone("网址转来转去，没有尽头。")
        raise LeftAlone(f"转址超过 {REDIRECTS} 次。")

    def check(self, url: str, elsewhere: bool = False) -> None:
        """Raises `LeftAlone` where an address is not the site's, or its robots.txt does not let it be asked."""
        if self.is_own(url):
            if self.obeys_robots and (robots := self.robots_of(url)) and not robots.can_fetch(url, NAME):
                raise LeftAlone("旧站的 robots.txt 不允许取这个网址。")
        elif not elsewhere:
            raise LeftAlone("这不是旧站的网址。" if host_of(url) else "网址不正确。")

    def sitemaps(self) -> list[str]:
        """Those that robots.txt of the site names."""
        robots = self.robots_of(self.base) if self.obeys_robots else None
        return list(robots.sitemaps)[:100] if robots else []

    def robots_of(self, url: str) -> Protego | None:
        """The rules of a host; None where it has none. Where they can't be had all is forbidden (RFC 9309, 2.3.1.4): raises `SiteAway`, and
        `LeftAlone` for a host that is not the site's own."""
        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}"
        if host in self._closed:
            raise LeftAlone(self._closed[host])
        if host not in self._robots:
            try:
                response = self._robots_file(f"{host}/robots.txt")
            except LeftAlone as error:
                if self._is_base(url):
                    raise SiteAway(str(error)) from error
                self._closed[host] = str(error)
                raise
            text = response.body.decode("utf-8", "replace") if response.status == 200 else ""
            self._robots[host] = Protego.parse(text) if text.strip() else None
        return self._robots[host]

    def _is_base(self, url: str) -> bool:
        return urlsplit(url).netloc.lower() == urlsplit(self.base).netloc

    def _robots_file(self, url: str) -> OutboundResponse:
        headers = {"User-Agent": _AGENT}
        try:
            for _ in range(REDIRECTS + 1):
                response = self._patiently(url, MOST_BYTES_OF_ROBOTS, headers)
                location = response.headers.get("Location", "")
                if response.status not in _REDIRECTING or not location:
                    break
                url = urljoin(url, location)
        except (Unreachable, LeftAlone, ValueError) as error:
            raise LeftAlone(f"旧站的 robots.txt 取不到（{error}），没有继续。") from error
        if response.status >= 500:
            raise LeftAlone(f"旧站的 robots.txt 取不到（状态 {response.status}），没有继续。")
        return response

    def _patiently(self, url: str, most_bytes: int, headers: dict[str, str]) -> OutboundResponse:
        """An answer, asked for again where the host has too much to do."""
        for number in range(TRIES):
            response = self._once(url, most_bytes, headers)
            if response.status not in _TOO_MUCH:
                self._failures[urlsplit(url).netloc] = 0
                return response
            if number < TRIES - 1:
                said = seconds_to_wait(response, LONGEST_WAIT)
                self.wait(FIRST_WAIT * 3**number if said is None else said)
        reason = f"旧站说忙不过来（状态 {response.status}）"
        self._note_failure(url, reason)
        raise TooBusy(f"{reason}，没有取；过些时候再运行会再取。")

    def _once(self, url: str, most_bytes: int, headers: dict[str, str]) -> OutboundResponse:
        if self._failures[urlsplit(url).netloc] >= MOST_FAILURES:
            raise LeftAlone(f"这台主机连续 {MOST_FAILURES} 次没有回答，这一次不再问它。")
        try:
            return self._ask(url, most_bytes, headers)
        except Unreachable as error:
            self._note_failure(url, str(error))
            raise

    def _ask(self, url: str, most_bytes: int, headers: dict[str, str]) -> OutboundResponse:
        host = host_of(url)
        self._take_turns(url, host)
        try:
            response = ask(url, replace(rules_for(host), most_bytes=most_bytes), headers=headers)
        finally:
            self._asked_at[host] = time.monotonic()
        self.requests += 1
        self.bytes += len(response.body)
        return response

    def _note_failure(self, url: str, reason: str) -> None:
        """An address of a host did not answer. Raises `SiteAway` where nothing else of the site's own host does."""
        host = urlsplit(url).netloc
        self._failures[host] += 1
        if self._failures[host] >= MOST_FAILURES and self._is_base(url):
            if not self._answers_still():
                raise SiteAway(f"旧站连续 {MOST_FAILURES} 次没有回答（{reason}），先停下；再运行会接着取。")
            self._failures[host] = 0

    def _answers_still(self) -> bool:
        """Whether the address that answered last does so, or the front page where none did."""
        url = self._answered or f"{self.base}/"
        try:
            self.check(url)
            response = self._ask(url, MOST_BYTES_OF_ROBOTS, {"User-Agent": _AGENT})
        except (Unreachable, LeftAlone):
            return False
        return response.status not in _TOO_MUCH

    def _take_turns(self, url: str, host: str) -> None:
        if host in self._asked_at:
            rest = self._asked_at[host] + self._pause_of(url) - time.monotonic()
            if rest > 0:
                self.wait(rest)

    def _pause_of(self, url: str) -> float:
        parts = urlsplit(url)
        robots = self._robots.get(f"{parts.scheme}://{parts.netloc}")
        asked = robots.crawl_delay(NAME) if robots else None
        return max(self.pause, min(float(asked or 0), LONGEST_PAUSE))


def rules_for(host: str) -> OutboundRules:
    """What may be asked of a host: the operator's own may have any address and port."""
    if host in settings.MOVE_IN_HOSTS:
        return replace(_RULES, is_allowed=is_any, ports=None)
    return _RULES
