"""Whether a request comes from a person who looks at the page."""

import re

# Crawlers name themselves by these words (Baiduspider, Bytespider, Googlebot, Sogou web spider…); the rest are
# the names of programs that fetch. Cubot makes telephones.
_ROBOT = re.compile(
    r"(?<!cu)bot\b|spider|crawl|slurp|scrap|archiver|facebookexternalhit|mediapartners|preview|monitor|lighthouse"
    r"|pingdom|\b(?:curl|wget|python|java|perl|ruby|php|node|axios|go-http-client|libwww|httpclient|aiohttp|httpx)\b",
    re.IGNORECASE,
)


def is_robot(request) -> bool:
    agent = request.headers.get("User-Agent", "")
    return not agent or bool(_ROBOT.search(agent))


def is_prefetch(request) -> bool:
    """The browser fetches ahead; nobody looks yet."""
    says = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
    return any(word in request.headers.get(name, "") for name in says for word in ("prefetch", "preview"))


def from_elsewhere(request) -> bool:
    """Another site's page sent the request, so that its reader does not see ours."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") == "cross-site"


def is_reader(request) -> bool:
    return not (is_robot(request) or is_prefetch(request) or from_elsewhere(request))
