"""The words that the newsroom's own lists tell of (禁用、慎用、建议)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, MatchKind

from meiri.proofing.rules.miswritings import stands_within
from meiri.proofing.rules.rule import Doubt, Known, Level, Rule


@dataclass(frozen=True)
class ListedWord:
    """A word of a list: why it is there, what to write instead, and the words of which it may be a part."""

    word: str
    level: Level
    reason: str
    replacements: tuple[str, ...] = ()
    stands_in: tuple[str, ...] = ()


class WordIndex:
    """The listed words, found in a text in one pass."""

    def __init__(self, words: Iterable[ListedWord]):
        self.words = list(words)
        folded = [one.word.lower() for one in self.words]
        self._index = AhoCorasick(folded, matchkind=MatchKind.LeftmostLongest) if folded else None

    def find(self, text: str) -> Iterator[tuple[ListedWord, int, int]]:
        if self._index is None:
            return
        lower = text.lower()
        # Of a few letters the small form is longer: there only what is written as listed is found.
        for number, start, end in self._index.find_matches_as_indexes(
            lower if len(lower) == len(text) else text
        ):
            one = self.words[number]
            if not stands_within(text, start, end, one.stands_in):
                yield one, start, end


class ListedWords(Rule):
    name = "listed-word"
    label = "用语规范"
    level = Level.CAREFUL
    explanation = "这个词在本社的用语规范里。"
    norm = "本社用语规范"

    def doubts_about(self, text: str, known: Known) -> Iterator[Doubt]:
        if known.words is None:
            return
        for one, start, end in known.words.find(text):
            yield Doubt(start, end, one.replacements, one.reason, one.level)
