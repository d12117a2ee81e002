"""Mark in a text what was asked for. No character is cut: what readers see as one stays one."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from html import escape

from meiri.search.folding import fold_all
from meiri.search.index import analyzer, stem
from meiri.search.names import also_called
from meiri.search.query import Query, Term
from meiri.search.words import FUNCTION_CHARACTERS, words

EXCERPT = 110
# How far an excerpt may begin before the first mark in it.
LEAD_IN = 20
MOST_MARKS = 200
_LATIN = re.compile(r"[a-z]+")
_STOPS = "。！？；\n"
# What belongs to the character before it: joiners, variants of emoji, shades of skin, flags' second half.
_JOINER = "\u200d"
_JOINED = re.compile("[\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\u20e3]")

Span = tuple[int, int]


class Highlighter:
    """Marks what one query asks for."""

    def __init__(self, query: Query):
        texts = list(query.free)
        whole = [name for term in texts for name in (term.text, *also_called(term.text))]
        parts = [word for term in texts if not term.phrase for word in _parts(term)]
        self._pattern = _pattern([*whole, *parts])
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
        folded = self._fold(text)
        found = [m.span() for _, m in zip(range(MOST_MARKS), self._finditer(folded), strict=False)]
        if self._stems:
            latin = zip(range(10 * MOST_MARKS), _LATIN.finditer(folded), strict=False)
            found += [m.span() for _, m in latin if stem(m.group()) in self._stems]
        return whole_characters(text, _united(found))

    def whole(self, text: str) -> str:
        """`text` as HTML with <mark> around what was asked for."""
        return marked(text, self.spans(text))

    def says(self, text: str) -> int:
        """How many of the things that were asked for `text` says."""
        return len(self._said(self._fold(text)))

    def _said(self, folded: str) -> set[str]:
        found = {m.group() for _, m in zip(range(MOST_MARKS), self._finditer(folded), strict=False)}
        if self._stems:
            latin = zip(range(10 * MOST_MARKS), _LATIN.finditer(folded), strict=False)
            found |= {stemmed for _, m in latin if (stemmed := stem(m.group())) in self._stems}
        return found

    def _finditer(self, folded: str) -> Iterable[re.Match[str]]:
        return self._pattern.finditer(folded) if self._pattern else ()

    def excerpt(self, paragraphs: Sequence[str]) -> str:
        """The paragraph that says most of what was asked for, or the part of it that does, as HTML with <mark>; how the first
        one begins where none says anything."""
        text = max(paragraphs, key=self.says, default="")
        spans = self.spans(text)
        start, end = window(text, spans)
        inside = [(max(a, start) - start, min(b, end) - start) for a, b in spans if b > start and a < end]
        return f"{'…' if start else ''}{marked(text[start:end], inside)}{'…' if end < len(text) else ''}"


def _parts(term: Term) -> list[str]:
    found = analyzer().analyze(words(term.text))
    return [word for word in found if word not in FUNCTION_CHARACTERS] or found


def _pattern(wanted: Iterable[str]) -> re.Pattern[str] | None:
    """Finds the longest at each place; of Latin letters and digits only whole words."""
    ways = []
    for text in sorted({text for text in wanted if text}, key=len, reverse=True):
        found = re.escape(text)
        if text[0].isascii() and text[0].isalnum():
            found = r"(?<![a-z0-9])" + found
        if text[-1].isascii() and text[-1].isalnum():
            found += r"(?![a-z0-9])"
        ways.append(found)
    return re.compile("|".join(ways)) if ways else None


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
    return all(c.isascii() and c.isalnum() for c in text[place - 1 : place + 1])


def marked(text: str, spans: Iterable[Span]) -> str:
    """`text` as HTML with <mark> around `spans`, which are in order and don't overlap."""
    pieces, place = [], 0
    for start, end in spans:
        pieces += [escape(text[place:start]), "<mark>", escape(text[start:end]), "</mark>"]
        place = end
    return "".join([*pieces, escape(text[place:])])
