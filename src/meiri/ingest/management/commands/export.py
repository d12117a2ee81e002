"""`meiri export FILE`: the published archive as JSON lines, which `meiri import` reads."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import zstandard
from django.core.management import BaseCommand, CommandError
from django.db.models import Prefetch, Q
from django.utils import timezone

from meiri.audience.view_counts import views_of
from meiri.ingest.records import extras_of, record_of
from meiri.newsroom.models import Article, ArticleQuerySet, day_bounds
from meiri.newsroom.place_kinds import PlaceKind
from meiri.newsroom.river import Cursor, Listing, ListingQuerySet, Place
from meiri.sections.models import Channel, Station, Subsection

BATCH = 200


class Command(BaseCommand):
    help = "Write published articles to FILE (.jsonl or .jsonl.zst), newest first, one JSON record a line."

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--channel", metavar="SLUG")
        parser.add_argument("--station", metavar="SLUG")
        parser.add_argument("--from", metavar="YYYY-MM-DD", dest="start", type=date.fromisoformat)
        parser.add_argument(
            "--to", metavar="YYYY-MM-DD", dest="end", type=date.fromisoformat, help="with that day"
        )

    def handle(self, *, file, channel, station, start, end, **options):
        if channel and station:
            channel_only = named(Channel, channel).pk
            place = Place.station(named(Station, station))
        else:
            channel_only = None
            place = Place.site()
            if channel:
                place = Place.channel(named(Channel, channel))
            if station:
                place = Place.station(named(Station, station))
        count = 0
        with written(Path(file)) as out:
            for articles in batches(place, start, end, channel_only):
                views = views_of([a.pk for a in articles])
                for article in articles:
                    record = record_of(article, views.get(article.pk), status="imported")
                    out.write((record.as_json(**extras_of(article)) + "\n").encode())
                count += len(articles)
        self.stderr.write(f"{count} articles written to {file}.")


def named(model, slug: str):
    found = model.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f"There is no {model.__name__.lower()} “{slug}”.", returncode=2)
    return found


def batches(
    place: Place, start: date | None, end: date | None, channel_id: int | None
) -> Iterator[list[Article]]:
    """The published articles of `place`, so many at a time: each batch begins where the one before ended. Those that may harm
    minors, which stand in a list of their own, come after the others."""
    for listed, articles in (
        (place, Article.objects.live()),
        (Place(PlaceKind.SET_APART), Article.objects.live().filter(of_place(place))),
    ):
        if channel_id:
            articles = articles.filter(channel_id=channel_id)
        yield from batches_of(Listing.objects.at(listed).newest(), articles, start, end)


def of_place(place: Place) -> Q:
    """The condition that an article is one of `place`: the site, a channel or a station."""
    match place.kind:
        case PlaceKind.CHANNEL:
            return Q(channel=place.id)
        case PlaceKind.STATION:
            return Q(stations=place.id)
    return Q()


def batches_of(
    listings: ListingQuerySet, wanted: ArticleQuerySet, start: date | None, end: date | None
) -> Iterator[list[Article]]:
    """Those of `wanted` that `listings` name, in their order."""
    if start:
        listings = listings.filter(published_at__gte=day_bounds(start)[0])
    if end:
        listings = listings.filter(published_at__lt=day_bounds(end)[1])
    cursor: Cursor | None = None
    while rows := list(listings.before(cursor).values_list("published_at", "article_id")[:BATCH]):
        cursor = Cursor(*rows[-1])
        articles = wanted.filter(pk__in=[pk for _, pk in rows])
        articles = articles.select_related("channel", "source", "editor").prefetch_related(
            "bylines__author",
            "stations",
            Prefetch("subsections", Subsection.objects.with_parents()),
            "topics",
            "tagged_items__tag",
        )
        by_id = {a.pk: a for a in articles}
        yield [by_id[pk] for _, pk in rows if pk in by_id]


@contextmanager
def written(path: Path):
    """A file that appears whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{timezone.now():%f}")
    try:
        with draft.open("wb") as raw:
            if path.suffix == ".zst":
                with zstandard.ZstdCompressor(level=9).stream_writer(raw, closefd=False) as out:
                    yield out
            else:
                yield raw
        draft.replace(path)
    except OSError as error:
        raise CommandError(f"{path} can't be written: {error.strerror or error}.", returncode=1) from error
    finally:
        draft.unlink(missing_ok=True)
