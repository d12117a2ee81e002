"""Each request that Django answers is a span of a trace, its queries are spans below; see `meiri.tracing`."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from meiri.conf.json_log import without_persons
from meiri.conf.request_ids import current_request_id
from meiri.delivery.rendering import PageRequest
from meiri.tracing import request_span
from meiri.visitors.address import hop_of, is_trusted

# What OpenTelemetry calls a method that is none of HTTP's own.
METHODS = frozenset(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"])


class RequestTraces:
    """Middleware, inside `RequestIds`; only where traces are sent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if isinstance(request, PageRequest):  # it belongs to the request that it is made for
            return self.get_response(request)
        method = request.method if request.method in METHODS else "_OTHER"
        attributes = {
            "http.request.method": method,
            "url.scheme": request.scheme,
            "url.path": without_persons(request.path),
            "meiri.request_id": current_request_id(),
        }
        with request_span(_trusted_headers(request), attributes) as span:
            response = self.get_response(request)
            span.set_attribute("http.response.status_code", response.status_code)
            if route := request.resolver_match and request.resolver_match.route:
                span.set_attribute("http.route", f"/{route}")
                span.update_name(f"{method} /{route}")
            return response


def _trusted_headers(request: HttpRequest) -> dict[str, str]:
    """Of a proxy of ours alone: anybody else could have all he asks for traced as one."""
    peer = hop_of(request.META.get("REMOTE_ADDR", ""))
    return dict(request.headers) if peer is not None and is_trusted(peer) else {}
