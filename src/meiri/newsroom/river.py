"""The river: where each published article is listed, newest first.

A published article has one `Listing` for every place that shows it (the site, its channel, stations, their sub-columns,
topics, authors, tags, its kind). A list is one range of one index, so it costs the same at a thousand articles and at a
million. `DayCount` keeps how many articles a place has each day, for the archives' calendars.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import connection, models
from django.db.models import F, Q
from django.utils import timezone

from meiri.journal.content_keys import PICTURES, ContentKey
from meiri.journal.public_models import NotPublic
from meiri.newsroom.inserting import insert_rows
from meiri.newsroom.keyset import Cursor
from meiri.newsroom.place_kinds import PlaceKind
from meiri.sections.minors import is_set_apart

if TYPE_CHECKING:
    from meiri.media.models import Picture
    from meiri.newsroom.models import Article


@dataclass(frozen=True)
class Place:
    """A list of articles. `id` is the key of the channel, station…; for KIND see `Kind.number`; else 0."""

    kind: PlaceKind
    id: int = 0

    @classmethod
    def site(cls):
        return cls(PlaceKind.SITE)

    @classmethod
    def channel(cls, channel):
        return cls(PlaceKind.CHANNEL, channel.pk)

    @classmethod
    def station(cls, station):
        return cls(PlaceKind.STATION, station.pk)

    @classmethod
    def topic(cls, topic):
        return cls(PlaceKind.TOPIC, topic.pk)

    @classmethod
    def subsection(cls, subsection):
        return cls(PlaceKind.SUBSECTION, subsection.pk)

    @classmethod
    def author(cls, author):
        return cls(PlaceKind.AUTHOR, author.pk)

    @classmethod
    def tag(cls, tag):
        return cls(PlaceKind.TAG, tag.pk)


class ListingQuerySet(models.QuerySet):
    def at(self, place: Place):
        return self.filter(place_kind=place.kind, place_id=place.id)

    def newest(self):
        return self.order_by("-published_at", "-article_id")

    def before(self, cursor: Cursor | None):
        if cursor is None:
            return self
        return self.filter(published_at__lte=cursor.at).exclude(
            published_at=cursor.at, article_id__gte=cursor.key
        )

    def after(self, cursor: Cursor):
        return self.filter(published_at__gte=cursor.at).exclude(
            published_at=cursor.at, article_id__lte=cursor.key
        )

    def between(self, start: datetime, end: datetime):
        """From `start` up to, not with, `end`."""
        return self.filter(published_at__gte=start, published_at__lt=end)


class Listing(models.Model):
    place_kind = models.PositiveSmallIntegerField(choices=PlaceKind.choices)
    place_id = models.PositiveBigIntegerField()
    published_at = models.DateTimeField()
    article = models.ForeignKey("newsroom.Article", on_delete=models.CASCADE, related_name="listings")

    public = NotPublic("follows from the publication of its article")

    objects = ListingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "place_kind", "place_id"], name="listed_once_a_place")
        ]
        indexes = [
            models.Index(
                fields=["place_kind", "place_id", "-published_at", "-article_id"],
                name="listing_newest_of_place",
            )
        ]

    def __str__(self):
        return f"{self.article_id} in {self.place}"

    @property
    def place(self):
        return Place(PlaceKind(self.place_kind), self.place_id)


class DayCount(models.Model):
    place_kind = models.PositiveSmallIntegerField(choices=PlaceKind.choices)
    place_id = models.PositiveBigIntegerField()
    day = models.DateField()
    articles = models.PositiveIntegerField(default=0)

    public = NotPublic("follows from the listings")

    objects = ListingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place_kind", "place_id", "day"], name="one_count_a_place_and_day"
            )
        ]

    def __str__(self):
        return f"{self.day}: {self.articles}"


# How many articles of a place are looked at for what stands beside an article on its page.
REACH = 12
# Places whose archives have a calendar.
WITH_CALENDAR = {PlaceKind.SITE, PlaceKind.CHANNEL, PlaceKind.STATION}


def places_of(article: "Article") -> list[Place]:
    """Every place that lists `article` while it is published."""
    if is_set_apart(article):
        return [Place(PlaceKind.SET_APART)]
    places = [Place.site(), Place(PlaceKind.KIND, article.kind_number)]
    channel_id = article.channel_id if article.stands_in_channel else None
    if channel_id:
        places.append(Place(PlaceKind.CHANNEL, channel_id))
    if article.picture and article.picture.withdrawn_at is None:
        places.append(Place(PlaceKind.PICTURED))
    stations = {station.pk: station for station in article.stations.all()}
    places += [Place.station(s) for s in stations.values()]
    # Only below the places where it stands.
    places += [Place.subsection(s) for s in article.subsections.all() if s.is_of(channel_id, stations)]
    places += [Place.topic(t) for t in article.topics.all()]
    places += [Place(PlaceKind.AUTHOR, b.author_id) for b in article.bylines.all()]
    places += [Place.tag(t) for t in article.tags.all()]
    return list(dict.fromkeys(places))


def enlist(article: "Article") -> list[Place]:
    """List a published article in all its places and nowhere else; these places. Call it inside the publishing transaction."""
    published_at = article.published_at
    if published_at is None:
        raise ValueError(f"Article {article.pk} has no time of publication")
    delist(article)
    places = places_of(article)
    Listing.objects.bulk_create(
        Listing(place_kind=p.kind, place_id=p.id, published_at=published_at, article=article) for p in places
    )
    _count(places, timezone.localdate(published_at), 1)
    return places


def enlist_new(entries: Sequence[tuple[int, datetime, Sequence[Place]]]) -> None:
    """List many articles that no list holds yet: (key, time of publication, places) of each. In one transaction."""
    counted: Counter[tuple[Place, date]] = Counter()
    for _, at, places in entries:
        day = timezone.localdate(at)
        counted.update((place, day) for place in places if place.kind in WITH_CALENDAR)
    insert_rows(
        Listing,
        ["article", "place_kind", "place_id", "published_at"],
        ((key, int(place.kind), place.id, at) for key, at, places in entries for place in places),
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO newsroom_daycount (place_kind, place_id, day, articles) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (place_kind, place_id, day)"
            " DO UPDATE SET articles = newsroom_daycount.articles + excluded.articles",
            [(int(place.kind), place.id, day, count) for (place, day), count in counted.items()],
        )


def delist_picture(picture: "Picture") -> list[ContentKey]:
    """The picture goes: its articles stand among those with a picture no longer. The content keys of what changes by it.

    Call it in the transaction that takes the picture down.
    """
    Listing.objects.filter(place_kind=PlaceKind.PICTURED, article__picture=picture).delete()
    return [PICTURES]


def enlist_picture(picture: "Picture") -> list[ContentKey]:
    """A picture that had been taken from readers is back: its articles stand among those with a picture again. The content keys of
    what changes by it. In the transaction that restores it."""
    site = Listing.objects.filter(place_kind=PlaceKind.SITE, article__picture=picture)
    Listing.objects.bulk_create(
        (
            Listing(place_kind=PlaceKind.PICTURED, place_id=0, published_at=at, article_id=key)
            for key, at in site.values_list("article_id", "published_at").iterator()
        ),
        batch_size=500,
        ignore_conflicts=True,
    )
    return [PICTURES]


def delist(article: "Article") -> None:
    """Take an article off every list. Call it inside the withdrawing transaction."""
    listings = list(article.listings.all())
    if not listings:
        return
    Listing.objects.filter(article=article).delete()
    _count([x.place for x in listings], timezone.localdate(listings[0].published_at), -1)


def _count(places: Iterable[Place], day: date, by: int) -> None:
    places = [p for p in places if p.kind in WITH_CALENDAR]
    if by > 0:
        DayCount.objects.bulk_create(
            [DayCount(place_kind=p.kind, place_id=p.id, day=day) for p in places], ignore_conflicts=True
        )
    these = Q(pk__in=[])
    for place in places:
        these |= Q(place_kind=place.kind, place_id=place.id)
    DayCount.objects.filter(these, day=day).update(articles=F("articles") + by)


def days_with_articles(place: Place, first: date, last: date) -> dict[date, int]:
    """How many articles `place` has on each day from `first` to `last` that has any."""
    rows = DayCount.objects.at(place).filter(day__range=(first, last), articles__gt=0).order_by("day")
    return dict(rows.values_list("day", "articles"))


def first_days(places: Sequence[Place]) -> dict[Place, date]:
    """The day of the oldest article at each of `places` that has any. One query, a look-up in the index for each."""
    part = (
        "SELECT * FROM (SELECT place_kind, place_id, day FROM newsroom_daycount WHERE place_kind = %s AND place_id = %s"
        " AND articles > 0 ORDER BY day LIMIT 1) AS oldest"
    )
    if not places:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join([part] * len(places)), [v for p in places for v in (int(p.kind), p.id)]
        )
        found = cursor.fetchall()
    return {Place(PlaceKind(kind), id): as_day(day) for kind, id, day in found}


def same_days(place: Place, day: date, most: int) -> list[date]:
    """The days of earlier years with the month and the day of the month of `day` on which `place` has articles, newest first, at most
    `most`. One query."""
    rows = DayCount.objects.at(place).filter(
        day__lt=day.replace(day=1), day__month=day.month, day__day=day.day, articles__gt=0
    )
    return list(rows.order_by("-day").values_list("day", flat=True)[:most])


def as_day(value: date | str) -> date:
    """A day as the database gives it: SQLite has text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def keys_beside(place: Place, cursor: Cursor) -> tuple[int | None, int | None]:
    """The keys of the articles next to `cursor` at `place`: the older and the newer. One query."""
    sql, values = query_beside(place, cursor)
    with connection.cursor() as database:
        database.execute(sql, values)
        found = dict(database.fetchall())
    return found.get(0), found.get(1)


