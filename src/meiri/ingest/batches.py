"""Items of a run stored together: what is the same for many is asked once, and one transaction keeps them all.

Each item still has a fate of its own. What can't go together (a picture to store, an article that is there already, a fault)
goes alone, and where a batch fails as a whole each of its items is tried alone: nothing of the batch was kept then.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from taggit.models import Tag
from wagtail.blocks.stream_block import StreamValue

from meiri.audience.view_counts import set_all_imported
from meiri.ingest.filling import SourcesAndAuthors, fill
from meiri.ingest.importing import channel_of, channels_of, digest_of_item, import_item, similar_to
from meiri.ingest.items import Item
from meiri.ingest.keeping import with_text
from meiri.ingest.models import Import
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.record_line import Extras
from meiri.ingest.records import Record, record_of
from meiri.ingest.sanitise import plain
from meiri.ingest.stream import as_stream
from meiri.newsroom.adding import NewArticle, add_articles
from meiri.newsroom.models import Article, Origin
from meiri.search.article_texts import ArticleText, text_of
from meiri.search.fingerprints import store_new_fingerprints
from meiri.sections.models import Channel, Station, Subsection, Topic
from meiri.sources.originals import record_originals

logger = logging.getLogger(__name__)

# Items of one transaction: others who write wait for it, on SQLite all of them.
BATCH = 50


@dataclass
class _Waiting:
    """An item that may go with others."""

    item: Item
    parsed: ParsedArticle
    extras: Extras
    digest: str
    body: StreamValue
    warnings: list[str]
    new: NewArticle | None = None
    record: Record | None = None

    @property
    def names(self) -> set[str]:
        """By what importing it again would find it."""
        return {self.digest, self.address, self.parsed.original_url} - {""}

    @property
    def address(self) -> str:
        return self.parsed.original_url or self.extras.url

    @property
    def words(self) -> ArticleText:
        return ArticleText(self.new.article.title if self.new else "", text_of(self.body.raw_data))


@dataclass
class _Batch:
    """The items since the last that went alone."""

    waiting: list[_Waiting] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def add(self, one: _Waiting) -> None:
        self.waiting.append(one)
        self.names |= one.names


def import_batch(
    items: Iterable[Item],
    channel: Channel | None,
    publishing: bool,
    comparing: bool = True,
    most: int = BATCH,
) -> Iterator[Record]:
    """What became of each item, in their order, for a run of the system: as `import_item` tells of one. Where `comparing` is off, new
    items are not compared with other articles, and their records hold neither text nor credits. `most`: items of one transaction."""
    batch = _Batch()
    for item in items:
        one = _waiting(item)
        if one is None or one.names & batch.names or len(batch.waiting) == most:
            yield from _take_batch(batch.waiting, channel, publishing, comparing)
            batch = _Batch()
        if one is None:
            yield import_item(item, channel, publishing)
        else:
            batch.add(one)
    yield from _take_batch(batch.waiting, channel, publishing, comparing)


def _waiting(item: Item) -> _Waiting | None:
    """The item as one that may go with others; None for one that goes alone."""
    parsed = item.article
    if parsed is None or (parsed.pictures and item.pictures is None) or not parsed.title:
        return None
    try:
        if not plain(parsed.body) and not item.pictures:
            return None
        return _Waiting(
            item,
            parsed,
            item.extras or Extras(),
            digest_of_item(parsed),
            as_stream(parsed.body, item.pictures or {}),
            list(parsed.warnings),
        )
    except Exception:  # taken alone it is refused with its reason
        return None


def _take_batch(
    waiting: list[_Waiting], channel: Channel | None, publishing: bool, comparing: bool
) -> Iterator[Record]:
    try:
        _store(_unknown(waiting), channel, publishing, comparing)
    except Exception:  # whatever it is: each is tried alone, and then it is known whose fault it was
        logger.info("A batch of an import is taken item by item", exc_info=True)
        for one in waiting:
            one.new = one.record = None
    for one in waiting:
        yield one.record or import_item(one.item, channel, publishing)


def _unknown(waiting: list[_Waiting]) -> list[_Waiting]:
    """Those of which no import and no article is known. Three queries."""
    if not waiting:
        return []
    digests = [one.digest for one in waiting]
    addresses = [one.address for one in waiting if one.address]
    found: set[str] = set()
    for imported in Import.objects.filter(Q(digest__in=digests) | Q(address__in=addresses)):
        found |= {imported.digest, imported.address}
    urls = [one.parsed.original_url for one in waiting if one.parsed.original_url]
    found |= set(Article.objects.filter(original_url__in=urls).values_list("original_url", flat=True))
    ours = settings.BASE_URL + "/"
    return [
        one
        for one in waiting
        # A record that this site exported may be of an article that is there.
        if not (one.names & (found - {""})) and not (one.extras.id and one.extras.url.startswith(ours))
    ]


def _store(
    waiting: list[_Waiting], channel: Channel | None, publishing: bool, comparing: bool = True
) -> None:
    """Store new items in one transaction, and note the record of each."""
    if not waiting:
        return
    with transaction.atomic():
        stored = _fill(waiting, channel)
        add_articles([one.new for one in stored if one.new], publishing)
        Import.objects.bulk_create(
            Import(
                article=one.new.article,
                address=one.address[:500],
                digest=one.digest,
                left_out=one.parsed.left_out,
            )
            for one in stored
            if one.new
        )
        record_originals(
            [
                (one.new.article.pk, one.address, with_text(original, one.new.article))
                for one in stored
                if one.new and one.new.article.origin == Origin.REPRINT
                for original in one.item.originals
            ]
        )
        store_new_fingerprints((one.new.article.pk, one.words) for one in stored if one.new)
        set_all_imported(
            [
                (one.new.article.pk, one.parsed.views)
                for one in stored
                if one.new and one.parsed.views is not None
            ]
        )
    keys = [one.new.article.pk for one in stored if one.new]
    for number, one in enumerate(stored, start=1):
        if not one.new:
            continue
        article = one.new.article
        if not comparing:
            one.record = Record(
                file=one.item.file,
                status="imported",
                id=article.pk,
                title=article.title,
                warnings=one.warnings,
            )
            continue
        similar = similar_to(article, None, one.warnings, one.words, later=keys[number:])
        one.record = record_of(
            article,
            one.parsed.views,
            file=one.item.file,
            status="imported",
            warnings=[*one.warnings, *similar],
            similar=similar,
        )


def _fill(waiting: list[_Waiting], given: Channel | None) -> list[_Waiting]:
    """Make the articles; those that are not as they must be are left out."""
    channels = channels_of([one.parsed for one in waiting])
    stations = Station.objects.filter(slug__in={s for one in waiting for s in one.extras.stations})
    topics = Topic.objects.filter(slug__in={t for one in waiting for t in one.extras.topics})
    stations_by_slug = {station.slug: station for station in stations}
    topics_by_slug = {topic.slug: topic for topic in topics}
    subsections = Subsection.objects.at_paths(s for one in waiting for s in one.extras.subsections)
    subsections_by_path = {subsection.path: subsection for subsection in subsections}
    tags = _tags(list(dict.fromkeys(tag[:100] for one in waiting for tag in one.extras.tags)))
    names, filled = SourcesAndAuthors(), []
    names.know(one.parsed for one in waiting)
    for one in waiting:
        article = Article(live=False)
        warnings = list(one.warnings)
        try:
            article.channel = channel_of(one.parsed, channels, given, warnings)
            fill(article, one.parsed, one.extras, one.item.pictures or {}, warnings, names, one.body)
            at = [stations_by_slug[s] for s in one.extras.stations if s in stations_by_slug]
            below = [subsections_by_path[s] for s in one.extras.subsections if s in subsections_by_path]
            new = NewArticle(
                article,
                names.authors(one.parsed),
                at,
                [s for s in below if s.is_of(article.channel_id, {station.pk for station in at})],
                [topics_by_slug[t] for t in one.extras.topics if t in topics_by_slug],
                [tags[name[:100]] for name in one.extras.tags],
            )
            new.check()
        except (Unreadable, ValidationError):
            continue
        one.new, one.warnings = new, warnings
        filled.append(one)
    return filled


def _tags(names: list[str]) -> dict[str, Tag]:
    """The tags of these names, made where there are none yet. One query for those that are called exactly so."""
    found = {tag.name: tag for tag in Tag.objects.filter(name__in=names)}
    for name in names:
        found[name] = (
            found.get(name) or Tag.objects.filter(name__iexact=name).first() or Tag.objects.create(name=name)
        )
    return found
