"""An article as a line in a list shows it.

A front shows a hundred articles. As objects of the models, with their channel, source and picture, they take longer to
make than the rest of the page; a card is a row of the one query that reads them, and holds values only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.db import models

from meiri.media.models import focus_of
from meiri.media.variants import Variants
from meiri.newsroom.addresses import article_address
from meiri.newsroom.keyset import Cursor
from meiri.sections.models import channel_address


@dataclass(frozen=True)
class CardSection:
    """An article's channel."""

    name: str
    slug: str

    @property
    def content_key(self) -> str:
        return f"channel:{self.slug}"

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

    def __eq__(self, other) -> bool:
        """A card equals the article that it is of, and other cards of it."""
        return self.content_key == getattr(other, "content_key", None)

    def __hash__(self) -> int:
        return hash(self.content_key)

    def __str__(self) -> str:
        return self.title

    @property
    def content_key(self) -> str:
        return f"article:{self.pk}"

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


FIELDS = (
    "pk", "kicker", "title", "short_title", "summary", "published_at", "kind",
    "channel__name", "channel__slug", "source__name",
    "picture_id", "picture__variants", "picture__description", "picture__caption", "picture__title",
    "picture__credit", "picture__focal_point_x", "picture__focal_point_y", "picture__width", "picture__height",
)  # fmt: skip


def cards(articles: models.QuerySet) -> Iterator[Card]:
    """The articles of a queryset as cards, in its order. One query."""
    channels: dict[str, CardSection] = {}
    sources: dict[str, CardSource] = {}
    for key, kicker, headline, short, summary, at, kind, channel, slug, source, picture_id, variants, description, caption, title, credit, x, y, width, height in (
        articles.values_list(*FIELDS)
    ):  # fmt: skip
        yield Card(
            key,
            kicker,
            headline,
            short,
            summary,
            at,
            kind,
            channel=channels.setdefault(slug, CardSection(channel, slug)),
            source=sources.setdefault(source, CardSource(source)) if source is not None else None,
            picture=CardPicture(
                Variants.from_json(variants),
                description or caption or title,
                caption,
                credit,
                focus_of(x, y, width, height),
            )
            if picture_id
            else None,
        )


def in_order(articles: models.QuerySet, ids: Sequence[int]) -> list[Card]:
    """Those of `articles` whose keys are among `ids`, in the order of `ids`. One query, none for no ids."""
    found = {card.pk: card for card in cards(articles.filter(pk__in=ids))} if ids else {}
    return [found[i] for i in ids if i in found]