def query_beside(place: Place, cursor: Cursor) -> tuple[str, list]:
    """The query of `keys_beside` with its values, for whoever asks for more in the same one. Its rows are a side, 0 older or 1
    newer, and a key."""
    half = (
        "SELECT * FROM (SELECT {side} AS side, article_id FROM newsroom_listing WHERE place_kind = %s"
        " AND place_id = %s AND (published_at, article_id) {sign} (%s, %s)"
        " ORDER BY published_at {order}, article_id {order} LIMIT 1) AS half{side}"
    )
    halves = [half.format(side=0, sign="<", order="DESC"), half.format(side=1, sign=">", order="ASC")]
    return " UNION ALL ".join(halves), [int(place.kind), place.id, *_values(cursor)] * 2


def newest_at_each(wanted: dict[Place, int]) -> dict[Place, list[int]]:
    """The keys of the newest articles of many places, as many as `wanted` says of each. One query."""
    return _nearest("", [], wanted, "DESC")


def older_at_each(wanted: dict[Place, int], cursor: Cursor) -> dict[Place, list[int]]:
    """The keys of the articles of many places that come next after `cursor`, older ones. One query."""
    return _nearest("AND (published_at, article_id) < (%s, %s)", _values(cursor), wanted, "DESC")


def newer_at_each(wanted: dict[Place, int], cursor: Cursor) -> dict[Place, list[int]]:
    """The keys of the articles of many places that stand just before `cursor`, newer ones. One query."""
    return _nearest("AND (published_at, article_id) > (%s, %s)", _values(cursor), wanted, "ASC")


