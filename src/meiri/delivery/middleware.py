"""Answer `/zh-hant/…` with the page of the address behind it, in traditional script."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase

from meiri.delivery.editions import PREFIX, has_edition, in_edition, inner_path, rendering_traditional
from meiri.delivery.keys import uses
from meiri.delivery.models import ProtectedTerm
from meiri.delivery.script import Term, TraditionalConverter
from meiri.delivery.traditional import traditional_feed, traditional_html, traditional_json_feed
from meiri.journal.content_keys import SCRIPT

CONVERTERS: dict[str, Callable[[str, str, TraditionalConverter], str]] = {
    "text/html": traditional_html,
    "application/rss+xml": traditional_feed,
    "application/atom+xml": traditional_feed,
    "application/feed+json": traditional_json_feed,
}


class TraditionalEdition:
    """Middleware: views and templates see the inner path, whoever stands outside of it the whole one.

    It belongs outside of everything that makes or redirects pages, and inside of what compresses them.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = inner_path(request.path_info)
        if path is None:
            return self.get_response(request)
        if not path:
            query = request.META.get("QUERY_STRING", "")
            return HttpResponsePermanentRedirect(f"{PREFIX}/{'?' if query else ''}{query}")
        uses(SCRIPT)
        terms = ProtectedTerm.objects.as_pairs()
        with rendering_traditional() as people:
            response = self._answer(request, path)
        _convert(request, response, terms, people)
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


def _convert(
    request: HttpRequest, response: HttpResponseBase, terms: tuple[Term, ...], people: set[str]
) -> None:
    if "Location" in response:
        response["Location"] = _redirected(request, response["Location"])
    convert = CONVERTERS.get(response.get("Content-Type", "").partition(";")[0].strip())
    if getattr(response, "in_edition", False):
        return  # it is of the edition already
    if convert is None or not isinstance(response, HttpResponse) or "Content-Encoding" in response:
        return
    text = response.content.decode(response.charset)
    response.content = convert(text, settings.BASE_URL, TraditionalConverter(terms, people)).encode(
        response.charset
    )
    if "Content-Length" in response:
        response["Content-Length"] = str(len(response.content))


def _redirected(request: HttpRequest, location: str) -> str:
    """Where a redirect leads in the edition, whether it names the site's address or the host that was asked."""
    for root in (settings.BASE_URL, f"{request.scheme}://{request.get_host()}"):
        location = in_edition(location, root)
    return location
