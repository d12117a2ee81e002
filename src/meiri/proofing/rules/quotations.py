"""Quotations that say something else than in the version that readers see."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from meiri.proofing.rules.rule import Doubt, Known, Level, Passage, Rule

_QUOTED = re.compile(r"[“「]([^“”「」]{8,300})[”」]")
_MARKS = re.compile(r"[\s，。！？；：、…—]")
# Of each version; each of the one is compared with each of the other.
MOST_QUOTATIONS = 60
# From how much in common two quotations are one that was changed.
LIKE = 0.65


class Quotation(NamedTuple):
    """What is quoted, and how often each two neighbours of its characters stand in it."""

    words: str
    pairs: Counter[tuple[str, str]]

    def likeness(self, other: "Quotation") -> float:
        """How much of two quotations is the same, from 0 to 1 (Dice's coefficient of their pairs)."""
        both = (self.pairs & other.pairs).total()
        return 2 * both / (self.pairs.total() + other.pairs.total())


class ChangedQuotations(Rule):
    name = "quotation"
    label = "引语有改动"
    level = Level.DOUBT
    explanation = "这句引语和已发布的版本不同，请核对原话。"
    norm = "新闻引语以原话为准"

    def doubts(self, passages: Sequence[Passage], known: Known) -> Iterator[tuple[int, Doubt]]:
        before = quotations_of(known.published)
        said = {bare(quotation.words) for quotation in before}
        quoted = (
            (number, found)
            for number, passage in enumerate(passages)
            for found in _QUOTED.finditer(passage.text)
        )
        for number, found in islice(quoted, MOST_QUOTATIONS) if before else ():
            if bare(found[1]) in said:
                continue
            now = _read(found[1])
            nearest = max(before, key=now.likeness)
            if now.likeness(nearest) >= LIKE:
                sentence = f"已发布的版本是：“{nearest.words}”。"
                yield number, Doubt(*found.span(1), (nearest.words,), sentence)


def quotations_of(texts: Iterable[str]) -> list[Quotation]:
    """What is quoted in texts, at most `MOST_QUOTATIONS`."""
    quoted = (found[1] for text in texts for found in _QUOTED.finditer(text))
    return [_read(words) for words in islice(quoted, MOST_QUOTATIONS)]


def bare(words: str) -> str:
    """Words without their marks, which may differ."""
    return _MARKS.sub("", words)


def _read(words: str) -> Quotation:
    return Quotation(words, Counter(pairwise(bare(words))))
