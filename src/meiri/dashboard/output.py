"""How much was published: by hour, day, channel, station and author. Each is a bounded range of an index."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, Sum
from django.db.models.functions import ExtractHour
from django.urls import reverse
from django.utils import timezone

from meiri.newsroom.models import Article, Byline, DayCount, Listing, day_bounds
from meiri.newsroom.place_kinds import PlaceKind
from meiri.newsroom.river import Place, days_with_articles
from meiri.policy import among
from meiri.policy.reach import Reach
from meiri.sections.models import Channel, Station

HOURS = 24
DAYS = 14
WEEK = 7
MOST_AUTHORS = 20


@dataclass(frozen=True)
class Output:
    """How many articles somebody or a place published today, and in the seven days that end today."""

    name: str
    address: str
    today: int
    week: int


def output_by_hour(today: date) -> list[int]:
    """How many articles were published in each hour of `today` (the site's time), 24 numbers."""
    start, end = day_bounds(today)
    listed = Listing.objects.at(Place.site()).between(start, end)
    hours = listed.annotate(hour=ExtractHour("published_at", tzinfo=timezone.get_default_timezone()))
    found = dict(hours.values_list("hour").annotate(articles=Count("pk")))
    return [found.get(hour, 0) for hour in range(HOURS)]


def output_by_day(today: date) -> list[tuple[date, int]]:
    """How many articles were published on each of the 14 days that end with `today`."""
    days = [today - timedelta(days=n) for n in reversed(range(DAYS))]
    found = days_with_articles(Place.site(), days[0], today)
    return [(day, found.get(day, 0)) for day in days]


def output_by_place(kind: PlaceKind, places: Sequence[Channel | Station], today: date) -> list[Output]:
    """That of each of the channels, or of the stations; the most first. One query."""
    counted = DayCount.objects.filter(
        place_kind=kind,
        place_id__in=[place.pk for place in places],
        day__range=(today - timedelta(days=WEEK - 1), today),
    )
    week = dict(counted.values_list("place_id").annotate(Sum("articles")))
    of_today = dict(counted.filter(day=today).values_list("place_id", "articles"))
    found = [
        Output(place.name, place.get_absolute_url(), of_today.get(place.pk, 0), week.get(place.pk, 0))
        for place in places
    ]
    return sorted(found, key=lambda output: (-output.week, output.name))


def output_by_author(now: datetime, reach: Reach) -> list[Output]:
    """Those who signed most articles whose home is in `reach` within the seven days that end today. One query, over the
    articles of a week."""
    today = timezone.localdate(now)
    since, _ = day_bounds(today - timedelta(days=WEEK - 1))
    bylines = Byline.objects.filter(
        article__listings__place_kind=PlaceKind.SITE,
        article__listings__place_id=0,
        article__listings__published_at__gte=since,
    )
    if not reach.everywhere:
        bylines = bylines.filter(among(Article.objects.within(reach), "article"))
    start, _ = day_bounds(today)
    rows = bylines.values("author__name", "author__slug").annotate(
        week=Count("article", distinct=True),
        today=Count("article", distinct=True, filter=Q(article__published_at__gte=start)),
    )
    return [
        Output(row["author__name"], reverse("author", args=[row["author__slug"]]), row["today"], row["week"])
        for row in rows.order_by("-week", "author__name")[:MOST_AUTHORS]
    ]
