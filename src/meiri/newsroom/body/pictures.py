"""Pictures in the body: one with its caption (图片), several in a row (组图), and the place of one that is missing (缺少的图片)."""

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from lxml.html import HtmlElement
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from meiri.journal.content_keys import PICTURE, ContentKey
from meiri.media.models import Picture
from meiri.newsroom.body.block import (
    BlockText,
    PlacedPicture,
    ReadBlock,
    StructBodyBlock,
    TextEditor,
    keys_of,
    words_of,
)
from meiri.newsroom.body.bounds import LONGEST_ADDRESS, LONGEST_CAPTION
from meiri.newsroom.body.stored_words import Items, items_of, struct_of
from meiri.newsroom.body.text import paragraph
from meiri.newsroom.cards import CardPicture

# Pixels of a picture in other people's programs.
FEED_WIDTH = 1280
_MARKDOWN = re.compile(r"!\[(?P<caption>[^|\]]*)(?:\|(?P<credit>[^\]]*))?\]\((?P<image>[^()]+)\)")


class PictureBlock(StructBodyBlock):
    elements = frozenset({"figure"})
    measure = "张"
    texts = (
        BlockText("caption", "图片说明"),
        BlockText("credit", "供图", is_plain_text=False, is_tidied=False),
    )
    pictures = ("image",)

    image = ImageChooserBlock(label="图片")
    caption = blocks.CharBlock(label="图片说明", required=False, max_length=LONGEST_CAPTION)
    credit = blocks.CharBlock(label="供图", required=False, max_length=60)

    def html(self, value: Any) -> str:
        image = value["image"]
        if image is None:
            return ""
        return figure(image.stored_sizes().best, image.alt, value["caption"], value["credit"])

    def feed_html(self, value: Any) -> str:
        return feed_figure(value["image"], value["caption"], value["credit"]) if value["image"] else ""

    def from_element(self, element: HtmlElement, pictures: Mapping[str, Picture]) -> ReadBlock | None:
        source, caption, below = read_figure(element)
        if source not in pictures:
            return None
        return ReadBlock({"image": pictures[source].pk, "caption": caption, "credit": ""}, below)

    def from_markdown(self, part: str) -> dict[str, Any] | None:
        found = _MARKDOWN.fullmatch(part)
        return found.groupdict(default="") if found else None

    def count_pictures(self, value: Any) -> int:
        return 1

    def placed_pictures(self, stored: Any, block: str) -> Iterator[PlacedPicture]:
        parts = struct_of(stored)
        if isinstance(parts.get("image"), int):
            yield PlacedPicture(block, parts["image"], parts.get("caption") or "", parts.get("credit") or "")

    class Meta:
        icon = "image"
        label = "图片"


class MissingPictureBlock(StructBodyBlock):
    """Where a picture belongs that nobody has fetched: its address on another site, or the name of its file. Readers see
    nothing of it; an editor puts the picture in its place, or deletes it."""

    elements = frozenset({"figure"})
    texts = (BlockText("caption", "图片说明", is_plain_text=False, is_corrected=False),)

    address = blocks.CharBlock(label="原图地址", max_length=LONGEST_ADDRESS)
    caption = blocks.CharBlock(label="图片说明", required=False, max_length=LONGEST_CAPTION)

    def html(self, value: Any) -> str:
        """As it came, so that whoever reads it can still fetch the picture."""
        return figure(value["address"], None, value["caption"])

    def feed_html(self, value: Any) -> str:
        return ""

    def from_element(self, element: HtmlElement, pictures: Mapping[str, Picture]) -> ReadBlock | None:
        source, caption, below = read_figure(element)
        if not source or source in pictures:
            return None
        return ReadBlock({"address": source[:LONGEST_ADDRESS], "caption": caption}, below)

    class Meta:
        icon = "warning"
        label = "缺少的图片"


class GalleryBlock(StructBodyBlock):
    pictures = blocks.ListBlock(PictureBlock(), label="图片", min_num=2, max_num=60)

    def stored_words(self) -> Items:
        return Items("pictures", self._picture.stored_words())

    def edit_texts(self, stored: Any, editor: TextEditor) -> Any:
        items = struct_of(stored).get("pictures")
        if not isinstance(items, list):
            return stored
        return {**stored, "pictures": [self._edited(item, editor) for item in items]}

    def content_keys(self, stored: Any) -> Iterator[ContentKey]:
        return keys_of(PICTURE, (item["value"].get("image") for item in items_of(stored, "pictures")))

    def html(self, value: Any) -> str:
        return "\n".join(map(self._picture.html, value["pictures"]))

    def feed_html(self, value: Any) -> str:
        return "\n".join(map(self._picture.feed_html, value["pictures"]))

    def count_pictures(self, value: Any) -> int:
        return len(value["pictures"])

    def placed_pictures(self, stored: Any, block: str) -> Iterator[PlacedPicture]:
        for item in items_of(stored, "pictures"):
            yield from self._picture.placed_pictures(item["value"], block)

    @property
    def _picture(self) -> PictureBlock:
        return self.child_blocks["pictures"].child_block

    def _edited(self, item: Any, editor: TextEditor) -> Any:
        stored = struct_of(item).get("value")
        return {**item, "value": self._picture.edit_texts(stored, editor)} if stored else item

    class Meta:
        icon = "image"
        label = "组图"


def read_figure(element: HtmlElement) -> tuple[str, str, str]:
    """The address of a figure's picture ("" for none), its caption, and what is longer than a caption can be, as a paragraph."""
    image, caption = element.find(".//img"), element.find("figcaption")
    source = (image.get("src") or "") if image is not None else ""
    words = words_of(caption) if caption is not None else ""
    return (source, "", paragraph(words)) if len(words) > LONGEST_CAPTION else (source, words, "")


def figure(address: str, alt: str | None, *words: str) -> str:
    """A picture with `words` (caption, credit) below it, those that are empty left out."""
    below = escape(" ".join(filter(None, words)), quote=False)
    caption = f"<figcaption>{below}</figcaption>" if below else ""
    described = f' alt="{escape(alt)}"' if alt is not None else ""
    return f'<figure><img src="{escape(address)}"{described}>{caption}</figure>'


def feed_figure(picture: Picture | CardPicture, caption: str, credit: str) -> str:
    return figure(feed_address(picture), caption or picture.alt, caption, credit)


def feed_address(picture: Picture | CardPicture) -> str:
    """The address of a picture in a format that every program knows; "" where it has no sizes."""
    sizes = picture.sizes
    return sizes.url(FEED_WIDTH, "jpeg") if sizes.widths else ""
