"""A poll (投票): a question to readers, and the answers that they choose from. The app `polls` keeps what they chose."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from lxml.html import HtmlElement
from wagtail import blocks

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

LONGEST_QUESTION, LONGEST_CHOICE = 80, 60
FEWEST_CHOICES, MOST_CHOICES = 2, 12
_CLOSES = "%Y-%m-%d %H:%M"
_CAPTION = re.compile(
    r"投票：(?P<question>.{1,80}?)（最多选(?P<most>\d{1,2})项"
    r"(?:；(?P<closes>\d{4}-\d\d-\d\d \d\d:\d\d)截止)?(?P<at_end>；截止后公布结果)?(?P<members>；仅限会员)?）"
)


class PollChoiceBlock(StructBodyBlock):
    texts = (BlockText("text", "选项", is_corrected=False),)

    text = blocks.CharBlock(label="选项", max_length=LONGEST_CHOICE)

    def html(self, value: Any) -> str:
        return f"<li>{escaped(value['text'])}</li>"


class PollBlock(ListBodyBlock):
    """Readers choose from what is listed. Words that readers voted on are not corrected: another poll takes their place."""

    elements = frozenset({"figure"})
    measure = "个"
    texts = (BlockText("question", "投票题目", is_compared=True, is_corrected=False),)
    items = "choices"

    question = blocks.CharBlock(label="题目", max_length=LONGEST_QUESTION)
    choices = blocks.ListBlock(PollChoiceBlock(), label="选项", min_num=FEWEST_CHOICES, max_num=MOST_CHOICES)
    most = blocks.IntegerBlock(label="最多选几项（1 为单选）", default=1, min_value=1, max_value=MOST_CHOICES)
    closes = blocks.DateTimeBlock(label="截止时间（可以不填）", required=False)
    shown_at_end = blocks.BooleanBlock(label="截止后才公布结果", required=False)
    members_only = blocks.BooleanBlock(label="只限会员投票", required=False)

    def clean(self, value):
        value = super().clean(value)
        words = [" ".join(choice["text"].split()) for choice in value["choices"]]
        errors = {}
        if len(set(words)) < len(words):
            errors["choices"] = ValidationError("有两个选项的文字相同，请改写其中一个。")
        if value["most"] > len(words):
            errors["most"] = ValidationError(f"只有 {len(words)} 个选项，最多选几项不能比它多。")
        if value["shown_at_end"] and not value["closes"]:
            errors["closes"] = ValidationError("截止后才公布结果的投票，请填写截止时间。")
        if errors:
            raise blocks.StructBlockValidationError(errors)
        return value

    def html(self, value: Any) -> str:
        closes = f"；{timezone.localtime(value['closes']):{_CLOSES}}截止" if value["closes"] else ""
        rules = (
            f"最多选{value['most']}项{closes}{'；截止后公布结果' if value['shown_at_end'] else ''}"
            f"{'；仅限会员' if value['members_only'] else ''}"
        )
        choices = "".join(map(self.item.html, value["choices"]))
        caption = escaped(f"投票：{value['question']}（{rules}）")
        return f"<figure><figcaption>{caption}</figcaption><ul>{choices}</ul></figure>"

    def from_element(self, element: HtmlElement, pictures: Mapping[str, Picture]) -> ReadBlock | None:
        caption = element.find("figcaption")
        if caption is None:
            return None
        stored = _read_poll(words_of(caption), [words_of(choice) for choice in element.findall("ul/li")])
        return ReadBlock(stored) if stored else None

    def from_markdown(self, part: str) -> dict[str, Any] | None:
        """The caption as it is exported, and a line `- ` for each choice."""
        caption, *lines = part.splitlines()
        if not all(line.startswith("- ") for line in lines):
            return None
        return _read_poll(caption.strip(), [line.removeprefix("- ").strip() for line in lines])

    class Meta:
        icon = "tasks"
        label = "投票"


def _read_poll(caption: str, choices: list[str]) -> dict[str, Any] | None:
    """What is stored of a poll whose caption `PollBlock.html` wrote; None where it did not."""
    found = _CAPTION.fullmatch(caption)
    if not found or not FEWEST_CHOICES <= len(choices) <= MOST_CHOICES:
        return None
    closes = closing_time(found.groupdict())
    return {
        "question": found["question"][:LONGEST_QUESTION],
        "choices": listed({"text": choice[:LONGEST_CHOICE]} for choice in choices),
        "most": min(max(int(found["most"]), 1), len(choices)),
        "closes": closes and closes.isoformat(),
        "shown_at_end": bool(found["at_end"]),
        "members_only": bool(found["members"]),
    }


def closing_time(stored: Any) -> datetime | None:
    """When a poll closes, of what is stored of it or will be; None where it stays open."""
    found = stored.get("closes") if isinstance(stored, dict) else None
    try:
        found = parse_datetime(found) if isinstance(found, str) else found
    except ValueError:
        return None
    if not isinstance(found, datetime):
        return None
    return found if timezone.is_aware(found) else timezone.make_aware(found)
