"""Published articles that leave, by place and time: newest first, in batches of bounded size, from any position on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Prefetch, Q

from meiri.newsroom.models import Article, ArticleQuerySet, day_bounds
from meiri.newsroom.place_kinds import PlaceKind
from meiri.newsroom.river import Cursor, Listing, ListingQuerySet, Place
from meiri.sections.models import Channel, Station, Subsection


class Position(NamedTuple):
    """After which article a walk goes on: which of its two lists it is in, and the article's place there."""

    list: int
    at: datetime
    article: int


@dataclass(frozen=True)
class ChosenArticles:
    """Those of a channel, of a station, or of the channel that a station has a part in; published from `start` to `end`, both days
    with them (Beijing time)."""

    channel: Channel | None = None
    station: Station | None = None
    start: date | None = None
    end: date | None = None

    def said(self) -> dict[str, str | None]:
        """The choice as `meiri export` takes it."""
        return {
            "channel": self.channel.slug if self.channel else None,
            "station": self.station.slug if self.station else None,
            "since": self.start.isoformat() if self.start else None,
            "until": self.end.isoformat() if self.end else None,
        }

    def batches(self, size: int, after: Position | None = None) -> Iterator[tuple[Position, list[Article]]]:
        """The articles, at most `size` at a time, each time with where the walk stands then. Those that may harm minors, which
        stand in a list of their own, come after the others."""
        for number, (place, articles) in enumerate(self._lists()):
            if after and number < after.list:
                continue
            cursor = Cursor(after.at, after.article) if after and number == after.list else None
            listings = self._within_time(Listing.objects.at(place).newest())
            while rows := list(listings.before(cursor).values_list("published_at", "article_id")[:size]):
                cursor = Cursor(*rows[-1])
                by_id = {article.pk: article for article in articles.filter(pk__in=[pk for _, pk in rows])}
                yield Position(number, cursor.at, cursor.key), [by_id[pk] for _, pk in rows if pk in by_id]

    def _lists(self) -> Iterator[tuple[Place, ArticleQuerySet]]:
        """The places that list them, and which of the articles there are meant."""
        articles = Article.objects.live().select_related(
            "channel", "source", "editor", "picture", "ai_checked_by"
        )
        articles = articles.prefetch_related(
            "bylines__author",
            "stations",
            Prefetch("subsections", Subsection.objects.with_parents()),
            "topics",
            "tagged_items__tag",
        )
        if self.channel and self.station:
            articles = articles.filter(channel=self.channel)
        yield self._place, articles
        yield Place(PlaceKind.SET_APART), articles.filter(self._of_place())

    @property
    def _place(self) -> Place:
        if self.station:
            return Place.station(self.station)
        return Place.channel(self.channel) if self.channel else Place.site()

    def _of_place(self) -> Q:
        """The condition that an article is one of the place."""
        if self.station:
            return Q(stations=self.station)
        return Q(channel=self.channel) if self.channel else Q()

    def _within_time(self, listings: ListingQuerySet) -> ListingQuerySet:
        if self.start:
            listings = listings.filter(published_at__gte=day_bounds(self.start)[0])
        if self.end:
            listings = listings.filter(published_at__lt=day_bounds(self.end)[1])
        return listings
