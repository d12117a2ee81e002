"""Found articles, best or newest first, a page at a time."""

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, cast

import tantivy
from tantivy import Occur, Order
from tantivy import Query as Match

from meiri.delivery.editions import is_for_minors
from meiri.journal.log import journal_snapshot
from meiri.newsroom.cards import Card
from meiri.newsroom.models import Article
from meiri.search.highlighting import BORDER, Highlighter
from meiri.search.index import ask_index, key_of, moment_of, second_of
from meiri.search.index_documents import bodies_of, greatest_key
from meiri.search.matching import (
    articles_of_age,
    between,
    expected,
    frequencies,
    in_titles,
    loose,
    of_age,
    strict,
)
from meiri.search.query import SECTIONS, Query
from meiri.sections.minors import is_set_apart
from meiri.sections.models import Channel, Section, Station, Subsection

# So many of the best hits are put in order once more, with how fresh they are.
BEST = 100
# As deep as pages by relevance go; the newest first there is no end.
DEEPEST = 1_000
# Words that are each in more articles than this are not counted together: it would take longer than to answer. The closest
# are then looked for among the newest articles, further back only where there are too few.
COUNTED = 20_000
# How many months back, until there are enough.
LOOKED_BACK = (1, 4, 16, 64)
# A page of the newest is looked for where so many times as many are likely: they may be fewer.
SPARED = 5
# With fewer hits than this, those that have only some of what was asked for follow.
FEW = 20
SIMILAR = 50
# An article of today counts this much more than an old one; after so many days half of it is gone.
FRESH = 0.3
FRESH_DAYS = 30
FACETS = 40
# Scores and places in the index.
Hits = list[tuple[float, tantivy.DocAddress]]
_PLACE, _MOMENT = re.compile(r"([0-9]{1,6})-([0-9]{1,19})"), re.compile(r"(-?[0-9]{1,19})")


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"


class HitCursor(NamedTuple):
    """After which hit a page begins. By relevance: the number of hits before it, and the moment at which the first page was
    asked for, `20-1927395123456789012`: what is published later does not move the pages. By time: the moment of the last
    hit."""

    place: int
    asked_at: int = 0

    def __str__(self):
        return f"{self.place}-{self.asked_at}" if self.asked_at else str(self.place)

    @classmethod
    def parse(cls, text: str, sort: Sort) -> "HitCursor | None":
        """The position that `str` wrote of a list in this order; None for anything else."""
        found = (_PLACE if sort == Sort.RELEVANCE else _MOMENT).fullmatch(text)
        position = cls(*map(int, found.groups())) if found else None
        return position if position and all(abs(number) < 1 << 63 for number in position) else None


class Ranked(NamedTuple):
    key: int
    moment: int
    score: float
    # Whether it has only some of what was asked for.
    similar: bool = False


class RankedPage(NamedTuple):
    total: int
    exact: int
    ranked: list[Ranked]
    next: HitCursor | None
    is_least: bool


@dataclass(frozen=True)
class Hit:
    """`highlight`: the title as HTML with <mark>; `excerpt`: where it says what was asked for, likewise."""

    article: Card
    score: float
    highlight: str
    excerpt: str
    similar: bool


@dataclass(frozen=True)
class Facet:
    """A channel, a station or a year, and how many of the articles that were found are of it."""

    value: str
    name: str
    articles: int


@dataclass(frozen=True)
class Found:
    """One page of hits. `total`: how many there are in all, `exact`: how many of these have all that was asked for, with
    `is_least` at least so many; `next`: where the next page begins."""

    total: int = 0
    exact: int = 0
    hits: list[Hit] = field(default_factory=list)
    next: HitCursor | None = None
    is_least: bool = False


def find(query: Query, sort: Sort = Sort.RELEVANCE, count: int = 20, after: HitCursor | None = None) -> Found:
    """A page of what answers the query, at most `count`. Two queries of the database and a few short ones for names.
    Raises `Unavailable`."""
    if not query.asks:
        return Found()
    order = newest if sort == Sort.NEWEST else best
    with journal_snapshot():
        page = ask_index(lambda searcher: order(searcher, query, count, after))
        return Found(page.total, page.exact, hits_of(query, page.ranked), page.next, page.is_least)


