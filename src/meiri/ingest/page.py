"""HTML text to a bounded tree, without what never belongs to an article."""

import re
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from meiri.ingest.parsed import Unreadable

MAX_ELEMENTS = 150_000
MAX_DEPTH = 400
_NEVER_TEXT = (
    "script", "style", "template", "svg", "canvas", "select", "button", "textarea", "input", "object", "embed",
    "applet", "iframe", "frame", "map", "math", "audio-player", "dialog",
)  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SCRIPT = re.compile(r"<(script|style|svg)\b([^<>]*)>", re.IGNORECASE)
_SCRIPT_ENDS = {name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in ("script", "style", "svg")}
# A tag of more words than this is no page's; the parser looks at all attributes for each.
MAX_WORDS_OF_TAG = 10_000


def parse(text: str) -> html.HtmlElement:
    """The tree of a page. Raises `Unreadable` for a page of absurd size or depth, or with nothing in it."""
    # Scripts are most of many pages: taken out before parsing they cost next to nothing. JSON-LD stays.
    text = _NOT_XML.sub("", _without_scripts(text))
    if text.count("<") > 4 * MAX_ELEMENTS or any(
        len(tag.partition(">")[0].split(None, MAX_WORDS_OF_TAG)) > MAX_WORDS_OF_TAG
        for tag in text.split("<")[1:]
    ):
        raise Unreadable("网页结构过于庞大，无法读取。")
    parser = html.HTMLParser(encoding="utf-8", remove_pis=True, huge_tree=False)
    try:
        tree = html.document_fromstring(text.encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise Unreadable("网页里没有可以读取的内容。") from error
    depth = deepest = count = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
        count += event == "start"
        if count > MAX_ELEMENTS or deepest > MAX_DEPTH:
            raise Unreadable("网页结构过于庞大或嵌套过深，无法读取。")
    return tree


def _without_scripts(text: str) -> str:
    """`text` without scripts, styles and drawings that are closed; JSON-LD stays."""
    kept: list[str] = []
    at, unclosed = 0, set()
    while opening := _SCRIPT.search(text, at):
        name, end = opening[1].lower(), opening.end()
        closing = None if name in unclosed else _SCRIPT_ENDS[name].search(text, end)
        if closing is None:
            # Nor is any after it: the rest of the page is searched once for each name.
            unclosed.add(name)
        elif "ld+json" in opening[2]:
            end = closing.end()
        else:
            kept += [text[at : opening.start()], " "]
            at = closing.end()
            continue
        kept.append(text[at:end])
        at = end
    return "".join([*kept, text[at:]])


def without_machinery(tree: html.HtmlElement, keep_hidden: bool = False) -> html.HtmlElement:
    """Take scripts, controls and (unless `keep_hidden`) what a reader doesn't see from `tree`, in place."""
    for image in tree.iter("noscript"):
        _show_lazy_picture(image)
    etree.strip_elements(tree, etree.Comment, *_NEVER_TEXT, "noscript", with_tail=False)
    if not keep_hidden:
        for element in list(tree.iter()):
            if (element.get("hidden") is not None or _HIDDEN.search(element.get("style") or "")) and (
                element.getparent() is not None and element.tag not in ("body", "html")
            ):
                element.drop_tree()
    return tree


def _show_lazy_picture(noscript: html.HtmlElement) -> None:
    """A picture that a script would load stands in <noscript> beside its placeholder: give it its address."""
    before = noscript.getprevious()
    real = next(noscript.iter("img"), None)
    if before is not None and before.tag == "img" and real is not None and real.get("src"):
        before.set("data-src", real.get("src"))


def joined_address(base: str, address: str) -> str:
    """`address` as it is meant at `base` (RFC 3986); as it stands where it is none."""
    try:
        return urljoin(base, address)
    except ValueError:
        return address


def host_of(address: str) -> str:
    """The host of an address, in lower case; "" where it has none."""
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def words_of(element: html.HtmlElement) -> set[str]:
    """The words of an element's class and id, in lower case: `postHotList_1` gives post, hot, list."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}"[:300]
    return set(re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", names).lower()))
