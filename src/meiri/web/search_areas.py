"""The areas of the search page: articles, pictures, and what apps register; how many each has of what was asked for."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from meiri.fronts.magazine_search import FoundPiece, excerpt_of, find_pieces
from meiri.identity import identity
from meiri.search.areas import AreaHit, AreaPage, areas, count_articles, count_in_area, find_in_area
from meiri.search.finding import Found, HitCursor, find
from meiri.search.index import Unavailable
from meiri.search.query import Query

ARTICLES, PICTURES, MAGAZINE, AUTHORS = "", "pictures", "magazine", "authors"
PICTURES_SHOWN = 24
# Authors that stand beside the articles that were found.
AUTHORS_SHOWN = 3
# More pieces than the issues that are searched have.
MOST_PIECES = 10_000


@dataclass(frozen=True)
class AreaTab:
    """`count`: how many there are, None where that is not known at once."""

    name: str
    label: str
    unit: str
    count: int | None
    is_current: bool


def asked_area(text: str) -> str:
    """The area that an address names; articles where it names none."""
    return text if text in {PICTURES, MAGAZINE, *(area.name for area in areas())} else ARTICLES


def tabs_of(query: Query, current: str, found: int | None) -> list[AreaTab]:
    """All areas with how many each has of `query`; `found`: how many the current one has, where that is known."""
    pictured = replace(query, pictured=True)
    counts: list[tuple[str, str, str, Callable[[], int | None]]] = [
        (ARTICLES, "稿件", "篇", lambda: count_articles(query)),
        (PICTURES, "图片", "幅", lambda: count_articles(pictured)),
        *(
            (area.name, area.label, area.unit, lambda area=area: count_in_area(area, query))
            for area in areas()
        ),
        (MAGAZINE, identity().magazine, "篇", lambda: len(find_pieces(query, MOST_PIECES))),
    ]
    return [
        AreaTab(name, label, unit, found if name == current else _known(count), name == current)
        for name, label, unit, count in counts
    ]


def _known(count: Callable[[], int | None]) -> int | None:
    try:
        return count()
    except Unavailable:
        return None


def find_pictures(query: Query, after: HitCursor | None) -> Found:
    """Articles that have all that was asked for and stand in lists with a picture. Raises `Unavailable`."""
    found = find(replace(query, pictured=True), count=PICTURES_SHOWN, after=after)
    hits = [hit for hit in found.hits if hit.article.picture and not hit.similar]
    start = after.place if after else 0
    return replace(found, hits=hits, next=found.next if found.exact > start + PICTURES_SHOWN else None)


def find_things(name: str, query: Query, count: int, after: HitCursor | None) -> AreaPage:
    """What the area `name` has. Raises `Unavailable`."""
    area = next(area for area in areas() if area.name == name)
    return find_in_area(area, query, count, after)


def authors_beside(query: Query) -> list[AreaHit]:
    """The authors that stand beside the articles; none where their index is being built, or of a query of sections or days."""
    if query.sections or query.is_dated:
        return []
    try:
        return find_things(AUTHORS, query, AUTHORS_SHOWN, None).hits
    except Unavailable:
        return []


def page_of_pieces(
    query: Query, count: int, after: HitCursor | None
) -> tuple[Found, list[tuple[FoundPiece, str]]]:
    """A page of pieces of the magazine with excerpts."""
    pieces, start = find_pieces(query, MOST_PIECES), after.place if after else 0
    following = HitCursor(start + count, 1) if len(pieces) > start + count else None
    shown = [(piece, excerpt_of(piece, query)) for piece in pieces[start : start + count]]
    return Found(len(pieces), len(pieces), next=following), shown
