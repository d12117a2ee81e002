"""What AI did in an article: the typed record of the newsroom, and the words that readers are told it by.

人工智能生成合成内容标识办法 (in force 2025-09-01) and GB 45438-2025: the words stand at the beginning of the text, at its end or where they fit, and
name what made it (人工智能 or AI) and what was done (生成 or 合成).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from modelcluster.models import ClusterableModel

from meiri.newsroom.article_choices import AiKind, AiUse
from meiri.newsroom.plain_text import paragraphs

# The IPTC's vocabulary, and the names that it has for what readers are told of: https://cv.iptc.org/newscodes/digitalsourcetype/
SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_SOURCE_TYPE = {
    AiUse.GENERATED: "trainedAlgorithmicMedia",
    AiUse.ASSISTED: "compositeWithTrainedAlgorithmicMedia",
}
_MARKED = (AiUse.GENERATED, AiUse.ASSISTED)
# What the words say of: a translation is a text that was translated. 润色校对 has words of its own, and 查资料 makes nothing that is read.
_MADE = (
    *(AiKind.TEXT, AiKind.TRANSLATION, AiKind.SUMMARY, AiKind.HEADLINE),
    *(AiKind.PICTURE, AiKind.VIDEO, AiKind.VOICE),
)
_NOUNS = {AiKind.TRANSLATION: "译文"}
_SAYS_ENOUGH = re.compile(r"(?=.*(?:人工智能|AI))(?=.*(?:生成|合成))", re.IGNORECASE | re.DOTALL)
MOST_MARKS = 5_000
_BLOCK_MARK = re.compile(r"([\w-]{1,64}):(generated|assisted)")


def says_enough(words: str) -> bool:
    """Whether a label is one as GB 45438-2025 wants it."""
    return bool(_SAYS_ENOUGH.match(words))


def check_kinds(stored: str) -> None:
    """Raise `ValidationError` unless each of the comma-separated `stored` is an `AiKind`."""
    if unknown := [word for word in stored.split(",") if word and word not in AiKind.values]:
        raise ValidationError(f"人工智能的用途里没有“{unknown[0][:20]}”这一种。")


def check_marks(stored: str) -> None:
    """Raise `ValidationError` unless `stored` are marks of blocks: `id:generated,id:assisted`."""
    words = stored.split(",") if stored else []
    if len(words) > MOST_MARKS or not all(map(_BLOCK_MARK.fullmatch, words)):
        raise ValidationError("逐块标注有误，请重新标注。")


class KindsFormField(forms.MultipleChoiceField):
    """Ticks, stored as words with commas between them."""

    widget = forms.CheckboxSelectMultiple

    def prepare_value(self, value):
        return value.split(",") if isinstance(value, str) else value or []

    def to_python(self, value):
        chosen = super().to_python(value)
        known = [kind for kind in AiKind.values if kind in chosen]
        return ",".join(dict.fromkeys([*known, *chosen]))

    def validate(self, value):
        check_kinds(value)

    def has_changed(self, initial, data):
        return (initial or "") != self.to_python(data)


class KindsField(models.CharField):
    """Kinds of use, with commas between them; the form has them as ticks."""

    def formfield(self, **options):
        told = {
            name: options[name] for name in ("widget", "label", "help_text", "disabled") if name in options
        }
        base: dict[str, Any] = {"label": self.verbose_name, "help_text": self.help_text, "required": False}
        return KindsFormField(choices=AiKind.choices, **base | told)


class AiRecord(ClusterableModel):
    """The part of an article that says what AI did in it, and who of the newsroom checked that.

    `ai_kinds`: words of `AiKind`, commas between them. `ai_blocks`: the blocks of the body that are marked, `id:generated,id:assisted`. `aigc_label`:
    the words for readers where editors wrote them themselves; else they are made of the record.
    """

    aigc_label = models.CharField(
        "人工智能生成标识",
        max_length=60,
        blank=True,
        help_text="不填则按上面的记录写成，例如“本文由人工智能生成”。自己写须有“人工智能”（或“AI”）和“生成”（或“合成”）。",
    )
    ai_use = models.CharField(
        "人工智能使用记录",
        max_length=9,
        choices=AiUse.choices,
        blank=True,
        help_text="会写在文首；生成的在列表里另有标记。",
    )
    ai_kinds = KindsField(
        "人工智能用于",
        max_length=80,
        blank=True,
        validators=[check_kinds],
        help_text="只用于查资料的不告诉读者。",
    )
    ai_blocks = models.TextField(
        "逐块标注",
        blank=True,
        validators=[check_marks],
        help_text="在正文每一块上方的菜单里选。",
    )
    ai_checked_by: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="人工智能内容核对人",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="写进审稿单，读者看不到。",
    )

    class Meta:
        abstract = True

    def clean(self):
        super().clean()
        if self.ai_use == AiUse.GENERATED and not self.kinds_of_ai and not self.ai_blocks:
            self.ai_kinds = AiKind.TEXT.value
        if self.ai_blocks:
            self.ai_blocks = without_gone(self.ai_blocks, self.body.raw_data)

    @property
    def kinds_of_ai(self) -> list[AiKind]:
        """What AI made, or helped with; what is no kind is left out."""
        return kinds_in(self.ai_kinds)

    @property
    def ai_marks(self) -> dict[str, AiUse]:
        """The marked blocks of the body, by their ids."""
        return marks_in(self.ai_blocks)

    @property
    def ai_label(self) -> str:
        """The words for readers, empty where there is nothing to tell."""
        return self.aigc_label or words_for_readers(self.ai_use, self.kinds_of_ai, bool(self.ai_marks))

    @property
    def ai_source_type(self) -> str:
        """The IPTC's digital source type of what readers are told of, empty where they are told of nothing."""
        return _SOURCE_TYPE.get(AiUse(self.ai_use), "") if self.ai_use and self.ai_label else ""

    @property
    def is_ai_recorded(self) -> bool:
        """Whether its record says what AI did. Those from before there were kinds have the words of their editors alone."""
        return bool(self.ai_kinds or self.ai_blocks)

    @property
    def is_made_by_ai(self) -> bool:
        return self.ai_use == AiUse.GENERATED


