"""What fronts of some designs show of articles beside their cards."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from meiri.delivery.keys import uses
from meiri.journal.content_keys import BYLINE
from meiri.newsroom.cards import Card
from meiri.newsroom.clock import local
from meiri.newsroom.models import Byline
from meiri.sections.models import Design


def by_hour(articles: Iterable[Card]) -> list[tuple[datetime, list[Card]]]:
    """Articles in strict order of time, newest first, under the hours in which they were published."""
    ordered = sorted(articles, key=lambda card: (card.published_at, card.pk), reverse=True)
    hours = groupby(
        ordered, key=lambda card: local(card.published_at).replace(minute=0, second=0, microsecond=0)
    )
    return [(hour, list(cards)) for hour, cards in hours]


def bylines_of(articles: Sequence[Card]) -> dict[int, list[str]]:
    """The names that sign each of these articles, by its key. One query."""
    names: dict[int, list[str]] = {}
    signed = Byline.objects.filter(article__in=[card.pk for card in articles]).order_by("sort_order", "pk")
    for article, author, name in signed.values_list("article", "author", "author__name"):
        uses(BYLINE.key(author))
        names.setdefault(article, []).append(name)
    return names


def drawn_as(design: str, articles: list) -> dict:
    """What the template of a design shows beside the articles."""
    context: dict = {"design": Design(design).value if design in Design.values else Design.STANDARD.value}
    if design == Design.TIMELINE:
        context["hours"] = by_hour(articles)
    elif design in (Design.OPINION, Design.INTERVIEWS):
        context["names"] = bylines_of(articles)
    return context
