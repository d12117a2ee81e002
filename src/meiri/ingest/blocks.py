"""A page as the run of blocks a reader sees: paragraphs, headings, list items, quotations, tables, pictures."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

from lxml import etree, html

from meiri.ingest.parsed import FoundPicture
from meiri.ingest.pictures import picture_of
from meiri.ingest.times import RELATIVE, WRITTEN

BLOCK_TAGS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "h7",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
        "head",
        "video",
        "audio",
    ]
)
_HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4"}
_INLINE = {"strong": "strong", "b": "strong", "em": "em"}
# Spaces at a paragraph's edge: the two-character indent is the style sheet's matter.
EDGES = " \t\r\n\f\v\xa0\u3000\u200b\u200e\ufeff\u2002\u2003"
_SPACES = re.compile(r"[ \t\r\n\f\v\xa0\u200b\u200e\ufeff\u2002\u2003]+")
_PLAIN_SPACES = " \t\r\n\f\v"
_SPACES_OF_LINE = re.compile(f"[{_PLAIN_SPACES}]+")
_INDENT = re.compile(r"^(?:[\u3000\u2003]|[\xa0 \u2002]{3,})")
MAX_TABLE_CELLS = 3000


@dataclass
class Block:
    """`kind`: p, h2-h4, li, quote, caption, figure, table or media. `text` is what is read; `line` the same with a tab
    where an inline element begins or ends, for reading meta lines; `linked` counts the characters inside links.
    """

    kind: str
    element: html.HtmlElement
    markup: str
    text: str = ""
    line: str = ""
    linked: int = 0
    picture: FoundPicture | None = None
    group: html.HtmlElement | None = field(default=None, repr=False)


class _BlockReader:
    """Gathers text between block boundaries; inline tags that span a boundary are closed and opened again."""

    def __init__(self, link):
        self.link = link
        self.blocks: list[Block] = []
        self.containers: list[html.HtmlElement] = []
        self.open: list[tuple[str, str]] = []
        self.anchors = 0
        self._clear()

    def _clear(self):
        self.pieces = [opening for _, opening in self.open]
        self.texts: list[str] = []
        self.lines: list[str] = []
        self.linked = 0
        self.broken = False

    def write(self, text: str | None):
        if not text:
            return
        if self.broken:
            if _INDENT.match(text):
                self.flush()
            elif text.strip(EDGES):
                self.pieces.append("<br>")
                self.broken = False
        # Most of a page's texts are the spaces between its tags.
        if not text.strip(_PLAIN_SPACES):
            self.pieces.append(" ")
            self.texts.append(" ")
            self.lines.append(" ")
            return
        spaced = _SPACES.sub(" ", text)
        self.pieces.append(escape(spaced, quote=False))
        self.texts.append(spaced)
        self.lines.append(_SPACES_OF_LINE.sub(" ", text))
        if self.anchors:
            self.linked += len("".join(text.split()))

    def line_break(self):
        if self.broken or not any(t.strip(EDGES) for t in self.texts):
            self.flush()
            return
        self.broken = True
        self.texts.append("\n")
        self.lines.append("\n")

    def begin(self, tag: str, opening: str):
        self.open.append((tag, opening))
        self.pieces.append(opening)
        self.lines.append("\t")

    def end(self, tag: str):
        self.lines.append("\t")
        if self.open and self.open[-1][0] == tag:
            self.open.pop()
            self.pieces.append(f"</{tag}>")

    def flush(self):
        text = "".join(self.texts).strip(EDGES)
        if text:
            pieces = self.pieces + [f"</{tag}>" for tag, _ in reversed(self.open) if tag]
            kind, element, group = self._place()
            line = "".join(self.lines).strip()
            self.blocks.append(
                Block(kind, element, tidy("".join(pieces)), text, line, self.linked, group=group)
            )
        self._clear()

    def _place(self) -> tuple[str, html.HtmlElement, html.HtmlElement | None]:
        element = self.containers[-1]
        for ancestor in reversed(self.containers):
            tag = ancestor.tag
            if tag in _HEADINGS:
                return _HEADINGS[tag], element, None
            if tag in ("figcaption", "caption"):
                return "caption", element, None
            if tag == "blockquote":
                return "quote", element, ancestor
            if tag == "li":
                parent = ancestor.getparent()
                return "li", element, parent if parent is not None else ancestor
            if tag in ("div", "section", "td", "article", "body"):
                break
        return "p", element, None

    def add(self, kind: str, element, markup: str, text: str = "", picture=None, linked: int = 0):
        self.flush()
        self.blocks.append(Block(kind, element, markup, text, text, linked, picture))


def tidy(pieces: str) -> str:
    """Without spaces at the edges, empty inline elements and breaks at either end."""
    if "<" not in pieces:
        return pieces.strip(EDGES)
    previous = None
    while previous != pieces:
        previous = pieces
        pieces = re.sub(r"<(strong|em|a)(?: [^<>]*)?>[\s\u3000]*</\1>", " ", pieces)
        pieces = re.sub(r"</(strong|em)>([\s\u3000]*)<\1>", r"\2", pieces).strip(EDGES)
        pieces = re.sub(r"^(?:<br>)+|(?:<br>)+$", "", pieces).strip(EDGES)
        pieces = re.sub(r"^((?:<(?:strong|em|a(?: [^<>]*)?)>)+)[\s\u3000]+", r"\1", pieces)
    return pieces


def read_blocks(root: html.HtmlElement, link=lambda href: None, picture_url=lambda src: src) -> list[Block]:
    """The blocks under `root` in reading order.

    `link` gives the address that an href is to have (None: just its text stays), `picture_url` that of a picture.
    """
    reader = _BlockReader(link)
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if not isinstance(tag, str):
            if event == "end" and element is not root:
                reader.write(element.tail)
            continue
        if event == "start":
            if tag == "head" or (tag == "table" and _is_data_table(element)) or tag in ("video", "audio"):
                if tag == "table":
                    reader.add("table", element, _table(element), _text(element), linked=_linked(element))
                elif tag != "head":
                    _recording(reader, element)
                walk.skip_subtree()
                element.set("data-skipped", "1")
                continue
            _start(reader, element, tag, picture_url)
            if moment := _told_apart(element):
                reader.lines.append(f"\t{moment}\t")
            reader.write(element.text)
        else:
            if element.get("data-skipped"):
                del element.attrib["data-skipped"]
            else:
                _end(reader, tag)
            if element is not root:
                reader.write(element.tail)
    reader.flush()
    return reader.blocks


def _start(reader: _BlockReader, element, tag: str, picture_url):
    if tag in BLOCK_TAGS:
        reader.flush()
        reader.containers.append(element)
    elif tag == "br":
        reader.line_break()
    elif tag == "img":
        if found := picture_of(element, picture_url):
            # A picture inside a line of text follows that line.
            reader.add("figure", element, "", picture=found)
    elif tag == "a":
        reader.anchors += 1
        href = reader.link(element.get("href") or "")
        reader.begin("a" if href else "", f'<a href="{escape(href)}">' if href else "")
    elif tag in _INLINE:
        reader.begin(_INLINE[tag], f"<{_INLINE[tag]}>")
    else:
        reader.lines.append("\t")


def _told_apart(element) -> str:
    """The time that an attribute tells where the page itself says 3小时前."""
    for name in ("title", "datetime", "data-time"):
        moment = (element.get(name) or "")[:40]
        if moment and WRITTEN.search(moment) and RELATIVE.fullmatch((element.text or "").strip(EDGES)[:20]):
            return moment
    return ""


def _end(reader: _BlockReader, tag: str):
    if tag in BLOCK_TAGS:
        reader.flush()
        if reader.containers:
            reader.containers.pop()
    elif tag == "a":
        reader.anchors = max(0, reader.anchors - 1)
        if reader.open and reader.open[-1] == ("", ""):
            reader.open.pop()
            reader.lines.append("\t")
        else:
            reader.end("a")
    elif tag in _INLINE:
        reader.end(_INLINE[tag])
    elif tag not in ("br", "img"):
        reader.lines.append("\t")


def _recording(reader: _BlockReader, element):
    """A video or sound becomes a link: nothing plays, or loads, by itself."""
    source = element.get("src") or next((s.get("src") for s in element.iter("source") if s.get("src")), "")
    href = reader.link(source)
    if href:
        label = "视频" if element.tag == "video" else "音频"
        reader.add("media", element, f'<a href="{escape(href)}">{label}</a>')


def _text(element) -> str:
    return " ".join("".join(element.itertext()).split())


def _linked(element) -> int:
    return sum(len(_text(a)) for a in element.iter("a"))


def _is_data_table(table) -> bool:
    """Rows of short cells, not a page laid out by a table."""
    rows = cells = 0
    longest = 0
    for inner in table.iter("table", "tr", "td", "th", "div", "img", "h1", "h2"):
        if (inner.tag == "table" and inner is not table) or inner.tag in ("h1", "h2", "img"):
            return False
        rows += inner.tag == "tr"
        if inner.tag in ("td", "th"):
            cells += 1
            if cells > MAX_TABLE_CELLS:
                return False
            longest = max(longest, len(_text(inner)))
    return rows >= 2 and cells >= 2 * rows and longest < 400 and len(_text(table)) > 0


def _table(table) -> str:
    rows = []
    for tr in table.iter("tr"):
        cells = []
        for cell in tr.iter("td", "th"):
            span = "".join(
                f' {name}="{escape(cell.get(name))}"' for name in ("colspan", "rowspan") if cell.get(name)
            )
            cells.append(f"<{cell.tag}{span}>{escape(_text(cell), quote=False)}</{cell.tag}>")
        if cells:
            rows.append("<tr>" + "".join(cells) + "</tr>")
    caption = next(table.iter("caption"), None)
    head = (
        f"<caption>{escape(_text(caption), quote=False)}</caption>"
        if caption is not None and _text(caption)
        else ""
    )
    return "<table>" + head + "<tbody>" + "".join(rows) + "</tbody></table>"


def render(blocks: list[Block]) -> str:
    """`blocks` as HTML: items of one list and paragraphs of one quotation together, captions with their picture."""
    return "\n".join(_rendered(blocks))


def _rendered(blocks: list[Block]) -> Iterator[str]:
    number = 0
    while number < len(blocks):
        block = blocks[number]
        if block.kind in ("li", "quote"):
            run = [block]
            while number + 1 < len(blocks) and (following := blocks[number + 1]).kind == block.kind:
                if following.group is not block.group:
                    break
                run.append(following)
                number += 1
            if block.kind == "li":
                tag = "ol" if block.group is not None and block.group.tag == "ol" else "ul"
                yield f"<{tag}>" + "".join(f"<li>{b.markup}</li>" for b in run) + f"</{tag}>"
            else:
                yield "<blockquote>" + "".join(f"<p>{b.markup}</p>" for b in run) + "</blockquote>"
        elif block.kind == "figure" and block.picture:
            caption = ""
            if number + 1 < len(blocks) and blocks[number + 1].kind == "caption":
                number += 1
                caption = f"<figcaption>{blocks[number].markup}</figcaption>"
                block.picture.caption = block.picture.caption or blocks[number].text
            image = f'<img src="{escape(block.picture.url)}" alt="{escape(block.picture.alt)}">'
            yield f"<figure>{image}{caption}</figure>"
        elif block.kind == "table":
            yield block.markup
        elif block.kind in ("p", "caption", "media"):
            yield f"<p>{block.markup}</p>"
        else:
            yield f"<{block.kind}>{re.sub('</?strong>', '', block.markup)}</{block.kind}>"
        number += 1
