"""Common miswritings."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ahocorasick_rs import AhoCorasick, MatchKind

from meiri.proofing.rules.rule import Doubt, Known, Level, Rule
from meiri.search.words import cut

_LIST = Path(__file__).with_name("miswritings.txt")
# So many characters before and after tell how a stretch is cut into words.
AROUND = 6


@dataclass(frozen=True)
class Miswriting:
    """What is written wrongly, what is meant, and the words in which it stands rightly."""

    wrong: str
    right: str
    stands_in: tuple[str, ...]


@cache
def miswritings() -> tuple[list[Miswriting], AhoCorasick]:
    found = []
    for line in _LIST.read_text().splitlines():
        if line and not line.startswith("#"):
            pair, _, words = line.partition("/")
            wrong, right = pair.split()
            found.append(Miswriting(wrong, right, tuple(words.split())))
    return found, AhoCorasick([one.wrong for one in found], matchkind=MatchKind.LeftmostLongest)


class Miswritings(Rule):
    name = "miswriting"
    label = "常见错别字"
    level = Level.ERROR
    explanation = "常见的错别字，请核对。"
    norm = "《现代汉语词典》（第 7 版）"

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        found, index = miswritings()
        for number, start, end in index.find_matches_as_indexes(text):
            one = found[number]
            if not (stands_within(text, start, end, one.stands_in) or _is_between_words(text, start, end)):
                yield Doubt(start, end, (one.right,), f"“{one.wrong}”应为“{one.right}”。")


def _is_between_words(text: str, start: int, end: int) -> bool:
    """Whether the stretch is the end of one word and the beginning of another: 补偿试点 has no 偿试."""
    before = max(0, start - AROUND)
    at = before
    for word in cut(text[before : end + AROUND]):
        if at < end and at + len(word) > start and (at < start or at + len(word) > end) and len(word) > 1:
            return True
        at += len(word)
    return False


def stands_within(text: str, start: int, end: int, words: Iterable[str]) -> bool:
    """Whether the stretch is part of one of `words` in the text."""
    for word in words:
        before = max(0, end - len(word))
        at = text.find(word, before, start + len(word))
        if before <= at <= start and at + len(word) >= end:
            return True
    return False
