"""The search page."""

from dataclasses import dataclass
from datetime import date

from django.shortcuts import render

from meiri.audience.hot_searches import VIA, hot_searches
from meiri.audience.search_log import note_search
from meiri.delivery.editions import is_for_minors, is_traditional
from meiri.delivery.script import plain
from meiri.fronts.magazine_search import excerpt_of, find_pieces
from meiri.journal.read_replica import reads_replica
from meiri.search.finding import DEEPEST, Facet, Found, HitCursor, Sort, facets, find
from meiri.search.index import Unavailable, store
from meiri.search.query import LONGEST_QUERY, Query, QueryTooLong, parse
from meiri.search.spelling import meant
from meiri.sections.models import Channel, Section, Station, subsections_of
from meiri.web import search_areas
from meiri.web.breadcrumbs import breadcrumbs
from meiri.web.search_areas import ARTICLES

SHOWN = 20
RETRY_SECONDS = 60
# Parameters that narrow a search.
FILTERS = ("channel", "station", "subsection", "from", "to")


@dataclass(frozen=True)
class Filter:
    """A filter that is set, in words, and the address of the search without it."""

    text: str
    without: str


@dataclass(frozen=True)
class PageLinks:
    """Where a page of results stands: its number (0 where the order has none), and the addresses of its neighbours."""

    number: int = 1
    first: str = ""
    previous: str = ""
    next: str = ""
    # Whether there are more results than the pages go deep.
    ends_early: bool = False


@reads_replica
def results(request):
    """Search by `?q=&area=&channel=&station=&from=&to=&sort=&after=`. What can't be read of them is left out."""
    asked = request.GET
    area = search_areas.asked_area(asked.get("area", ""))
    words = " ".join(asked.get("q", "").replace("\0", " ").split())
    text = plain(words) if is_traditional() else words
    sort = Sort.NEWEST if asked.get("sort") == Sort.NEWEST and area == ARTICLES else Sort.RELEVANCE
    after = HitCursor.parse(asked.get("after", ""), sort)
    channels, stations = list(Channel.objects.visible()), list(Station.objects.visible())
    in_channel = next((c for c in channels if c.slug == asked.get("channel")), None)
    in_station = next((s for s in stations if s.slug == asked.get("station")), None)
    below = [one for place in (in_channel, in_station) if place for one in subsections_of(place)]
    chosen: dict[str, Section | None] = {
        "channel": in_channel,
        "station": in_station,
        "subsection": next((s for s in below if s.path == asked.get("subsection")), None),
    }
    days = a_day(asked.get("from", "")), a_day(asked.get("to", ""))
    found, shares, spelled, message, status = Found(), {}, [], "", 200
    query, pieces, things, authors = Query(), [], [], []
    try:
        slugs = {name: section.word if section else "" for name, section in chosen.items()}
        query = parse(text).within(**slugs, since=days[0], until=days[1])
        match area:
            case search_areas.ARTICLES:
                found = find(query, sort, SHOWN, after)
                shares = facets(query, channels, stations, below)
                if not after:
                    pieces = [(piece, excerpt_of(piece, query)) for piece in find_pieces(query)]
                    authors = search_areas.authors_beside(query)
            case search_areas.PICTURES:
                found = search_areas.find_pictures(query, after)
            case search_areas.MAGAZINE:
                found, pieces = search_areas.page_of_pieces(query, SHOWN, after)
            case _:
                page = search_areas.find_things(area, query, SHOWN, after)
                found, things = Found(page.total, page.total, next=page.next), page.hits
        if found.exact and asked.get("via") != VIA and area == search_areas.ARTICLES and not after:
            _count_search(request, query, text)
        spelled = [] if found.exact or after else meant(text, query)
    except QueryTooLong as error:
        message, status = str(error), 400
    except Unavailable:
        message, status = rebuilding(), 503
    context = {
        "words": words[:LONGEST_QUERY],
        "query": query,
        "sort": sort,
        "found": found,
        "exact": [hit for hit in found.hits if not hit.similar],
        "similar": [hit for hit in found.hits if hit.similar],
        "meant": [(text, changed(asked, q=text, after="")) for text in spelled],
        "pieces": pieces,
        "things": things,
        "authors": authors,
        "to_save": "" if is_for_minors() or message else words_to_save(query, words, chosen),
        "hot_searches": [] if found.exact or message else hot_searches(),
        "area": area,
        "tabs": [
            (tab, changed(asked, area=tab.name, after="", sort=""))
            for tab in search_areas.tabs_of(query, area, found.exact if not message else None)
        ]
        if query.asks
        else [],
        "pages": pages_of(asked, sort, after, found),
        "deepest": DEEPEST,
        "sorts": {s: changed(asked, sort="" if s == Sort.RELEVANCE else s, after="") for s in Sort},
        "filters": filters(asked, chosen, *days),
        "without_filters": changed(asked, **dict.fromkeys(FILTERS, ""), after=""),
        "facets": links(asked, shares),
        "message": message,
        "chosen": chosen,
        "since": days[0],
        "until": days[1],
        "channels": channels,
        "stations": stations,
        "subsections": below,
        "crumbs": breadcrumbs([("检索", "/search/")]),
    }
    response = render(request, "web/search.html", context, status=status)
    if status == 503:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


