"""Names that readers may look for: sections, people, sources and the dictionary's names, found by how they are written or
read. They stay in memory until the journal tells that one of them has changed."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import accumulate
from urllib.parse import urlencode

from django.urls import reverse

from meiri.journal.cache import InvalidatingCache
from meiri.journal.content_keys import AUTHOR, BYLINE, KNOWN_NAMES, NAV, SOURCE, TOPICS, ContentKey
from meiri.newsroom.models import Author, Source
from meiri.search.folding import fold
from meiri.search.known_names import groups_of_names
from meiri.search.pinyin import spoken
from meiri.sections.minors import not_set_apart
from meiri.sections.models import Channel, Station, Topic

# People and sources are read so many at a time: where one is new, only its neighbours are read again.
BLOCK = 1_000
# The newest so many of each kind are known.
MOST_BLOCKS = 50
# Fewer characters than this inside a name, or letters as its initials, say nothing.
FEWEST_INSIDE = 2


class NameKind(StrEnum):
    CHANNEL = "channel"
    STATION = "station"
    TOPIC = "topic"
    AUTHOR = "author"
    SOURCE = "source"
    NAME = "name"


@dataclass(frozen=True)
class Named:
    """A name, and the address (path and query) of its page or of a search for it."""

    kind: NameKind
    text: str
    address: str


class _Lines:
    """Texts, one a line, searched all at once."""

    def __init__(self, texts: Sequence[str]):
        self._text = "\n" + "".join(f"{text}\n" for text in texts)
        self._starts = list(accumulate((len(text) + 1 for text in texts), initial=1))

    def containing(self, wanted: str, count: int) -> Iterator[int]:
        """The numbers of the first `count` lines with `wanted` in them; with a line break before it, that begin so, with one
        after it, that end so."""
        place, found = self._text.find(wanted), 0
        while place >= 0 and found < count:
            number = bisect_right(self._starts, place + wanted.startswith("\n")) - 1
            yield number
            found += 1
            place = self._text.find(wanted, self._starts[number + 1] - 1)

    def matching(self, pattern: re.Pattern[str], count: int) -> Iterator[int]:
        """The numbers of the first `count` lines in which `pattern` is found."""
        for _, match in zip(range(count), pattern.finditer(self._text), strict=False):
            yield bisect_right(self._starts, match.start()) - 1


class NameIndex:
    """Some names that never change, each under what it is called: the dictionary's have short forms."""

    def __init__(self, names: Iterable[tuple[str, Named]]):
        called, self.names = [], []
        for text, name in names:
            called.append(text)
            self.names.append(name)
        folded = [fold(text).replace("\n", " ") for text in called]
        read = [[syllable for syllable in spoken(text) if syllable] for text in folded]
        self._written = _Lines(folded)
        self._letters = _Lines(["".join(syllables) for syllables in read])
        self._initials = _Lines(["".join(s[0] for s in syllables) for syllables in read])
        self._folded = folded

    def like(self, typed: str, count: int) -> Iterator[tuple[int, Named]]:
        """Names that begin with `typed` (folded), are read so or have it inside, at most `count` of each way, with the
        number of the way: the closest is 0."""
        ways = [
            (self._written, f"\n{typed}\n"),
            (self._written, f"\n{typed}"),
        ]
        if typed.isascii() and typed.isalpha():
            ways.append((self._letters, f"\n{typed}"))
            if len(typed) >= FEWEST_INSIDE:
                ways.append((self._initials, f"\n{typed}"))
        if len(typed) >= FEWEST_INSIDE:
            ways.append((self._written, typed))
        for closeness, (lines, wanted) in enumerate(ways):
            for number in lines.containing(wanted, count):
                yield closeness, self.names[number]

    def read(self, ways: Sequence[Sequence[str]], count: int) -> list[str]:
        """The folded names that are read in one of these ways (each in syllables), at most `count` of each."""
        return [
            self._folded[number]
            for syllables in ways
            for number in self._letters.containing(f"\n{''.join(syllables)}\n", count)
        ]

    def with_one_other(self, text: str, count: int) -> list[str]:
        """The folded names that are `text` but for one character, at most `count`."""
        parts = [f"{re.escape(text[:i])}.{re.escape(text[i + 1 :])}" for i in range(len(text))]
        pattern = re.compile(rf"^(?:{'|'.join(parts)})$", re.MULTILINE)
        return [self._folded[number] for number in self._written.matching(pattern, count)]


