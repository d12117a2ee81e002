"""One stylesheet and one script a page, put together from parts without a build step.

A bundle is the concatenation of its parts, minified, under an address that holds a digest of the content, so that
browsers and CDNs may keep it for good. It is made when a process first needs it.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from rcssmin import cssmin
from rjsmin import jsmin

from meiri.delivery.editions import is_traditional
from meiri.delivery.rendering import page
from meiri.delivery.script import TraditionalConverter

PARTS = Path(__file__).parent / "static" / "web"
_COMMON = ["tokens", "page", "masthead", "lists", "hot", "footer"]
_FRONTS = [*_COMMON, "cards"]
STYLES = {
    "list": [*_FRONTS, "section"],
    "home": [*_FRONTS, "home"],
    "section": [*_FRONTS, "section", "designs"],
    "article": [*_COMMON, "article"],
    "live": [*_COMMON, "article", "live"],
    "comments": ["fields", "comments"],
    "tools": ["tools"],
    "player": ["player"],
    # What few articles have: galleries, videos, charts, boxes.
    "blocks": ["blocks", "viewer", "polls"],
    # Every page of the edition in large type.
    "large": [
        *(*_FRONTS, "home", "section", "standard", "article", "live", "search", "forms", "fields"),
        *("comments", "letters", "members", "staff", "settings", "blocks", "viewer", "polls", "large"),
    ],
    "front": [*_FRONTS, "home", "section", "standard"],
    "search": [*_FRONTS, "section", "search"],
    "suggestions": ["suggestions"],
    "advertisements": ["advertisements"],
    "form": [
        *_COMMON,
        "forms",
        "fields",
        "standard",
        "comments",
        "letters",
        "members",
        "staff",
        "settings",
        "polls",
    ],
}
SCRIPTS = {
    "preferences": ["preferences"],
    "page": ["switches", "times", "fragments", "bars", "counts", "searching", "installed"],
    "article": ["switches", "times", "fragments", "counts", "reading", "searching", "installed"],
    "live": ["switches", "times", "fragments", "bars", "counts", "searching", "live"],
    # What few readers of an article use: fetched when one goes for it.
    "tools": ["dressing", "aloud", "pinyin", "selection", "share"],
    "settings": ["settings"],
    "large": ["ruler"],
    "minors": ["ruler", "clock"],
    "worker": ["worker"],
    "offline": ["offline"],
    # Where a reader stopped: fetched once a reader goes on in an article.
    "place": ["place"],
    # What the masthead says to whoever is signed in.
    "masthead": ["masthead"],
    # What a reader without an account keeps on the device.
    "later": ["later"],
    "blocks": ["viewer", "compare", "players"],
    "notices": ["notices"],
    "timeline": ["timeline"],
    "advertisements": ["advertisements"],
    "issue": ["issue"],
    "home": ["switches", "times", "fragments", "bars", "counts", "carousel", "searching", "installed"],
    "suggestions": ["suggestions"],
    "comments": ["comments"],
    "polls": ["polls"],
    "work": ["work"],
    "passkeys": ["passkeys"],
    # Signing in by a phone.
    "scanning": ["scanning"],
    "push": ["push"],
    "verify": ["verify"],
}
# What the name of a script ends with whose words are in traditional script.
TRADITIONAL = "-hant"


SPACE = re.compile(r"--space-(\d+): ([\d.]+rem);")


@dataclass(frozen=True)
class Bundle:
    name: str
    content: bytes
    digest: str

    @cached_property
    def url(self):
        return reverse(
            "bundle", args=[f"{self.name.partition('.')[0]}.{self.digest}.{self.name.partition('.')[2]}"]
        )


@cache
def _made(name: str, stamp: float) -> Bundle:
    stem, _, kind = name.partition(".")
    if kind == "css":
        content = cssmin(
            with_spaces("\n".join((PARTS / "css" / f"{p}.css").read_text() for p in STYLES[stem]))
        )
    else:
        # Each part in a block of its own: its names are its own.
        parts = SCRIPTS[stem.removesuffix(TRADITIONAL)]
        content = jsmin("\n".join("{" + (PARTS / "js" / f"{p}.js").read_text() + "}" for p in parts))
        if stem.endswith(TRADITIONAL):
            content = TraditionalConverter().convert(content)
    data = content.encode()
    return Bundle(name, data, hashlib.sha256(data).hexdigest()[:10])


def with_spaces(styles: str) -> str:
    """`styles` with each token of space as its size, which is shorter and never changes."""
    sizes = dict(SPACE.findall((PARTS / "css" / "tokens.css").read_text()))
    plain = re.sub(r"var\(--space-(\d+)\)", lambda token: sizes[token[1]], SPACE.sub("", styles))
    return re.sub(r"calc\(-1 \* ([\d.]+rem)\)", r"-\1", plain)


def bundle(name: str) -> Bundle:
    """The bundle `article.css` or `page.js`. While debugging it is made anew when a part has changed."""
    stamp = max(p.stat().st_mtime for p in PARTS.rglob("*.*")) if settings.DEBUG else 0.0
    return _made(name, stamp)


def bundle_of_edition(name: str) -> Bundle:
    """The bundle for the page being rendered: one whose words are in the script of the page's edition."""
    made = bundle(name)
    if name.endswith(".css") or not is_traditional():
        return made
    traditional = bundle(name.replace(".", f"{TRADITIONAL}.", 1))
    return traditional if traditional.content != made.content else made


@page
def serve(request, name):
    """The bundle at its hashed address; an outdated digest gets what there is now, to be asked again soon."""
    stem, _, rest = name.partition(".")
    digest, _, kind = rest.partition(".")
    known = {"css": STYLES, "js": SCRIPTS | {name + TRADITIONAL: parts for name, parts in SCRIPTS.items()}}
    if stem not in known.get(kind, {}):
        raise Http404
    made = bundle(f"{stem}.{kind}")
    type_ = {"css": "text/css", "js": "text/javascript"}[kind]
    response = HttpResponse(made.content, content_type=f"{type_}; charset=utf-8")
    current = digest == made.digest
    response["Cache-Control"] = "public, max-age=31536000, immutable" if current else "public, max-age=60"
    response.worth_storing = current
    return response
