"""Exchange words in what a thing says: where they stand in its texts, and the texts with others in their place.

Only text is looked at and changed: markup, addresses, keys and character references around it stay byte for byte.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape, unescape
from html.parser import HTMLParser
from typing import Protocol

from django.core.exceptions import ValidationError

# How many characters of the text around a place are shown.
AROUND = 30
# Words that stand in more places than this can't be gone through one by one.
MOST_PLACES = 200


class LabelledText(Protocol):
    """A text of a block: what editors call it, and whether it may be corrected."""

    @property
    def label(self) -> str: ...

    @property
    def is_corrected(self) -> bool: ...


@dataclass(frozen=True)
class Spot:
    """One place where the words stand: its number in the order of the thing, from 0, and what is around it."""

    number: int
    where: str
    before: str
    words: str
    after: str


@dataclass(frozen=True)
class Spots:
    """All places where the words stand, and a digest of the text in which they were looked for."""

    spots: tuple[Spot, ...]
    digest: str


NO_SPOTS = Spots((), "")


@dataclass(frozen=True)
class Amendment:
    """The places that an editor ticked among those that were shown, by number, and the digest that came with them."""

    places: frozenset[int]
    digest: str


def check_spots(found: Spots, missing: str) -> Spots:
    """What was found. Raises `ValidationError`: with the sentence `missing` where nothing was, or where it is too much to go through."""
    if not found.spots:
        raise ValidationError(missing)
    if len(found.spots) > MOST_PLACES:
        raise ValidationError(f"有 {len(found.spots)} 处这样的文字，请把“原文”写得长一些。")
    return found


def check_ticked(found: Spots, amendment: Amendment, nothing_ticked: str) -> None:
    """Raise `ValidationError` where what was ticked is not of what is found now: with the sentence `nothing_ticked` where it is nothing."""
    if found.digest != amendment.digest:
        raise ValidationError("核对期间文字或“原文”有了改动，请重新核对要改的各处。")
    if not amendment.places:
        raise ValidationError(nothing_ticked)
    if not amendment.places <= {spot.number for spot in found.spots}:
        raise ValidationError("勾选的地方有误，请重新核对。")


@dataclass
class WordExchange:
    """A walk through the texts of a thing, which shows it each in their order, and has what it gives in the place of `words` where
    `numbers` says so. `spots`: where the words were met so far; `digest`: of all texts that were shown."""

    words: str
    others: str
    numbers: Collection[int]
    spots: list[Spot] = field(default_factory=list)

    def __post_init__(self):
        self.digest = sha256(self.words.encode())

    @property
    def found(self) -> Spots:
        return Spots(tuple(self.spots), self.digest.hexdigest())

    def edit_text(self, text: LabelledText, written: str) -> str:
        return self.exchanged_text(text.label, written) if text.is_corrected else written

    def edit_markup(self, text: LabelledText, written: str) -> str:
        return self.exchanged_markup(text.label, written) if text.is_corrected else written

    def exchanged_text(self, where: str, text: str) -> str:
        """Plain text `where` with the words exchanged."""
        return self._exchanged(
            where, text, [(character, character) for character in text], lambda words: words
        )

    def exchanged_markup(self, where: str, html: str) -> str:
        """Rich text `where`, as it is stored, with the words exchanged."""
        return "".join(
            self._exchanged(
                where, "".join(text for text, _ in units), units, lambda t: escape(t, quote=False)
            )
            if units
            else markup
            for markup, units in _pieces(html)
        )

    def _exchanged(
        self, where: str, text: str, units: list[tuple[str, str]], write: Callable[[str], str]
    ) -> str:
        """The source of a text with the words exchanged. Its units are what can't be cut: text and source of each."""
        self.digest.update(f"\0{where}\0{text}".encode())
        found = []
        starts = {}  # where a unit begins in the text: its number
        at = 0
        for number, (part, _) in enumerate(units):
            starts[at] = number
            at += len(part)
        starts[at] = len(units)
        at = text.find(self.words)
        while at >= 0:
            end = at + len(self.words)
            if at in starts and end in starts:
                spot = Spot(
                    len(self.spots),
                    where,
                    text[max(0, at - AROUND) : at],
                    self.words,
                    text[end : end + AROUND],
                )
                self.spots.append(spot)
                if spot.number in self.numbers:
                    found.append((starts[at], starts[end]))
                at = text.find(self.words, end)
            else:
                at = text.find(self.words, at + 1)
        parts, kept = [], 0
        for first, last in found:
            parts += [source for _, source in units[kept:first]]
            parts.append(write(self.others))
            kept = last
        return "".join([*parts, *(source for _, source in units[kept:])])


class _Cutter(HTMLParser):
    """Notes where each piece of an HTML source begins, and what kind it is of: markup, text or a character reference."""

    def __init__(self, source: str):
        super().__init__(convert_charrefs=False)
        self.begins: list[tuple[int, str]] = []
        self._lines = [0]
        for line in source.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self.feed(source)
        self.close()

    def _note(self, kind: str) -> None:
        line, column = self.getpos()
        self.begins.append((self._lines[line - 1] + column, kind))

    def handle_starttag(self, tag, attrs):
        self._note("markup")

    def handle_startendtag(self, tag, attrs):
        self._note("markup")

    def handle_endtag(self, tag):
        self._note("markup")

    def handle_comment(self, data):
        self._note("markup")

    def handle_decl(self, decl):
        self._note("markup")

    def unknown_decl(self, data):
        self._note("markup")

    def handle_pi(self, data):
        self._note("markup")

    def handle_data(self, data):
        self._note("markup" if self.cdata_elem else "text")

    def handle_entityref(self, name):
        self._note("reference")

    def handle_charref(self, name):
        self._note("reference")


def _pieces(html: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The source of a piece of markup, or the units of a text: its characters and character references."""
    units: list[tuple[str, str]] = []
    begins = _Cutter(html).begins
    ends = [*(at for at, _ in begins[1:]), len(html)]
    for (begin, kind), end in zip(begins, ends, strict=False):
        source = html[begin:end]
        if kind == "markup":
            if units:
                yield "", units
                units = []
            yield source, []
        elif kind == "text":
            units += [(character, character) for character in source]
        else:
            units.append((unescape(source), source))
    if units:
        yield "", units
