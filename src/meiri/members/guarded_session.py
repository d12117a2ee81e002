"""How other accounts' providers are asked: over TLS, on the public Internet, within a time and a size.

The one exception is a provider that the operator has said to stand in a private network (`MEIRI_OIDC_PRIVATE`).
"""

import io
from dataclasses import replace
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

from meiri import outbound
from meiri.outbound import OutboundRules, Unreachable

# Seconds that nothing may be heard for, and that one answer may take in all.
SILENCE, LONGEST = 5, 10
MOST_BYTES = 256 * 1024


def rules_for(host: str | None) -> OutboundRules:
    rules = OutboundRules(
        schemes=("https",), silence=SILENCE, longest=LONGEST, most_bytes=MOST_BYTES, redirects=0
    )
    if settings.OIDC_PRIVATE and host == urlsplit(settings.OIDC).hostname:
        return replace(rules, is_allowed=outbound.is_any, ports=None, schemes=("http", "https"))
    return rules


def may_be_asked(url: str) -> bool:
    """Whether `url` is one that a provider may have."""
    try:
        outbound.check(url, rules_for(urlsplit(url).hostname))
    except (Unreachable, ValueError):
        return False
    return True


class _OutboundAdapter(HTTPAdapter):
    """Sends what requests prepares through the site's one client."""

    def send(self, request, **options):
        try:
            rules = rules_for(urlsplit(request.url).hostname)
            answer = outbound.ask(request.url, rules, request.method, request.headers, request.body)
        except (Unreachable, ValueError) as error:
            reason = error.in_english if isinstance(error, Unreachable) else "not an address"
            raise requests.ConnectionError(reason, request=request) from None
        if not answer.is_whole:
            raise requests.ConnectionError("the answer is too long", request=request)
        # What the body was packed by is no longer true of it.
        headers = HTTPHeaderDict(answer.headers)
        for name in ("Content-Encoding", "Content-Length", "Transfer-Encoding"):
            headers.discard(name)
        raw = HTTPResponse(
            io.BytesIO(answer.body), headers=headers, status=answer.status, preload_content=False
        )
        return self.build_response(request, raw)


class GuardedSession(requests.Session):
    """Follows no redirect and takes nothing from the environment."""

    def __init__(self):
        super().__init__()
        self.trust_env = False
        for scheme in ("https://", "http://"):
            self.mount(scheme, _OutboundAdapter())

    def request(self, method, url, **options):
        return super().request(method, url, **options | {"allow_redirects": False})
