"""The body of an article: which kinds of blocks it may be made of, and what is asked of all of its blocks."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wagtail import blocks

from meiri.journal.content_keys import ContentKey
from meiri.newsroom.body.block import BodyBlock, PlacedPicture, TextEditor
from meiri.newsroom.body.bounds import LONGEST_HEADING
from meiri.newsroom.body.boxes import ChronologyBlock, FactBoxBlock, NotesBlock
from meiri.newsroom.body.chart import ChartBlock
from meiri.newsroom.body.heading import HeadingBlock
from meiri.newsroom.body.links import DocumentBlock, ExternalContentBlock, RelatedLinkBlock
from meiri.newsroom.body.pictures import (
    BeforeAfterBlock,
    GalleryBlock,
    MapBlock,
    MissingPictureBlock,
    PictureBlock,
)
from meiri.newsroom.body.poll import PollBlock
from meiri.newsroom.body.quote import QuoteBlock
from meiri.newsroom.body.recordings import AudioBlock, VideoBlock
from meiri.newsroom.body.stored_words import StoredWords
from meiri.newsroom.body.table import ArticleTableBlock
from meiri.newsroom.body.text import TEXT_FEATURES, TextBlock

# The kind of what is no other kind.
RUNNING_TEXT = "text"


class ArticleBody(blocks.StreamBlock):
    text = TextBlock(label="正文", features=TEXT_FEATURES)
    heading = HeadingBlock(label="小标题", max_length=LONGEST_HEADING, icon="title")
    # Of what may be read from a figure, the kinds that ask for more of it come first.
    before_after = BeforeAfterBlock()
    map = MapBlock()
    image = PictureBlock()
    missing_picture = MissingPictureBlock()
    gallery = GalleryBlock()
    video = VideoBlock()
    audio = AudioBlock()
    quote = QuoteBlock()
    table = ArticleTableBlock(label="表格", icon="table")
    chart = ChartBlock()
    poll = PollBlock()
    fact_box = FactBoxBlock()
    timeline = ChronologyBlock()
    notes = NotesBlock()
    document = DocumentBlock(label="附件", icon="doc-full")
    embed = ExternalContentBlock(label="外部内容", icon="media")
    related = RelatedLinkBlock()


def body_blocks() -> Mapping[str, BodyBlock]:
    """The kinds of blocks by their names."""
    return ArticleBody.base_blocks


def words_of_kind(name: str) -> StoredWords | None:
    """Where the words of a kind stand in what is stored; None for a kind that the site does not have."""
    kind = body_blocks().get(name)
    return kind.stored_words() if kind else None


def words_of_kinds() -> dict[str, StoredWords]:
    """Where the words of each kind stand in what is stored."""
    return {name: kind.stored_words() for name, kind in body_blocks().items()}


def with_kinds(raw: Iterable[Mapping[str, Any]]) -> Iterator[tuple[BodyBlock, Any]]:
    """The blocks of a body as it is stored: the kind of each and its stored content. Those of a kind that the site does not have
    are left out, as Wagtail leaves them out of pages."""
    known = body_blocks()
    for block in raw:
        kind = known.get(block["type"])
        if kind is not None:
            yield kind, block["value"]


def body_of(content: Mapping[str, Any]) -> list[dict]:
    """The body in the content of a revision, as it is stored."""
    return json.loads(content.get("body") or "[]")


def keys_in_body(raw: Iterable[Any]) -> list[ContentKey]:
    """The content keys of the pictures and documents in a body as it is stored: a list of blocks. What is not as its block
    should be, names nothing."""
    whole = [block for block in raw if isinstance(block, dict) and block.keys() >= {"type", "value"}]
    return [key for kind, stored in with_kinds(whole) for key in kind.content_keys(stored)]


def placed_pictures(raw: Iterable[Any]) -> Iterator[PlacedPicture]:
    """The pictures of a body as it is stored, in their order."""
    for block, kind in _with_ids(raw):
        yield from kind.placed_pictures(block["value"], block.get("id") or "")


def placed_recordings(raw: Iterable[Any]) -> Iterator[tuple[int, str]]:
    """The documents of a body as it is stored that may be videos and sounds, each with the id of its block."""
    for block, kind in _with_ids(raw):
        for key in kind.placed_recordings(block["value"]):
            yield key, block.get("id") or ""


def outside_addresses(raw: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """The addresses on other sites to which a body as it is stored leads, each with the id of its block."""
    for block, kind in _with_ids(raw):
        for address in kind.outside_addresses(block["value"]):
            yield address, block.get("id") or ""


def _with_ids(raw: Iterable[Any]) -> Iterator[tuple[dict, BodyBlock]]:
    known = body_blocks()
    for block in raw:
        if isinstance(block, dict) and block.keys() >= {"type", "value"} and block["type"] in known:
            yield block, known[block["type"]]


def edited_body(raw: Iterable[dict], editor: TextEditor) -> list[dict]:
    """A body as it is stored, with each text of its blocks as `editor` gives it."""
    known = body_blocks()
    return [
        {**block, "value": known[block["type"]].edit_texts(block["value"], editor)}
        if block["type"] in known
        else block
        for block in raw
    ]
