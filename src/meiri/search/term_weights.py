"""What an article is about, as words with weights: the vector space model.

A word weighs tf · idf. tf grows with how often the word stands in the article and where, and levels off as in BM25:
f / (f + k1). idf is BM25's, ln(1 + (N - n + 0.5) / (n + 0.5)) for a word that n of N articles have (Robertson and Zaragoza,
The Probabilistic Relevance Framework: BM25 and Beyond, 2009, section 3). Two articles are as close as the cosine of their
vectors: 0 with no word in common, 1 with the same words.
"""

import math
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import tantivy

from meiri.search.folding import fold
from meiri.search.index import analyzer
from meiri.search.index_documents import Text
from meiri.search.words import is_han, words

# How often a word counts as said where it stands.
IN_TITLE, IN_TAGS, IN_LEAD, IN_BODY = 3.0, 2.0, 1.5, 1.0
# Characters of the lead and the body that are looked at: news says at once what it is about.
LEAD, BODY = 200, 500
# BM25's k1.
SATURATION = 1.2
# A word that more than this part of all articles have tells nothing; nor is one looked for that more than the second part
# have, for there is nothing rare to find by it. Words of a few articles are never common.
COMMON, TOO_MANY, FEW = 0.2, 0.05, 100
# A smaller archive is taken for the beginning of one of so many articles: what half of its ten articles are about is still rare.
SMALL = 1_000
MOST_WORDS = 60
Vector = dict[str, float]


class Vectors:
    """Vectors of texts by how many articles have each of their words now; a word is looked up once."""

    def __init__(self, searcher: tantivy.Searcher):
        self._searcher = searcher
        self._articles = max(searcher.num_docs, SMALL)
        self._frequencies: dict[str, int] = {}

    def of(self, text: Text) -> Vector:
        """At most `MOST_WORDS` words with their weights, the heaviest first; as a whole of length 1, or none."""
        weights = {
            word: said / (said + SATURATION) * self._idf(word)
            for word, said in how_often_said(text).items()
            if not self._is_common(word, COMMON)
        }
        heaviest = dict(sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:MOST_WORDS])
        length = math.sqrt(sum(weight * weight for weight in heaviest.values()))
        return {word: weight / length for word, weight in heaviest.items()} if length else {}

    def rare(self, vector: Vector, most: int) -> list[str]:
        """The heaviest words of a vector that other articles may be found by, at most `most`."""
        known = [word for word in vector if self.frequency(word)]
        return ([word for word in known if not self._is_common(word, TOO_MANY)] or known)[:most]

    def _is_common(self, word: str, part: float) -> bool:
        return self.frequency(word) > max(part * self._articles, FEW)

    def frequency(self, word: str) -> int:
        """How many articles have `word`."""
        if word not in self._frequencies:
            self._frequencies[word] = self._searcher.doc_freq("text", word)
        return self._frequencies[word]

    def _idf(self, word: str) -> float:
        having = self.frequency(word)
        return math.log(1 + (max(self._articles - having, 0) + 0.5) / (having + 0.5))


def how_often_said(text: Text) -> dict[str, float]:
    """Each word of an article that can tell something, and how often it counts as said."""
    said: defaultdict[str, float] = defaultdict(float)
    body = "\n".join(text.paragraphs)[:BODY]
    lead = [part for part in text.lead if not body.startswith(part[:LEAD])]
    for parts, weight in (
        ([text.title], IN_TITLE),
        (text.tags, IN_TAGS),
        (lead, IN_LEAD),
        ([body[:LEAD]], IN_LEAD),
        ([body[LEAD:]], IN_BODY),
    ):
        for part in parts:
            for word, times in Counter(analyzer().analyze(words(fold(part[:BODY])))).items():
                if is_telling(word):
                    said[word] += weight * times
    return said


def is_telling(word: str) -> bool:
    """Whether a word says by itself what a text may be about: no single character, no number, nothing that all texts say."""
    return (
        len(word) > 1
        and (is_han(word) or any(letter.isalpha() for letter in word))
        and word not in said_everywhere()
    )


@cache
def said_everywhere() -> frozenset[str]:
    """Words of news texts that stand in them whatever they are about."""
    return frozenset(Path(__file__).with_name("said_everywhere.txt").read_text().split())


def cosine(one: Vector, other: Vector) -> float:
    """How close two vectors are, from 0 to 1."""
    if len(one) > len(other):
        one, other = other, one
    return min(1.0, sum(weight * other[word] for word, weight in one.items() if word in other))
