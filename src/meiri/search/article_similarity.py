"""Which articles are close to an article: by what they are about, and by when they were published."""

from collections.abc import Sequence
from typing import NamedTuple, cast

import tantivy
from tantivy import Occur
from tantivy import Query as Match

from meiri.search.folding import fold
from meiri.search.index import key_of, moment_of, schema, second_of
from meiri.search.index_documents import Text, texts_of
from meiri.search.matching import between
from meiri.search.term_weights import BODY, Vector, Vectors, cosine
from meiri.search.words import pairs

DAY = 86_400
# An article with fewer shared words is about something else.
LEAST = 0.1
# Two articles of the same event share so much, and are no further apart in time.
SAME_EVENT, EVENT_DAYS = 0.25, 4
# Two articles that share so much tell the same story; so do two whose titles, or whose texts, share so many pairs of characters
# (Jaccard).
SAME_STORY, SAME_PAIRS = 0.85, 0.8
# What is long past counts this much; half of the rest is gone after so many days.
BACKGROUND, FRESH_DAYS = 0.4, 7
# Words that candidates are looked for by, and how many are looked at: near in time, and of any time.
ASKED_FOR = 20
NEAR, NEAR_DAYS, ANY = 60, 15, 40
# The best of them are read and compared.
COMPARED = 20


class Close(NamedTuple):
    """An article close to another: `score` is how close they are, 0 to 1, by content and time."""

    text: Text
    score: float
    same_event: bool


class Comparison:
    """Articles compared with each other, in one state of the index. Each is read and cut into words once."""

    def __init__(self, searcher: tantivy.Searcher):
        self._searcher = searcher
        self._vectors = Vectors(searcher)
        self._texts: dict[int, Text | None] = {}
        self._known: dict[int, Vector] = {}
        self._titles: dict[int, frozenset[str]] = {}
        self._beginnings: dict[int, frozenset[str]] = {}

    def text(self, key: int) -> Text | None:
        """The article `key`; None where it is not published."""
        return next(iter(self.texts([key])), None)

    def texts(self, keys: Sequence[int]) -> list[Text]:
        """Those of the articles `keys` that are published, in their order. Four queries, none for what was read before."""
        missing = [key for key in keys if key not in self._texts]
        self._texts |= dict.fromkeys(missing) | {text.id: text for text in texts_of(missing)}
        return [text for key in keys if (text := self._texts[key])]

    def vector(self, text: Text) -> Vector:
        if text.id not in self._known:
            self._known[text.id] = self._vectors.of(text)
        return self._known[text.id]

    def similarity(self, one: Text, other: Text) -> float:
        """How much of what they are about two articles share, 0 to 1."""
        return cosine(self.vector(one), self.vector(other))

    def is_same_event(self, one: Text, other: Text) -> bool:
        return days_between(one, other) <= EVENT_DAYS and self.similarity(one, other) >= SAME_EVENT

    def is_same_story(self, one: Text, other: Text) -> bool:
        """Whether one is a reprint of the other, or says the same in nearly the same words."""
        if jaccard(self._title(one), self._title(other)) >= SAME_PAIRS:
            return True
        similarity = self.similarity(one, other)
        if similarity < SAME_EVENT:  # texts that are the same share more than that under any headline
            return False
        return similarity >= SAME_STORY or jaccard(self._written(one), self._written(other)) >= SAME_PAIRS

    def _title(self, text: Text) -> frozenset[str]:
        if text.id not in self._titles:
            self._titles[text.id] = frozenset(pairs(fold(text.title)))
        return self._titles[text.id]

    def _written(self, text: Text) -> frozenset[str]:
        """The pairs of characters of how the text begins."""
        if text.id not in self._beginnings:
            self._beginnings[text.id] = frozenset(pairs(fold("".join(text.paragraphs)[:BODY])))
        return self._beginnings[text.id]

    def close_to(self, article: Text) -> list[Close]:
        """Articles close to `article`, at most `COMPARED`, the closest first; neither itself nor its reprints.
        Two queries of the index, four of the database."""
        found = []
        for text in self.texts(self._candidates(article)):
            similarity = self.similarity(article, text)
            if similarity >= LEAST and not self.is_same_story(article, text):
                score = similarity * freshness(days_between(article, text))
                found.append(Close(text, score, self.is_same_event(article, text)))
        return sorted(found, key=lambda close: (-close.score, -close.text.id))

    def _candidates(self, article: Text) -> list[int]:
        """The keys of articles that have some of the same telling words, the likeliest first."""
        asked = self._vectors.rare(self.vector(article), ASKED_FOR)
        if not asked:
            return []
        # Plain terms of several fields, without weights and conditions: for these alone tantivy leaves out what can't be among
        # the best (block-max WAND). The titles' words are in the text too, so that a word in both counts for more.
        match = Match.boolean_query(
            [(Occur.Should, _term(field, word)) for word in asked for field in ("text", "title")]
        )
        second = int(article.published_at.timestamp())
        near = between(moment_of(max(second - NEAR_DAYS * DAY, 0)), moment_of(second + NEAR_DAYS * DAY))
        found: dict[int, float] = {}
        for query, most in (
            (Match.boolean_query([(Occur.Must, match), (Occur.Must, near)]), NEAR),
            (match, ANY),
        ):
            hits = self._searcher.search(query, most, count=False).hits
            addresses = [address for _, address in hits]
            moments = cast(list[int], self._searcher.fast_field_values("moment", addresses))
            for moment, (score, _) in zip(moments, hits, strict=True):
                found[key_of(moment)] = score * freshness(abs(second_of(moment) - second) / DAY)
        found.pop(article.id, None)
        return sorted(found, key=lambda key: (-found[key], -key))[:COMPARED]


def _term(field: str, word: str) -> Match:
    return Match.term_query(schema(), field, word, "freq" if field == "text" else "basic")


def days_between(one: Text, other: Text) -> float:
    return abs((one.published_at - other.published_at).total_seconds()) / DAY


def freshness(days: float) -> float:
    """What the time between two articles multiplies their similarity by: 1 at the same moment, `BACKGROUND` long after."""
    return BACKGROUND + (1 - BACKGROUND) / (1 + days / FRESH_DAYS)


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """How much of what two sets have together both have, 0 to 1; 0 for two empty ones."""
    return len(one & other) / len(one | other) if one or other else 0.0
