"""Addresses of old sites lead on for good: they are looked up where nothing else answers, by one query of one index."""

import hashlib
import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase

from meiri.ingest.models import OldAddress
from meiri.newsroom.body.pictures import feed_address

LONGEST = 2000
MOST_PARAMETERS = 30
# Parameters by which other systems tell their pages apart: whatever else a query holds was added on the way.
_TELLING = frozenset(
    [
        *(
            "p",
            "page_id",
            "attachment_id",
            "id",
            "aid",
            "cid",
            "classid",
            "catid",
            "tid",
            "typeid",
            "nid",
            "newsid",
            "articleid",
        ),
        *("article_id", "sid", "m", "a", "c", "mod", "ac", "do", "action", "route", "r", "page"),
    ]
)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|shtml|jsp|aspx?|php)\Z", re.IGNORECASE)
# What is the newsroom's, and what programs ask for.
_NEVER = ("/admin/", "/api/", "/static/")
# An article at another channel or day than its own: perhaps another article's old address.
_MOVED_PAGE = re.compile(r"\.html?\Z")


def canonical(path: str, query: str = "") -> str:
    """The one way to write an address: its path with what must be encoded, without a slash or a name of an index at its end; its
    parameters in order."""
    path = quote(unquote(path), safe="/-._~!$&'()*+,;=:@")
    path = _INDEX.sub("/", path).rstrip("/") or "/"
    pairs = sorted(parse_qsl(query, keep_blank_values=True, max_num_fields=None)[:MOST_PARAMETERS])
    return (f"{path}?{urlencode(pairs)}" if pairs else path)[:LONGEST]


def canonical_address(address: str) -> str:
    """As `canonical`, of a path with its query. "" for what is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return canonical(parts.path or "/", parts.query)


def digest_of(text: str) -> int:
    """63 bits of BLAKE2b, as databases keep numbers."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()) >> 1


def ways_to_say(path: str, query: str) -> list[str]:
    """The addresses that somebody may mean who asks for this one, the likest first."""
    pairs = parse_qsl(query, keep_blank_values=True)[:MOST_PARAMETERS]
    telling = [(name, value) for name, value in pairs if name.lower() in _TELLING]
    ways = [canonical(path, query), canonical(path, urlencode(telling))]
    # The front page and scripts mean something by their query alone.
    if canonical(path) != "/" and not path.endswith((".php", ".asp", ".aspx", ".jsp")):
        ways.append(canonical(path))
    return list(dict.fromkeys(way for way in ways if way != "/"))


def find_new_address(path: str, query: str) -> str:
    """Where an old address leads; "" where there is none. One query; two for what leads to a picture."""
    ways = ways_to_say(path, query)
    found = {
        old.address: old
        for old in OldAddress.objects.filter(digest__in=[digest_of(way) for way in ways]).select_related(
            "article__channel", "channel"
        )
    }
    for way in ways:
        if (old := found.get(way)) and (address := _leads_to(old)):
            return address
    return ""


def _leads_to(old: OldAddress) -> str:
    if old.article is not None:
        return old.article.get_absolute_url() if old.article.first_published_at else ""
    if old.channel is not None:
        return old.channel.get_absolute_url()
    return feed_address(old.picture) if old.picture is not None else ""


def keep_addresses(rows: Iterable[OldAddress]) -> None:
    """Store old addresses; one that leads somewhere already goes on leading there."""
    OldAddress.objects.bulk_create(rows, ignore_conflicts=True)


class OldAddresses:
    """Middleware: where there is no page, or only one under another address, an old address leads to what was there.

    It stands outside of Wagtail's redirects, and inside of the editions.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not self.may_be_old(request, response):
            return response
        try:
            address = find_new_address(request.path_info, request.META.get("QUERY_STRING", ""))
        except DatabaseError:
            return response
        if not address or address == request.path_info:
            return response
        return HttpResponsePermanentRedirect(address)

    def may_be_old(self, request: HttpRequest, response: HttpResponseBase) -> bool:
        if request.method not in ("GET", "HEAD") or request.path_info.startswith(_NEVER):
            return False
        if response.status_code == 404:
            return True
        if response.status_code != 301:
            return False
        return bool(_MOVED_PAGE.search(request.path_info)) or response["Location"] == f"{request.path_info}/"
