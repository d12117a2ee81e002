"""An issue of the magazine as files tell it: its words, its pieces as simple blocks, its pictures."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.files.storage import default_storage
from lxml import html
from wagtail.rich_text import expand_db_html

# Pictures of one issue that go into a file, and the width in pixels at which they do.
MOST_PICTURES = 80
WIDTH = 1280
TEXTS = {"p": "text", "h2": "heading", "h3": "heading", "blockquote": "quote", "li": "item"}


@dataclass(frozen=True)
class IssuePart:
    """A paragraph (`text`), `heading`, `quote`, `item` of a list or `picture` of a piece; `picture` is a JPEG."""

    kind: str
    text: str = ""
    picture: bytes = b""


@dataclass(frozen=True)
class IssuePiece:
    number: int
    section: str
    title: str
    page: int
    author: str
    summary: str
    parts: list[IssuePart] = field(default_factory=list)


@dataclass(frozen=True)
class Issue:
    title: str
    number: str
    words: str
    address: str
    site: str
    cover: bytes
    pieces: list[IssuePiece]


def issue_of(page, address: str, site: str) -> Issue:
    """`page` as files tell it. Its pictures are read from the storage, at most `MOST_PICTURES` besides its cover."""
    left = [MOST_PICTURES]
    pieces = []
    for number, entry in enumerate(page.contents, start=1):
        value = entry.value
        parts = [*lead_of(value, left), *parts_of(expand_db_html(value["body"].source), left)]
        pieces.append(
            IssuePiece(
                number,
                value["section"],
                value["title"],
                value["page"],
                value["author"],
                value["summary"],
                parts,
            )
        )
    cover = jpeg_of(page.cover) if page.cover_id else b""
    return Issue(page.title, page.number, page.words, address, site, cover, pieces)


def lead_of(value: Any, left: list[int]) -> Iterator[IssuePart]:
    """The picture of a piece, where it has one. `left`: how many pictures may still be read."""
    if value.get("picture") and left[0]:
        left[0] -= 1
        if lead := jpeg_of(value["picture"]):
            yield IssuePart("picture", value["picture"].caption, lead)


def parts_of(source: str, left: list[int]) -> Iterator[IssuePart]:
    """The parts of rich text, in their order. `left` as for `lead_of`."""
    if not source.strip():
        return
    for element in html.fragment_fromstring(source, create_parent="div").iter():
        if element.tag == "img" and left[0]:
            left[0] -= 1
            if picture := stored_picture(element.get("src", "")):
                yield IssuePart("picture", element.get("alt", ""), picture)
        elif kind := TEXTS.get(element.tag if isinstance(element.tag, str) else ""):
            nested = element.tag == "p" and element.getparent().tag in ("blockquote", "li")
            text = " ".join(element.text_content().split())
            if text and not nested:
                yield IssuePart(kind, text)


def jpeg_of(picture: Any) -> bytes:
    """A picture of the site's own as JPEG; nothing where there is none any more."""
    sizes = picture.sizes
    if not sizes or not sizes.widths:
        return b""
    return read(sizes.name(min(WIDTH, max(sizes.widths)), "jpeg"))


def stored_picture(address: str) -> bytes:
    """The file of a picture in rich text, where it is a JPEG of the site's own."""
    name = address.partition("?")[0].rpartition("/media/")[2]
    return read(name) if name.endswith((".jpg", ".jpeg")) and ".." not in name else b""


def read(name: str) -> bytes:
    try:
        with default_storage.open(name) as file:
            return file.read()
    except (OSError, ValueError):
        return b""  # it was taken down meanwhile
