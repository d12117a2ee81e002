"""A page says in its head, and offers at its top, which editions there are of it: simplified and traditional script."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.utils.encoding import escape_uri_path
from markupsafe import Markup

from meiri.delivery.editions import PREFIX, has_edition, is_traditional

# What of a query belongs to what is shown; the rest only says how somebody came.
KEPT = ("q", "channel", "station", "from", "to", "sort", "before", "thread", "after", "receipt", "reply_to")


def canonical(path: str) -> Markup:
    """Tell search engines the address of a page, and those of its editions. Not for pages that they should not list."""
    page = settings.BASE_URL + path
    traditional = settings.BASE_URL + PREFIX + path
    return Markup(
        '<link rel="canonical" href="{page}">'
        '<link rel="alternate" hreflang="zh-Hans" href="{page}">'
        '<link rel="alternate" hreflang="zh-Hant" href="{traditional}">'
        '<link rel="alternate" hreflang="x-default" href="{page}">'
    ).format(page=page, traditional=traditional)


def switch(request: HttpRequest | None) -> dict[str, str] | None:
    """The link to this page's other edition: its address, its language and its text. None where there is none."""
    if request is None or not has_edition(request.path):
        return None
    query = urlencode([(name, request.GET[name]) for name in KEPT if request.GET.get(name)])
    address = escape_uri_path(request.path) + (f"?{query}" if query else "")
    if is_traditional():
        return {"url": address, "language": "zh-Hans", "text": "简体"}
    return {"url": PREFIX + address, "language": "zh-Hant", "text": "繁體"}
