"""Where headlines may break: between words, as the dictionary and the newsroom's register of names tell them.

Browsers break Chinese between any two characters. A headline has a `<wbr>` between its words, and style sheets say `word-break: keep-all`:
then lines end at a `<wbr>`, a space or a mark. Who copies a headline, or looks for words in a page, does not meet a `<wbr>`.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from html import unescape
from itertools import pairwise

import rjieba
from ahocorasick_rs import AhoCorasick, MatchKind
from markupsafe import Markup

# Headlines that are no longer stand on one line wherever they are shown.
SHORT = 8
# Characters that are read together with a word are joined to it up to this length.
LONGEST_GROUP = 7
SHORT_GROUP = 4
KEPT = 20_000
BREAK = Markup("<wbr>")

# What belongs to the word before it, and what belongs to the word behind it, where it stands as a word of one character.
_FOLLOWING = frozenset(
    "的地得了着过吗呢吧啊们等者性化上下里中内外间前后时起来去到出开成好个名位次件条家座万亿元年月日号岁届级%％‰°℃"
)
_LEADING = frozenset(
    "把被将在从向对与和及跟同比由以为于至自给让使令因就都也还又再才更最很太已正将要会能可不没未无非别请第每各该本这那此另约近超逾达仅共全新老大小总副一二两三四五六七八九十百千几数半"
)
_NUMERAL = re.compile(r"[0-9０-９.,%]*[0-9０-９]|[〇零一二两三四五六七八九十百千万亿]+")
# Up to a space, or behind a stop and the quotation that it closes.
_PARTS = re.compile(r"\s+|[^\s，：；？！]*[，：；？！]*[”’》）]*")
# Of HTML: a tag, or one character of its text.
_TAG_OR_CHARACTER = re.compile(r"<[^<>]*>|&#?\w+;|.", re.DOTALL)


class WholeNames:
    """Names that stay on one line, found in a headline in one pass."""

    def __init__(self, names: Iterable[str] = ()):
        listed = [name for name in dict.fromkeys(names) if 1 < len(name) <= LONGEST_GROUP * 2]
        self._index = AhoCorasick(listed, matchkind=MatchKind.LeftmostLongest) if listed else None

    def spans(self, text: str) -> list[tuple[int, int]]:
        return (
            [(start, end) for _, start, end in self._index.find_matches_as_indexes(text)]
            if self._index
            else []
        )


NO_NAMES = WholeNames()


def breaks_in(title: str, names: WholeNames = NO_NAMES) -> tuple[int, ...]:
    """The places in a headline, counted in characters, where it needs a `<wbr>`: between two words that no mark parts. The first and
    the last line hold two characters at least."""
    if len(title) <= SHORT:
        return ()
    places: list[int] = []
    begins = at = 0
    for word, following in pairwise([*_words(title, names), ""]):
        at += len(word)
        if not following or not (word[-1].isalnum() and following[0].isalnum()):
            begins = at
            continue
        if _belongs_together(word, following) and at + len(following) - begins <= LONGEST_GROUP:
            continue
        # Two short words are one group: a line is seldom the better for a break between them, and each costs bytes.
        if following not in _LEADING and at + len(following) - begins <= SHORT_GROUP:
            continue
        places.append(at)
        begins = at
    return tuple(place for place in places if _runs(title, place))


def _words(title: str, names: WholeNames) -> list[str]:
    """The words of a headline in their order, each registered name as one."""
    words: list[str] = []
    at = 0
    for start, end in names.spans(title):
        words += [*rjieba.cut(title[at:start]), title[start:end]]
        at = end
    return [*words, *rjieba.cut(title[at:])]


def _belongs_together(word: str, following: str) -> bool:
    if following in _FOLLOWING or word in _LEADING:
        return True
    if _NUMERAL.fullmatch(word):
        return len(following) < 4
    return len(word) == 1 and word not in _FOLLOWING


def _runs(title: str, place: int) -> bool:
    """Whether two characters at least, no marks or spaces, stand on both sides of a place up to the next mark."""
    before = title[max(0, place - 2) : place]
    after = title[place : place + 2]
    return len(before) == len(after) == 2 and before.isalnum() and after.isalnum()


def between_words(title: str, names: WholeNames = NO_NAMES) -> Markup:
    """A headline with a `<wbr>` wherever it may break. It may hold tags, such as the marks of what was searched for."""
    return _between_tags(title, names) if isinstance(title, Markup) else _between(title, names)


@lru_cache(KEPT)
def _between(title: str, names: WholeNames) -> Markup:
    return _broken(title, breaks_in(title, names))


def _broken(text: str, places: Iterable[int]) -> Markup:
    return BREAK.join(text[start:end] for start, end in pairwise((0, *places, len(text))))


def _between_tags(title: Markup, names: WholeNames) -> Markup:
    pieces = _TAG_OR_CHARACTER.findall(title)
    characters = [unescape(piece)[:1] for piece in pieces if piece[0] != "<"]
    places = set(breaks_in("".join(characters), names))
    made, at = [], 0
    for piece in pieces:
        if piece[0] != "<":
            made += [BREAK] if at in places else []
            at += 1
        made.append(piece)
    return Markup("".join(made))  # noqa: S704 its text was escaped, its tags were there


def phrases(title: str, names: WholeNames = NO_NAMES) -> Markup:
    """A headline in large type: its parts, as its writer spaced and stopped them, are kept on a line each where they fit."""
    parts = [part for part in _PARTS.findall(title) if part]
    words = [part for part in parts if not part.isspace()]
    if len(words) < 2 or any(part.isascii() for part in words):
        return between_words(title, names)
    places = breaks_in(title, names)
    span = Markup('<span class="phrase">{}</span>')
    made, at = [], 0
    for part in parts:
        inner = [place - at for place in places if at < place < at + len(part)]
        made.append(Markup(" ") if part.isspace() else span.format(_broken(part, inner)))
        at += len(part)
    return Markup("").join(made)
