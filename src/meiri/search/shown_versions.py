"""相关版本: the versions of an article that its page shows, where editors allow it."""

from collections import defaultdict
from dataclasses import dataclass

from django.db import connection

from meiri.delivery.keys import uses
from meiri.journal.content_keys import ARTICLE
from meiri.newsroom.cards import Card
from meiri.newsroom.models import Article
from meiri.search.lineage import MOST_VERSIONS
from meiri.search.models import Tie

# Written out because every article's page asks it: one look-up in the index where the article is in no story.
SHOWN = """
SELECT other.article_id, other.parent_id, other.tie
FROM search_version AS own
JOIN search_story AS story ON story.id = own.story_id
JOIN search_version AS other ON other.story_id = own.story_id
WHERE own.article_id = %s AND story.shown
LIMIT %s
"""


@dataclass(frozen=True)
class ShownVersion:
    """A line of 相关版本. `depth`: how many of the lines above it lead to it; `tie`: 转载, 改写, 更新版, or empty where
    the story begins. `current`: it is the article of the page."""

    article: Card
    tie: str
    depth: int
    current: bool


def versions_of(article_id: int) -> list[ShownVersion]:
    """The published articles of the story of a published article, itself included, in the order of the tree; none where
    editors don't show it, or no other is published. One query, and those for the cards that are not at hand."""
    with connection.cursor() as cursor:
        cursor.execute(SHOWN, [article_id, MOST_VERSIONS * 2])
        rows = cursor.fetchall()
    if not rows:
        return []
    # Whichever of them is published or withdrawn changes this page.
    uses(*(ARTICLE.key(key) for key, _, _ in rows))
    cards = {card.pk: card for card in Article.objects.in_order([key for key, _, _ in rows])}
    if len(cards) < 2:
        return []
    parents = {key: parent for key, parent, _ in rows}
    ties = {key: tie for key, parent, tie in rows if parent}
    below: defaultdict[int | None, list[Card]] = defaultdict(list)
    for card in sorted(cards.values(), key=lambda card: (card.published_at, card.pk), reverse=True):
        below[_shown_above(card.pk, parents, cards)].append(card)
    shown, waiting = [], [(card, 0) for card in below[None]]
    while waiting:
        card, depth = waiting.pop()
        tie = ties.get(card.pk, "")
        shown.append(ShownVersion(card, Tie(tie).label if tie else "", depth, card.pk == article_id))
        waiting += [(child, depth + 1) for child in below.get(card.pk, [])]
    return shown


def _shown_above(key: int, parents: dict[int, int | None], cards: dict[int, Card]) -> int | None:
    """The nearest version before `key` that readers can see."""
    above = parents.get(key)
    for _ in range(len(parents)):
        if above is None or above in cards:
            break
        above = parents.get(above)
    return above if above in cards else None
