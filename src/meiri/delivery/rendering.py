"""Render a page as any reader would get it: through all of Django, without cookies or anything else of a visitor's own."""

from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpResponse
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.urls import Resolver404, resolve

from meiri.delivery.keys import collecting
from meiri.delivery.kinds import quoted, simplified
from meiri.delivery.omissions import Omission, collecting_omissions
from meiri.journal.read_replica import reads_replica

_UNFIT_DIRECTIVES = ("private", "no-store", "no-cache")


@dataclass(frozen=True)
class Rendered:
    """An answer, the content keys it was made of, and the parts that were left out of it. It can be stored where it is
    `fit`; a view that gives it `worth_storing = False` says that it isn't worth a file."""

    response: HttpResponse
    keys: frozenset[str]
    omissions: tuple[Omission, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether an error of the program, or of the data, stands in the way: not a database that is away (503)."""
        return self.response.status_code >= 500 and self.response.status_code != 503

    @property
    def error(self) -> str:
        """Why there is no page, for operators."""
        return getattr(self.response, "error", "") or f"it was answered with {self.response.status_code}"

    @property
    def fit(self) -> bool:
        """Whether the answer is a whole page, the same for everybody."""
        response = self.response
        directives = response.get("Cache-Control", "")
        return (
            response.status_code == 200
            and getattr(response, "worth_storing", True)
            and not response.streaming
            and not response.cookies
            and "cookie" not in response.get("Vary", "").lower()
            and not any(word in directives for word in _UNFIT_DIRECTIVES)
        )


def page(view=None, *, varies_by: tuple[str, ...] = ()):
    """Decorate a view whose answer is a public page to be stored: `/keji/` is the same page for every reader.

    `varies_by` names the parameters of the query that make another page of it, which then is not stored: the read replica may
    answer it.
    """

    def decorate(view):
        if varies_by:
            view = reads_replica(view)
        view.page_varies_by = varies_by
        return view

    return decorate if view is None else decorate(view)


def is_page(path: str, parameters) -> bool:
    """Whether a stored page can stand at `path`, asked for with these parameters of a query."""
    try:
        view = resolve(simplified(path)).func
    except Resolver404:
        return False
    varies_by = getattr(view, "page_varies_by", None)
    return varies_by is not None and not any(name in parameters for name in varies_by)


def load() -> None:
    """Load addresses and templates, without a database: processes that are copied from this one share it."""
    _handler()
    resolve("/")
    for engine in engines.all():
        if isinstance(engine, Jinja2):
            for name in engine.env.list_templates(extensions=["html"]):
                engine.env.get_template(name)


class PageRequest(WSGIRequest):
    """Asks for a page to be stored, on nobody's behalf."""

    # It is made of the primary database alone (meiri.journal.read_replica).
    makes_page = True


@cache
def _handler() -> WSGIHandler:
    return WSGIHandler()


def render(address: str) -> Rendered:
    """The answer at `address`, a decoded path, whatever its status. Raises nothing that a view raises."""
    site = urlsplit(settings.BASE_URL)
    secure = site.scheme == "https"
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": address.encode().decode("latin-1"),
        "RAW_URI": quoted(address),
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": site.hostname or "localhost",
        "SERVER_PORT": str(site.port or (443 if secure else 80)),
        "HTTP_HOST": site.netloc,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": site.scheme,
        "wsgi.input": BytesIO(),
    }
    request = PageRequest(environ)
    with collecting() as keys, collecting_omissions() as omissions:
        response = _handler().get_response(request)
    return Rendered(cast(HttpResponse, response), frozenset(keys), tuple(omissions))
