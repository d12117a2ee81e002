"""How Chinese is read: whole syllables and initials, for readers who type Latin letters.

Words are read as wholes, so that 重庆 is chongqing.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache

from meiri.search.syllables import syllables_of
from meiri.search.words import cut, is_han, threes

# The syllables of Hanyu Pinyin without tones (ISO 7098:2015, Annex A); ü is written v.
_FINALS = {
    "": "a ai an ang ao e ei en eng er o ou",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng o ou u",
    "d": "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan uo v ve",
    "l": "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu o ong ou u uan un uo v ve",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u ua uan ui un uo",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "y": "a an ang ao e i in ing o ong ou u uan ue un",
    "w": "a ai an ang ao ei en eng o u",
    }  # fmt: skip
SYLLABLES = frozenset(initial + final for initial, finals in _FINALS.items() for final in finals.split())
_LONGEST = max(map(len, SYLLABLES))
_LETTERS = re.compile("[a-z]+")
# The marks of the four tones.
_TONES = dict.fromkeys(map(ord, "\u0304\u0301\u030c\u0300"))
# How many ways to cut letters into syllables are looked at.
MOST_READINGS = 4


@lru_cache(maxsize=100_000)
def reading(word: str) -> tuple[str, ...]:
    """The syllables of a word without tones, one for each of its Chinese characters that has a reading; ü is written v."""
    return tuple(s for s in map(_without_tone, syllables_of(word)) if _LETTERS.fullmatch(s))


@cache
def _without_tone(syllable: str) -> str:
    letters = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return letters.translate(_TONES)


@lru_cache(maxsize=20_000)
def _toned_reading(word: str) -> tuple[str, ...]:
    return tuple(syllables_of(word))


def toned(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The words of `text` in their order, each with how its characters are read here (重庆: chóng, qìng); without readings
    what is not Chinese."""
    for word in cut(text):
        syllables = _toned_reading(word) if is_han(word) else ()
        yield word, syllables if len(syllables) == len(word) else ()


def readings(found: Iterable[str]) -> list[list[str]]:
    """The syllables of each unbroken run of Chinese words, as `words.cut` gives them."""
    runs: list[list[str]] = [[]]
    for word in found:
        if word and is_han(word):
            runs[-1] += reading(word)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def sounds(runs: Iterable[Sequence[str]]) -> list[str]:
    """What the index keeps of syllables: each two neighbours (`ke'ji`), and each three initials (`kjc`)."""
    found = []
    for run in runs:
        initials = "".join(syllable[0] for syllable in run)
        found += [f"{a}'{b}" for a, b in itertools.pairwise(run)]
        found += threes(initials) if len(initials) > 2 else []
    return found


def as_syllables(letters: str, fewest: int = 2) -> list[list[str]]:
    """The ways to read Latin letters as `fewest` or more whole syllables, at most `MOST_READINGS`, those of the fewest first:
    `xian` is xi'an."""
    # For each place, the best ways to read what follows it.
    ways: list[list[list[str]]] = [[] for _ in letters] + [[[]]]
    for start in range(len(letters) - 1, -1, -1):
        found = [
            [letters[start : start + size], *rest]
            for size in range(min(_LONGEST, len(letters) - start), 0, -1)
            if letters[start : start + size] in SYLLABLES
            for rest in ways[start + size]
        ]
        ways[start] = sorted(found, key=len)[: MOST_READINGS + 1]
    return [way for way in ways[0] if len(way) >= fewest][:MOST_READINGS]


def beginnings(letters: str) -> list[tuple[list[str], str]]:
    """The ways to read letters that are still being typed: whole syllables, and how the next one begins. One that is whole may
    go on: `keji` is ke and ji…, jia…, jin…"""
    found = []
    for size in range(min(_LONGEST, len(letters)), 0, -1):
        head, tail = letters[: len(letters) - size], letters[len(letters) - size :]
        if begin_with(tail):
            found += [(way, tail) for way in (as_syllables(head, 1) if head else [[]])]
    return sorted(found, key=lambda way: len(way[0]))[:MOST_READINGS]


@lru_cache(maxsize=2_000)
def begin_with(letters: str) -> tuple[str, ...]:
    """The syllables that begin with `letters`."""
    return tuple(sorted(syllable for syllable in SYLLABLES if syllable.startswith(letters)))


@lru_cache(maxsize=4_000)
def near(letters: str) -> tuple[str, ...]:
    """The syllables that are meant by letters with one slip."""
    return tuple(sorted({slip for slip in slips(letters) if slip in SYLLABLES} - {letters}))


def spoken(text: str) -> list[str]:
    """How each character of folded text is read in its place; empty where it is not Chinese."""
    found: list[str] = []
    for word in cut(text):
        syllables = reading(word) if is_han(word) else ()
        found += syllables if len(syllables) == len(word) else [""] * len(word)
    return found


def slips(letters: str) -> Iterator[str]:
    """What may have been meant by letters with one slip: a letter too many, one missing, one wrong, two exchanged."""
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    for i in range(len(letters)):
        yield letters[:i] + letters[i + 1 :]
        if i + 1 < len(letters) and letters[i] != letters[i + 1]:
            yield letters[:i] + letters[i + 1] + letters[i] + letters[i + 2 :]
    for i in range(len(letters) + 1):
        for letter in alphabet:
            yield letters[:i] + letter + letters[i:]
            if i < len(letters) and letter != letters[i]:
                yield letters[:i] + letter + letters[i + 1 :]
