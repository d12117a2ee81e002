"""A heading between paragraphs (小标题)."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from lxml.html import HtmlElement
from wagtail import blocks

from meiri.journal.content_keys import ContentKey
from meiri.media.models import Picture
from meiri.newsroom.body.block import BlockText, BodyBlock, ReadBlock, TextEditor, words_of
from meiri.newsroom.body.bounds import LONGEST_HEADING
from meiri.newsroom.body.stored_words import LineOfText

_HEADING = BlockText("", "小标题")


class HeadingBlock(BodyBlock, blocks.CharBlock):
    migrated_as = "wagtail.blocks.CharBlock"
    elements = frozenset({"h2", "h3", "h4"})

    def stored_words(self) -> LineOfText:
        return LineOfText()

    def compared_text(self, stored: Any) -> Iterator[str]:
        yield stored

    def edit_texts(self, stored: Any, editor: TextEditor) -> Any:
        return editor.edit_text(_HEADING, stored)

    def content_keys(self, stored: Any) -> Iterator[ContentKey]:
        yield from ()

    def html(self, value: Any) -> str:
        return f"<h2>{escape(value, quote=False)}</h2>"

    def from_element(self, element: HtmlElement, pictures: Mapping[str, Picture]) -> ReadBlock | None:
        """One that is too long for a heading is a paragraph."""
        return ReadBlock(words) if len(words := words_of(element)) <= LONGEST_HEADING else None

    def from_markdown(self, part: str) -> str | None:
        return part[3:].strip() if part.startswith("## ") else None
