"""The HTML that may stay in a body: nothing that runs, loads from elsewhere by itself, or styles."""

import re

import nh3

TAGS = {
    "p", "h2", "h3", "h4", "strong", "em", "a", "img", "figure", "figcaption", "blockquote", "ul", "ol", "li",
    "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "br",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
# Whatever is in these goes with them.
DROPPED_WHOLE = {
    "script",
    "style",
    "noscript",
    "template",
    "iframe",
    "object",
    "svg",
    "math",
    "select",
    "title",
}
# A control character, half of a pair that no encoding can hold, or a bidirectional override that could make text read otherwise than it is.
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_PICTURE = re.compile(r"https?://[^\s\"'<>\\]+|[^\s\"'<>\\:?#]+(?:\?[^\s\"'<>\\]*)?\Z")


def clean(html: str, more_tags: frozenset[str] = frozenset()) -> str:
    """`html` with the tags of an article's body, `more_tags`, and no other.

    Links are http(s), without a base; pictures may be relative.
    """
    return nh3.clean(
        UNPRINTABLE.sub("", html),
        tags=TAGS | more_tags,
        attributes=ATTRIBUTES,
        clean_content_tags=DROPPED_WHOLE,
        attribute_filter=_allowed,
        url_schemes={"http", "https"},
        link_rel=None,
        strip_comments=True,
    )


def _allowed(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        value = value.strip()
        return value if re.match(r"https?://[^\s/]", value, re.IGNORECASE) else None
    if name == "src":
        value = value.strip()
        if value.startswith("//") or not _PICTURE.match(value):
            return None
        scheme = _SCHEME.match(value)
        return value if not scheme or value.lower().startswith(("http://", "https://")) else None
    if name in ("colspan", "rowspan"):
        return value if re.fullmatch(r"[1-9]\d?", value) else None
    return value


def plain(html: str) -> str:
    """The text of `html`, one line a paragraph."""
    broken = re.sub(r"(?i)<br\s*/?>|</(?:p|h[2-4]|li|tr|figcaption|blockquote)>", "\n", html)
    text = nh3.clean(broken, tags=set(), clean_content_tags=DROPPED_WHOLE)
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&amp;", "&")):
        text = text.replace(entity, character)
    return "\n".join(line for line in (" ".join(x.split()) for x in text.split("\n")) if line)
