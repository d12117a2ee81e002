"""Editors find published articles by the same index."""

import tantivy

from meiri.search.index import Unavailable, ask_index
from meiri.search.matching import strict
from meiri.search.query import LONGEST_QUERY, parse


def articles_with(words: str, count: int) -> list[int] | None:
    """The keys of the `count` published articles that have all of `words`, the best; None while the index can't tell."""
    query = parse(words[:LONGEST_QUERY])
    if not query.asks:
        return []

    def best(searcher: tantivy.Searcher) -> list[int]:
        hits = searcher.search(strict(query), count, count=False).hits
        return list(searcher.fast_field_values("id", [address for _, address in hits]))  # type: ignore[arg-type]

    try:
        return ask_index(best)
    except Unavailable:
        return None
