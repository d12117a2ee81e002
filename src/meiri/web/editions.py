"""A page says in its head, and offers at its top, which editions there are of it: traditional script, large type."""

from collections.abc import Iterable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.utils.encoding import escape_uri_path
from markupsafe import Markup

from meiri.delivery.editions import LARGE, TRADITIONAL, has_edition, is_large, is_traditional
from meiri.fronts.layout import PlannedBlock
from meiri.newsroom.cards import Card

# What of a query belongs to what is shown; the rest only says how somebody came.
KEPT = ("q", "channel", "station", "from", "to", "sort", "before", "thread", "after", "receipt", "reply_to")


def canonical(path: str) -> Markup:
    """Tell search engines the address of a page, and those of its editions. Not for pages that they should not list."""
    page = settings.BASE_URL + path
    traditional = settings.BASE_URL + TRADITIONAL.prefix + path
    return Markup(
        '<link rel="canonical" href="{page}">'
        '<link rel="alternate" hreflang="zh-Hans" href="{page}">'
        '<link rel="alternate" hreflang="zh-Hant" href="{traditional}">'
        '<link rel="alternate" hreflang="x-default" href="{page}">'
    ).format(page=page, traditional=traditional)


def switch(request: HttpRequest | None) -> dict[str, str] | None:
    """The link to this page in the other script: its address, its language and its text. None where there is none."""
    address = own_address(request)
    if not address:
        return None
    if is_traditional():
        return {"url": address, "language": "zh-Hans", "text": "简体"}
    return {"url": TRADITIONAL.prefix + address, "language": "zh-Hant", "text": "繁體"}


def large_edition(request: HttpRequest | None) -> str:
    """The address of this page in large type; "" where there is none, and on that page itself."""
    address = own_address(request)
    return LARGE.prefix + address if address and not is_large() else ""


def own_address(request: HttpRequest | None) -> str:
    """The address of the page itself, with what of the query belongs to it; "" where it has no editions."""
    if request is None or not has_edition(request.path):
        return ""
    query = urlencode([(name, request.GET[name]) for name in KEPT if request.GET.get(name)])
    return escape_uri_path(request.path) + (f"?{query}" if query else "")


def first_headlines(blocks: Iterable[PlannedBlock], most: int = 12) -> list[Card]:
    """The articles that stand first on a front, each once: what its home page in large type leads to."""
    found = [
        card
        for block in blocks
        for card in (*block.more.get("lead", ()), *block.articles, *block.more.get("flashes", ()))
        if isinstance(card, Card)
    ]
    return list(dict.fromkeys(found))[:most]
