"""How well titles are ranked for real queries: Meiri beside SQLite's full-text search, cut in three ways.

The judged pairs and the distractors are those of ../shared/data (QBQTC of CLUEbenchmark, CLUE's licence; trending titles).
nDCG with gain 2^grade - 1 (Järvelin & Kekäläinen 2002), MRR and recall, over queries with at least one wanted title.
"""

import io
import json
import math
import sqlite3
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import zstandard

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
DISTRACTORS = 50_000
DEPTH, RECALLED = 10, 50

Rank = Callable[[str], list[int]]


def judged() -> tuple[list[str], dict[str, dict[int, int]]]:
    """All titles, and for each query the grades of its wanted titles by their places."""
    places: dict[str, int] = {}
    wanted: dict[str, dict[int, int]] = defaultdict(dict)
    for pair in json.loads("[" + ",".join(lines(DATA / "search/query-title-pairs.json")) + "]"):
        place, grade = places.setdefault(pair["title"], len(places)), int(pair["label"])
        if grade:
            wanted[pair["query"]][place] = max(grade, wanted[pair["query"]].get(place, 0))
    most = len(places) + DISTRACTORS
    for line in lines(DATA / "text/trending-daily.jsonl.zst"):
        for title in json.loads(line)["titles"]:
            if len(places) < most:
                places.setdefault(title, len(places))
    return list(places), dict(wanted)


def lines(path: Path) -> list[str]:
    opened = zstandard.open(path) if path.suffix == ".zst" else path.open("rb")
    with io.TextIOWrapper(opened, encoding="utf-8", newline="\n") as text:
        return text.read().strip("\n").split("\n")


def scores(rank: Rank, wanted: dict[str, dict[int, int]]) -> tuple[float, float, float]:
    """nDCG@10, MRR@10, recall@50."""
    gained = first = recalled = 0.0
    for query, grades in wanted.items():
        found = rank(query)
        best = sorted(grades.values(), reverse=True)[:DEPTH]
        gained += gain([grades.get(place, 0) for place in found[:DEPTH]]) / gain(best)
        first += next((1 / n for n, place in enumerate(found[:DEPTH], 1) if place in grades), 0)
        recalled += len(grades.keys() & set(found[:RECALLED])) / len(grades)
    return gained / len(wanted), first / len(wanted), recalled / len(wanted)


def gain(grades: Iterable[int]) -> float:
    return sum((2**grade - 1) / math.log2(n + 1) for n, grade in enumerate(grades, 1))


def full_text(titles: list[str], tokens: Callable[[str], list[str]], tokenizer: str = "unicode61") -> Rank:
    """SQLite's FTS5 over `tokens` of each title, a query's tokens joined by OR, ranked by its BM25. Its own trigram
    tokenizer cuts titles itself."""
    database = sqlite3.connect(":memory:")
    database.execute(f"CREATE VIRTUAL TABLE title USING fts5(words, tokenize='{tokenizer}')")
    database.executemany(
        "INSERT INTO title (rowid, words) VALUES (?, ?)",
        (
            (place, title if tokenizer == "trigram" else " ".join(tokens(title)))
            for place, title in enumerate(titles)
        ),
    )

    def rank(query: str) -> list[int]:
        asked = " OR ".join('"{}"'.format(token.replace('"', "")) for token in dict.fromkeys(tokens(query)))
        found = database.execute(
            "SELECT rowid FROM title WHERE title MATCH ? ORDER BY rank LIMIT ?", (asked or '""', RECALLED)
        )
        return [place for (place,) in found]

    return rank


def threes(text: str) -> list[str]:
    """Each three characters, as the trigram tokenizer cuts a query that is one word."""
    return [text[i : i + 3] for i in range(len(text) - 2)]


def ours(titles: list[str]) -> Rank:
    """The search of this project over an index of these titles."""
    from meiri.search.finding import best
    from meiri.search.index import LARGE_HEAP, open_index
    from meiri.search.index_documents import Text, document_of, fields_of
    from meiri.search.query import LONGEST_QUERY, parse

    index = open_index(Path(tempfile.mkdtemp(prefix="meiri-bench-")))
    writer = index.writer(LARGE_HEAP, 1)
    at = datetime(2020, 1, 1, tzinfo=UTC)
    for place, title in enumerate(titles):
        writer.add_document(document_of(fields_of(Text(place, at, 1, None, title, [], []))))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    return lambda query: [
        hit.key for hit in best(searcher, parse(query[:LONGEST_QUERY]), RECALLED, None).ranked
    ]


def compare() -> None:
    """Print the scores of all four, over all queries and over those that ranking was not tuned on."""
    from meiri.search.folding import fold
    from meiri.search.words import pairs, words

    titles, wanted = judged()
    untouched = dict(sorted(wanted.items())[1::2])
    print(f"{len(titles)} titles, {len(wanted)} queries with a wanted title; nDCG@10, MRR@10, recall@50")
    for name, rank in {
        "SQLite FTS5, its trigrams": full_text(titles, threes, "trigram"),
        "SQLite FTS5, pairs of characters": full_text(titles, lambda t: pairs(fold(t))),
        "SQLite FTS5, rjieba's words": full_text(titles, lambda t: words(fold(t)).split()),
        "Meiri": ours(titles),
    }.items():
        began = time.perf_counter()
        every = scores(rank, wanted)
        took = 1000 * (time.perf_counter() - began) / len(wanted)
        half = scores(rank, untouched)
        print(
            f"{name:<34} {' / '.join(f'{s:.3f}' for s in every)}   untouched half {' / '.join(f'{s:.3f}' for s in half)}"
            f"   {took:.2f} ms a query"
        )
