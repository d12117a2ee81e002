"""Running text: paragraphs and lists. What is no other kind of block is text."""

import re
from collections.abc import Iterator, Mapping
from html import escape, unescape
from typing import Any

from lxml.html import HtmlElement, tostring
from wagtail import blocks

from meiri.journal.content_keys import ContentKey
from meiri.media.models import Picture
from meiri.newsroom.body.block import BlockText, BodyBlock, ReadBlock, TextEditor, lines_of, words_of
from meiri.newsroom.body.stored_words import RichText
from meiri.newsroom.rich_text import paragraphs_of_rich_text

TEXT_FEATURES = ["bold", "italic", "link", "ol", "ul", "superscript", "subscript", "hr"]
_TEXT = BlockText("", "正文")
# A link to another site is in the group; any other tag is passed over whole.
_LINK = re.compile(r'<a\b(?:[^>]*?\bhref="(https?://[^"]{1,2000})"|[^>]*)')
# Clean HTML has other elements than the editor's rich text.
_TO_RICH = ((r"<(/?)strong>", r"<\1b>"), (r"<(/?)em>", r"<\1i>"), (r"<br>", "<br/>"))
_FROM_RICH = ((r"<(/?)b>", r"<\1strong>"), (r"<(/?)i>", r"<\1em>"))
_HEADINGS = frozenset({"h2", "h3", "h4"})


class TextBlock(BodyBlock, blocks.RichTextBlock):
    migrated_as = "wagtail.blocks.RichTextBlock"

    def stored_words(self) -> RichText:
        return RichText()

    def compared_text(self, stored: Any) -> Iterator[str]:
        return (line for piece in paragraphs_of_rich_text(stored) if (line := piece.strip()))

    def edit_texts(self, stored: Any, editor: TextEditor) -> Any:
        return editor.edit_markup(_TEXT, stored)

    def content_keys(self, stored: Any) -> Iterator[ContentKey]:
        yield from ()

    def html(self, value: Any) -> str:
        return _exchanged(value.source, _FROM_RICH)

    def outside_addresses(self, stored: Any) -> Iterator[str]:
        found = _LINK.finditer(stored if isinstance(stored, str) else "")
        return (unescape(link[1]) for link in found if link[1])

    def from_element(self, element: HtmlElement, pictures: Mapping[str, Picture]) -> ReadBlock:
        """A paragraph or list in the form that the editor's rich text is stored in; of anything else its paragraphs."""
        if element.tag == "figure":
            return ReadBlock("".join(map(paragraph, lines_of(element))))
        element.tail = None
        if element.tag in _HEADINGS:
            element.tag = "p"
        written = tostring(element, encoding="unicode")
        if not re.search(r"[^\s\u3000\xa0]", words_of(element)):
            return ReadBlock("")
        return ReadBlock(_exchanged(written, _TO_RICH))

    def from_markdown(self, part: str) -> str:
        return f"<p>{'<br/>'.join(escape(line.strip(), quote=False) for line in part.splitlines())}</p>"


def paragraph(words: str) -> str:
    """`words` as a paragraph of rich text."""
    return f"<p>{escape(words, quote=False)}</p>"


def _exchanged(markup: str, tags: tuple[tuple[str, str], ...]) -> str:
    for old, new in tags:
        markup = re.sub(old, new, markup)
    return markup
