"""Values of StreamFields and rich texts of another Wagtail site, as its API gives them, made HTML.

What a block is follows from the shape of its value and from its name: sites name their blocks as they like, and most say image, heading,
quote or table somewhere in the name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from meiri.asked_numbers import asked_number
from meiri.ingest.migration.old_bodies import attributes_of, figure_of

DEEPEST, MOST_ROWS, MOST_CELLS = 20, 2_000, 50
_PICTURE = re.compile(r"image|picture|photo|img|figure|gallery|slide|carousel", re.IGNORECASE)
_DOCUMENT = re.compile(r"doc(?:ument)?(?:_|$)|file|attachment|download", re.IGNORECASE)
_HEADING = re.compile(r"head(?:ing|er|line)|(?:^|_)(?:sub)?title|^h[1-6]$", re.IGNORECASE)
_QUOTE = re.compile(r"quote|citation", re.IGNORECASE)
_CODE = re.compile(r"code|pre(?:formatted)?$", re.IGNORECASE)
_CAPTION = re.compile(r"caption|description|alt(?:_text)?$|credit|attribution", re.IGNORECASE)
_LINK = re.compile(r"(?:^|_)(?:url|link|embed|video)s?$", re.IGNORECASE)
# Parts of a block that say how it looks, and nothing that is read.
_LOOKS = re.compile(
    r"(?:^|_)(?:size|style|align(?:ment)?|colou?r|theme|layout|class(?:es|name)?|id|level|width|height|format|background|variant|icon"
    r"|language|anchor|position|columns?_count|target)$",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_OF_WAGTAIL = re.compile(r"<(embed|a)\b([^<>]*)>(?:</embed>)?")
_LEVEL = re.compile(r"[1-6]")


@dataclass
class WagtailMarkup:
    """Makes HTML of one site's values. `images`, `documents`, `pages`: the addresses of files and pages by their numbers. `missing` counts
    what a value names and the site did not give."""

    images: Mapping[int, str]
    documents: Mapping[int, str]
    pages: Mapping[int, str]
    titles: Mapping[int, str] = field(default_factory=dict)
    missing: int = 0

    def of(self, value: Any, name: str = "", depth: int = 0) -> str:
        """The HTML of a value that is called `name`; "" for what is not read."""
        if depth > DEEPEST or value is None or isinstance(value, bool) or _LOOKS.search(name):
            return ""
        if isinstance(value, str):
            return self._of_text(value, name)
        if isinstance(value, int | float):
            return self._of_number(value, name)
        if isinstance(value, list):
            return self._of_list(value, name, depth)
        return self._of_struct(value, name, depth) if isinstance(value, dict) else ""

    def rich_text(self, text: str) -> str:
        """Rich text as Wagtail keeps it (db-HTML), its links and embedded files by their addresses."""
        return _OF_WAGTAIL.sub(self._replaced, text)

    def _replaced(self, found: re.Match) -> str:
        said = attributes_of(found[2])
        if found[1] == "a":
            kind, number = said.get("linktype", ""), _whole(said.get("id"))
            if not kind:
                return found[0]
            address = (self.documents if kind == "document" else self.pages).get(number, "")
            return f'<a href="{escape(address)}">' if address else "<a>"
        if said.get("embedtype") == "image":
            return self._figure(_whole(said.get("id")), said.get("alt", ""))
        return _link(said.get("url", ""))

    def _of_text(self, text: str, name: str) -> str:
        if not text.strip():
            return ""
        has_tags = bool(_TAG.search(text))
        if _CODE.search(name) and not has_tags:
            return f"<pre>{escape(text)}</pre>"
        if has_tags:
            made = self.rich_text(text)
            return f"<blockquote>{made}</blockquote>" if _QUOTE.search(name) else made
        if text.startswith(("http://", "https://")) and " " not in text.strip():
            return figure_of(text) if _PICTURE.search(name) else _link(text.strip())
        if _HEADING.search(name):
            return f"<h2>{escape(text.strip())}</h2>"
        paragraphs = "".join(f"<p>{escape(line.strip())}</p>" for line in text.splitlines() if line.strip())
        return f"<blockquote>{paragraphs}</blockquote>" if _QUOTE.search(name) else paragraphs

    def _of_number(self, value: int | float, name: str) -> str:
        number = value if isinstance(value, int) else 0
        if _PICTURE.search(name):
            return self._figure(number)
        if _DOCUMENT.search(name):
            address = self.documents.get(number, "")
            self.missing += not address
            return _link(address, self.titles.get(number, "")) if address else ""
        if "page" in name.lower() or _LINK.search(name):
            return _link(self.pages.get(number, ""))
        return ""

    def _of_list(self, values: list, name: str, depth: int) -> str:
        if all(isinstance(one, dict) and "type" in one and "value" in one for one in values):
            return "".join(self.of(one["value"], str(one["type"]), depth + 1) for one in values)
        if values and all(isinstance(one, str) and not _TAG.search(one) for one in values):
            return f"<ul>{''.join(f'<li>{escape(one)}</li>' for one in values if one.strip())}</ul>"
        return "".join(self.of(one["value"] if _is_item(one) else one, name, depth + 1) for one in values)

    def _of_struct(self, value: dict, name: str, depth: int) -> str:
        if isinstance(value.get("data"), list) and _rows(value["data"]):
            return _table(value["data"], bool(value.get("first_row_is_table_header")), value)
        if isinstance(value.get("rows"), list) and isinstance(value.get("columns"), list):
            return self._typed_table(value, depth)
        if picture := self._picture_of(value, name):
            return picture
        if quote := self._quote_of(value, name):
            return quote
        if heading := _heading_of(value, name):
            return heading
        address = value.get("url") or value.get("link")
        label = next(
            (v for k, v in value.items() if k in ("text", "title", "label") and isinstance(v, str)), ""
        )
        if isinstance(address, str) and address.startswith(("http://", "https://")):
            return _link(address, label)
        return "".join(self.of(part, key or name, depth + 1) for key, part in value.items())

    def _picture_of(self, value: dict, name: str) -> str:
        """A figure of a block with one picture and words about it; "" for any other."""
        number, address = 0, ""
        for key, part in value.items():
            if _PICTURE.search(key) or (key == "value" and _PICTURE.search(name)):
                number = number or self.number_of(part)
                address = address or self.address_of_picture(part)
        if not number and not address and _PICTURE.search(name):
            number, address = self.number_of(value), self.address_of_picture(value)
        words = [
            part.strip()
            for key, part in value.items()
            if isinstance(part, str) and part.strip() and _CAPTION.search(key) and not _TAG.search(part)
        ]
        others = [
            key
            for key, part in value.items()
            if part and not _PICTURE.search(key) and not _CAPTION.search(key) and not _LOOKS.search(key)
        ]
        if not (number or address) or (others and not _PICTURE.search(name)):
            return ""
        caption = " ".join(dict.fromkeys(words))
        return figure_of(address, caption) if address and not number else self._figure(number, caption)

    def number_of(self, value: Any) -> int:
        """The number of the image that a value is: alone, or as an object of the API."""
        if isinstance(value, dict):
            value = value.get("id")
        return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0

    def address_of_picture(self, value: Any) -> str:
        """The address of an image that a value gives itself."""
        if not isinstance(value, dict):
            return ""
        meta = value.get("meta") if isinstance(value.get("meta"), dict) else {}
        said = [value.get(key) for key in ("full_url", "url", "src")] + [(meta or {}).get("download_url")]
        return next((one for one in said if isinstance(one, str) and one), "")

    def _figure(self, number: int, caption: str = "") -> str:
        address = self.images.get(number, "")
        self.missing += not address
        return figure_of(address, caption) if address else ""

    def _quote_of(self, value: dict, name: str) -> str:
        if not _QUOTE.search(name) and not any(_QUOTE.search(key) for key in value):
            return ""
        texts = [
            (key, part)
            for key, part in value.items()
            if isinstance(part, str) and part.strip() and not _LOOKS.search(key)
        ]
        said = [part for key, part in texts if key in ("text", "body") or _QUOTE.search(key)]
        if not said:
            return ""
        by = [part for key, part in texts if part not in said]
        source = f"<p>——{escape('，'.join(by))}</p>" if by else ""
        inner = said[0] if _TAG.search(said[0]) else f"<p>{escape(said[0])}</p>"
        return f"<blockquote>{self.rich_text(inner)}{source}</blockquote>"

    def _typed_table(self, value: dict, depth: int) -> str:
        """A TypedTableBlock: columns of one kind each."""
        columns = [one for one in value["columns"] if isinstance(one, dict)][:MOST_CELLS]
        head = "".join(f"<th>{escape(str(one.get('heading') or ''))}</th>" for one in columns)
        rows = []
        for row in value["rows"][:MOST_ROWS]:
            cells = (row.get("values") if isinstance(row, dict) else None) or []
            made = (
                self.of(cell, "", depth + 1) if not isinstance(cell, int | float) else escape(str(cell))
                for cell in cells[:MOST_CELLS]
            )
            rows.append(f"<tr>{''.join(f'<td>{one}</td>' for one in made)}</tr>")
        return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def _is_item(value: Any) -> bool:
    """Whether a value is an item of a ListBlock as newer Wagtails keep it."""
    return isinstance(value, dict) and value.get("type") == "item" and "value" in value


def _rows(data: list) -> bool:
    return bool(data) and all(isinstance(row, list) for row in data)


def _table(data: list, has_head: bool, value: dict) -> str:
    """A TableBlock."""
    rows = []
    for number, row in enumerate(data[:MOST_ROWS]):
        tag = "th" if has_head and number == 0 else "td"
        cells = "".join(
            f"<{tag}>{escape('' if cell is None else str(cell))}</{tag}>" for cell in row[:MOST_CELLS]
        )
        rows.append(f"<tr>{cells}</tr>")
    caption = value.get("table_caption")
    words = f"<caption>{escape(caption)}</caption>" if isinstance(caption, str) and caption else ""
    return f"<table>{words}{''.join(rows)}</table>"


def _heading_of(value: dict, name: str) -> str:
    """A heading of a block that holds a line and how large it is."""
    words = [v for k, v in value.items() if isinstance(v, str) and v.strip() and not _LOOKS.search(k)]
    if not _HEADING.search(name) or len(words) != 1 or _TAG.search(words[0]):
        return ""
    sizes = (str(v) for k, v in value.items() if _LOOKS.search(k))
    found = next((said[0] for size in sizes if (said := _LEVEL.search(size))), "2")
    level = {"1": "2", "5": "4", "6": "4"}.get(found, found)
    return f"<h{level}>{escape(words[0].strip())}</h{level}>"


def _link(address: str, words: str = "") -> str:
    return f'<p><a href="{escape(address)}">{escape(words or address)}</a></p>' if address else ""


def _whole(text: str | None) -> int:
    return asked_number(text) or 0
