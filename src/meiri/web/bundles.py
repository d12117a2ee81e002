"""One stylesheet and one script a page, put together from parts without a build step.

A bundle is the concatenation of its parts, minified, under an address that holds a digest of the content, so that
browsers and CDNs may keep it for good. It is made when a process first needs it.
"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import brotli
from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from rcssmin import cssmin
from rjsmin import jsmin

PARTS = Path(__file__).parent / "static" / "web"
_COMMON = ["tokens", "page", "masthead", "lists", "hot", "footer"]
STYLES = {
    "list": [*_COMMON, "section"],
    "home": [*_COMMON, "home"],
    "article": [*_COMMON, "article", "forms", "comments"],
    "front": [*_COMMON, "home", "section", "standard"],
    "form": [*_COMMON, "forms", "standard", "comments", "letters", "members", "staff"],
}
SCRIPTS = {
    "preferences": ["preferences"],
    "page": ["switches", "times", "fragments", "counts"],
    "article": ["switches", "times", "fragments", "counts", "reading", "aloud", "share"],
    "home": ["switches", "times", "fragments", "counts", "carousel"],
}


@dataclass(frozen=True)
class Bundle:
    name: str
    content: bytes
    digest: str

    @property
    def url(self):
        return reverse(
            "bundle", args=[f"{self.name.partition('.')[0]}.{self.digest}.{self.name.partition('.')[2]}"]
        )


@cache
def _made(name: str, stamp: float) -> Bundle:
    stem, _, kind = name.partition(".")
    if kind == "css":
        content = cssmin("\n".join((PARTS / "css" / f"{p}.css").read_text() for p in STYLES[stem]))
    else:
        # Each part in a block of its own: its names are its own.
        content = jsmin("\n".join("{" + (PARTS / "js" / f"{p}.js").read_text() + "}" for p in SCRIPTS[stem]))
    data = content.encode()
    return Bundle(name, data, hashlib.sha256(data).hexdigest()[:10])


def bundle(name: str) -> Bundle:
    """The bundle `article.css` or `page.js`. While debugging it is made anew when a part has changed."""
    stamp = max(p.stat().st_mtime for p in PARTS.rglob("*.*")) if settings.DEBUG else 0.0
    return _made(name, stamp)


@cache
def _compressed(made: Bundle, encoding: str) -> bytes:
    if encoding == "br":
        return brotli.compress(made.content)
    return gzip.compress(made.content, mtime=0)


def serve(request, name):
    """The bundle at its hashed address; an outdated digest gets what there is now, to be asked again soon."""
    stem, _, rest = name.partition(".")
    digest, _, kind = rest.partition(".")
    if stem not in {"css": STYLES, "js": SCRIPTS}.get(kind, {}):
        raise Http404
    made = bundle(f"{stem}.{kind}")
    accepted = request.headers.get("Accept-Encoding", "")
    encoding = "br" if "br" in accepted else "gzip" if "gzip" in accepted else ""
    type_ = {"css": "text/css", "js": "text/javascript"}[kind]
    response = HttpResponse(
        _compressed(made, encoding) if encoding else made.content, content_type=f"{type_}; charset=utf-8"
    )
    if encoding:
        response["Content-Encoding"] = encoding
    response["Vary"] = "Accept-Encoding"
    current = digest == made.digest
    response["Cache-Control"] = "public, max-age=31536000, immutable" if current else "public, max-age=60"
    return response