def words_to_save(query: Query, words: str, chosen: dict[str, Section | None]) -> str:
    """The search in words alone, as a member may save it; "" for one that asks for no words."""
    if not query.free or query.is_dated:
        return ""
    names = {"channel": "频道", "station": "地方站", "subsection": "子栏目"}
    return " ".join(
        [words, *(f"{names[kind]}:{section.word}" for kind, section in chosen.items() if section)]
    )


def _count_search(request, query: Query, text: str) -> None:
    """What minors search for is not counted."""
    if request.method == "GET" and not is_for_minors():
        note_search(request, query, text)


def rebuilding() -> str:
    """That the index is being built, and how far it is."""
    part = store().progress()
    done = f"，已完成 {part:.0%}" if part else ""
    return f"检索正在重建{done}，请稍后再试。各频道和稿件照常可读。"


def changed(asked, **values: str) -> str:
    """The address of the same search but for `values`; an empty one leaves its part out."""
    kept = asked.copy()
    for name, value in values.items():
        if value:
            kept[name] = value
        else:
            kept.pop(name, None)
    return f"?{kept.urlencode()}"


def pages_of(asked, sort: Sort, after: HitCursor | None, found: Found) -> PageLinks:
    """The neighbours of a page. By time, pages lead on and back to the first; by relevance also one back."""
    following = changed(asked, after=str(found.next)) if found.next else ""
    if after is None:
        return PageLinks(next=following)
    first = changed(asked, after="")
    if sort == Sort.NEWEST:
        return PageLinks(0, first, next=following)
    place = min(after.place, DEEPEST)
    before = str(HitCursor(place - SHOWN, after.asked_at)) if place > SHOWN else ""
    ends_early = place + SHOWN >= DEEPEST and found.exact > DEEPEST
    return PageLinks(place // SHOWN + 1, first, changed(asked, after=before), following, ends_early)


def filters(asked, chosen: dict[str, Section | None], since: date | None, until: date | None) -> list[Filter]:
    """The filters that are set."""
    found = [
        Filter(section.name, changed(asked, **{name: ""}, after=""))
        for name, section in chosen.items()
        if section
    ]
    if since or until:
        found.append(Filter(span(since, until), changed(asked, **{"from": "", "to": ""}, after="")))
    return found


def span(since: date | None, until: date | None) -> str:
    """The days from `since` to `until`, both included, in words."""
    if since and until and (since, until) == (date(since.year, 1, 1), date(since.year, 12, 31)):
        return f"{since.year}年"
    first, last = (f"{day.year}年{day.month}月{day.day}日" if day else "" for day in (since, until))
    if first == last:
        return first
    return f"{first}至{last}" if first and last else f"{first}起" if first else f"{last}以前"


def links(asked, shares: dict[str, list[Facet]]) -> dict[str, list[tuple[Facet, str]]]:
    """Each facet with the address of the search that is narrowed to it."""
    found = {}
    for name, parts in shares.items():
        where = [
            {"from": f"{part.value}-01-01", "to": f"{part.value}-12-31"}
            if name == "year"
            else {name: part.value}
            for part in parts
        ]
        if len(parts) > 1:
            found[name] = [
                (part, changed(asked, after="", **w)) for part, w in zip(parts, where, strict=True)
            ]
    return found


def a_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
