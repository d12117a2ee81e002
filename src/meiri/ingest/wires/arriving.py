"""What becomes of items of a wire: a story that was not seen before goes to a desk, a version of a known one follows it."""

import logging
from collections.abc import Iterable, Iterator
from itertools import islice

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from meiri.ingest.importing import digest_of_item, import_items, pictures_of
from meiri.ingest.items import Item
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.sanitise import plain
from meiri.ingest.wire_facts import PubStatus, WireFacts
from meiri.ingest.wire_models import WireDeed, WireDelivery, WireItem, WireSource
from meiri.ingest.wires.following_versions import follow_embargo, follow_version, note_version, stop_story
from meiri.ingest.wires.whole_files import EndOfFile
from meiri.ingest.wires.wire_rules import Destination, destination_of
from meiri.media.adding_pictures import discard
from meiri.media.models import Picture
from meiri.newsroom.models import Article
from meiri.planning.deciding import propose_item
from meiri.planning.models import LONGEST_TEXT, PlanItem
from meiri.search.duplicates import near_duplicates

logger = logging.getLogger(__name__)

# New and changed items of one delivery; the rest comes with the next. Items that are looked at, those that are known among them.
MOST_ITEMS, MOST_LOOKED_AT = 1_000, 100_000
PART = 50
# From here on what another wire sent is the same story. Agencies cut and retouch each other's copy little.
SAME_STORY = 0.9


def take_delivery(source: WireSource, items: Iterable[Item | EndOfFile]) -> WireDelivery:
    """Take what a source sent. Each item has its own fate, and what was taken before costs a look-up alone.

    The delivery is stored where it brought anything. Raises `Unreadable` where not all items could be had.
    """
    delivery = WireDelivery(source=source)
    try:
        _take_parts(delivery, items)
    finally:
        if delivery.taken or delivery.refused:
            delivery.save()
    return delivery


def _take_parts(delivery: WireDelivery, items: Iterable[Item | EndOfFile]) -> None:
    source, tried = delivery.source, 0
    of_file = EndOfFile(is_stored=True)
    for part, end in _parts(islice(items, MOST_LOOKED_AT)):
        known = _known(source, part)
        for item in part:
            if item.article is None:
                delivery.refused += 1
                delivery.reason = delivery.reason or f"{item.file}：{item.reason}"[:300]
            elif _is_new(item, known.get(_key_of(item))):
                tried += 1
                outcome = _take_safely(source, item)
                delivery.taken += outcome is not None
                of_file.taken += outcome is not None
                of_file.is_stored &= outcome is not None
                if outcome is None or outcome.outcome == WireItem.Outcome.REFUSED:
                    delivery.refused += 1
                    delivery.reason = delivery.reason or (outcome.reason if outcome else "处理时出错。")
        if end:
            end.taken, end.is_stored = of_file.taken, of_file.is_stored
            of_file = EndOfFile(is_stored=True)
        if tried >= MOST_ITEMS:
            return


def _parts(items: Iterable[Item | EndOfFile]) -> Iterator[tuple[list[Item], EndOfFile | None]]:
    """Items in parts, each with the end of the file where it is the last of one. Where giving them fails, what came before is a part all
    the same."""
    part: list[Item] = []
    try:
        for item in items:
            if isinstance(item, EndOfFile):
                yield part, item
                part = []
                continue
            part.append(item)
            if len(part) == PART:
                yield part, None
                part = []
    except Unreadable:
        yield part, None
        raise
    if part:
        yield part, None


def _known(source: WireSource, items: list[Item]) -> dict[str, WireItem]:
    keys = {_key_of(item) for item in items if item.article}
    return {one.key: one for one in WireItem.objects.filter(source=source, key__in=keys)}


def _key_of(item: Item) -> str:
    if item.article is None:
        return ""
    named = (item.wire.guid if item.wire else "") or item.article.original_url
    return (named or digest_of_item(item.article))[:500]


def _is_new(item: Item, known: WireItem | None) -> bool:
    """Whether an item says anything that is not known of its story. One of an earlier version does not."""
    if known is None:
        return True
    facts = item.wire or WireFacts()
    if facts.version and facts.version < known.version:
        return False
    return (known.version, known.status, known.embargoed_until, known.digest) != (
        facts.version,
        facts.status,
        facts.embargoed_until,
        _digest_of(item.article),
    )


def _digest_of(article: ParsedArticle | None) -> str:
    return digest_of_item(article) if article else ""


def _take_safely(source: WireSource, item: Item) -> WireItem | None:
    try:
        return take_item(source, item)
    except Exception:  # one item, whatever is in it, never ends a delivery
        logger.exception("An item of a wire could not be taken")
        return None