def kinds_in(stored: str) -> list[AiKind]:
    return [kind for kind in AiKind if kind.value in stored.split(",")]


def marks_in(stored: str) -> dict[str, AiUse]:
    """Marks of blocks as they are stored, by the ids of the blocks; what is none is left out."""
    found = filter(None, map(_BLOCK_MARK.fullmatch, stored.split(",")[:MOST_MARKS]))
    return {mark[1]: AiUse(mark[2]) for mark in found}


def as_stored(marks: Mapping[str, AiUse]) -> str:
    """Marks of blocks as `ai_blocks` has them."""
    return ",".join(f"{block}:{use.value}" for block, use in marks.items() if use in _MARKED)


def without_gone(stored: str, raw: Iterable[Mapping[str, Any]]) -> str:
    """The marks of those blocks that are in the body `raw`, in its order."""
    marks = marks_in(stored)
    return as_stored({block["id"]: marks[block["id"]] for block in raw if block.get("id") in marks})


def marks_in_order(stored: str, raw: Iterable[Mapping[str, Any]]) -> list[str]:
    """The mark of each block of a body, empty for none: what readers see of `ai_blocks`, whatever ids the blocks have. Empty where
    no block is marked."""
    marks = marks_in(stored)
    found = [str(marks.get(block.get("id", ""), "")) for block in raw] if marks else []
    return found if any(found) else []


def marks_in_words(stored: str, raw: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the newsroom reads of the marked blocks of a body: 第 2 块：人工智能生成或合成."""
    marks = enumerate(marks_in_order(stored, raw), 1)
    return [f"第 {number} 块：{AiUse(mark).label}" for number, mark in marks if mark]


def words_for_readers(use: str, kinds: Sequence[AiKind], has_marks: bool = False) -> str:
    """What readers are told at the beginning of an article; empty where AI made nothing that they read. `has_marks`: whether blocks
    of the body are marked."""
    is_known = bool(kinds or has_marks)
    if use not in _MARKED or (use == AiUse.ASSISTED and not is_known):
        return ""
    did = "生成" if use == AiUse.GENERATED else "辅助生成"
    made = [kind for kind in kinds if kind in _MADE]
    told = []
    if made == [AiKind.TEXT] or not is_known:
        told.append(f"本文由人工智能（AI）{did}")
    elif made:
        told.append(f"本文{'、'.join(_NOUNS.get(kind, kind.label) for kind in made)}由人工智能（AI）{did}")
    elif has_marks:
        told.append(f"文中标明的部分由人工智能（AI）{did}")
    if AiKind.EDITING in kinds:
        told.append("文字由人工智能（AI）润色校对")
    return "，".join(told)


def ai_words(block: Any, use: AiUse) -> str:
    """What readers are told at a marked block of a body, a `StreamChild`: 以下 2 段文字由 AI 生成."""
    what = f"以下{block.block.label}"
    if block.block_type == "text":
        count = len(paragraphs([{"type": "text", "value": block.get_prep_value()["value"]}]))
        what = f"以下 {count} 段文字"
    return f"{what}由 AI {'生成' if use == AiUse.GENERATED else '辅助生成'}"


def lacking(version: Any) -> Iterator[tuple[str, str, str]]:
    """What the record of a version still lacks: the code of the rule, a sentence for editors, the field of the form."""
    used, kinds = version.ai_use in _MARKED, version.kinds_of_ai
    if not version.ai_use and not version.aigc_label:
        yield "ai.missing", "没有记录是否使用人工智能。", "ai_use"
    if not used and version.is_ai_recorded:
        yield (
            "ai.incomplete",
            "写了人工智能的用途或标出了块，却没有记录“辅助”或“生成”：请选定，或去掉用途和标注。",
            "ai_use",
        )
    elif used and not version.is_ai_recorded:
        yield "ai.incomplete", "用了人工智能，请勾选用于哪些部分，或在正文里逐块标出。", "ai_kinds"
    if used and version.ai_checked_by_id is None:
        yield "ai.incomplete", "用了人工智能，请填写由本社谁核对过。", "ai_checked_by"
    if (
        version.is_made_by_ai
        and version.is_ai_recorded
        and not version.ai_marks
        and not set(kinds) & set(_MADE)
    ):
        yield (
            "ai.incomplete",
            "记录是“生成”，用途却只有查资料或润色校对：请勾选生成了什么，或改为“辅助”。",
            "ai_kinds",
        )
    elif version.is_made_by_ai and not says_enough(version.ai_label):
        yield (
            "ai.unmarked",
            "内容由人工智能生成，标识须写明“人工智能”（或“AI”）和“生成”（或“合成”）。",
            "aigc_label",
        )


def told_of_ai(version: Any) -> tuple:
    """All that readers are told of AI in a version of an article, as a value to be compared."""
    marks = marks_in_order(version.ai_blocks, version.body.raw_data)
    return version.ai_label, version.is_made_by_ai, tuple(marks)