# A index by its kind of names, the number of its block and the last key in it.
_kept: InvalidatingCache[tuple[str, int, int], NameIndex] = InvalidatingCache(2 * MOST_BLOCKS + 2)


def name_indexes() -> list[NameIndex]:
    """All names: sections first, then people and sources, the newest first, then the dictionary. Three short queries, and
    those for what is new."""
    wanted = [("sections", 0, 0)]
    for kind, model in ((NameKind.AUTHOR, Author), (NameKind.SOURCE, Source)):
        greatest = model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        last = greatest // BLOCK
        wanted += [
            (str(kind), n, min(greatest, (n + 1) * BLOCK - 1))
            for n in range(last, max(-1, last - MOST_BLOCKS), -1)
        ]
    wanted.append((str(NameKind.NAME), 0, 0))
    found = _kept.get(wanted, lambda missing: {name: _filled(*name) for name in missing})
    return [found[name] for name in wanted]


def forget_names() -> None:
    """Forget what is kept; for a database that was replaced."""
    _kept.forget()


def _filled(kind: str, block: int, last: int) -> tuple[NameIndex, list[ContentKey]]:
    """The names of a block, and the content keys they are made of."""
    if kind == "sections":
        return NameIndex((name.text, name) for name in _sections()), [NAV, TOPICS]
    if kind == NameKind.NAME:
        groups = groups_of_names()
        return NameIndex((called, _search(NameKind.NAME, g[0], g[0])) for g in groups for called in g), [
            KNOWN_NAMES
        ]
    within = {"pk__gte": block * BLOCK, "pk__lte": last}
    if kind == NameKind.AUTHOR:
        people = list(Author.objects.filter(**within).order_by("-pk").values_list("pk", "name", "slug"))
        index = NameIndex(
            (name, Named(NameKind.AUTHOR, name, reverse("author", args=[slug]))) for _, name, slug in people
        )
        return index, [key for pk, *_ in people for key in (AUTHOR.key(pk), BYLINE.key(pk))]
    sources = list(Source.objects.filter(**within).order_by("-pk").values_list("pk", "name"))
    return NameIndex((name, _source(name)) for _, name in sources), [SOURCE.key(pk) for pk, _ in sources]


def _sections() -> Iterator[Named]:
    for kind, model in ((NameKind.CHANNEL, Channel), (NameKind.STATION, Station)):
        for section in model.objects.visible():
            yield Named(kind, section.name, section.get_absolute_url())
    # Only a topic that editors have laid out has a page; one that may harm minors is found by who asks for it.
    for topic in Topic.objects.visible().filter(not_set_apart("page__"), page__live=True):
        yield Named(NameKind.TOPIC, topic.name, topic.get_absolute_url())


def _source(name: str) -> Named:
    return _search(NameKind.SOURCE, name, '来源:"{}"'.format(name.replace('"', " ")))


def _search(kind: NameKind, name: str, query: str) -> Named:
    return Named(kind, name, f"{reverse('search')}?{urlencode({'q': query})}")


_ORDER = list(NameKind)


def names_like(typed: str, count: int) -> list[Named]:
    """At most `count` names that begin with `typed` (folded text), are read so, or have it inside; the closest first."""
    if not typed.strip():
        return []
    found = [hit for index in name_indexes() for hit in index.like(typed, count)]
    found.sort(key=lambda hit: (hit[0], _ORDER.index(hit[1].kind), len(hit[1].text)))
    # One name of two kinds, as a source and in the dictionary, is one suggestion.
    closest: dict[str, Named] = {}
    for _, name in found:
        closest.setdefault(fold(name.text), name)
    return list(closest.values())[:count]


def names_read(ways: Sequence[Sequence[str]], count: int) -> list[str]:
    """At most `count` folded names that are read in one of these ways, each in syllables."""
    return _first(count, partial(NameIndex.read, ways=ways, count=count))


def names_with_one_other(text: str, count: int) -> list[str]:
    """At most `count` folded names that are `text` but for one character."""
    return _first(count, partial(NameIndex.with_one_other, text=text, count=count))


def _first(count: int, ask) -> list[str]:
    return list(dict.fromkeys(name for index in name_indexes() for name in ask(index)))[:count]
