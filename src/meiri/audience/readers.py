"""Whether a request comes from a person who looks at the page, by its headers."""

import re

from meiri.delivery.rsgi import Headers

# Crawlers name themselves by these words (Baiduspider, Bytespider, Googlebot, Sogou web spider…); the rest are
# the names of programs that fetch. Cubot makes telephones.
_ROBOT = re.compile(
    r"(?<!cu)bot\b|spider|crawl|slurp|scrap|archiver|facebookexternalhit|mediapartners|preview|monitor|lighthouse"
    r"|pingdom|headless|phantomjs|okhttp|puppeteer|playwright|selenium"
    r"|\b(?:curl|wget|python|java|perl|ruby|php|node|axios|go-http-client|libwww|httpclient|aiohttp|httpx)\b",
    re.IGNORECASE,
)


_LONGEST_AGENT = 1_000


def browser_of(headers: Headers) -> str:
    """What the reader's browser calls itself, cut to a bounded length."""
    return (headers.get("user-agent") or "")[:_LONGEST_AGENT]


def is_robot(headers: Headers) -> bool:
    agent = browser_of(headers)
    return not agent or bool(_ROBOT.search(agent))


def is_prefetch(headers: Headers) -> bool:
    """The browser fetches ahead; nobody looks yet."""
    says = ("sec-purpose", "purpose", "x-purpose", "x-moz")
    return any(word in (headers.get(name) or "") for name in says for word in ("prefetch", "preview"))


def from_elsewhere(headers: Headers) -> bool:
    """Another site's page sent the request, so that its reader does not see ours."""
    return headers.get("sec-fetch-site") == "cross-site"


def is_reader(headers: Headers) -> bool:
    return not (is_robot(headers) or is_prefetch(headers) or from_elsewhere(headers))
