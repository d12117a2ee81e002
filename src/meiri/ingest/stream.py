"""Between clean HTML and the newsroom's body blocks, both ways."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import uuid4

from lxml.html import HtmlElement
from wagtail.blocks.stream_block import StreamValue

from meiri.ingest.page import parse
from meiri.ingest.sanitise import clean
from meiri.media.models import Picture
from meiri.newsroom.body.stream import RUNNING_TEXT, body_blocks
from meiri.newsroom.models import Article


def as_stream(body: str, pictures: dict[str, Picture]) -> StreamValue:
    """As `as_blocks`, as the value of an article's body."""
    raw = [{"type": kind, "value": stored, "id": str(uuid4())} for kind, stored in as_blocks(body, pictures)]
    # As it is stored: nothing is made of a block before somebody looks at it.
    return StreamValue(Article._meta.get_field("body").stream_block, raw, is_lazy=True)


def as_blocks(body: str, pictures: Mapping[str, Picture]) -> list[tuple[str, Any]]:
    """`body`, clean HTML, as blocks: the kind of each and its stored content. `pictures` are the stored ones by their address in
    `body`; of others the address stays, for the editor."""
    if not body.strip():
        return []
    root = parse(f"<html><body><div>{body}</div></body></html>").find(".//div")
    blocks: list[tuple[str, Any]] = []
    for element in [] if root is None else root:
        for kind, stored in _read(element, pictures):
            if not stored:
                continue
            if kind == RUNNING_TEXT and blocks and blocks[-1][0] == RUNNING_TEXT:
                stored = blocks.pop()[1] + stored
            blocks.append((kind, stored))
    return blocks


def _read(element: HtmlElement, pictures: Mapping[str, Picture]) -> Iterator[tuple[str, Any]]:
    """The block that an element becomes, and the text below it that the block can't hold."""
    kinds = body_blocks()
    for kind, block in kinds.items():
        if element.tag in block.elements and (read := block.from_element(element, pictures)):
            yield kind, read.stored
            yield RUNNING_TEXT, read.below
            return
    text = kinds[RUNNING_TEXT].from_element(element, pictures)
    yield RUNNING_TEXT, text.stored if text else ""


def as_html(body: Iterable[StreamValue.StreamChild]) -> str:
    """The body of an article, or some blocks of it, as clean HTML."""
    return clean("\n".join(filter(None, (b.block.html(b.value) if b.value else "" for b in body))))
