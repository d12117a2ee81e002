"""What readers of documents share: markup to an article, its pictures carried with it."""

import base64
from collections.abc import Callable

from lxml import html

from meiri.ingest.blocks import read_blocks
from meiri.ingest.manuscript import arrange_document
from meiri.ingest.page import parse, without_machinery
from meiri.ingest.parsed import ParsedArticle

# Bytes of all pictures that one document carries along.
MOST_PICTURE_BYTES = 48 * 1024 * 1024
_KINDS = {
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpeg",
    b"GIF8": "gif",
    b"RIFF": "webp",
    b"BM": "bmp",
}


def article_of_markup(markup: str) -> ParsedArticle:
    """The article of a document's markup: all of it is the article's, an h1 its headline. Raises `Unreadable`."""
    tree = without_machinery(parse(f"<html><body>{markup}</body></html>"))
    return arrange_document(read_blocks(tree, web_address))


def web_address(href: str) -> str | None:
    return href if href.startswith(("http://", "https://")) else None


def with_pictures(tree: html.HtmlElement, content_of: Callable[[str], bytes | None]) -> None:
    """Put the content of pictures that are carried along into `tree`, where `content_of` an address gives it."""
    taken = 0
    for image in tree.iter("img"):
        content = content_of((image.get("src") or "").strip())
        kind = next((k for magic, k in _KINDS.items() if content and content.startswith(magic)), None)
        if content and kind and taken + len(content) <= MOST_PICTURE_BYTES:
            taken += len(content)
            image.set("src", f"data:image/{kind};base64,{base64.b64encode(content).decode()}")
            image.attrib.pop("srcset", None)
