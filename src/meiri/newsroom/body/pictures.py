"""Pictures in the body: one with its caption (图片), several in a row (组图), two to be compared (前后对比), a map (地图), and the place
of one that is missing (缺少的图片)."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape
from typing import Any

from lxml.html import HtmlElement
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from meiri.media.models import Picture
from meiri.newsroom.body.block import (
    BlockText,
    ListBodyBlock,
    PlacedPicture,
    ReadBlock,
    StructBodyBlock,
    escaped,
    words_of,
)
from meiri.newsroom.body.bounds import LONGEST_ADDRESS, LONGEST_CAPTION
from meiri.newsroom.body.stored_words import struct_of
from meiri.newsroom.body.text import paragraph
from meiri.newsroom.cards import CardPicture

# Pixels of a picture in other people's programs.
FEED_WIDTH = 1280
# Between the two labels and the caption of pictures that are compared, where they are written on one line.
_BETWEEN_LABELS = " ｜ "
_REVIEW_NUMBER = "审图号："
_MARKDOWN = re.compile(r"!\[(?P<caption>[^|\]]*)(?:\|(?P<credit>[^\]]*))?\]\((?P<image>[^()]+)\)")


class PictureBlock(StructBodyBlock):
    elements = frozenset({"figure"})
    measure = "张"
    texts: tuple[BlockText, ...] = (
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
        return placed_in(stored, self.pictures, block)

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


class GalleryBlock(ListBodyBlock):
    items = "pictures"

    pictures = blocks.ListBlock(PictureBlock(), label="图片", min_num=2, max_num=60)

    def html(self, value: Any) -> str:
        return "\n".join(map(self.item.html, value["pictures"]))

    def feed_html(self, value: Any) -> str:
        return "\n".join(map(self.item.feed_html, value["pictures"]))

    def count_pictures(self, value: Any) -> int:
        return len(value["pictures"])

    class Meta:
        icon = "image"
        label = "组图"


class BeforeAfterBlock(StructBodyBlock):
    """Two pictures of one place or thing, to be compared."""

    elements = frozenset({"figure"})
    measure = "组"
    texts = (
        BlockText("before_label", "前图标注"),
        BlockText("after_label", "后图标注"),
        BlockText("caption", "图片说明"),
        BlockText("credit", "供图", is_plain_text=False, is_tidied=False),
    )
    pictures = ("before", "after")

    before = ImageChooserBlock(label="前图")
    before_label = blocks.CharBlock(label="前图标注", default="之前", max_length=20)
    after = ImageChooserBlock(label="后图")
    after_label = blocks.CharBlock(label="后图标注", default="之后", max_length=20)
    caption = blocks.CharBlock(label="说明", required=False, max_length=LONGEST_CAPTION)
    credit = blocks.CharBlock(label="供图", required=False, max_length=60)

    def html(self, value: Any) -> str:
        return self._figure(value, lambda image: image.stored_sizes().best)

    def feed_html(self, value: Any) -> str:
        both = [image for image in (value["before"], value["after"]) if image]
        withdrawn = [withdrawn_in_feed(image) for image in both]
        labels = dict.fromkeys(map(label_in_feed, both))
        return "".join(withdrawn) or self._figure(value, feed_address, "".join(labels))

    def _figure(self, value: Any, address: Callable[[Any], str], label: str = "") -> str:
        both = [value["before"], value["after"]]
        if None in both:
            return ""
        labels = (value["before_label"], value["after_label"], value["caption"])
        pictures = "".join(
            f'<img src="{escape(address(image))}" alt="{escape(image.alt)}">' for image in both
        )
        return f"<figure>{pictures}<figcaption>{escaped(_BETWEEN_LABELS.join(labels) + label)}</figcaption></figure>"

    def from_element(self, element: HtmlElement, pictures: Mapping[str, Picture]) -> ReadBlock | None:
        found = [image.get("src") for image in element.iter("img")]
        caption = element.find("figcaption")
        words = words_of(caption).split(_BETWEEN_LABELS.strip()) if caption is not None else []
        if len(found) != 2 or len(words) != 3 or not pictures.keys() >= set(found):
            return None
        before, after = (pictures[address].pk for address in found)
        labels = dict(zip(("before_label", "after_label", "caption"), map(str.strip, words), strict=True))
        return ReadBlock({"before": before, "after": after, **labels, "credit": ""})

    def count_pictures(self, value: Any) -> int:
        return 2

    def placed_pictures(self, stored: Any, block: str) -> Iterator[PlacedPicture]:
        return placed_in(stored, self.pictures, block)

    class Meta:
        icon = "image"
        label = "前后对比"


class MapBlock(PictureBlock):
    """A map. One that shows China is published with the number under which it was examined (《地图管理条例》)."""

    measure = "幅"
    texts = (
        BlockText("caption", "地图说明"),
        BlockText("review_number", "审图号", is_plain_text=False, is_tidied=False),
        BlockText("credit", "制图", is_plain_text=False, is_tidied=False),
    )

    caption = blocks.CharBlock(label="说明", required=False, max_length=LONGEST_CAPTION)
    review_number = blocks.CharBlock(
        label="审图号", max_length=40, help_text="如 GS(2024)0650号。示意图未经审查的，不能作为地图刊发。"
    )
    credit = blocks.CharBlock(label="制图", required=False, max_length=60)

    def html(self, value: Any) -> str:
        image = value["image"]
        if image is None:
            return ""
        return figure(image.stored_sizes().best, image.alt, value["caption"], self._number(value))

    def feed_html(self, value: Any) -> str:
        if not value["image"]:
            return ""
        image = value["image"]
        words = (value["caption"], self._number(value), value["credit"], label_in_feed(image))
        return withdrawn_in_feed(image) or figure(feed_address(image), image.alt, *words)

    def from_element(self, element: HtmlElement, pictures: Mapping[str, Picture]) -> ReadBlock | None:
        source, caption, _ = read_figure(element)
        words, number, code = caption.partition(_REVIEW_NUMBER)
        if source not in pictures or not number:
            return None
        stored = {"image": pictures[source].pk, "caption": words.strip(), "review_number": code[:40]}
        return ReadBlock({**stored, "credit": ""})

    def from_markdown(self, part: str) -> None:
        return None

    def _number(self, value: Any) -> str:
        return f"{_REVIEW_NUMBER}{value['review_number']}"

    class Meta:
        icon = "site"
        label = "地图"


def placed_in(stored: Any, names: Iterable[str], block: str) -> Iterator[PlacedPicture]:
    """The pictures in the parts `names` of a stored struct, with its caption and its credit."""
    parts = struct_of(stored)
    for name in names:
        if isinstance(parts.get(name), int):
            yield PlacedPicture(block, parts[name], parts.get("caption") or "", parts.get("credit") or "")


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


def feed_figure(picture: Picture, caption: str, credit: str) -> str:
    """A picture as other programs show it."""
    return withdrawn_in_feed(picture) or figure(
        feed_address(picture), caption or picture.alt, caption, credit, label_in_feed(picture)
    )


def label_in_feed(picture: Picture) -> str:
    """What other programs say below a picture with a label of artificial intelligence."""
    return f"（{picture.label.words}）" if picture.label else ""


def withdrawn_in_feed(picture: Picture) -> str:
    """What other programs show in the place of a picture that was withdrawn: that it was, and why; empty for any other."""
    return f"<p>图片已撤下：{escaped(picture.withdrawal_reason)}</p>" if picture.withdrawn_at else ""


def feed_address(picture: Picture | CardPicture) -> str:
    """The address of a picture in a format that every program knows; "" where it has no sizes."""
    sizes = picture.sizes
    return sizes.url(FEED_WIDTH, "jpeg") if sizes.widths else ""
