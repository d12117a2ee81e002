"""Near-duplicates: which saved articles are like a text, found by a few numbers and compared word by word.

`shingles.py` says what the numbers are. A look-up asks for at most `shingles.ASKED` of them, and of each for the
`MOST_A_NUMBER` newest articles that have it: a look-up costs the same whatever the size of the archive, and a phrase that
half of it holds costs no more than another. An article counts for more the fewer others share what it shares; those that
come first are read and compared exactly.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from meiri.newsroom.models import Article
from meiri.search.article_texts import ArticleText, words_of
from meiri.search.minhash import minhash_for_query, similarity

# With every fifth character replaced a text is still 0.63 like its original; of 4,000 pairs of unrelated news the most
# alike were 0.40. In between are reports of one event, and those made by one formula (bench/duplicates.py).
LEAST = 0.5
# From here on it is a version. Below, it counts only beside what is hardly more alike: where the original is found, its
# neighbours by formula are noise.
VERSION = 0.85
NEAR_THE_BEST = 0.1
MOST_A_NUMBER = 30
MOST_COMPARED = 8
# Shorter texts are like too many others.
SHORTEST = 12


class Match(NamedTuple):
    """A saved article that is like the text. `similarity`: from 0 to 1, see `shingles.similarity`. `at`: when it was
    published, or last changed where it is not."""

    article_id: int
    title: str
    similarity: float
    source: str
    at: datetime
    live: bool
    words: ArticleText

    @property
    def percent(self) -> int:
        """The similarity in hundredths, rounded down: 100 where all of the shorter text is in the longer."""
        return int(self.similarity * 100)

    def in_words(self) -> str:
        """How editors are told: 与《…》相似 92%，来源每日新闻网。"""
        source = f"，来源{self.source}" if self.source else ""
        return f"与《{self.title}》相似 {self.percent}%{source}"


def near_duplicates(title: str, text: str, *, exclude: Collection[int] = (), count: int = 5) -> list[Match]:
    """The at most `count` saved articles, published or not, that are most like a title and a text; the most alike first.

    Those in `exclude` are passed over. Three queries, none for a text of less than `SHORTEST` letters. Time: about 2 ms for
    1,000 characters, and half as much for each of at most `MOST_COMPARED` candidates.
    """
    compared = ArticleText(title, text).compared
    if len(compared) < SHORTEST:
        return []
    candidates = [key for key in candidates_of(compared) if key not in exclude][:MOST_COMPARED]
    found = {}
    for key, words in words_of(candidates).items():
        found[key] = similarity(compared, words.compared), words
    most = max((alike for alike, _ in found.values()), default=0.0)
    enough = max(LEAST, min(VERSION, most - NEAR_THE_BEST))
    best = sorted((key for key in found if found[key][0] >= enough), key=lambda key: (-found[key][0], -key))[
        :count
    ]
    rows = Article.objects.filter(pk__in=best).values_list(
        "pk", "source__name", "published_at", "updated_at", "live"
    )
    known = {
        key: (source or "", published or changed, live) for key, source, published, changed, live in rows
    }
    return [
        Match(key, found[key][1].title, found[key][0], *known[key], found[key][1])
        for key in best
        if key in known
    ]


def candidates_of(compared: str) -> list[int]:
    """The keys of articles that share numbers with a text from `shingles.letters`, the likeliest first. One query."""
    numbers = minhash_for_query(compared)
    if not numbers:
        return []
    # Each part is limited by itself: it is one look-up in the index, however many articles have the number.
    part = (
        "SELECT * FROM (SELECT number, article FROM search_fingerprintnumber WHERE number = %s"  # noqa: S608
        f" ORDER BY article DESC LIMIT {MOST_A_NUMBER}) AS newest"
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([part] * len(numbers)), numbers)
        rows = cursor.fetchall()
    having: defaultdict[int, list[int]] = defaultdict(list)
    for number, article in rows:
        having[number].append(article)
    weights: defaultdict[int, float] = defaultdict(float)
    for articles in having.values():
        for article in articles:
            weights[article] += 1 / len(articles)
    return sorted(weights, key=lambda article: (-weights[article], -article))
