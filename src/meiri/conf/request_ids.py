"""Each request that Django answers has an id: nginx's, or one that is made here. It stands in each line of the log that comes of the
request, and in the answer."""

import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from meiri.delivery.rendering import PageRequest
from meiri.visitors.address import hop_of, is_trusted

HEADER = "X-Request-ID"
# As nginx's `$request_id`, and as others make them.
_FORM = re.compile(r"[A-Za-z0-9_.-]{8,64}", re.ASCII)

_current: ContextVar[str] = ContextVar("request id", default="")


def current_request_id() -> str:
    """The id of the request that is being answered; "" outside of requests."""
    return _current.get()


def id_of(request: HttpRequest) -> str:
    """What a proxy of ours calls the request; a new id where there is none, or one of another form."""
    said, peer = request.headers.get(HEADER, ""), hop_of(request.META.get("REMOTE_ADDR", ""))
    if peer is not None and is_trusted(peer) and _FORM.fullmatch(said):
        return said
    return secrets.token_hex(16)


class RequestIds:
    """Middleware, outside of all others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if isinstance(request, PageRequest):  # it belongs to the request that it is made for
            return self.get_response(request)
        token = _current.set(id_of(request))
        try:
            response = self.get_response(request)
            response.headers[HEADER] = _current.get()
            return response
        finally:
            _current.reset(token)
