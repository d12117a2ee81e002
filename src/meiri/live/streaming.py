"""Entries of live coverages as they come, to whoever follows one: server-sent events (HTML Living Standard, 9.2) from the event loop.

What is sent are the pieces of the page file `/fragments/live/N/`, which the makers of pages keep in step with the journal. One
look at the file every tenth of a second serves all who follow the coverage; nothing here touches a database. Each piece goes with
the number of its change, so whoever comes back says what they saw last and gets what they lack: nothing twice, nothing left out.
"""

import asyncio
import logging
import os
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import parse_qs

from granian.rsgi import ProtocolClosed

from meiri.delivery.editions import ANY_PREFIX
from meiri.delivery.headers import Header, guarding
from meiri.delivery.page_files import READING, PageFiles, may_be_page, name_of
from meiri.delivery.rsgi import Answer, Scope

logger = logging.getLogger(__name__)

# Seconds between two looks at a file; between two signs of life, by which those who went away are noticed.
LOOK, HEARTBEAT = 0.1, 15.0
# How long, in seconds, a piece may be on its way to one reader.
ON_THE_WAY = 10.0
# Milliseconds after which a browser that lost its connection comes back.
RETRY = 1000
# Readers who follow at once, of one process and of one address: a school or a mobile network shares one.
MOST_FOLLOWING, MOST_OF_ONE = 8000, 1000

_ADDRESS = re.compile(rf"({ANY_PREFIX}/fragments/live/[0-9]{{1,18}}/)stream")
_PIECE = re.compile(r'<template data-change="([0-9]+)"[^>]*>(.*?)</template>', re.DOTALL)
_SINCE = re.compile(r'data-since="([0-9]+)"')
_NUMBER = re.compile(r"[0-9]{1,18}")
HEADERS = (
    ("content-type", "text/event-stream; charset=utf-8"),
    ("cache-control", "no-store"),
    # nginx sends each piece on at once.
    ("x-accel-buffering", "no"),
)


@dataclass(frozen=True)
class LiveChange:
    """One change of a coverage: its number, and the event that is sent for it."""

    number: int
    event: bytes


def changes_of(page: str) -> tuple[int, list[LiveChange]]:
    """What a page of changes holds: the number of the change before all of them, and these in their order."""
    since = _SINCE.search(page)
    found = {int(number): html for number, html in _PIECE.findall(page)}
    changes = [LiveChange(number, _event(number, html)) for number, html in sorted(found.items())]
    return int(since[1]) if since else 0, changes


def _event(number: int, html: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in html.strip().splitlines())
    return f"id: {number}\n{lines}\n".encode()


BEHIND = b"event: behind\ndata: \n\n"


@dataclass
class Feed:
    """What is known of one page of changes, and the pulse that wakes those who follow it."""

    path: str
    # Whether bytes that were read there are those of the page.
    is_own: Callable[[bytes], bool] = lambda content: True
    stamp: tuple[int, int, int] | None = None
    since: int = 0
    changes: list[LiveChange] = field(default_factory=list)
    following: int = 0
    pulse: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def newest(self) -> int:
        return self.changes[-1].number if self.changes else 0

    def look(self) -> bool:
        """Read the file again where it is another one now; whether it is. A page that is thrown away comes again."""
        try:
            with open(os.open(self.path, READING), "rb") as file:
                status = os.fstat(file.fileno())
                stamp = status.st_ino, status.st_mtime_ns, status.st_size
                if stamp == self.stamp or not may_be_page(status):
                    return False
                content = file.read()
        except OSError:
            return False
        if not self.is_own(content):
            return False
        self.stamp = stamp
        self.since, self.changes = changes_of(content.decode(errors="replace"))
        return True

    def wake(self) -> None:
        self.pulse.set()
        self.pulse.clear()

    def after(self, seen: int) -> bytes:
        """What somebody lacks who has seen all up to the change `seen`."""
        if seen < self.since:
            return BEHIND
        return b"".join(change.event for change in self.changes if change.number > seen)