def best(searcher: tantivy.Searcher, query: Query, count: int, after: HitCursor | None) -> RankedPage:
    """The closest first; where few have all that was asked for, those that have some of it follow."""
    asked_at = after.asked_at if after else moment_of(int(time.time()), greatest_key())
    start = min(after.place, DEEPEST) if after else 0
    wanted = min(start + count, DEEPEST)
    groups, total, is_least = _closest(searcher, query, wanted + 1, asked_at, bool(after))
    found = sum(map(len, groups))
    if total < FEW:
        page = _part(searcher, groups, 0, found, asked_at)
        if query.is_plain:
            close = similar(searcher, query, {one.key for one in page}, asked_at, bool(after))
            page, found = page + close, found + len(close)
        page = page[start:wanted]
    else:
        page = _part(searcher, groups, start, wanted, asked_at)
    following = HitCursor(wanted, asked_at) if found > wanted and wanted < DEEPEST else None
    return RankedPage(max(total, found) if total < FEW else total, total, page, following, is_least)


def _closest(
    searcher: tantivy.Searcher, query: Query, wanted: int, asked_at: int, is_later_page: bool
) -> tuple[list[Hits], int, bool]:
    """The closest articles, at least `wanted` of them where there are so many, in groups of which each comes before the next; how
    many have all that was asked for, and whether there may be more.

    No page shows more than a thousand. Where as many titles have it all, texts need not be looked through, and where enough
    of the newest have it, no older ones.
    """
    limits = [(Occur.Must, between(None, asked_at))] if is_later_page else []
    most = max(BEST, wanted)

    def search(match: Match, *more: tuple[Occur, Match]) -> tuple[Hits, int]:
        parts = [(Occur.Must, match), *limits, *more]
        result = searcher.search(Match.boolean_query(parts) if parts[1:] else match, most, count=True)
        return list(result.hits), _number(result)

    counts = frequencies(query, searcher) if query.free else [0]
    rare = min(counts, default=searcher.num_docs)
    if rare > COUNTED:
        enough = BEST if any(term.phrase for term in query.free) else DEEPEST
        spans = _spans(searcher, query, expected(query, counts, searcher), enough, asked_at)
        if spans[1:]:
            groups: list[Hits] = []
            total = 0
            for before, months in spans:
                hits, number = search(strict(query), *of_age(asked_at, before, months))
                groups, total = [*groups, hits], total + number
                if total >= max(wanted, FEW):
                    break
            return groups, total, months is not None
    if rare >= DEEPEST and min(frequencies(query, searcher, "title"), default=0) >= DEEPEST:
        hits, total = search(in_titles(query))
        if total >= DEEPEST:
            if rare > COUNTED:
                return [hits], total, True
            return [hits], max(total, count_of(searcher, strict(query, ranked=False))), False
    hits, total = search(strict(query, wide=rare < FEW))
    if total < FEW <= rare:
        hits, total = search(strict(query, wide=True))
    return [hits], total, False


def _part(searcher: tantivy.Searcher, groups: Sequence[Hits], start: int, end: int, now: int) -> list[Ranked]:
    """The hits from `start` to `end` of all groups; the best of each group by their scores and how fresh they are at the
    moment `now`."""
    found: list[Ranked] = []
    for hits in groups:
        first, last = max(start, 0), max(end, 0)
        if first < min(last, BEST):
            found += fresh_first(_ranked(searcher, hits[:BEST]), now)[first:last]
        found += _ranked(searcher, hits[max(first, BEST) : last])
        start, end = start - len(hits), end - len(hits)
    return found


def _spans(
    searcher: tantivy.Searcher, query: Query, likely: float, enough: int, moment: int | None
) -> list[tuple[int, int | None]]:
    """In which months back from a moment to look for what `likely` so many articles have, one span after the other until there
    are enough: between so many and so many. The first is likely to have `enough` articles; it is of all months where fewer are
    unlikely to."""
    if not query.is_dated:
        share = likely / max(searcher.num_docs, 1)
        for place, months in enumerate(LOOKED_BACK):
            if share * articles_of_age(searcher, moment, months) >= enough:
                ends: list[int | None] = [*LOOKED_BACK[place:], None]
                return list(zip([0, *LOOKED_BACK[place:]], ends, strict=True))
    return [(0, None)]


def count_of(searcher: tantivy.Searcher, match: Match) -> int:
    """How many articles match. An aggregation is quicker than a search: it ranks nothing."""
    counted = searcher.aggregate(match, {"articles": {"value_count": {"field": "id"}}})
    return int(counted["articles"]["value"])


def fresh_first(ranked: list[Ranked], now: int) -> list[Ranked]:
    """The best `BEST` in the order of their scores and how fresh they are at the moment `now`, the others as they were."""
    second = second_of(now)
    again = [
        Ranked(key, moment, score * freshness(second - second_of(moment)), similar)
        for key, moment, score, similar in ranked[:BEST]
    ]
    return sorted(again, key=lambda one: (one.score, one.moment), reverse=True) + ranked[BEST:]


def freshness(seconds: float) -> float:
    """What an article's age multiplies its score by."""
    days = max(seconds, 0) / 86_400
    return 1 + FRESH / (1 + days / FRESH_DAYS)


