"""Search the titles of published articles."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from meiri.newsroom.cards import Card
from meiri.newsroom.keyset import Cursor
from meiri.newsroom.models import Article, day_bounds
from meiri.newsroom.river import Listing, Place
from meiri.sections.models import Channel, Station

# How many of the newest articles a search looks through.
SEARCHED = 20_000
LONGEST_QUERY = 100
MOST_WORDS = 8
# Days beyond these can't be told to a database; there is nothing to find there.
EARLIEST, LATEST = date(1000, 1, 1), date(9000, 1, 1)


class QueryTooLong(ValueError):
    """The query has more characters than a search takes."""


@dataclass(frozen=True)
class Query:
    """What a reader asks for; `since` and `until` are days, both included."""

    words: str = ""
    channel: Channel | None = None
    station: Station | None = None
    since: date | None = None
    until: date | None = None


def search(query: Query, count: int = 20, before: Cursor | None = None) -> list[Card]:
    """The newest articles whose titles hold every word of the query, as cards. Raises `QueryTooLong`."""
    ids = matches(query, before).newest().values_list("article_id", flat=True)[:count]
    return Article.objects.in_order(list(ids))


def matches(query: Query, before: Cursor | None = None):
    """The listings, among those looked through, whose articles answer the query. Raises `QueryTooLong`."""
    if len(query.words) > LONGEST_QUERY:
        raise QueryTooLong(f"检索词请控制在 {LONGEST_QUERY} 个字以内。")
    place = Place.station(query.station) if query.station else Place.site()
    if query.channel and not query.station:
        place = Place.channel(query.channel)
    listings = Listing.objects.at(place).before(before).newest()
    if query.since:
        listings = listings.filter(published_at__gte=day_bounds(max(query.since, EARLIEST))[0])
    if query.until:
        listings = listings.filter(published_at__lt=day_bounds(min(query.until, LATEST))[1])
    looked_at = Listing.objects.filter(pk__in=listings.values("pk")[:SEARCHED])
    wanted = Q()
    for word in words_of(query):
        wanted &= Q(article__title__icontains=word)
    if query.channel:
        wanted &= Q(article__channel=query.channel)
    return looked_at.filter(wanted)


def words_of(query: Query) -> list[str]:
    return query.words.replace("\0", " ").split()[:MOST_WORDS]
