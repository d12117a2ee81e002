"""Areas of search beside articles (来信、专题): an index each, of the same form, found by the same queries.

An app registers its area; the worker keeps its index in step (`area_indexing.py`).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import tantivy
from django.conf import settings

from meiri.search.finding import COUNTED, FEW, HitCursor, best, count_of
from meiri.search.highlighting import BORDER, Highlighter
from meiri.search.index import Store, ask_index
from meiri.search.index_documents import Text
from meiri.search.matching import frequencies, strict
from meiri.search.query import Query


@dataclass(frozen=True)
class FoundThing:
    """One thing of an area as results show it. `text`: where words are looked for to be shown, empty where readers see no more than
    the title; `note`: a few words about it; `is_person`: the title is somebody's name."""

    title: str
    url: str
    text: str = ""
    note: str = ""
    at: datetime | None = None
    is_person: bool = False


@dataclass(frozen=True)
class AreaHit:
    """`title` and `excerpt`: HTML with <mark>."""

    thing: FoundThing
    title: str
    excerpt: str


@dataclass(frozen=True)
class AreaPage:
    """A page of hits, how many there are in all, and where the next page begins."""

    total: int
    hits: list[AreaHit]
    next: HitCursor | None = None


class SearchArea(ABC):
    """What readers may find there. `name`: its word in addresses and of its folder; `unit`: what they are counted by."""

    name: str
    label: str
    unit: str
    order: int

    @abstractmethod
    def keys_after(self, key: int, size: int) -> list[int]:
        """The next keys of what readers may see, in their order, at most `size`. One query."""

    @abstractmethod
    def texts_of(self, keys: Sequence[int]) -> list[Text]:
        """Those of `keys` that readers may see. A fixed number of queries."""

    @abstractmethod
    def changed(self, keys: Sequence[str]) -> set[int] | None:
        """What the journal says has changed by these content keys; None where its index is best built anew."""

    @abstractmethod
    def things(self, keys: Sequence[int]) -> dict[int, FoundThing]:
        """Those of `keys` that readers may see, as results show them. A fixed number of queries."""

    @property
    def store(self) -> Store:
        return Store(settings.HOME / "search" / self.name)


_areas: list[SearchArea] = []


def register_area(area: SearchArea) -> None:
    """Register an area; once, when the app is ready."""
    _areas[:] = sorted([known for known in _areas if known.name != area.name] + [area], key=lambda a: a.order)


def areas() -> list[SearchArea]:
    return list(_areas)


def find_in_area(area: SearchArea, query: Query, count: int, after: HitCursor | None = None) -> AreaPage:
    """What answers the query, the closest first, at most `count`. Raises `Unavailable`."""
    if not query.asks:
        return AreaPage(0, [])
    page = ask_index(lambda searcher: best(searcher, query, count, after), area.store)
    ranked = [one for one in page.ranked if not one.similar]
    things = area.things([one.key for one in ranked])
    marker = Highlighter(query)
    marker.take([text for thing in things.values() for text in (thing.title, thing.text)])
    hits = [
        AreaHit(thing, marker.whole(thing.title), marker.excerpt(thing.text) if thing.text else "")
        for one in ranked
        if (thing := things.get(one.key))
    ]
    start = after.place if after else 0
    return AreaPage(page.exact, hits, page.next if page.exact > start + count else None)


def count_in_area(area: SearchArea, query: Query) -> int:
    """How many there are. Raises `Unavailable`."""
    return ask_index(lambda searcher: _counted(searcher, query), area.store) if query.asks else 0


def count_articles(query: Query) -> int | None:
    """How many articles there are; None where they are so many that counting takes longer than it is worth. Raises
    `Unavailable`."""

    def counted(searcher: tantivy.Searcher) -> int | None:
        counts = frequencies(query, searcher) if query.free else []
        return _counted(searcher, query) if min(counts, default=searcher.num_docs) <= COUNTED else None

    return ask_index(counted) if query.asks else 0


def _counted(searcher: tantivy.Searcher, query: Query) -> int:
    """As `best` counts them: where few have what is asked for, also those whose titles have it letter by letter."""
    found = count_of(searcher, strict(query, ranked=False))
    return found if found >= FEW else count_of(searcher, strict(query, wide=True, ranked=False))


def text_of_thing(parts: Iterable[str]) -> str:
    """Paragraphs as `FoundThing.text` has them."""
    return BORDER.join(part for part in parts if part)
