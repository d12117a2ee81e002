"""The content keys that a change of an article touches: its own, those of its places, their archives and neighbours."""

from meiri.journal.content_keys import (
    AUTHOR,
    BESIDE,
    KIND,
    PICTURES,
    RIVER,
    SUBSECTION,
    TAG,
    ContentKey,
    archive_key,
    periods,
)
from meiri.newsroom.clock import local
from meiri.newsroom.keyset import Cursor
from meiri.newsroom.models import Article, Kind
from meiri.newsroom.place_kinds import PlaceKind
from meiri.newsroom.river import (
    REACH,
    WITH_CALENDAR,
    Place,
    first_days,
    keys_beside,
    newer_at_each,
    places_of,
)
from meiri.sections.models import Channel, Station, Topic


def keys_of(article: Article, listed: bool = False) -> list[ContentKey]:
    """The content keys that a change of `article` touches: its own and those of its places.

    With `listed`, of the places that list it now (before the change), else of those that will.
    """
    if not listed:
        return keys_at(article, places_of(article), article.cursor)
    listings = list(article.listings.all())
    if not listings:
        return [article.content_key]
    stood_at = Cursor(listings[0].published_at, article.pk)
    return keys_at(article, [x.place for x in listings], stood_at)


def keys_at(
    article: Article, places: list[Place], cursor: Cursor, named: dict[Place, ContentKey] | None = None
) -> list[ContentKey]:
    """The content keys of an article at `cursor` in `places`. `named` are the keys of the places, where they are at hand."""
    named = keys_by_place(places) if named is None else named
    with_calendar = [p for p in places if p.kind in WITH_CALENDAR]
    return [
        article.content_key,
        *keys_of_places(places, named),
        *keys_of_archives(with_calendar, cursor, named),
        *keys_of_neighbours(places, cursor),
    ]


def keys_of_archives(
    places: list[Place], cursor: Cursor, named: dict[Place, ContentKey] | None = None
) -> list[ContentKey]:
    """The keys of the year, month and day of each place's archive that an article at `cursor` stands in.

    Where it is of the archive's first day, also `…/first`, on which it depends how far back calendars lead.
    """
    day, firsts = local(cursor.at).date(), first_days(places)
    named, keys = keys_by_place(places) if named is None else named, []
    for place in places:
        opening = ["first"] if day <= firsts.get(place, day) else []
        # None where the section is not there any more.
        if key := named.get(place):
            keys += [archive_key(key, period) for period in (*periods(day), *opening)]
    return keys


def keys_of_neighbours(places: list[Place], cursor: Cursor) -> list[ContentKey]:
    """`beside:7` for each article 7 on whose page an article at `cursor` may stand: as the next one, or as related.

    Related reading looks `REACH` articles back at each tag. Two queries.
    """
    # Only where nothing was worked out for an article yet; who that is the newsroom can't know. It costs little: what is
    # published now has nothing newer beside it, and the pages beside an older one are few and soon the same again.
    channels = [p for p in places if p.kind == PlaceKind.CHANNEL]
    tagged = [p for p in places if p.kind == PlaceKind.TAG]
    newer = newer_at_each(dict.fromkeys(channels, 1) | dict.fromkeys(tagged, REACH), cursor)
    older = [keys_beside(place, cursor)[0] for place in channels]
    found = dict.fromkeys([*(i for i in older if i), *(i for ids in newer.values() for i in ids)])
    return [BESIDE.key(i) for i in found if i != cursor.key]


_SECTIONS = {PlaceKind.CHANNEL: Channel, PlaceKind.STATION: Station, PlaceKind.TOPIC: Topic}
_WORDS = {PlaceKind.SITE: RIVER, PlaceKind.PICTURED: PICTURES}
_NUMBERED = {PlaceKind.AUTHOR: AUTHOR, PlaceKind.TAG: TAG, PlaceKind.SUBSECTION: SUBSECTION}


def keys_of_places(places: list[Place], named: dict[Place, ContentKey] | None = None) -> list[ContentKey]:
    """The content key of each place: `river`, `channel:keji`, `station:zhejiang`, `tag:12`, `kind:flash`…"""
    named = keys_by_place(places) if named is None else named
    # Those of sections first.
    ordered = sorted(dict.fromkeys(places), key=lambda place: place.kind not in _SECTIONS)
    return [named[place] for place in ordered if place in named]


def keys_by_place(places: list[Place]) -> dict[Place, ContentKey]:
    """The content key of each place that is there. One query for each kind of section among them."""
    named = {}
    for place in places:
        if place.kind in _WORDS:
            named[place] = _WORDS[place.kind]
        elif place.kind == PlaceKind.KIND:
            named[place] = KIND.key(list(Kind)[place.id - 1].value)
        elif place.kind in _NUMBERED:
            named[place] = _NUMBERED[place.kind].key(place.id)
    for kind, model in _SECTIONS.items():
        ids = [place.id for place in places if place.kind == kind]
        for section in model.objects.filter(pk__in=ids) if ids else []:
            named[Place(kind, section.pk)] = section.content_key
    return named
