"""Found articles with their score and highlight, best or newest first, a page at a time."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from html import escape

from meiri.newsroom.cards import Card
from meiri.newsroom.keyset import Cursor
from meiri.newsroom.models import Article
from meiri.search.query import Query, matches, words_of


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"


@dataclass(frozen=True, order=True)
class Position:
    """A place in a list of hits, the greatest first: by rank, then as in all lists. As text `rank-cursor`."""

    rank: int
    at: datetime
    key: int

    def __str__(self):
        return f"{self.rank}-{Cursor(self.at, self.key)}"

    @classmethod
    def parse(cls, text: str) -> "Position | None":
        """The position that `str` wrote, or None for anything else."""
        rank, _, rest = text.partition("-")
        cursor = Cursor.parse(rest)
        if cursor is None or not (rank.isascii() and rank.isdecimal() and len(rank) <= 4):
            return None
        return cls(int(rank), cursor.at, cursor.key)


@dataclass(frozen=True)
class Hit:
    """`score`: from 0 to 1, how much of the title is what was asked for. `highlight`: the title as HTML with <mark>."""

    article: Card
    score: float
    highlight: str


@dataclass(frozen=True)
class Found:
    """One page of hits, and how many there are in all. `next`: the position after which the next page begins."""

    total: int
    hits: list[Hit]
    next: Position | None


def find(query: Query, sort: Sort, count: int, after: Position | None = None) -> Found:
    """A page of what answers the query. Two queries. Raises `QueryTooLong`."""
    words = words_of(query)
    rows = list(matches(query).values_list("article_id", "published_at", "article__title"))
    scores = {key: score(title, words) for key, _, title in rows}
    ranks = {key: round(s * 1000) if sort == Sort.RELEVANCE else 0 for key, s in scores.items()}
    positions = sorted((Position(ranks[key], at, key) for key, at, _ in rows), reverse=True)
    page = [p for p in positions if after is None or p < after][: count + 1]
    more, page = len(page) > count, page[:count]
    articles = Article.objects.in_order([p.key for p in page])
    hits = [Hit(a, round(scores[a.pk], 3), highlight(a.title, words)) for a in articles]
    return Found(len(rows), hits, page[-1] if more else None)


def score(title: str, words: list[str]) -> float:
    """What part of the title the words are."""
    return min(1.0, sum(len(m) for m in _pattern(words).findall(title)) / max(1, len(title)))


def highlight(title: str, words: list[str]) -> str:
    pieces = _pattern(words).split(title)
    # Between the pieces stand the matches, which the pattern's group keeps: at every odd place.
    return "".join(f"<mark>{escape(p)}</mark>" if n % 2 else escape(p) for n, p in enumerate(pieces))


def _pattern(words: list[str]) -> re.Pattern:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(f"({'|'.join(map(re.escape, longest_first))})", re.IGNORECASE)
