"""The elements of pasted HTML: which of them are blocks, which are not read, and what their looks mean."""

import re

from lxml import html

from meiri.ingest import office
from meiri.ingest.blocks import BLOCK_TAGS
from meiri.ingest.pasted import LeftOut

# As on pages, with what stands in text alone, and without what an editor does not paste as words.
BLOCKS = BLOCK_TAGS - {"audio", "h7", "head", "hr", "title", "video"} | {
    *("dialog", "hgroup", "legend", "menu", "search"),
}
HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
LISTS = frozenset(["ul", "ol", "menu"])
# What no reader of a page sees as words.
UNSEEN = frozenset(
    ["head", "script", "style", "template", "noscript", "title", "meta", "link", "xml", "base", "rp"]
)
_KINDS = {
    "嵌入的网页": ("iframe", "frame"),
    "嵌入的内容": ("object", "embed", "applet"),
    "视频": ("video", "mpvideo"),
    "音频": ("audio", "mpvoice"),
    "图形": ("drawing", "canvas"),
    "公式": ("math",),
    "按钮": ("button",),
    "表单": ("select", "textarea", "input"),
    "修订中删去的文字": ("del",),
    "注音": ("rt",),
}
_KIND_OF = {tag: kind for kind, tags in _KINDS.items() for tag in tags}
# Without words there is nothing to tell of these.
_WORDS_ALONE = frozenset(["修订中删去的文字", "注音", "批注", "隐藏的文字"])
_MARKS = {"b": "b", "strong": "b", "i": "i", "em": "i", "cite": "i", "sup": "sup", "sub": "sub"}
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
_WEIGHT = re.compile(r"font-weight\s*:\s*(\w+)", re.IGNORECASE)
_SLANT = re.compile(r"font-style\s*:\s*(\w+)", re.IGNORECASE)
_RAISED = re.compile(r"vertical-align\s*:\s*(super|sub)\b", re.IGNORECASE)


def is_hidden(element: html.HtmlElement) -> bool:
    return element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style") or ""))


def left_out_of(element: html.HtmlElement) -> LeftOut | None:
    """What is left out with `element`; nothing is named where that has no words that a reader saw. None: it is read."""
    what = _KIND_OF.get(element.tag, "")
    if element.tag.startswith("mp-"):
        what = "公众号的卡片"
    if not what and office.is_comment(element):
        what = "批注"
    if not what and is_hidden(element):
        what = "隐藏的文字"
    if not what:
        return None
    words = "".join(element.itertext()).strip()
    if words or what in _WORDS_ALONE:
        return LeftOut(what if words else "", words)
    if element.tag == "input":
        is_seen = element.get("type") != "hidden" and element.get("value")
        return LeftOut(what if is_seen else "", element.get("value") or "")
    named = (element.get(name) for name in ("data-nickname", "data-src", "src", "data"))
    return LeftOut(what, next(filter(None, named), "")[:300])


def marks_of(element: html.HtmlElement, inherited: frozenset[str]) -> frozenset[str]:
    """The marks (b, i, sup, sub) of the words in `element`, by its name and its style."""
    if element.tag in HEADINGS:
        return frozenset()
    marks = inherited
    if mark := _MARKS.get(element.tag):
        marks |= {mark}
    style = element.get("style")
    if not style:
        return marks
    if weight := _WEIGHT.search(style):
        marks = marks | {"b"} if _is_bold(weight[1].lower()) else marks - {"b"}
    if slant := _SLANT.search(style):
        marks = marks | {"i"} if slant[1].lower() in ("italic", "oblique") else marks - {"i"}
    if (raised := _RAISED.search(style)) and element.tag == "span":
        marks |= {"sup" if raised[1].lower() == "super" else "sub"}
    return marks


def _is_bold(weight: str) -> bool:
    return weight in ("bold", "bolder") or (
        weight.isascii() and weight.isdigit() and 600 <= int(weight[:5]) <= 1000
    )
