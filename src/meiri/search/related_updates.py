"""Keep the lists of related reading in step with the journal: worked out when an article was published, and again when
something closer appears or something they hold is withdrawn.

What is worked out depends on how things are, not on what an entry says, so an entry may come twice: the second time nothing
changes, and nothing is told.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import tantivy
from django.db import transaction

from meiri.journal.consumers import consumer
from meiri.journal.content_keys import ARTICLE, RELATED
from meiri.journal.log import append
from meiri.journal.models import Entry
from meiri.newsroom.events import ArticlePlaced, ArticlePublished, ArticleWithdrawn
from meiri.search.article_similarity import Close, Comparison
from meiri.search.events import RelatedChanged
from meiri.search.index import Unavailable, ask_index, position_of, store
from meiri.search.models import RelatedArticle
from meiri.search.related_reading import MOST
from meiri.search.related_selection import Recommended, recommended

# How many articles close to a new one are looked at, and lists that hold one that was changed, or withdrawn. All pages that
# show what was withdrawn are made again without it; the newest of these get something in its place.
MOST_CLOSE, MOST_HOLDING, MOST_LEFT = 10, 10, 50
# What else the worker does waits no longer than about this.
SECONDS = 0.25

Lists = Mapping[int, Sequence[Recommended]]


@consumer("related")
def update_related(entries: Sequence[Entry]) -> int:
    """Take as many of `entries` as the node's index knows, and as there is time for."""
    folder = store().current
    position = position_of(folder) if folder else None
    known = position.sequence if position else 0
    until = time.monotonic() + SECONDS
    for number, entry in enumerate(entries):
        keys = articles_of(entry)
        if keys and (entry.sequence > known or (number and time.monotonic() > until)):
            return number
        try:
            for key in keys:
                store_lists(ask_index(partial(lists_after, key)), article=key)
        except Unavailable:
            return number
    return len(entries)


def articles_of(entry: Entry) -> list[int]:
    """The articles that an entry published or withdrew. Thousands that `meiri generate` made are not worked out one by one."""
    if not isinstance(entry.event, ArticlePublished | ArticlePlaced | ArticleWithdrawn):
        return []
    return list(ARTICLE.numbers(entry.keys))


def lists_after(key: int, searcher: tantivy.Searcher) -> dict[int, Sequence[Recommended]]:
    """The lists that are other ones now that the article `key` was published, changed or withdrawn, by article."""
    compared = Comparison(searcher)
    article = compared.text(key)
    if article is None:
        return {key: [], **lists_of(compared, holders_of(key, MOST_LEFT))}
    close = compared.close_to(article)
    looked_at = [*nearer_than_before(article.id, close[:MOST_CLOSE]), *holders_of(key, MOST_HOLDING)]
    concerned = lists_of(compared, [k for k in dict.fromkeys(looked_at) if k != key])
    held = held_by(concerned)
    # Those that have nothing to do with it stay as they are: how rare words are changes all the time, and a page that is made
    # again for a little of that is made for nothing.
    others = {
        k: found for k, found in concerned.items() if key in [one.key for one in (*found, *held.get(k, []))]
    }
    return {key: recommended(compared, article, close), **others}


def lists_of(compared: Comparison, keys: Sequence[int]) -> dict[int, Sequence[Recommended]]:
    """What to read after each of the articles `keys` that is published."""
    return {text.id: recommended(compared, text, compared.close_to(text)) for text in compared.texts(keys)}


def nearer_than_before(key: int, close: Sequence[Close]) -> list[int]:
    """Those of the articles `close` to the article `key` on whose lists it may take a place. One query."""
    held = held_by([one.text.id for one in close])
    return [
        one.text.id
        for one in close
        if len(list_of_it := held.get(one.text.id, [])) < MOST
        or key in [other.key for other in list_of_it]
        or one.score > min(other.score for other in list_of_it)
    ]


def held_by(keys: Iterable[int]) -> dict[int, list[Recommended]]:
    """The lists of the articles `keys` as they are kept; nothing for those that have none. One query."""
    rows = RelatedArticle.objects.filter(article__in=list(keys)).order_by("article_id", "place")
    found: dict[int, list[Recommended]] = {}
    for row in rows:
        found.setdefault(row.article_id, []).append(Recommended(row.related_id, row.same_event, row.score))
    return found


def holders_of(key: int, most: int) -> list[int]:
    """The articles on whose lists the article `key` is, the newest `most`. One look-up in an index."""
    lists = RelatedArticle.objects.filter(related=key).order_by("-article_id")
    return list(lists.values_list("article_id", flat=True)[:most])


def store_lists(lists: Lists, *, article: int | None = None, articles: int | None = None) -> list[int]:
    """Keep `lists`, and tell the journal in one entry whose are other ones than before; their keys. Why: because of `article`, or it was
    worked out for so many `articles`. An empty list is
    deleted: what is not worked out is made up from tags and channel."""
    before = held_by(lists)
    changed = [key for key, found in lists.items() if shown_as(found) != shown_as(before.get(key, []))]
    if changed:
        with transaction.atomic():
            # First the entry: from here on no other process keeps lists.
            keys = [RELATED.key(key) for key in changed]
            append(RelatedChanged(keys=keys, article=article, articles=articles), "system")
            RelatedArticle.objects.filter(article__in=changed).delete()
            RelatedArticle.objects.bulk_create(
                RelatedArticle(
                    article_id=key,
                    place=place,
                    related_id=one.key,
                    same_event=one.same_event,
                    score=one.score,
                )
                for key in changed
                for place, one in enumerate(lists[key], 1)
            )
    return changed


def shown_as(found: Iterable[Recommended]) -> list[tuple[int, bool]]:
    """What readers see of a list."""
    return [(one.key, one.same_event) for one in found]