def _values(cursor: Cursor) -> list:
    return [connection.ops.adapt_datetimefield_value(cursor.at), cursor.key]


def _nearest(beyond: str, values: list, wanted: dict[Place, int], order: str) -> dict[Place, list[int]]:
    """The first articles of each place in `order` of time, beyond a position."""
    if not wanted:
        return {}
    # Each part is limited by itself, which Django's union can't say on SQLite. Pairs are compared as one value, so that
    # each part is one look-up in the index.
    part = (
        "SELECT * FROM (SELECT place_kind, place_id, article_id FROM newsroom_listing WHERE place_kind = %s"  # noqa: S608
        f" AND place_id = %s {beyond} ORDER BY published_at {order}, article_id {order} LIMIT %s) AS nearest"
    )
    arguments = [v for place, count in wanted.items() for v in (int(place.kind), place.id, *values, count)]
    found: dict[Place, list[int]] = {place: [] for place in wanted}
    lists = {(int(place.kind), place.id): keys for place, keys in found.items()}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([part] * len(wanted)), arguments)
        for kind, id, article_id in cursor.fetchall():
            lists[kind, id].append(article_id)
    return found


def pictured_among(keys: Iterable[int]) -> set[int]:
    """Those of the published articles `keys` that have a picture. One query, none for no keys."""
    wanted = list(keys)
    if not wanted:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT article.id FROM newsroom_article AS article"  # noqa: S608
            " JOIN media_picture AS picture ON picture.id = article.picture_id"
            f" WHERE article.live AND article.id IN ({', '.join(['%s'] * len(wanted))})",
            wanted,
        )
        return {key for (key,) in cursor.fetchall()}
