"""Between clean HTML and the newsroom's body blocks, both ways."""

import re
from html import escape
from typing import Any
from uuid import uuid4

from lxml import html
from wagtail.blocks.stream_block import StreamValue

from meiri.ingest.page import parse
from meiri.ingest.sanitise import clean
from meiri.media.models import Picture
from meiri.newsroom.models import Article

LONGEST_HEADING = 80
LONGEST_CAPTION = 200
_SPEAKER = re.compile(r"^(?:——|—|--)\s*(.{2,80})$")
_TO_RICH = ((r"<(/?)strong>", r"<\1b>"), (r"<(/?)em>", r"<\1i>"), (r"<br>", "<br/>"))


def as_stream(body: str, pictures: dict[str, Picture]) -> StreamValue:
    """As `as_blocks`, as the value of an article's body."""
    raw = [
        {
            "type": kind,
            "value": {**value, "image": value["image"].pk} if kind == "image" else value,
            "id": str(uuid4()),
        }
        for kind, value in as_blocks(body, pictures)
    ]
    # As it is stored: nothing is made of a block before somebody looks at it.
    return StreamValue(Article._meta.get_field("body").stream_block, raw, is_lazy=True)


def as_blocks(body: str, pictures: dict[str, Picture]) -> list[tuple[str, Any]]:
    """`body`, clean HTML, as blocks. `pictures` are the stored ones by their address in `body`; of others
    the address stays, for the editor."""
    blocks: list[tuple[str, Any]] = []
    text: list[str] = []

    def end_text():
        if text:
            blocks.append(("text", "".join(text)))
            text.clear()

    if not body.strip():
        return []
    root = parse(f"<html><body><div>{body}</div></body></html>").find(".//div")
    for element in [] if root is None else root:
        if element.tag in ("h2", "h3", "h4") and 0 < len(words := _words(element)) <= LONGEST_HEADING:
            end_text()
            blocks.append(("heading", words))
        elif element.tag == "figure":
            image = element.find(".//img")
            stored = pictures.get(image.get("src") or "") if image is not None else None
            caption = element.find("figcaption")
            words = _words(caption) if caption is not None else ""
            source = (image.get("src") or "") if image is not None else ""
            # What is longer than a caption can be is a paragraph below the picture.
            long, words = (words, "") if len(words) > LONGEST_CAPTION else ("", words)
            if stored is not None:
                end_text()
                blocks.append(("image", {"image": stored, "caption": words, "credit": ""}))
            elif source:
                end_text()
                blocks.append(("missing_picture", {"address": source[:2000], "caption": words}))
            elif words:
                long = words
            if long:
                text.append(f"<p>{escape(long, quote=False)}</p>")
        elif element.tag == "blockquote":
            end_text()
            blocks.append(("quote", _quote(element)))
        elif element.tag == "table":
            end_text()
            blocks.append(("table", _table(element)))
        else:
            text.append(_rich(element))
    end_text()
    return [b for b in blocks if b[1]]


def _words(element) -> str:
    return " ".join("".join(element.itertext()).split())


def _rich(element) -> str:
    """A paragraph or list in the form that the editor's rich text is stored in."""
    element.tail = None
    for name in ("h2", "h3", "h4"):
        if element.tag == name:
            element.tag = "p"
    written = html.tostring(element, encoding="unicode")
    if not re.search(r"[^\s\u3000\xa0]", _words(element)):
        return ""
    for old, new in _TO_RICH:
        written = re.sub(old, new, written)
    return written


def _quote(element) -> dict:
    lines = [line for p in (list(element) or [element]) if (line := _words(p))]
    found = _SPEAKER.match(lines[-1]) if len(lines) > 1 else None
    return {"text": "\n".join(lines[:-1] if found else lines), "speaker": found[1] if found else ""}


def _table(element) -> dict:
    rows = []
    for tr in element.iter("tr"):
        row: list[str] = []
        for cell in tr.iter("td", "th"):
            row += [_words(cell)] + [""] * (min(60, int(cell.get("colspan") or 1)) - 1)
        rows.append(row)
    width = max((len(r) for r in rows), default=0)
    first = next(element.iter("tr"), None)
    headed = first is not None and first.find("th") is not None
    caption = element.find("caption")
    return {
        "data": [r + [""] * (width - len(r)) for r in rows],
        "cell": [],
        "mergeCells": [],
        "table_caption": _words(caption) if caption is not None else "",
        "first_row_is_table_header": headed,
        "first_col_is_header": False,
        "table_header_choice": "row" if headed else "neither",
    }


def as_html(body) -> str:
    """The body of an article as clean HTML."""
    return clean("\n".join(filter(None, (block_html(b.block_type, b.value) for b in body))))


def block_html(kind: str, value) -> str:
    """One block of a body as HTML that is still to be cleaned."""
    if kind == "text":
        return re.sub(r"<(/?)i>", r"<\1em>", re.sub(r"<(/?)b>", r"<\1strong>", value.source))
    if kind == "heading":
        return f"<h2>{escape(value, quote=False)}</h2>"
    if kind == "image":
        return _figure(value)
    if kind == "missing_picture":
        return _missing(value)
    if kind == "gallery":
        return "\n".join(_figure(p) for p in value["pictures"])
    if kind == "quote":
        speaker = f"<p>——{escape(value['speaker'], quote=False)}</p>" if value["speaker"] else ""
        lines = "".join(f"<p>{escape(line, quote=False)}</p>" for line in value["text"].split("\n"))
        return f"<blockquote>{lines}{speaker}</blockquote>"
    if kind == "table":
        return _table_html(value or {})
    if kind in ("video", "audio", "document"):
        file = value if kind == "document" else value["file"]
        title = (file.title if kind == "document" else value["title"]) if file else ""
        return f"<p>{escape(title, quote=False)}</p>"
    if kind == "embed":
        return f'<p><a href="{escape(value.url)}">{escape(value.url, quote=False)}</a></p>'
    if kind == "related":
        return f'<p><a href="{escape(value["url"])}">{escape(value["title"], quote=False)}</a></p>'
    return ""


def _figure(value) -> str:
    image = value["image"]
    if image is None:
        return ""
    words = " ".join(filter(None, (value["caption"], value["credit"])))
    caption = f"<figcaption>{escape(words, quote=False)}</figcaption>" if words else ""
    return (
        f'<figure><img src="{escape(image.stored_sizes().best)}" alt="{escape(image.alt)}">{caption}</figure>'
    )


def _missing(value) -> str:
    """As it came, so that whoever reads it can still fetch the picture."""
    caption = f"<figcaption>{escape(value['caption'], quote=False)}</figcaption>" if value["caption"] else ""
    return f'<figure><img src="{escape(value["address"])}">{caption}</figure>'


def _table_html(value: dict) -> str:
    rows = []
    for number, row in enumerate(value.get("data") or []):
        tag = "th" if number == 0 and value.get("first_row_is_table_header") else "td"
        rows.append(
            "<tr>" + "".join(f"<{tag}>{escape(str(c or ''), quote=False)}</{tag}>" for c in row) + "</tr>"
        )
    caption = value.get("table_caption") or ""
    head = f"<caption>{escape(caption, quote=False)}</caption>" if caption else ""
    return f"<table>{head}<tbody>{''.join(rows)}</tbody></table>"
