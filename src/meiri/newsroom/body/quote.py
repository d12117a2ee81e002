"""A quotation with who said it (引文)."""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from lxml.html import HtmlElement
from wagtail import blocks

from meiri.media.models import Picture
from meiri.newsroom.body.block import BlockText, PastedPart, ReadBlock, StructBodyBlock, lines_of
from meiri.newsroom.body.speaker import split_speaker

_SPEAKER_IN_BRACKETS = re.compile(r"(?P<text>.+?)（(?P<speaker>[^（）]+)）$", re.DOTALL)


class QuoteBlock(StructBodyBlock):
    elements = frozenset({"blockquote"})
    measure = "段"
    texts = (BlockText("text", "引文", is_compared=True), BlockText("speaker", "引文出处"))

    text = blocks.TextBlock(label="引文")
    speaker = blocks.CharBlock(label="出处", required=False, max_length=80)

    def html(self, value: Any) -> str:
        speaker = [f"——{value['speaker']}"] if value["speaker"] else []
        lines = [*value["text"].split("\n"), *speaker]
        return f"<blockquote>{''.join(f'<p>{escape(line, quote=False)}</p>' for line in lines)}</blockquote>"

    def from_element(self, element: HtmlElement, pictures: Mapping[str, Picture]) -> ReadBlock:
        text, speaker = split_speaker(lines_of(element))
        return ReadBlock({"text": text, "speaker": speaker})

    def from_markdown(self, part: str) -> dict[str, str] | None:
        if not part.startswith("> "):
            return None
        quotation = " ".join(line.removeprefix(">").strip() for line in part.splitlines())
        found = _SPEAKER_IN_BRACKETS.match(quotation)
        return found.groupdict() if found else {"text": quotation, "speaker": ""}

    def from_paste(self, part: PastedPart) -> dict[str, str]:
        return {"text": part.text, "speaker": part.speaker}

    class Meta:
        icon = "openquote"
        label = "引文"
