"""Work out related reading for articles that have none yet: those of an archive that was taken over or generated."""

from collections.abc import Callable, Iterator
from functools import partial

from meiri.newsroom.keyset import Cursor
from meiri.newsroom.models import Listing
from meiri.newsroom.river import Place
from meiri.search.article_similarity import Comparison
from meiri.search.index import ask_index
from meiri.search.models import RelatedArticle
from meiri.search.related_updates import Lists, lists_of, store_lists

# Articles whose lists are worked out together, in one state of the index, and told to the journal in one entry.
BATCH = 50


def relate_all(most: int | None = None, done: Callable[[int], object] = lambda articles: None) -> int:
    """Work out the lists of at most `most` articles without one, the newest first; of how many there are lists now. `done` is
    told how many articles were gone through. Memory is bounded, and whoever stops it halfway keeps what was done.
    Raises `Unavailable`."""
    worked_out = asked_for = 0
    for keys in newest_first():
        without = without_list(keys)[: None if most is None else most - asked_for]
        if without:
            lists = ask_index(partial(_lists_of, without))
            worked_out += len(store_lists(lists, articles=len(without)))
        asked_for += len(without)
        done(len(keys))
        if most is not None and asked_for >= most:
            break
    return worked_out


def _lists_of(keys: list[int], searcher) -> Lists:
    return lists_of(Comparison(searcher), keys)


def newest_first() -> Iterator[list[int]]:
    """The keys of all published articles, the newest first, `BATCH` at a time. A query each time."""
    cursor: Cursor | None = None
    while True:
        listings = Listing.objects.at(Place.site()).before(cursor).newest()
        rows = list(listings.values_list("published_at", "article_id")[:BATCH])
        if not rows:
            return
        yield [key for _, key in rows]
        cursor = Cursor(*rows[-1])


def without_list(keys: list[int]) -> list[int]:
    """Those of the articles `keys` for which nothing was worked out. One query."""
    having = set(
        RelatedArticle.objects.filter(article__in=keys, place=1).values_list("article_id", flat=True)
    )
    return [key for key in keys if key not in having]
