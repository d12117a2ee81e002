"""The headers that go with a page file. nginx sends the same; tests hold the two together."""

from functools import cache
from typing import Any
from wsgiref.handlers import format_date_time

from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware

from meiri.delivery.guards import Guards
from meiri.delivery.kinds import HTML, kind_of
from meiri.delivery.page_files import PageFile

Header = tuple[str, str]


# Where browsers find what they may fetch ahead (a structured field: RFC 9651).
SPECULATION_RULES = '"/speculation-rules.json"'


@cache
def guarding() -> tuple[Header, ...]:
    """What protects the reader's browser on every page: as the site's middleware writes it, in lower case."""
    request = HttpRequest()
    request.META |= {"SERVER_NAME": "localhost", "SERVER_PORT": "80"}
    response: Any = HttpResponse()
    middlewares: tuple[Any, ...] = (XFrameOptionsMiddleware, CSPMiddleware, SecurityMiddleware, Guards)
    for middleware in middlewares:
        response = middleware(lambda _, response=response: response)(request)
    return tuple(
        (name.lower(), in_order(value) if name == "Content-Security-Policy" else value)
        for name, value in response.items()
        if name != "Content-Type"
    )


def in_order(policy: str) -> str:
    """A policy with its directives sorted: the middleware writes them in another order in each process."""
    return "; ".join(sorted(directive.strip() for directive in policy.split(";")))


def headers_of(address: str, file: PageFile, encoding: str) -> list[Header]:
    """All headers of an answer with `file`, the variant of the page at `address` in `encoding` ("" for none)."""
    kind = kind_of(address)
    headers = [
        ("content-type", kind.content_type),
        ("cache-control", kind.cache_control),
        ("etag", file.etag),
        ("last-modified", format_date_time(file.changed)),
        ("vary", "Accept-Encoding"),
        ("surrogate-key", kind.surrogate_keys),
        *guarding(),
    ]
    if kind.content_type == HTML:
        headers.append(("speculation-rules", SPECULATION_RULES))
    if encoding:
        headers.append(("content-encoding", encoding))
    return headers


# What a 304 leaves out: they describe the body that is not sent (RFC 9110, 15.4.5).
_OF_THE_BODY = {"content-type", "content-encoding"}


def headers_unmodified(headers: list[Header]) -> list[Header]:
    return [(name, value) for name, value in headers if name not in _OF_THE_BODY]


def is_unmodified(if_none_match: str | None, if_modified_since: str | None, file: PageFile) -> bool:
    """Whether whoever asks has this file already (RFC 9110, 13.2.2); a time counts only where it is the very one."""
    if if_none_match is not None:
        return matches(if_none_match, file.etag)
    return if_modified_since is not None and if_modified_since == format_date_time(file.changed)


def matches(if_none_match: str, etag: str) -> bool:
    """Whether the value of If-None-Match names `etag`; the weak comparison of RFC 9110, 8.8.3.2."""
    if if_none_match.strip() == "*":
        return True
    return any(tag.strip().removeprefix("W/") == etag for tag in if_none_match.split(","))


def preferred(accept_encoding: str) -> list[str]:
    """The encodings that may be sent, the best first: `br` before `gzip` before none, as far as each is accepted.

    RFC 9110, 12.5.3: a weight of 0 refuses, `*` stands for all that are not named.
    """
    weights: dict[str, bool] = {}
    for part in accept_encoding.lower().split(","):
        coding, _, parameters = part.partition(";")
        weights[coding.strip()] = _weighs(parameters)
    others = weights.get("*", False)
    return [coding for coding in ("br", "gzip") if weights.get(coding, others)] + [""]


def _weighs(parameters: str) -> bool:
    name, _, value = parameters.partition("=")
    if name.strip() != "q":
        return True
    try:
        return float(value) > 0
    except ValueError:
        return False
