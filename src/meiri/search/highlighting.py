"""Mark in a text what was asked for. No character is cut: what readers see as one stays one."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import islice
from typing import NamedTuple

from meiri.search.folding import fold_all
from meiri.search.index import analyzer, stem
from meiri.search.known_names import names
from meiri.search.query import Query, Term
from meiri.search.words import FUNCTION_CHARACTERS, words

EXCERPT = 110
# How far an excerpt may begin before the first mark in it.
LEAD_IN = 20
MOST_MARKS = 200
_LATIN = re.compile(r"[a-z]+")
_STOPS = "。！？；\n"
# Stands between paragraphs.
BORDER = "\ue000"
# What belongs to the character before it: joiners, variants of emoji, shades of skin, flags' second half.
_JOINER = "\u200d"
_JOINED = re.compile("[\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\u20e3]")

Span = tuple[int, int]


class _Wording(NamedTuple):
    """A folded text that is looked for. One that begins or ends with a Latin letter or a digit begins or ends a word there."""

    text: str
    begins_word: bool
    ends_word: bool

    @classmethod
    def of(cls, text: str) -> "_Wording":
        return cls(text, _is_latin(text[0]), _is_latin(text[-1]))

    def places(self, folded: str, start: int = 0) -> Iterator[int]:
        """Where it stands in a folded text, from `start` on."""
        place = folded.find(self.text, start)
        while place >= 0:
            end = place + len(self.text)
            cut = (self.begins_word and place and _is_latin(folded[place - 1])) or (
                self.ends_word and end < len(folded) and _is_latin(folded[end])
            )
            if not cut:
                yield place
            place = folded.find(self.text, end)

    def is_in(self, folded: str) -> bool:
        if self.text not in folded:
            return False
        return not (self.begins_word or self.ends_word) or next(self.places(folded), None) is not None


class Highlighter:
    """Marks what one query asks for."""

    def __init__(self, query: Query):
        texts = list(query.free)
        asked = [word for term in texts for word in (term.text, *([] if term.phrase else _parts(term)))]
        known = names()
        others = [name for term in texts for name in known.also_called(term.text)]
        # Looked for one by one: for a few short texts that is many times quicker than a regular expression of all.
        self._wordings = [_Wording.of(text) for text in dict.fromkeys([*asked, *others]) if text]
        # A text that says so many things says them all.
        self.wanted = len(texts)
        self._stems = {stem(word) for term in texts for word in _LATIN.findall(term.text)}
        self._folded: dict[str, str] = {}

    def take(self, texts: Sequence[str]) -> None:
        """Make ready for texts that will be marked."""
        new = [text for text in dict.fromkeys(texts) if text not in self._folded]
        self._folded |= zip(new, fold_all(new), strict=True)

    def _fold(self, text: str) -> str:
        if text not in self._folded:
            self.take([text])
        return self._folded[text]

    def spans(self, text: str) -> list[Span]:
        """Where `text` says what was asked for: first and after last place, in order, none touching another."""
        return self._spans(text, self._fold(text))

    def _spans(self, text: str, folded: str) -> list[Span]:
        found = [
            (place, place + len(wording.text))
            for wording in self._wordings
            if wording.text in folded
            for place in islice(wording.places(folded), MOST_MARKS)
        ]
        if self._stems:
            found += [m.span() for m in self._latin(folded) if stem(m.group()) in self._stems]
        return whole_characters(text, _united(found)[:MOST_MARKS]) if found else []

    def whole(self, text: str) -> str:
        """`text` as HTML with <mark> around what was asked for."""
        return marked(text, self.spans(text))

    def says(self, text: str) -> int:
        """How many of the things that were asked for `text` says."""
        folded = self._fold(text)
        said = sum(wording.is_in(folded) for wording in self._wordings)
        if self._stems:
            said += len(self._stems.intersection(stem(m.group()) for m in self._latin(folded)))
        return said

    @staticmethod
    def _latin(folded: str) -> Iterator[re.Match[str]]:
        return islice(_LATIN.finditer(folded), 10 * MOST_MARKS)

    def excerpt(self, text: str) -> str:
        """The paragraph of `text` that says most of what was asked for, or the part of it that does, as HTML with <mark>; how
        the first one begins where none says anything. Paragraphs end with `BORDER`."""
        folded = self._fold(text)
        first, last = self._telling_most(folded)
        text, folded = text[first:last], folded[first:last]
        spans = self._spans(text, folded)
        start, end = window(text, spans)
        inside = [(max(a, start) - start, min(b, end) - start) for a, b in spans if b > start and a < end]
        return f"{'…' if start else ''}{marked(text[start:end], inside)}{'…' if end < len(text) else ''}"

    def _telling_most(self, folded: str) -> Span:
        """Which paragraph of a folded text says the most different things that were asked for; the first of several."""
        said: dict[int, set[str]] = {}  # by where a paragraph begins

        def found(place: int, what: str) -> int:
            said.setdefault(folded.rfind(BORDER, 0, place) + 1, set()).add(what)
            return _end(folded, place)

        for wording in self._wordings:
            end = 0
            while (place := next(wording.places(folded, end), -1)) >= 0:
                end = found(place, wording.text)
        if self._stems:
            for match in self._latin(folded):
                if (of := stem(match.group())) in self._stems:
                    found(match.start(), of)
        begin = min(said, key=lambda place: (-len(said[place]), place), default=0)
        return begin, _end(folded, begin)


def _end(text: str, place: int) -> int:
    """Where the paragraph ends in which `place` is."""
    end = text.find(BORDER, place)
    return end if end >= 0 else len(text)


def _parts(term: Term) -> list[str]:
    found = analyzer().analyze(words(term.text))
    return [word for word in found if word not in FUNCTION_CHARACTERS] or found


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _united(spans: list[Span]) -> list[Span]:
    """Spans in order, those that overlap or touch made one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def whole_characters(text: str, spans: Iterable[Span]) -> list[Span]:
    """`spans` widened so that none begins or ends inside what readers see as one character."""
    return _united([(_back(text, start), _forth(text, end)) for start, end in spans])


