"""Editors find published articles by the same index."""

import tantivy
from tantivy import Occur
from tantivy import Query as Match

from meiri.policy.reach import EVERYWHERE, Reach
from meiri.search.index import Unavailable, ask_index
from meiri.search.matching import any_number, one_of, strict
from meiri.search.query import LONGEST_QUERY, parse


def articles_with(words: str, count: int, within: Reach = EVERYWHERE) -> list[int] | None:
    """The keys of published articles that have all of `words`, or have them in their titles letter by letter: the `count` best of all,
    and the `count` best of the channels and stations `within`. None while the index can't tell."""
    query = parse(words[:LONGEST_QUERY])
    if not query.asks:
        return []
    wanted = strict(query, wide=True)
    matches = [wanted] if within.everywhere else [wanted, _at_places(wanted, within)]

    def best(searcher: tantivy.Searcher) -> list[int]:
        found: dict[int, None] = {}
        for match in matches:
            hits = searcher.search(match, count, count=False).hits
            found |= dict.fromkeys(searcher.fast_field_values("id", [address for _, address in hits]))  # type: ignore[arg-type]
        return list(found)

    try:
        return ask_index(best)
    except Unavailable:
        return None


def _at_places(wanted: Match, within: Reach) -> Match:
    places = [any_number("channel", sorted(within.channels)), any_number("station", sorted(within.stations))]
    return Match.boolean_query([(Occur.Must, wanted), (Occur.Must, one_of(places))])