def similar(
    searcher: tantivy.Searcher, query: Query, known: set[int], now: int, is_later_page: bool
) -> list[Ranked]:
    """Articles that have some of what was asked for, but none of `known`."""
    match = loose(query, searcher)
    if match is None:
        return []
    if is_later_page:
        match = Match.boolean_query([(Occur.Must, match), (Occur.Must, between(None, now))])
    hits = searcher.search(match, SIMILAR + len(known), count=False).hits
    ranked = fresh_first(_ranked(searcher, hits), now)
    return [one._replace(similar=True) for one in ranked if one.key not in known][:SIMILAR]


def newest(searcher: tantivy.Searcher, query: Query, count: int, after: HitCursor | None) -> RankedPage:
    """All that have what was asked for by time, without an end."""
    match = strict(query, ranked=False)
    counts = frequencies(query, searcher)
    is_counted = min(counts, default=searcher.num_docs) <= COUNTED
    total = count_of(searcher, match) if is_counted else 0
    if is_counted and total < FEW:
        match = strict(query, wide=True, ranked=False)
        total = count_of(searcher, match)
    likely = total if is_counted else expected(query, counts, searcher)
    found: list[Ranked] = []
    latest = after.place - 1 if after else None
    limits = [(Occur.Must, between(None, latest))] if latest is not None else []
    for before, months in _spans(searcher, query, likely, SPARED * count, latest):
        parts = [(Occur.Must, match), *limits, *of_age(latest, before, months)]
        hits = searcher.search(
            Match.boolean_query(parts),
            count + 1 - len(found),
            count=False,
            order_by_field="moment",
            order=Order.Desc,
        ).hits
        found += [one._replace(score=0.0) for one in _ranked(searcher, hits)]
        if len(found) > count:
            break
    following = HitCursor(found[count - 1].moment) if len(found) > count else None
    total = max(total, len(found))
    return RankedPage(total, total, found[:count], following, not is_counted)


def _number(result: tantivy.SearchResult) -> int:
    """How many were counted; the types of tantivy leave it out."""
    return result.count  # type: ignore[attr-defined]


def _ranked(searcher: tantivy.Searcher, hits: Sequence) -> list[Ranked]:
    addresses = [address for _, address in hits]
    moments = cast(list[int], searcher.fast_field_values("moment", addresses))
    return [Ranked(key_of(moment), moment, score) for moment, (score, _) in zip(moments, hits, strict=True)]


def hits_of(query: Query, ranked: Sequence[Ranked]) -> list[Hit]:
    """The articles with what was found of them marked; those withdrawn meanwhile are left out. Two queries at most: texts
    are read of those whose summaries do not say it all."""
    cards = {
        card.pk: card
        for card in Article.objects.in_order([one.key for one in ranked], with_set_apart=not is_for_minors())
    }
    marker = Highlighter(query)
    marker.take([text for card in cards.values() for text in (card.title, card.summary)])
    bodies = bodies_of(
        [
            key
            for key, card in cards.items()
            if not is_set_apart(card) and marker.says(card.summary) < marker.wanted
        ]
    )
    texts = {key: BORDER.join([card.summary, *bodies.get(key, ())]) for key, card in cards.items()}
    marker.take(list(texts.values()))
    return [
        Hit(
            card,
            round(one.score, 3),
            marker.whole(card.title),
            marker.excerpt(texts[one.key]),
            one.similar,
        )
        for one in ranked
        if (card := cards.get(one.key))
    ]


def facets(
    query: Query,
    channels: Iterable[Channel],
    stations: Iterable[Station],
    subsections: Iterable[Subsection] = (),
) -> dict[str, list[Facet]]:
    """How the articles that have all that is asked for are spread over `channel`, `station`, `subsection` and `year`, the
    most first; only over those that are given. Raises `Unavailable`."""
    if not query.asks:
        return {}
    wish = {name: {"terms": {"field": name, "size": FACETS}} for name in (*SECTIONS, "year")}
    counted = ask_index(lambda searcher: searcher.aggregate(strict(query), wish))
    sections: dict[str, dict[int, Section]] = {
        "channel": {c.pk: c for c in channels},
        "station": {s.pk: s for s in stations},
        "subsection": {s.pk: s for s in subsections},
    }
    found = {}
    for name, result in counted.items():
        buckets = [(int(b["key"]), b["doc_count"]) for b in result["buckets"]]
        if name in sections:
            known = sections[name]
            found[name] = [Facet(known[k].word, known[k].name, n) for k, n in buckets if k in known]
        else:
            found[name] = [Facet(str(k), f"{k}年", n) for k, n in sorted(buckets, reverse=True)]
    return found