def _forth(text: str, place: int) -> int:
    while place < len(text) and belongs_to_previous(text, place):
        place += 1
    return place


def _back(text: str, place: int) -> int:
    while 0 < place < len(text) and belongs_to_previous(text, place):
        place -= 1
    return place


def belongs_to_previous(text: str, place: int) -> bool:
    """Whether the character at `place` is seen as a part of the one before it (after Unicode's UAX #29, the rules for
    marks, joiners, emoji and flags)."""
    if place == 0:
        return False
    character, before = text[place], text[place - 1]
    if "\u3400" <= character <= "\u9fff" and before != _JOINER:
        return False  # as most do
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Mc"):
        return True
    if _JOINED.match(character) or before == _JOINER:
        return True
    if _is_flag(character) and _is_flag(before):
        start = place
        while start and _is_flag(text[start - 1]):
            start -= 1
        return (place - start) % 2 == 1
    return False


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def window(text: str, spans: Sequence[Span]) -> Span:
    """The part of `text`, some `EXCERPT` characters, with most of the marks in it."""
    if len(text) <= EXCERPT:
        return 0, len(text)
    first = max(
        (a for a, _ in spans),
        key=lambda a: sum(b - s for s, b in spans if a <= s and b <= a + EXCERPT),
        default=0,
    )
    start = max(0, first - LEAD_IN)
    # Rather where a sentence begins, if one begins near.
    stops = [i + 1 for i in range(max(0, start - LEAD_IN), first) if text[i] in _STOPS]
    start = _back(text, stops[-1] if stops else start) if start else 0
    start = _word_start(text, start)
    return start, _word_end(text, _forth(text, min(len(text), start + EXCERPT)))


def _word_start(text: str, place: int) -> int:
    while 0 < place < len(text) and _inside_latin(text, place):
        place -= 1
    return place


def _word_end(text: str, place: int) -> int:
    while place < len(text) and _inside_latin(text, place):
        place += 1
    return place


def _inside_latin(text: str, place: int) -> bool:
    return all(map(_is_latin, text[place - 1 : place + 1]))


def marked(text: str, spans: Iterable[Span]) -> str:
    """`text` as HTML with <mark> around `spans`, which are in order and don't overlap."""
    pieces, place = [], 0
    for start, end in spans:
        pieces += [escape(text[place:start]), "<mark>", escape(text[start:end]), "</mark>"]
        place = end
    return "".join([*pieces, escape(text[place:])])
