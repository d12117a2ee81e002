"""A synthetic archive for scale tests: any number of published articles, spread over channels, stations and years.

Articles are written in batches. A batch is one transaction: its articles with all that belongs to them, their
listings, the archives' counts, their views, and one journal entry, `archive.generated`, in the place of a thousand
`article.published`. The entry names the key of every new article and of every place that lists one, so consumers need
no rule of their own for it. Whoever stops a run halfway has the batches that were done, and a chain that holds.

Generated articles have no revision and no workflow behind them; opening one in the newsroom begins its history there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random

from django.db import transaction
from django.utils import timezone
from taggit.models import Tag
from wagtail.blocks.stream_block import StreamValue

from meiri.audience.models import ArticleViews
from meiri.audience.view_counts import next_change
from meiri.journal.content_keys import ARTICLE
from meiri.journal.log import append
from meiri.journal.models import Entry
from meiri.media.models import Picture
from meiri.newsroom.article_keys import keys_of_places
from meiri.newsroom.authors import author_named
from meiri.newsroom.inserting import insert_rows
from meiri.newsroom.models import Article, ArticleTag, Author, Byline, Kind, Origin, Source
from meiri.newsroom.place_kinds import PlaceKind
from meiri.newsroom.river import Place, enlist_new
from meiri.sample.events import ArchiveGenerated
from meiri.sample.loading import load_names, load_sections
from meiri.sample.wording import Wording
from meiri.sections.models import Channel, Station, Topic

BATCH = 1000
YEARS = 12
AUTHORS = 60
# Of a hundred articles, how many are of each kind.
KINDS = {Kind.REPORT: 70, Kind.FLASH: 15, Kind.INTERVIEW: 5, Kind.OPINION: 5, Kind.GALLERY: 5}
ORIGINS = {Origin.ORIGINAL: 60, Origin.REPRINT: 25, Origin.WIRE: 15}
# How much more than another channel the first two publish.
BUSY = {"yaowen": 4, "kuaixun": 4}


@dataclass
class Newsroom:
    """What articles are assigned to: rows that are there, or were made for it."""

    channels: list[Channel]
    weights: list[int]
    stations: list[Station]
    topics: list[Topic]
    sources: list[Source]
    authors: list[Author]
    tags: list[Tag]
    pictures: list[int]
    words: Wording


@dataclass
class Draft:
    """One article with what belongs to it, before it has a key."""

    article: Article
    published_at: datetime
    stations: list[Station]
    topics: list[Topic]
    authors: list[Author]
    tags: list[Tag]
    views: int

    @property
    def places(self) -> list[Place]:
        article = self.article
        places = [
            Place.site(),
            Place(PlaceKind.CHANNEL, article.channel_id),
            Place(PlaceKind.KIND, article.kind_number),
        ]
        if article.picture_id:
            places.append(Place(PlaceKind.PICTURED))
        places += [Place.station(s) for s in self.stations] + [Place.topic(t) for t in self.topics]
        return places + [Place.author(a) for a in self.authors] + [Place.tag(t) for t in self.tags]


def generate(
    count: int, done: Callable[[int], None] = lambda articles: None, words: Wording | None = None
) -> None:
    """Add `count` published articles to the archive; `done` is told the size of each batch when it is committed. `words`
    writes them, where it is not the usual table.

    The oldest come first. The words of an article depend on its number alone, and numbers go on from the last run.
    """
    newsroom = gather()
    newsroom.words = words or newsroom.words
    end = timezone.now().replace(microsecond=0)
    start = end - timedelta(days=365.25 * YEARS)
    step = (end - start) / max(count, 1)
    for first in range(0, count, BATCH):
        size = min(BATCH, count - first)
        with transaction.atomic():
            add_batch(newsroom, [start + step * (first + n) for n in range(size)], step)
        done(size)


@transaction.atomic
def gather() -> Newsroom:
    """The sections, names and tags that articles are assigned to; what a bare database lacks is made."""
    if not Channel.objects.exists():
        load_sections()
        load_names()
    words, random = Wording(), Random("names")
    for name in words.lists["source"]:
        Source.objects.get_or_create(name=name)
    while Author.objects.count() < AUTHORS:
        author_named(words.name(random), role=words.one_of("duty", random))
    for name in words.lists["tag"]:
        Tag.objects.get_or_create(name=name)
    channels = list(Channel.objects.visible())
    return Newsroom(
        channels=channels,
        weights=list(accumulate(BUSY.get(c.slug, 1) for c in channels)),
        stations=list(Station.objects.visible()),
        topics=list(Topic.objects.visible()),
        sources=list(Source.objects.filter(name__in=words.lists["source"]).order_by("pk")),
        authors=list(Author.objects.order_by("pk")[:AUTHORS]),
        tags=list(Tag.objects.filter(name__in=words.lists["tag"]).order_by("pk")),
        pictures=list(Picture.objects.order_by("pk").values_list("pk", flat=True)[:200]),
        words=words,
    )


def add_batch(newsroom: Newsroom, times: list[datetime], step: timedelta) -> None:
    first = next_number()
    drafts = [draft(newsroom, first + n, at, step) for n, at in enumerate(times)]
    # The keys come back in the order of the rows.
    Article.objects.bulk_create([d.article for d in drafts])
    relate(drafts)
    listed = [(d.article.pk, d.published_at, d.places) for d in drafts]
    enlist_new(listed)
    ids = [key for key, _, _ in listed]
    places = list(dict.fromkeys(place for *_, places in listed for place in places))
    append(
        ArchiveGenerated(
            keys=[*(ARTICLE.key(i) for i in ids), *keys_of_places(places)],
            articles=len(ids),
            first=min(ids),
            last=max(ids),
            numbers=[first, first + len(ids) - 1],
        ),
        "system",
    )
    # After the entry, as the importer does it: in another order, two could wait for each other for good.
    changed = next_change()
    insert_rows(
        ArticleViews,
        ["article", "total", "imported", "changed"],
        [(d.article.pk, d.views, d.views, changed) for d in drafts],
    )


def next_number() -> int:
    last = Entry.objects.of(ArchiveGenerated).order_by("-sequence").first()
    return last.event.numbers[1] + 1 if last else 1


def relate(drafts: list[Draft]) -> None:
    """Everything that hangs on the articles, a table at a time."""
    rows = [(d.article.pk, d) for d in drafts]
    insert_rows(
        Article.stations.through, ["article", "station"], [(i, s.pk) for i, d in rows for s in d.stations]
    )
    insert_rows(Article.topics.through, ["article", "topic"], [(i, t.pk) for i, d in rows for t in d.topics])
    insert_rows(ArticleTag, ["content_object", "tag"], [(i, t.pk) for i, d in rows for t in d.tags])
    insert_rows(
        Byline,
        ["article", "author", "sort_order", "credit"],
        [(i, a.pk, n, "") for i, d in rows for n, a in enumerate(d.authors)],
    )


def draft(newsroom: Newsroom, number: int, at: datetime, step: timedelta) -> Draft:
    """Article `number`, published in the `step` that begins at `at`."""
    random, words = Random(number), newsroom.words
    published_at = (at + step * random.random()).replace(microsecond=0)
    channel = random.choices(newsroom.channels, cum_weights=newsroom.weights)[0]
    stations = words.some_of(newsroom.stations, random.choice((0, 1, 1)), random)
    kind = random.choices(list(KINDS), weights=list(KINDS.values()))[0]
    subject = words.subject(random, stations[0].name if stations else "各地")
    paragraphs = words.paragraphs(1 if kind == Kind.FLASH else random.randint(5, 8), random, subject)
    pictured = newsroom.pictures and random.random() < 0.4
    article = Article(
        title=words.title(kind, random, subject),
        summary=paragraphs[0][:120],
        body=body(paragraphs, words, random),
        channel_id=channel.pk,
        source_id=random.choice(newsroom.sources).pk,
        editor_id=random.choice(newsroom.authors).pk,
        picture_id=random.choice(newsroom.pictures) if pictured else None,
        kind=kind,
        origin=random.choices(list(ORIGINS), weights=list(ORIGINS.values()))[0],
        published_at=published_at,
        first_published_at=published_at,
        last_published_at=published_at,
        live=True,
        has_unpublished_changes=False,
    )
    return Draft(
        article,
        published_at,
        stations,
        words.some_of(newsroom.topics, random.random() < 0.03, random),
        words.some_of(newsroom.authors, random.choice((1, 1, 1, 2)), random),
        words.some_of(newsroom.tags, random.randint(1, 4), random),
        int(random.paretovariate(1.1) * 40),
    )


def body(paragraphs: list[str], words: Wording, random: Random) -> StreamValue:
    """The paragraphs as stored blocks, with a heading in the middle of long ones."""
    blocks = list(body_blocks(paragraphs, words, random))
    stored = [
        {"type": kind, "value": value, "id": f"{random.getrandbits(128):032x}"} for kind, value in blocks
    ]
    return StreamValue(Article._meta.get_field("body").stream_block, stored, is_lazy=True)


def body_blocks(paragraphs: list[str], words: Wording, random: Random) -> Iterator[tuple[str, str]]:
    half = len(paragraphs) // 2 if len(paragraphs) > 5 else len(paragraphs)
    yield "text", "".join(f"<p>{p}</p>" for p in paragraphs[:half])
    if paragraphs[half:]:
        yield "heading", random.choice(words.body["headings"])
        yield "text", "".join(f"<p>{p}</p>" for p in paragraphs[half:])
