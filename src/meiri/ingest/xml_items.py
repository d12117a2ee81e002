"""XML of wires, read element by element: no entity is resolved, no DTD loaded and nothing fetched."""

import codecs
import re
from collections.abc import Iterator, Set
from html import escape
from typing import BinaryIO

from lxml import etree

from meiri.ingest.parsed import Unreadable
from meiri.ingest.written_body import one_line

# What elements of NITF 3.6 and XHTML become in a body; those that are not named give way to what they hold.
_TAGS = {
    "p": "p", "hl1": "h2", "hl2": "h3", "h1": "h2", "h2": "h2", "h3": "h3", "h4": "h4", "ul": "ul", "ol": "ol", "li": "li",
    "table": "table", "caption": "caption", "thead": "thead", "tbody": "tbody", "tfoot": "tfoot", "tr": "tr", "th": "th",
    "td": "td", "nitf-table": "div", "em": "em", "i": "em", "strong": "strong", "b": "strong", "q": "q", "bq": "blockquote",
    "blockquote": "blockquote", "br": "br", "block": "div", "div": "div", "pre": "p", "media": "figure",
    "media-caption": "figcaption", "figure": "figure", "figcaption": "figcaption", "dt": "p", "dd": "p", "hr": "p",
}  # fmt: skip
_DROPPED = frozenset(
    ["script", "style", "media-metadata", "media-producer", "media-object", "nitf-table-metadata", "note"]
)
_BEGINNING = 64 * 1024
_VOID = frozenset(["br"])
_CELLS = frozenset(["td", "th"])


def elements(file: BinaryIO, names: Set[str]) -> Iterator[etree._Element]:
    """The outermost elements of these local names, each to be read before the next is asked for: it is emptied then.

    Raises `Unreadable` where the XML is damaged.
    """
    depth = 0
    try:
        for event, element in etree.iterparse(
            file,
            ("start", "end"),
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
            encoding=_encoding_of(file),
        ):
            if not isinstance(element.tag, str) or local_name(element) not in names:
                continue
            depth += 1 if event == "start" else -1
            if event == "end" and not depth:
                yield element
                element.clear(keep_tail=False)
                while element.getprevious() is not None and (parent := element.getparent()) is not None:
                    del parent[0]
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"XML 文件第 {error.lineno or 1} 行有错误，后面的没有读取。") from error


def _encoding_of(file: BinaryIO) -> str | None:
    """UTF-8 where a file is that and says that it is Latin-1; None for what it says itself."""
    beginning = file.read(_BEGINNING)
    file.seek(0)
    if not re.search(
        rb"""encoding=["'](?:iso-8859-1|windows-1252|us-ascii)["']""", beginning[:200], re.IGNORECASE
    ):
        return None
    try:
        # The last character of a beginning may be cut.
        codecs.getincrementaldecoder("utf-8")().decode(beginning)
    except UnicodeDecodeError:
        return None
    return None if beginning.isascii() else "utf-8"


def local_name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def at(element: etree._Element | None, path: str) -> etree._Element | None:
    """The first element at `path`, names of any namespace parted by slashes."""
    return None if element is None else element.find(_any(path))


def every(element: etree._Element, path: str) -> list[etree._Element]:
    return element.findall(_any(path))


def words(element: etree._Element | None, path: str = "") -> str:
    """The text in an element, or in the first at `path` below it, on one line."""
    found = at(element, path) if path else element
    return "" if found is None else one_line(text_of(found))


def text_of(element: etree._Element) -> str:
    """The text in an element and those below it; entities that nobody resolved are none."""
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            parts.append(text_of(child))
        parts.append(child.tail or "")
    return "".join(parts)


def said(element: etree._Element | None, path: str, attribute: str) -> str:
    """An attribute of the first element at `path`; "" where there is none."""
    found = at(element, path)
    return "" if found is None else one_line(found.get(attribute))


def number(text: str) -> int:
    """The number that a text is; 0 for anything else, and for what is no version or urgency."""
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else 0


def markup_of(element: etree._Element | None) -> str:
    """The HTML of what is in an element of NITF or XHTML."""
    return "" if element is None else _inner(element)


def _inner(element: etree._Element) -> str:
    parts = [escape(element.text or "", quote=False)]
    for child in element:
        if isinstance(child.tag, str):
            parts.append(_outer(child))
        parts.append(escape(child.tail or "", quote=False))
    return "".join(parts)


def _outer(element: etree._Element) -> str:
    name = local_name(element).lower()
    if name in _DROPPED:
        return ""
    if name in ("media-reference", "img"):
        source = element.get("source") or element.get("src") or element.get("data-location") or ""
        return f'<img src="{escape(source)}" alt="{escape(element.get("alternate-text") or element.get("alt") or "")}">'
    if name == "a":
        return f'<a href="{escape(element.get("href") or "")}">{_inner(element)}</a>'
    tag = _TAGS.get(name)
    if tag is None:
        return _inner(element)
    if tag in _CELLS:
        return f"<{tag}{_spans(element)}>{_inner(element)}</{tag}>"
    return f"<{tag}>" if tag in _VOID else f"<{tag}>{_inner(element)}</{tag}>"


def _spans(element: etree._Element) -> str:
    """How many columns and rows a cell takes, where it takes more than one."""
    return "".join(
        f' {name}="{escape(value)}"' for name in ("colspan", "rowspan") if (value := element.get(name))
    )


def _any(path: str) -> str:
    return "/".join(part if part == "." or not part else "{*}" + part for part in path.split("/"))
