"""Related reading (更多推荐) as pages show it: what was worked out for an article, else what came before it on its lists."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import connection
from taggit.models import Tag

from meiri.newsroom.cards import Card
from meiri.newsroom.keyset import Cursor
from meiri.newsroom.models import Article
from meiri.newsroom.river import REACH, Place, older_at_each, query_beside

# How many are shown, and how many of these may be of one source.
MOST, MOST_OF_SOURCE = 10, 3
# An article of many tags is looked for at the first of them.
MOST_TAGS = 8
# The sides 2, 3, 4 … are twice the place on the list, one more for the same event.
_WORKED_OUT = (
    " UNION ALL SELECT 2 * place + CASE WHEN same_event THEN 1 ELSE 0 END, related_id"
    " FROM search_relatedarticle WHERE article_id = %s"
)


class FurtherReading(NamedTuple):
    """The keys of articles to read after one: the older and the newer of its channel, related ones (`shown` says which of
    them stand there), and those among these that are of the same event."""

    older: int | None
    newer: int | None
    related: list[int]
    same_event: frozenset[int] = frozenset()


def reading_after(article: Article, tags: Sequence[Tag]) -> FurtherReading:
    """What to read after a saved article, whose tags are `tags`. One short query, two where no related ones were worked out
    yet: then they are those of the same tags. One more for an article of a station: until the channel's desk has taken it, nothing
    in the channel is next to it."""
    channel = Place.channel(article.channel)
    sql, values = query_beside(channel, article.cursor)
    with connection.cursor() as cursor:
        cursor.execute(sql + _WORKED_OUT, [*values, article.pk])
        rows = sorted(cursor.fetchall())
    sides = {side: key for side, key in rows if side < 2} if article.stands_in_channel else {}
    related = [key for side, key in rows if side >= 2]
    if not related:
        listed = nearest_listed([Place.tag(tag) for tag in tags], article.cursor)
        related = [key for key in listed if key != article.pk][: 2 * MOST]
    same_event = frozenset(key for side, key in rows if side >= 2 and side % 2)
    return FurtherReading(sides.get(0), sides.get(1), related, same_event)


def nearest_listed(tagged: Sequence[Place], cursor: Cursor, reach: int = REACH) -> list[int]:
    """The keys of articles older than `cursor` at the tags `tagged`, those with the most in common first. One query, which looks
    at `reach` articles of each tag.

    What is published later changes nothing on the pages of the archive, but those within `REACH` of where it stands.
    """
    tagged = tagged[:MOST_TAGS]
    lists = older_at_each(dict.fromkeys(tagged, reach), cursor)
    shared = Counter(key for place in tagged for key in lists[place])
    return [key for key, _ in shared.most_common()]


def shown(article: Article, cards: Iterable[Card]) -> list[Card]:
    """Those of `cards` that stand as related to `article`: at most `MOST`, no headline twice, no more of one source than
    `MOST_OF_SOURCE`.

    A list that was worked out is so already, unless a source or a headline was changed since.
    """
    chosen: list[Card] = []
    titles, sources = {article.title}, Counter[str]()
    for card in cards:
        source = card.source.name if card.source else ""
        if (
            len(chosen) < MOST
            and card.title not in titles
            and not (source and sources[source] >= MOST_OF_SOURCE)
        ):
            chosen.append(card)
            titles.add(card.title)
            sources[source] += 1
    return chosen
