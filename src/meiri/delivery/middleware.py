"""Answer `/zh-hant/…`, `/zhangbei/…` and `/weichengnian/…` with the page of the address behind it, as the edition has it."""

from collections.abc import Callable, Iterable, Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.encoding import iri_to_uri

from meiri.delivery.editions import (
    MINORS,
    MODE_ADDRESS,
    MODE_COOKIE,
    MODE_ON,
    TRADITIONAL,
    Edition,
    edition_of,
    has_edition,
    in_edition,
    is_not_for_minors,
    kept_address,
    rendering_edition,
)
from meiri.delivery.keys import uses
from meiri.delivery.models import ProtectedTerm
from meiri.delivery.script import Term, TraditionalConverter
from meiri.delivery.traditional import large_html, traditional_feed, traditional_html, traditional_json_feed
from meiri.journal.content_keys import SCRIPT

CONVERTERS: dict[str, Callable[[str, str, TraditionalConverter], str]] = {
    "text/html": traditional_html,
    "application/rss+xml": traditional_feed,
    "application/atom+xml": traditional_feed,
    "application/feed+json": traditional_json_feed,
    # Words that style sheets show; all else in them is ASCII.
    "text/css": lambda text, base_url, wording: wording.convert(text),
}


class PageEditions:
    """Middleware: views and templates see the inner path, whoever stands outside of it the whole one.

    It belongs outside of everything that makes or redirects pages, and inside of what compresses them.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        edition = edition_of(request.path_info)
        if edition is None:
            return self.get_response(request)
        path = request.path_info.removeprefix(edition.prefix)
        if not path:
            query = request.META.get("QUERY_STRING", "")
            return HttpResponsePermanentRedirect(f"{edition.prefix}/{'?' if query else ''}{query}")
        if edition is MINORS and is_not_for_minors(path):
            return redirected_for_now(MINORS.prefix + MODE_ADDRESS)
        terms: tuple[Term, ...] = ()
        if edition is TRADITIONAL:
            uses(SCRIPT)
            terms = ProtectedTerm.objects.as_pairs()
        with rendering_edition(edition) as people:
            response = self._answer(request, path)
        if "Location" in response and not getattr(response, "leaves_edition", False):
            response["Location"] = _redirected(request, response["Location"], edition)
        if not getattr(response, "in_edition", False):  # else it is of the edition already
            _convert(response, edition, terms, people)
        return response

    def _answer(self, request: HttpRequest, path: str) -> HttpResponseBase:
        if not has_edition(path):
            # There is no page of this address: the inner layers say so.
            return self.get_response(request)
        whole = request.path, request.path_info
        request.path = request.path[: -len(request.path_info)] + path
        request.path_info = path
        try:
            return self.get_response(request)
        finally:
            request.path, request.path_info = whole


class KeepsEdition:
    """Middleware: a device that keeps to the edition for minors is led there from every page. It stands before the page files; whoever
    serves them by itself (the fast path, nginx) leaves such a device to it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.COOKIES.get(MODE_COOKIE) == MODE_ON and (address := kept_address(request.path_info)):
            query = request.META.get("QUERY_STRING", "")
            return redirected_for_now(iri_to_uri(address) + (f"?{query}" if query else ""))
        return self.get_response(request)


def redirected_for_now(address: str) -> HttpResponse:
    """A way on that no cache keeps: it holds for this device, as long as its mode is on. A form that was sent is not sent again."""
    response = HttpResponseRedirect(address)
    response.status_code = 303
    response["Cache-Control"] = "no-store"
    response.leaves_edition = True  # type: ignore[attr-defined]
    return response


def _convert(
    response: HttpResponseBase, edition: Edition, terms: Sequence[Term], people: Iterable[str]
) -> None:
    kind = response.get("Content-Type", "").partition(";")[0].strip()
    if not isinstance(response, HttpResponse) or "Content-Encoding" in response or kind not in CONVERTERS:
        return
    text = response.content.decode(response.charset)
    if edition is TRADITIONAL:
        text = CONVERTERS[kind](text, settings.BASE_URL, TraditionalConverter(terms, people))
    elif kind == "text/html":
        text = large_html(text, settings.BASE_URL, edition)
    response.content = text.encode(response.charset)
    if "Content-Length" in response:
        response["Content-Length"] = str(len(response.content))


def _redirected(request: HttpRequest, location: str, edition: Edition) -> str:
    """Where a redirect leads in the edition, whether it names the site's address or the host that was asked."""
    for root in (settings.BASE_URL, f"{request.scheme}://{request.get_host()}"):
        location = in_edition(location, root, edition)
    return location