def take_item(source: WireSource, item: Item) -> WireItem:
    """Take one item that is new or changed. What it was refused for stands in the row that is given back."""
    new: list[Picture] = []
    if item.article and any(not picture.is_remote for picture in item.article.pictures):
        # Drawing pictures anew takes time: nobody who writes waits for it.
        item.pictures = pictures_of(item.article, item.page, item.root, item.article.warnings, new)
    try:
        row = _take(source, item)
    except BaseException:
        discard(new)
        raise
    if row.outcome not in (WireItem.Outcome.DRAFT, WireItem.Outcome.UPDATED):
        discard(new)
    return row


@transaction.atomic
def _take(source: WireSource, item: Item) -> WireItem:
    article, facts = item.article, item.wire or WireFacts()
    if article is None:
        raise ValueError("Only items that were read are taken.")
    if source.source:
        article.source, article.source_url = source.source.name, source.source.url
    article.source = article.source or source.name
    row, is_new = WireItem.objects.select_for_update().get_or_create(
        source=source, key=_key_of(item), defaults={"title": article.title[:255]}
    )
    row.title = (article.title or row.title)[:255]
    row.version, row.status = facts.version, facts.status
    row.digest, row.embargoed_until = digest_of_item(article), facts.embargoed_until
    row.changed_at, row.reason = timezone.now(), ""
    row.save()
    note_version(row, article, facts)
    if facts.status != PubStatus.USABLE:
        stop_story(row, facts)
    elif row.article_id:
        follow_version(row, item, facts)
    elif is_new or not row.plan_id:
        _send(row, item, facts)
    row.save()
    return row


def _send(row: WireItem, item: Item, facts: WireFacts) -> None:
    """Send a story that is not with any desk yet where it belongs."""
    article = item.article
    if article is None:
        return
    if twin := _same_story(row, article):
        row.article, row.outcome = twin.article, WireItem.Outcome.SAME
        row.reason = f"与“{twin.source}”的通稿是同一篇。"
        follow_embargo(row, facts)
        return
    destination = destination_of(row.source, article, facts)
    if destination.deed == WireDeed.LEAVE:
        row.outcome = WireItem.Outcome.LEFT
        return
    try:
        with transaction.atomic():
            if destination.deed == WireDeed.PLAN:
                row.plan = _propose(row, article, destination)
                row.outcome = WireItem.Outcome.PLAN
            else:
                row.article = _draft(row, item, destination)
                row.outcome = WireItem.Outcome.DRAFT
                follow_embargo(row, facts)
    except Unreadable as error:
        row.article, row.outcome, row.reason = None, WireItem.Outcome.REFUSED, error.reason[:300]
    except ValidationError as error:
        row.article, row.outcome = None, WireItem.Outcome.REFUSED
        row.reason = "；".join(error.messages)[:300]


def _same_story(row: WireItem, article: ParsedArticle) -> WireItem | None:
    """The item by which another wire brought the same story, and an article is made of."""
    others = (
        WireItem.objects.exclude(source=row.source).filter(article__isnull=False).select_related("source")
    )
    if twin := others.filter(key=row.key).order_by("pk").first():
        return twin
    matches = near_duplicates(article.title, plain(article.body), count=3)
    alike = [match.article_id for match in matches if match.similarity >= SAME_STORY]
    return others.filter(article_id__in=alike).order_by("pk").first() if alike else None


def _draft(row: WireItem, item: Item, destination: Destination) -> Article:
    """The draft of a story. Raises `Unreadable`."""
    article = item.article
    if article is None:
        raise Unreadable("没有读到稿件。")
    if destination.channel:
        article.channel_name = destination.channel.slug
    record = import_items(
        article,
        file=item.file,
        extras=item.extras,
        channel=row.source.channel,
        page=item.page,
        root=item.root,
        station=destination.station,
        originals=item.originals,
        stored=item.pictures,
    )
    return Article.objects.get(pk=record.id)


def _propose(row: WireItem, article: ParsedArticle, destination: Destination) -> PlanItem:
    text = plain(article.body)
    plan = PlanItem(
        title=article.title[:120],
        idea=f"{row.source}通稿：{text}"[:LONGEST_TEXT],
        channel=destination.channel or row.source.channel,
        station=destination.station,
        embargo_until=row.embargoed_until
        if row.embargoed_until and row.embargoed_until > timezone.now()
        else None,
        origin=reverse("wires_item", args=[row.pk]),
    )
    return propose_item(plan)
