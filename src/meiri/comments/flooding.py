"""A flood of comments from one address is turned away on the server's event loop, before Django and the database.

This is no rule for people (`limits` has those): it only keeps whoever sends more than anybody can write from taking the
time of all others. Each process counts for itself, in memory; where the site has a Valkey, they tell each other by it.
"""

import re

from meiri.delivery.editions import ANY_PREFIX
from meiri.delivery.headers import guarding
from meiri.delivery.rsgi import Answer, Scope
from meiri.visitors.address import visitor_of
from meiri.visitors.shared_buckets import SharedBuckets

# What one address may send at once, and then each second. A school or an office shares one.
BURST, A_SECOND = 30, 2
MOST_ADDRESSES = 10_000
_COMMENTS = re.compile(rf"{ANY_PREFIX}/comments/[0-9]{{1,30}}/")
_PAGE = (
    "<!doctype html><html lang=zh-Hans><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<title>评论发送得太频繁</title><h1>评论发送得太频繁</h1><p>这条评论没有收下。请返回上一页，过一会儿再发。</p></html>"
).encode()
_HEADERS = (
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", "no-store"),
    ("retry-after", str(BURST // A_SECOND)),
)


_buckets = SharedBuckets("comment flood", BURST, A_SECOND, MOST_ADDRESSES)


def is_sent(scope: Scope) -> bool:
    """Whether a request sends a comment."""
    return scope.method == "POST" and bool(_COMMENTS.fullmatch(scope.path))


def respond(scope: Scope) -> Answer | None:
    """The refusal of a comment that is part of a flood; None for everything else."""
    if not is_sent(scope):
        return None
    forwarded = [value for name, value in scope.headers.items() if name == "x-forwarded-for"]
    if _buckets.hit(visitor_of(forwarded, scope.client.rpartition(":")[0].strip("[]"))):
        return None
    return Answer(429, (*_HEADERS, *guarding()), _PAGE)
