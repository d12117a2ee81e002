"""An article as a line in a list shows it.

A front shows a hundred articles. As objects of the models, with their channel, source and picture, they take longer to
make than the rest of the page; a card is a row of the one query that reads them, and holds values only.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from meiri.aigc import AigcLabel
from meiri.delivery.keys import EVERYWHERE, uses
from meiri.delivery.omissions import optional
from meiri.journal.cache import InvalidatingCache
from meiri.journal.content_keys import ARTICLE, CHANNEL, DOCUMENT, PICTURE, SOURCE, ContentKey
from meiri.media.models import focus_of
from meiri.media.recording_origins import RecordingOrigin
from meiri.media.variants import Variants
from meiri.newsroom.addresses import article_address
from meiri.newsroom.article_choices import AiUse, Kind
from meiri.newsroom.clock import moment
from meiri.newsroom.keyset import Cursor
from meiri.sections.minors import is_set_apart
from meiri.sections.models import channel_address


@dataclass(frozen=True)
class CardSection:
    """An article's channel."""

    name: str
    slug: str

    @property
    def content_key(self) -> ContentKey:
        return CHANNEL.key(self.slug)

    def get_absolute_url(self) -> str:
        return channel_address(self.slug)


@dataclass(frozen=True)
class CardSource:
    name: str


@dataclass(frozen=True)
class CardPicture:
    """An article's picture, with the names its templates know from `media.Picture`."""

    sizes: Variants
    alt: str
    caption: str
    credit: str
    focus: str
    label: AigcLabel | None = None


@dataclass(eq=False)
class Card:
    """What lists show of a published article, under the names it has there. No attribute costs a query."""

    pk: int
    kicker: str
    title: str
    short_title: str
    summary: str
    published_at: datetime
    kind: str
    channel: CardSection
    source: CardSource | None
    picture: CardPicture | None
    # Where it may harm minors: the card then has no more of it than its title.
    minors_risk: str = ""
    # An `AiUse`: what AI made has a mark.
    ai_use: str = ""
    # How long its video plays, in seconds; 0 where it has none, or that is not known.
    seconds: int = 0
    # The content keys of all it shows.
    keys: tuple[ContentKey, ...] = ()
    # What templates made of it, by their parts and what these differ in: the same lines stand on many pages.
    drawn: dict[tuple, str] = field(default_factory=dict, repr=False)

    def __eq__(self, other) -> bool:
        """A card equals the article that it is of, and other cards of it."""
        return self.content_key == getattr(other, "content_key", None)

    def __hash__(self) -> int:
        return hash(self.content_key)

    def __str__(self) -> str:
        return self.title

    @property
    def content_key(self) -> ContentKey:
        return ARTICLE.key(self.pk)

    @property
    def is_made_by_ai(self) -> bool:
        return self.ai_use == AiUse.GENERATED

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.published_at, self.pk)

    @property
    def headline(self) -> str:
        return self.short_title or self.title

    @cached_property
    def url(self) -> str:
        return article_address(self.channel.slug, self.published_at, self.pk)

    def get_absolute_url(self) -> str:
        return self.url

    @property
    def full_url(self) -> str:
        return settings.BASE_URL + self.url


# Written out because Django takes ten times as long to put it together as a database to answer it.
CARDS = """
SELECT article.id, article.kicker, article.title, article.short_title, article.summary, article.published_at, article.kind,
    article.minors_risk, article.ai_use,
    channel.name, channel.slug, source.id, source.name, picture.id, picture.variants, picture.description, picture.caption,
    picture.title, picture.credit, picture.focal_point_x, picture.focal_point_y, picture.width, picture.height,
    picture.ai_label
FROM newsroom_article AS article
JOIN sections_channel AS channel ON channel.id = article.channel_id
LEFT JOIN newsroom_source AS source ON source.id = article.source_id
LEFT JOIN media_picture AS picture ON picture.id = article.picture_id
WHERE article.live AND article.id IN ({ids})
"""


BODIES = "SELECT id, body FROM newsroom_article WHERE id IN ({ids})"


