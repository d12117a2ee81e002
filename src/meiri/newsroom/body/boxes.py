"""What stands beside the running text: facts (资料框), a timeline (时间线), notes (注释)."""

from collections.abc import Mapping
from typing import Any

from lxml.html import HtmlElement
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from meiri.media.models import Picture
from meiri.newsroom.body.block import (
    BlockText,
    ListBodyBlock,
    ReadBlock,
    StructBodyBlock,
    escaped,
    listed,
    words_of,
)

LONGEST_TITLE = 60
MOST_EVENTS, MOST_NOTES = 60, 60


class FactBoxBlock(StructBodyBlock):
    """Facts that belong to a story and would interrupt it."""

    elements = frozenset({"figure"})
    texts = (
        BlockText("title", "资料框标题", is_compared=True),
        BlockText("facts", "资料框", is_compared=True),
    )
    pictures = ("image",)

    title = blocks.CharBlock(label="标题", max_length=LONGEST_TITLE)
    facts = blocks.TextBlock(label="资料", help_text="每行一段。")
    image = ImageChooserBlock(label="图片", required=False)

    def html(self, value: Any) -> str:
        facts = "".join(f"<p>{escaped(line)}</p>" for line in value["facts"].splitlines())
        return f"<figure><figcaption>{escaped(value['title'])}</figcaption>{facts}</figure>"

    def from_element(self, element: HtmlElement, pictures: Mapping[str, Picture]) -> ReadBlock | None:
        title, facts = element.find("figcaption"), element.findall("p")
        if title is None or not facts or _holds_others(element, "p"):
            return None
        lines = "\n".join(map(words_of, facts))
        return ReadBlock({"title": words_of(title)[:LONGEST_TITLE], "facts": lines, "image": None})

    class Meta:
        icon = "list-ul"
        label = "资料框"


class EventBlock(StructBodyBlock):
    texts = (BlockText("time", "时间", is_tidied=False), BlockText("text", "事件", is_compared=True))

    time = blocks.CharBlock(label="时间", max_length=40, help_text="如 1998年8月、10:20。")
    text = blocks.TextBlock(label="事件")

    def html(self, value: Any) -> str:
        return f"<li><strong>{escaped(value['time'])}</strong> {escaped(value['text'])}</li>"


class ChronologyBlock(ListBodyBlock):
    """What happened, one event after the other."""

    elements = frozenset({"figure"})
    measure = "条"
    texts = (BlockText("title", "时间线标题"),)
    items = "events"

    title = blocks.CharBlock(label="标题", max_length=LONGEST_TITLE)
    events = blocks.ListBlock(EventBlock(), label="事件", min_num=1, max_num=MOST_EVENTS)

    def html(self, value: Any) -> str:
        events = "".join(map(self.item.html, value["events"]))
        return f"<figure><figcaption>{escaped(value['title'])}</figcaption><ul>{events}</ul></figure>"

    def from_element(self, element: HtmlElement, pictures: Mapping[str, Picture]) -> ReadBlock | None:
        title, events = element.find("figcaption"), element.findall("ul/li")
        if title is None or not 0 < len(events) <= MOST_EVENTS or _holds_others(element, "ul"):
            return None
        stored = []
        for event in events:
            time = event.find("strong")
            words = words_of(time) if time is not None else ""
            stored.append({"time": words[:40], "text": words_of(event).removeprefix(words).strip()})
        return ReadBlock({"title": words_of(title)[:LONGEST_TITLE], "events": listed(stored)})

    class Meta:
        icon = "history"
        label = "时间线"


class NoteBlock(StructBodyBlock):
    texts = (BlockText("text", "注释", is_compared=True),)

    text = blocks.TextBlock(label="注释")

    def html(self, value: Any) -> str:
        return f"<li>{escaped(value['text'])}</li>"


class NotesBlock(ListBodyBlock):
    """Notes to the text, in their order. In the text a raised number leads to each of them."""

    elements = frozenset({"figure"})
    measure = "条"
    items = "notes"

    notes = blocks.ListBlock(
        NoteBlock(),
        label="注释",
        min_num=1,
        max_num=MOST_NOTES,
        help_text="正文里把序号设为上标（如 1），读者点它就到这里的第 1 条。",
    )

    def html(self, value: Any) -> str:
        return f"<figure><ol>{''.join(map(self.item.html, value['notes']))}</ol></figure>"

    def from_element(self, element: HtmlElement, pictures: Mapping[str, Picture]) -> ReadBlock | None:
        notes = element.findall("ol/li")
        if not 0 < len(notes) <= MOST_NOTES or _holds_others(element, "ol"):
            return None
        return ReadBlock({"notes": listed({"text": words_of(note)} for note in notes)})

    class Meta:
        icon = "list-ol"
        label = "注释"


def _holds_others(element: HtmlElement, tag: str) -> bool:
    """Whether a figure holds something beside its caption and elements `tag`."""
    return any(child.tag not in (tag, "figcaption") for child in element)
