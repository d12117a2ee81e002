"""A flood of comments from one address is turned away on the server's event loop, before Django and the database.

This is no rule for people (`limits` has those): it only keeps whoever sends more than anybody can write from taking the
time of all others. Each process counts for itself, in memory.
"""

import re
import time
from collections.abc import Callable
from typing import NamedTuple

from meiri.delivery.headers import guarding
from meiri.delivery.wire import Answer, Scope
from meiri.visitors.address import visitor_of

# What one address may send at once, and then each second. A school or an office shares one.
BURST, A_SECOND = 30, 2
MOST_ADDRESSES = 10_000
_COMMENTS = re.compile(r"(?:/zh-hant)?/comments/[0-9]{1,30}/")
_PAGE = (
    "<!doctype html><html lang=zh-Hans><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<title>评论发送得太频繁</title><h1>评论发送得太频繁</h1><p>这条评论没有收下。请返回上一页，过一会儿再发。</p></html>"
).encode()
_HEADERS = (
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", "no-store"),
    ("retry-after", str(BURST // A_SECOND)),
)


class _Bucket(NamedTuple):
    """What an address may still send, as of a moment."""

    left: float
    at: float


class Gate:
    """Which addresses send too much. For one thread: the event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        # Those that sent last stand last.
        self._buckets: dict[str, _Bucket] = {}

    def admits(self, address: str) -> bool:
        """Whether one more from `address` may pass; it is counted."""
        now = self._clock()
        bucket = self._buckets.pop(address, _Bucket(BURST, now))
        left = min(bucket.left + (now - bucket.at) * A_SECOND, BURST)
        admitted = left >= 1
        self._buckets[address] = _Bucket(left - admitted, now)
        if len(self._buckets) > MOST_ADDRESSES:
            del self._buckets[next(iter(self._buckets))]
        return admitted


_gate = Gate()


def is_sent(scope: Scope) -> bool:
    """Whether a request sends a comment."""
    return scope.method == "POST" and bool(_COMMENTS.fullmatch(scope.path))


def respond(scope: Scope) -> Answer | None:
    """The refusal of a comment that is part of a flood; None for everything else."""
    if not is_sent(scope):
        return None
    forwarded = [value for name, value in scope.headers.items() if name == "x-forwarded-for"]
    if _gate.admits(visitor_of(forwarded, scope.client.rpartition(":")[0].strip("[]"))):
        return None
    return Answer(429, (*_HEADERS, *guarding()), _PAGE)
