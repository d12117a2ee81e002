"""Quotations that say something else than in the version that readers see."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from meiri.proofing.rules.rule import Doubt, Known, Level, Rule

_QUOTED = re.compile(r"[“「]([^“”「」]{8,300})[”」]")
_MARKS = re.compile(r"[\s，。！？；：、…—]")
MOST_QUOTATIONS = 60
# From how much in common two quotations are one that was changed.
LIKE = 0.7


class ChangedQuotations(Rule):
    name = "quotation"
    label = "引语有改动"
    level = Level.DOUBT
    explanation = "这句引语和已发布的版本不同，请核对原话。"
    norm = "新闻引语以原话为准"

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        if not known.published:
            return
        before = quotations_of(known.published)
        said = {_MARKS.sub("", words) for words in before}
        for found in _QUOTED.finditer(text):
            now = found[1]
            if _MARKS.sub("", now) in said:
                continue
            if earlier := _changed_from(now, before):
                yield Doubt(*found.span(1), (earlier,), f"已发布的版本是：“{earlier}”。")


def quotations_of(texts) -> list[str]:
    """What is quoted in texts, at most `MOST_QUOTATIONS`."""
    return [found[1] for text in texts for found in _QUOTED.finditer(text)][:MOST_QUOTATIONS]


def _changed_from(now: str, before: list[str]) -> str:
    """The quotation of `before` that `now` was made of; empty where there is none."""
    best, likeness = "", LIKE
    for earlier in before:
        matcher = SequenceMatcher(None, earlier, now, autojunk=False)
        if matcher.real_quick_ratio() >= likeness and matcher.quick_ratio() >= likeness:
            ratio = matcher.ratio()
            if ratio >= likeness:
                best, likeness = earlier, ratio
    return best