class LiveStreams:
    """Answers those who follow live coverages. For one event loop."""

    def __init__(
        self,
        files: PageFiles,
        visitor: Callable[[Scope], str],
        headers: Sequence[Header] = (),
        is_own: Callable[[str, str, bytes], bool] = lambda *read: True,
    ):
        """`visitor` gives the address that a request comes from; `headers` go with every stream; `is_own` says of an address,
        an encoding and bytes that were read whether they are the page's."""
        self._files, self._visitor, self._is_own = files, visitor, is_own
        self._headers = [*HEADERS, *headers, *guarding()]
        self._feeds: dict[str, Feed] = {}
        self._of_one: Counter[str] = Counter()
        self._watching: asyncio.Task | None = None
        self._ending = False

    def end(self) -> None:
        """Let all go who follow: the server stops, and would wait for them. Browsers come back by themselves."""
        self._ending = True
        for feed in self._feeds.values():
            feed.wake()

    @property
    def following(self) -> int:
        return self._of_one.total()

    def respond(self, scope: Scope, protocol) -> Answer | Callable | None:
        """What answers the request: a coroutine function that takes nothing, a refusal, or None where it is not one for a stream,
        or the coverage has no page of changes yet."""
        found = _ADDRESS.fullmatch(scope.path) if scope.method == "GET" else None
        if found is None:
            return None
        feed = self._feed(found[1])
        if feed is None:
            return None
        visitor = self._visitor(scope)
        if self._ending or self.following >= MOST_FOLLOWING or self._of_one[visitor] >= MOST_OF_ONE:
            return Answer(503, (("retry-after", "60"), ("cache-control", "no-store"), *guarding()))
        seen = _seen(scope)
        return lambda: self._follow(found[1], feed, seen, visitor, protocol)

    def _feed(self, address: str) -> Feed | None:
        feed = self._feeds.get(address)
        if feed is not None:
            return feed
        name = name_of(address)
        is_own = partial(self._is_own, address, "")
        feed = Feed(f"{self._files.folder}/{name}", is_own) if name else None
        return feed if feed and feed.look() else None

    async def _follow(self, address: str, feed: Feed, seen: int, visitor: str, protocol) -> None:
        feed = self._feeds.setdefault(address, feed)
        feed.following += 1
        self._of_one[visitor] += 1
        if self._watching is None or self._watching.done():
            self._watching = asyncio.get_running_loop().create_task(self._watch())
        try:
            await self._send(feed, seen, protocol)
        except (ProtocolClosed, TimeoutError):
            pass  # the reader went away, or takes nothing: a browser comes back and says what it saw
        finally:
            feed.following -= 1
            self._of_one[visitor] -= 1
            if not self._of_one[visitor]:
                del self._of_one[visitor]
            if not feed.following:
                self._feeds.pop(address, None)

    async def _send(self, feed: Feed, seen: int, protocol) -> None:
        transport = protocol.response_stream(200, self._headers)
        await transport.send_bytes(f"retry: {RETRY}\n\n".encode())
        while not self._ending:
            if feed.newest > seen:
                missing, seen = feed.after(seen), feed.newest
                async with asyncio.timeout(ON_THE_WAY):
                    await transport.send_bytes(missing)
                continue
            try:
                async with asyncio.timeout(HEARTBEAT):
                    await feed.pulse.wait()
            except TimeoutError:
                async with asyncio.timeout(ON_THE_WAY):
                    await transport.send_bytes(b":\n\n")

    async def _watch(self) -> None:
        """Look at the files of all that is followed, as long as anything is."""
        while self._feeds:
            for feed in list(self._feeds.values()):
                try:
                    if feed.look():
                        feed.wake()
                except Exception:
                    logger.exception("%s could not be read", feed.path)
            await asyncio.sleep(LOOK)


def _seen(scope: Scope) -> int:
    """The number of the newest change that whoever asks has seen: what the browser says when it comes back, else the query."""
    said = scope.headers.get("last-event-id") or parse_qs(scope.query_string[:200]).get("after", ["0"])[0]
    return int(said) if _NUMBER.fullmatch(said) else 0
