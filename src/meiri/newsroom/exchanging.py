"""Exchange words in an article: where they stand in its text, and the article with others in their place.

Only text is looked at and changed: markup, addresses, keys and character references around it stay byte for byte.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape, unescape
from html.parser import HTMLParser

from meiri.newsroom.body.block import BlockText
from meiri.newsroom.body.stream import edited_body
from meiri.newsroom.models import Article

# How many characters of the text around a place are shown.
AROUND = 30
FIELDS = ("kicker", "title", "subtitle", "short_title", "summary", "dateline")


@dataclass(frozen=True)
class Spot:
    """One place where the words stand: its number in the order of the article, from 0, and what is around it."""

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


def spots_of(article: Article, words: str) -> Spots:
    """Where `words` stand in the titles, the summary, the dateline and the body of an article."""
    looking = _Exchange(words, words, ())
    _walk(article, looking)
    return Spots(tuple(looking.spots), looking.digest.hexdigest())


def exchange(article: Article, words: str, others: str, numbers: Collection[int]) -> None:
    """Put `others` in the place of `words` at those of `spots_of` that have these numbers; the article is not saved."""
    changing = _Exchange(words, others, numbers)
    body = _walk(article, changing)
    for name, text in changing.fields.items():
        setattr(article, name, text)
    article.body = article.body.stream_block.to_python(body)


@dataclass
class _Exchange:
    """A walk through the texts of an article: the editor of its blocks' texts."""

    words: str
    others: str
    numbers: Collection[int]
    spots: list[Spot] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        self.digest = sha256(self.words.encode())

    def edit_text(self, text: BlockText, written: str) -> str:
        return self.exchanged_text(text.label, written) if text.is_corrected else written

    def edit_markup(self, text: BlockText, written: str) -> str:
        return self._exchanged_markup(text.label, written) if text.is_corrected else written

    def exchanged_text(self, where: str, text: str) -> str:
        return self._exchanged(
            where, text, [(character, character) for character in text], lambda words: words
        )

    def _exchanged_markup(self, where: str, html: str) -> str:
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


def _walk(article: Article, walk: _Exchange) -> list[dict]:
    """Show `walk` every text of an article in their order. Returns the body with what it gave for them, as it is stored."""
    for name in FIELDS:
        label = str(Article._meta.get_field(name).verbose_name)
        walk.fields[name] = walk.exchanged_text(label, getattr(article, name))
    return edited_body(article.body.raw_data, walk)


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
