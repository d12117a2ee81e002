"""Which pictures of a page are the article's, and where they are."""

import base64
import binascii
import hashlib
import re
from urllib.parse import unquote, unquote_to_bytes

from meiri.ingest.parsed import FoundPicture

# Where pages that load pictures late most often keep the real address; any other attribute may do so as well.
_LATE = (
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-actualsrc",
    "_src",
    "zoomfile",
    "file",
    "original",
)
_NOT_AN_ADDRESS = frozenset(
    ("src", "srcset", "alt", "title", "class", "id", "style", "width", "height", "onerror", "onload")
)
_LOOKS_LIKE_A_PICTURE = re.compile(
    r"(?:https?:)?//[^\s\"'<>]{4,1900}|[^\s\"'<>:]{1,500}\.(?:jpe?g|png|gif|webp|avif|bmp)(?:[?!@][^\s\"'<>]{0,300})?$",
    re.IGNORECASE,
)
_A_SET = re.compile(r"\s\d{1,5}(?:\.\d{1,3})?[wx]\s{0,4}(?:,|$)")
_NAMED_LIKE_ONE = re.compile(r"src|lazy|load|img|image|pic|original|echo|url$")
MOST_ATTRIBUTES = 60
_NOT_CONTENT = re.compile(
    r"(?:^|[/_-])(?:blank|spacer|pixel|loading|grey|transparent|lazy|placeholder|logo|icon|avatar|qrcode|erweima|ewm|share|btn|button|arrow)[^/]*$|\.svg(?:\?|$)|^about:|^javascript:",
    re.IGNORECASE,
)
SMALLEST_SIDE = 60
SMALLEST_DATA = 1500
LARGEST_DATA = 20 * 1024 * 1024
_KINDS = {
    "png": "png",
    "jpeg": "jpg",
    "jpg": "jpg",
    "webp": "webp",
    "gif": "gif",
    "avif": "avif",
    "bmp": "bmp",
}


def picture_of(image, resolve) -> FoundPicture | None:
    """The picture of an <img>, None for icons, placeholders and counters. `resolve` makes the address."""
    for side in ("width", "height"):
        size = re.match(r"\d+", image.get(side) or "")
        if size and int(size[0]) < SMALLEST_SIDE:
            return None
    alt = " ".join((image.get("alt") or "").split())[:200]
    saved = image.get("src") or ""
    late = _late_address(image)
    # A page saved by a browser has the picture beside it: that copy is better than an address.
    source = saved if is_saved_beside(saved) else late or saved
    if not source or (not _LOOKS_LIKE_A_PICTURE.match(source) and not source.startswith("data:image/")):
        source = _largest(image.get("srcset") or "") or source
    source = source.strip()
    if source.startswith("data:"):
        return _embedded(source, alt)
    if not source or len(source) > 2000 or _NOT_CONTENT.search(source.split("?")[0]):
        return None
    url = resolve(source)
    return FoundPicture(url=url, alt=alt) if url else None


def _late_address(image) -> str:
    """The address that a script would put into `src`: the value of whichever attribute reads like a picture's."""
    names = [*_LATE, *list(image.attrib)[:MOST_ATTRIBUTES]]
    for name in dict.fromkeys(names):
        value = (image.get(name) or "").strip()[:2000]
        if name in _NOT_AN_ADDRESS or not value:
            continue
        if _A_SET.search(value):
            value = _largest(value)
        named = name in _LATE or (_NAMED_LIKE_ONE.search(name) and _LOOKS_LIKE_A_PICTURE.match(value))
        if named and not _NOT_CONTENT.search(value.split("?")[0]):
            return value
    return ""


def is_saved_beside(source: str) -> bool:
    return bool(re.match(r"(?:\./)?[^/:]+(?:_files|\.files)/", unquote(source)))


def _largest(srcset: str) -> str:
    candidates = [c.split() for c in srcset.split(", ") if c.split()]
    return (
        max(candidates, key=lambda c: float(re.sub(r"[^\d.]", "", c[-1]) or 0) if len(c) > 1 else 0)[0]
        if candidates
        else ""
    )


def _embedded(source: str, alt: str) -> FoundPicture | None:
    match = re.match(r"data:image/([a-z]+)((?:;[\w=-]+)*),", source, re.IGNORECASE)
    kind = _KINDS.get(match[1].lower()) if match else None
    if not match or kind is None or len(source) > LARGEST_DATA * 4 // 3:
        return None
    content = source[match.end() :]
    try:
        data = (
            base64.b64decode(unquote(content)) if "base64" in match[2].lower() else unquote_to_bytes(content)
        )
    except (binascii.Error, ValueError):
        return None
    if len(data) < SMALLEST_DATA:
        return None
    return FoundPicture(url=f"embedded/{hashlib.sha256(data).hexdigest()[:16]}.{kind}", alt=alt, data=data)
