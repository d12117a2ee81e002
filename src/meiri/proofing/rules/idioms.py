"""Idioms of four characters of which one sounds like the right one and is another."""

import itertools
from collections.abc import Iterator
from functools import cache, lru_cache

from meiri.proofing.rules.numerals import is_han
from meiri.proofing.rules.rule import Doubt, Known, Level, Rule
from meiri.search.words import cut

IDIOM = 4
# Written both ways.
_VARIANTS = frozenset({"勠力同心"})
# So many characters before and after tell how a stretch is cut into words.
AROUND = 6


@cache
def _idioms() -> tuple[frozenset[str], dict[str, list[str]], dict[str, list[str]]]:
    """All idioms of four characters, and those with the same first two and the same last two."""
    from pypinyin.constants import PHRASES_DICT

    idioms = frozenset(phrase for phrase in PHRASES_DICT if len(phrase) == IDIOM and all(map(is_han, phrase)))
    heads: dict[str, list[str]] = {}
    tails: dict[str, list[str]] = {}
    for phrase in sorted(idioms):
        heads.setdefault(phrase[:2], []).append(phrase)
        tails.setdefault(phrase[2:], []).append(phrase)
    return idioms | _VARIANTS, heads, tails


@lru_cache(maxsize=8_000)
def _sounds(character: str) -> frozenset[str]:
    """The syllable of a character without its tone, as it is mostly read."""
    from pypinyin import Style, pinyin

    return frozenset(pinyin(character, style=Style.NORMAL, heteronym=False)[0])


class MiswrittenIdioms(Rule):
    name = "idiom"
    label = "成语错字"
    level = Level.ERROR
    explanation = "成语里有一个同音字写错了。"
    norm = "《现代汉语词典》（第 7 版）"

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        _, heads, tails = _idioms()
        for start in range(len(text) - IDIOM + 1):
            # One character is wrong: the other half is as it should be.
            if text[start : start + 2] not in heads and text[start + 2 : start + IDIOM] not in tails:
                continue
            meant = _meant(text[start : start + IDIOM])
            if meant and not _is_said(text, start):
                yield Doubt(start, start + IDIOM, (meant,), f"疑为“{meant}”。")


@lru_cache(maxsize=20_000)
def _meant(written: str) -> str:
    """The idiom that differs from what is written in one character that sounds like it; empty where there is none, where it is an
    idiom itself, or where the other three are those of several idioms, as in 协力同心 and 戮力同心."""
    idioms, heads, tails = _idioms()
    if written in idioms:
        return ""
    found: dict[int, list[str]] = {}
    for idiom in {*heads.get(written[:2], ()), *tails.get(written[2:], ())}:
        different = [at for at in range(IDIOM) if idiom[at] != written[at]]
        if len(different) == 1:
            found.setdefault(different[0], []).append(idiom)
    for at, meant in found.items():
        if len(meant) == 1 and is_han(written[at]) and _sounds(written[at]) & _sounds(meant[0][at]):
            return meant[0]
    return ""


def _is_said(text: str, start: int) -> bool:
    """Whether the four characters are words of two that stand there rightly, or parts of other words."""
    before = max(0, start - AROUND)
    around = cut(text[before : start + IDIOM + AROUND])
    bounds = list(itertools.accumulate(map(len, around), initial=before))
    if start not in bounds or start + IDIOM not in bounds:
        return True
    within = bounds[bounds.index(start) : bounds.index(start + IDIOM) + 1]
    return [end - begin for begin, end in itertools.pairwise(within)] in ([2, 2], [4])
