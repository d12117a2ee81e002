"""Two texts side by side, sentence by sentence, with what differs marked within those that were changed.

Ratcliff and Obershelp's matching (`difflib`) takes time with the square of what differs; so many sentences and characters
are compared, and the rest of longer texts is shown as it is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import NamedTuple

MOST_SENTENCES = 300
LONGEST_SENTENCE = 300
MOST_SHOWN = 60
# Below this, two sentences are two sentences, not one that was changed.
LIKE = 0.4
_SENTENCE = re.compile(r"[^。！？；\n]+[。！？；]*[”’」』）]*")


@dataclass(frozen=True)
class Piece:
    """A run of characters; `differs`: it is not in the other sentence."""

    text: str
    differs: bool = False


@dataclass(frozen=True)
class ComparedSentence:
    """A sentence of each text. `kind`: same, changed, removed (only in the first), added (only in the second)."""

    kind: str
    first: list[Piece]
    second: list[Piece]

    @property
    def first_text(self) -> str:
        return "".join(piece.text for piece in self.first)

    @property
    def second_text(self) -> str:
        return "".join(piece.text for piece in self.second)


class Differing(NamedTuple):
    """The first `MOST_SHOWN` sentences that differ, and how many more there are."""

    first: list[ComparedSentence]
    more: int


def compare(first: str, second: str) -> list[ComparedSentence]:
    """The rows of a comparison of two texts, in their order, at most twice `MOST_SENTENCES`."""
    ours, theirs = sentences(first), sentences(second)
    rows: list[ComparedSentence] = []
    matcher = SequenceMatcher(None, [_bare(s) for s in ours], [_bare(s) for s in theirs], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            rows += [
                ComparedSentence("same", [Piece(x)], [Piece(y)])
                for x, y in zip(ours[a:b], theirs[c:d], strict=True)
            ]
        else:
            rows += _changed(ours[a:b], theirs[c:d])
    return rows


def differing(first: str, second: str) -> Differing:
    """The sentences in which two texts differ."""
    found = [row for row in compare(first, second) if row.kind != "same"]
    return Differing(found[:MOST_SHOWN], max(len(found) - MOST_SHOWN, 0))


def sentences(text: str) -> list[str]:
    """The sentences of a text, at most `MOST_SENTENCES`; the last holds what is left."""
    found = [s.strip() for s in _SENTENCE.findall(text) if s.strip()]
    if len(found) > MOST_SENTENCES:
        found[MOST_SENTENCES - 1 :] = ["".join(found[MOST_SENTENCES - 1 :])]
    return found


def _bare(sentence: str) -> str:
    return re.sub(r"\s+", "", sentence)


def _changed(ours: list[str], theirs: list[str]) -> Iterator[ComparedSentence]:
    """Sentences that were changed, one against the other as they come, and what has no counterpart."""
    for first, second in zip_longest(ours, theirs, fillvalue=""):
        if first and second:
            yield from _against(first, second)
        elif first:
            yield ComparedSentence("removed", [Piece(first, True)], [])
        else:
            yield ComparedSentence("added", [], [Piece(second, True)])


def _against(first: str, second: str) -> Iterator[ComparedSentence]:
    comparable = max(len(first), len(second)) <= LONGEST_SENTENCE
    matcher = SequenceMatcher(None, first, second, autojunk=False) if comparable else None
    if matcher is None or matcher.ratio() < LIKE:
        yield ComparedSentence("removed", [Piece(first, True)], [])
        yield ComparedSentence("added", [], [Piece(second, True)])
        return
    ours, theirs = [], []
    for kind, a, b, c, d in matcher.get_opcodes():
        if b > a:
            ours.append(Piece(first[a:b], kind != "equal"))
        if d > c:
            theirs.append(Piece(second[c:d], kind != "equal"))
    yield ComparedSentence("changed", ours, theirs)
