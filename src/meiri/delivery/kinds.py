"""What kind of page stands at an address: how soon it is made again, what caches are told of it.

All of it follows from the address alone, so that nginx, which knows nothing else of a file, sends the same headers;
`deploy/nginx.conf` has these rules a second time and tests hold the two together.
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from urllib.parse import quote

from meiri.delivery.editions import inner_path
from meiri.journal.content_keys import ARTICLE, CHANNEL, COVERAGE, DOCUMENT, PICTURE, STATION

SECOND = "public, max-age=1, stale-if-error=86400"
MINUTE = "public, max-age=60, stale-if-error=86400"
QUARTER = "public, max-age=900, stale-if-error=86400"
FOR_GOOD = "public, max-age=31536000, immutable"

HTML = "text/html; charset=utf-8"
JPEG = "image/jpeg"
SCRIPT_TYPE = "text/javascript; charset=utf-8"
CSS = "text/css; charset=utf-8"
XML = "application/xml; charset=utf-8"


class Importance(IntEnum):
    """The order in which pages are made again after a change."""

    ARTICLE = 0
    HOME = 1
    FRONT = 2
    FEED = 3
    OTHER = 4
    LAST = 5


@dataclass(frozen=True)
class PageKind:
    """`surrogate_keys` are the names under which a CDN can forget the page, the one that names it most closely first.
    A page that is `kept` is never evicted and is made again after a change even where nobody asked for it."""

    importance: Importance
    surrogate_keys: str
    content_type: str = HTML
    cache_control: str = MINUTE
    kept: bool = False


def _feed(content_type: str):
    return lambda found: PageKind(Importance.FEED, "feeds", content_type, kept=True)


# The page that unknown addresses are answered with.
NOT_FOUND = "/404.html"

# Tried from the top; the first that matches counts.
RULES = [
    (r"/", lambda found: PageKind(Importance.HOME, "home", kept=True)),
    (
        r"/([a-z][a-z0-9-]*)/[0-9]{4}/[0-9]{4}/([0-9]+)\.html",
        lambda found: PageKind(Importance.ARTICLE, f"{ARTICLE.key(found[2])} {CHANNEL.key(found[1])}"),
    ),
    # What changed last of a live coverage: whoever follows it waits for this one first.
    (
        r"/fragments/live/([0-9]+)/",
        lambda found: PageKind(Importance.ARTICLE, COVERAGE.key(found[1]), cache_control=SECOND, kept=True),
    ),
    # The newest lines of a timeline that is open.
    (r"/fragments/newest/([a-z][a-z0-9-]*)/", lambda found: PageKind(Importance.HOME, CHANNEL.key(found[1]), cache_control=SECOND)),
    (r"/fragments/newest/", lambda found: PageKind(Importance.HOME, "newest", cache_control=SECOND)),
    # What stands above all pages, without a page being made anew.
    (r"/fragments/notices\.css", lambda found: PageKind(Importance.HOME, "notices", CSS, SECOND, kept=True)),
    (r"/zhibo/([0-9]+)/", lambda found: PageKind(Importance.HOME, COVERAGE.key(found[1]))),
    (r"/difang/([a-z][a-z0-9-]*)/", lambda found: PageKind(Importance.FRONT, STATION.key(found[1]), kept=True)),
    (r"/([a-z][a-z0-9-]*)/", lambda found: PageKind(Importance.FRONT, f"front:{found[1]} {CHANNEL.key(found[1])}", kept=True)),
    (r"(?:/.*)?/rss\.xml", _feed("application/rss+xml; charset=utf-8")),
    (r"/atom\.xml", _feed("application/atom+xml; charset=utf-8")),
    (r"/feed\.json", _feed("application/feed+json; charset=utf-8")),
    (r"/.*\.xml", lambda found: PageKind(Importance.LAST, "maps", XML, QUARTER)),
    (r"/.*\.txt", lambda found: PageKind(Importance.LAST, "maps", "text/plain; charset=utf-8", QUARTER)),
    (r"/.*\.svg", lambda found: PageKind(Importance.OTHER, "codes", "image/svg+xml", QUARTER)),
    (r"/poster/([0-9]+)\.jpg", lambda found: PageKind(Importance.LAST, f"posters {ARTICLE.key(found[1])}", JPEG, QUARTER)),
    (r"/sw\.js", lambda found: PageKind(Importance.OTHER, "assets", SCRIPT_TYPE, MINUTE, kept=True)),
    (r"/assets/.*\.css", lambda found: PageKind(Importance.OTHER, "assets", CSS, FOR_GOOD)),
    (r"/assets/.*\.js", lambda found: PageKind(Importance.OTHER, "assets", "text/javascript; charset=utf-8", FOR_GOOD)),
    (r"/404\.html", lambda found: PageKind(Importance.LAST, "page:404.html pages", kept=True)),
    (r"/tag/.*", lambda found: PageKind(Importance.OTHER, "tags pages")),
    (r"/([a-z0-9/_.-]+)", lambda found: PageKind(Importance.OTHER, f"page:{found[1]} pages")),
    (r"/.*", lambda found: PageKind(Importance.OTHER, "pages")),
]  # fmt: skip
_COMPILED = [(re.compile(pattern), kind) for pattern, kind in RULES]


@lru_cache(4096)
def kind_of(address: str) -> PageKind:
    """The kind of the page at `address`, a decoded path that begins with a slash, in any edition."""
    plain = simplified(address)
    for pattern, kind in _COMPILED:
        if found := pattern.fullmatch(plain):
            return kind(found)
    raise ValueError(f"{address!r} is no address: it does not begin with a slash.")


# Files that are no pages, and whose they are.
_MEDIA = [
    (re.compile(r"/media/pictures/(?:[0-9]+/)?([0-9]+)-[^/]*"), PICTURE),
    (re.compile(r"/documents/([0-9]+)/[^/]*"), DOCUMENT),
]


def media_key(address: str) -> str:
    """The name under which a CDN can forget the picture or the document whose file is at `address`; "" where none is."""
    return next((form.key(found[1]) for pattern, form in _MEDIA if (found := pattern.fullmatch(address))), "")


def simplified(address: str) -> str:
    """The address of the same page outside of editions."""
    return inner_path(address) or address


def quoted(address: str) -> str:
    """The address as it stands in a request."""
    return quote(address, safe="/!$&'()*+,;=:@-._~")


def order_of(address: str) -> int:
    """Where the page stands in the queue of pages to be made: editions follow the page itself."""
    return 2 * kind_of(address).importance + (inner_path(address) is not None)


# Parameters of a query by which some page differs; all others are ignored on stored pages.
VARYING = ("before",)


def is_idle(query: str) -> bool:
    """Whether a query makes no difference to any page: it holds none of the parameters that pages vary by."""
    return not any(f"{name}=" in query for name in VARYING)
