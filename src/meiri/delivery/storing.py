"""Where a request meets the page files inside Django: the first to ask for a page has it rendered and stored."""

from django.conf import settings
from django.http import HttpResponse, HttpResponseNotModified
from django.urls import get_resolver

from meiri.delivery.headers import headers_of, headers_unmodified, is_unmodified, preferred
from meiri.delivery.page_files import SUFFIXES, name_of, note_asked
from meiri.delivery.page_store import PageFailed, PageStore, page_store
from meiri.delivery.rendering import PageRequest, Rendered, is_page, render
from meiri.journal.log import journal_snapshot

READING = ("GET", "HEAD")


class PageFilesMiddleware:
    """Stands inside the compressing middleware, outside of everything that looks at who is asking."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if self.asks_for_page(request):
            store = page_store()
            try:
                rendered = store.obtain(request.path_info)
            except PageFailed as failed:
                return come_back(request, failed.seconds)
            if rendered is not None and not leads_on_by_query(rendered, request):
                return rendered.response
            if rendered is None and (answer := stored_answer(store, request)):
                return answer
            if rendered is None and store.files.holds(request.path_info):
                return render(request.path_info).response  # somebody is changing it this very moment
        if request.method not in READING:
            return self.get_response(request)
        with journal_snapshot():
            return self.get_response(request)

    def asks_for_page(self, request) -> bool:
        return (
            settings.PAGE_FILES
            and request.method in READING
            and not isinstance(request, PageRequest)
            # A preview asks for a draft at the address of the page that readers get.
            and not getattr(request, "is_dummy", False)
            and name_of(request.path_info) is not None
            and is_page(request.path_info, request.GET)
        )


def leads_on_by_query(rendered: Rendered, request) -> bool:
    """Whether there is no page, but perhaps a redirect from the address with its query, as other systems have them."""
    return rendered.response.status_code == 404 and bool(request.META.get("QUERY_STRING"))


def come_back(request, seconds: int) -> HttpResponse:
    """The page that says that something went wrong, for readers and search engines that are to try again in `seconds`."""
    response = get_resolver().resolve_error_handler(500)(request)
    response.status_code = 503
    response["Retry-After"] = str(seconds)
    return response


def stored_answer(store: PageStore, request) -> HttpResponse | None:
    """The stored page as this request wants it; None where it has just been thrown away."""
    address = request.path_info
    for encoding in preferred(request.headers.get("Accept-Encoding", "")):
        file = store.read_own(address, encoding)
        if file is None:
            continue
        note_asked(f"{store.files.path(address)}{SUFFIXES[encoding]}")
        headers = headers_of(address, file, encoding)
        if is_unmodified(
            request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since"), file
        ):
            return HttpResponseNotModified(headers=dict(headers_unmodified(headers)))
        return HttpResponse(file.content, headers=dict(headers))
    return None