def cards(ids: Sequence[int]) -> Iterator[Card]:
    """Those of the published articles whose keys are among `ids`, as cards in any order; one whose row can't be read is left
    out. One query, and two where there are videos among them."""
    channels: dict[str, CardSection] = {}
    sources: dict[str, CardSource] = {}
    with connection.cursor() as cursor:
        cursor.execute(CARDS.format(ids=", ".join(["%s"] * len(ids))), list(ids))
        rows = cursor.fetchall()
    videos = videos_of([row[0] for row in rows if row[6] == Kind.VIDEO])
    for row in rows:
        card = None
        with optional(f"稿件“{row[2]}”"):
            card = _card(row, channels, sources, videos.get(row[0]))
        if card is not None:
            yield card


class CardVideo(NamedTuple):
    """The document that is an article's first video, and how long it plays, in seconds."""

    document: int
    seconds: int


def videos_of(ids: Sequence[int]) -> dict[int, CardVideo]:
    """The first video of the site's own in the text of each of these articles that has one. Two queries, none for no ids."""
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(BODIES.format(ids=", ".join(["%s"] * len(ids))), list(ids))
        rows = cursor.fetchall()
    files = {}
    for key, body in rows:
        with optional(f"稿件{key}的视频"):
            if (file := _first_video(body)) is not None:
                files[key] = file
    known = RecordingOrigin.objects.filter(document_id__in=set(files.values()))
    seconds = {origin.document_id: origin.seconds for origin in known.only("document_id", "provenance")}
    return {key: CardVideo(file, seconds.get(file, 0)) for key, file in files.items()}


def _first_video(body: str) -> int | None:
    """The key of the document in the first block of a video of a stored text."""
    for block in json.loads(body or "[]"):
        if block.get("type") == "video" and isinstance(file := block["value"].get("file"), int):
            return file
    return None


def _card(
    row: tuple,
    channels: dict[str, CardSection],
    sources: dict[str, CardSource],
    video: CardVideo | None = None,
) -> Card:
    """The card of a row of `CARDS`. Cards share their channels and sources."""
    (
        key,
        kicker,
        headline,
        short,
        summary,
        at,
        kind,
        minors_risk,
        ai_use,
        channel,
        slug,
        source_id,
        source,
        picture_id,
        *of_picture,
    ) = row
    keys = [ARTICLE.key(key)]
    if source_id:
        keys.append(SOURCE.key(source_id))
    if picture_id:
        keys.append(PICTURE.key(picture_id))
    if minors_risk:
        kicker, summary, picture_id, video = "", "", None, None
    if video:
        keys.append(DOCUMENT.key(video.document))
    return Card(
        key,
        kicker,
        headline,
        short,
        summary,
        moment(at),
        kind,
        channel=channels.setdefault(slug, CardSection(channel, slug)),
        source=sources.setdefault(source, CardSource(source)) if source is not None else None,
        picture=_picture(*of_picture) if picture_id else None,
        minors_risk=minors_risk,
        ai_use=ai_use,
        seconds=video.seconds if video else 0,
        keys=tuple(keys),
    )


def _picture(
    variants, description, caption, title, credit, x, y, width, height, ai_label
) -> CardPicture | None:
    """None for one that was withdrawn: it has no sizes."""
    sizes = Variants.from_json(json.loads(variants))
    if not sizes.widths:
        return None
    return CardPicture(
        sizes,
        description or caption or title,
        caption,
        credit,
        focus_of(x, y, width, height),
        AigcLabel(ai_label) if ai_label else None,
    )


# Lists show the same articles again and again: those of a front stay at hand.
_cards: InvalidatingCache[int, Card] = InvalidatingCache(5_000, EVERYWHERE)


def in_order(ids: Sequence[int], with_set_apart: bool = False) -> list[Card]:
    """Those of the published articles whose keys are among `ids`, in the order of `ids`. One or two queries, none for no
    ids; those at hand are not read again until the journal names something that they show.

    What may harm minors is among them only `with_set_apart`: where a reader asked for just these articles."""
    if not ids:
        return []

    def read(missing: list[int]) -> dict[int, tuple[Card, tuple[ContentKey, ...]]]:
        return {card.pk: (card, card.keys) for card in cards(missing)}

    found = _cards.get(ids, read)
    shown = [found[i] for i in ids if i in found]
    for card in shown:
        uses(*card.keys)
    return shown if with_set_apart else [card for card in shown if not is_set_apart(card)]
