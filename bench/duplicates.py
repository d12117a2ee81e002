"""How well and how fast near-duplicates are found, on real articles with generated edits. Needs ../shared/data.

The 11,749 broadcast-news articles of `text/articles.jsonl.zst` are inserted with their fingerprints. Some of them, by a fixed
seed, are edited (`_edits.py`) and looked up as an editor's text would be, through the database.

*Recall*: of the edited texts, for how many the article they were made of is among the matches.

*Precision*: of the matches, how many are right. Right are the article that the text was made of, and an article that is a
near-duplicate of that one as both stand in the archive: broadcast news repeat whole items (round-ups of what was told before,
the same communiqué on two days). Which are is decided without anything of what is measured: the resemblance (Jaccard) of
their different 3-character shingles, all of them, is at least one half. "Only itself" counts every match but the article
itself as wrong, so it is a lower bound. Cutting 20 % means that 20 % of the text's characters are gone;
texts with fewer than 60 characters are left out, a fifth of them is a word or two.

With `--home` nothing is inserted: it says how long a look-up takes in that data folder, for its own articles and for real ones
that it has not, and what fingerprints take of its disk. `meiri fingerprint` must have been run there.
"""

import argparse
import json
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import zstandard

from bench._edits import DATELINE, Edits
from bench._processes import begin, take_step

ARTICLES = Path(__file__).resolve().parents[2] / "shared/data/text/articles.jsonl.zst"
SAMPLES = 300
PARTS = (0.05, 0.1, 0.2, 0.3)
SHORTEST = 60
SEED = 20261123
LINE = "{:<20} {:>5} {:>8} {:>10} {:>12} {:>10}"


@dataclass
class Score:
    asked: int = 0
    found: int = 0
    matches: int = 0
    right: int = 0
    percents: list[int] = field(default_factory=list)

    def row(self) -> list[str]:
        matches = max(1, self.matches)
        return [
            f"{self.found / self.asked:.3f}",
            f"{self.right / matches:.3f}",
            f"{self.found / matches:.3f}",
            f"{statistics.median(self.percents or [0])} %",
        ]


def main(arguments) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.duplicates", description=__doc__)
    parser.add_argument("--samples", type=int, default=SAMPLES, help="how many articles are edited")
    parser.add_argument("--home", help="measure this data folder as it is")
    options = parser.parse_args(arguments)
    if not ARTICLES.is_file():
        sys.exit(f"This needs the real material in {ARTICLES}; it is not there.")
    if options.home:
        take_step("bench.duplicates", options.home, "time", str(options.samples))
        return
    folder = tempfile.mkdtemp(prefix="meiri-bench-")
    try:
        take_step("bench.duplicates", folder, "insert")
        take_step("bench.duplicates", folder, "score", str(options.samples))
        take_step("bench.duplicates", folder, "time", str(options.samples))
    finally:
        shutil.rmtree(folder)


def real_articles() -> list[tuple[str, str]]:
    """Title and text of each article, a line for a paragraph."""
    from meiri.search.article_texts import of_html

    lines = zstandard.ZstdDecompressor().stream_reader(ARTICLES.open("rb")).read().decode().split("\n")
    records = [json.loads(line) for line in lines if line]
    return [(record["title"], of_html(record["html"])) for record in records]


def insert() -> None:
    """Put all real articles into a new data folder, as drafts, with their fingerprints."""
    from django.core.management import call_command
    from django.utils import timezone
    from wagtail.blocks.stream_block import StreamValue

    from meiri.newsroom.models import Article
    from meiri.search.fingerprints import store_missing_fingerprints
    from meiri.sections.models import Channel

    call_command("migrate", verbosity=0)
    channel = Channel.objects.create(name="要闻", slug="yaowen")
    block = Article._meta.get_field("body").stream_block

    def body(text: str) -> StreamValue:
        html = "".join(f"<p>{line}</p>" for line in text.split("\n"))
        return StreamValue(block, [{"type": "text", "value": html, "id": "1"}], is_lazy=True)

    Article.objects.bulk_create(
        (
            Article(
                title=title[:120], body=body(text), channel=channel, live=False, updated_at=timezone.now()
            )
            for title, text in real_articles()
        ),
        batch_size=1000,
    )
    began = time.perf_counter()
    made = store_missing_fingerprints()
    print(f"{made} fingerprints made, {(time.perf_counter() - began) / made * 1000:.2f} ms each\n")


def score(samples: str) -> None:
    from meiri.newsroom.models import Article

    articles = real_articles()
    keys = list(Article.objects.order_by("pk").values_list("pk", flat=True))
    by_key = dict(zip(keys, articles, strict=True))
    random = Random(SEED)
    chosen = random.sample([k for k, (_, text) in by_key.items() if len(text) >= SHORTEST], int(samples))
    edits = Edits([text for _, text in articles[::7]])
    scores: dict[tuple[str, str], Score] = defaultdict(Score)
    truth = Truth(by_key)
    for key in chosen:
        title, text = by_key[key]
        other = by_key[random.choice(keys)][0]
        judge(scores["prepend a dateline", ""], key, title, DATELINE + text, truth)
        judge(scores["another title", ""], key, other, text, truth)
        for name, edit in edits.all().items():
            for part in PARTS:
                edited = edit(text, part, random)
                judge(scores[name, f"{part:.0%}"], key, title, edited, truth)
                judge(scores["all of it together", f"{part:.0%}"], key, other, DATELINE + edited, truth)
    print(LINE.format("edit", "part", "recall", "precision", "only itself", "similar"))
    total = Score()
    for (name, part), its in scores.items():
        print(LINE.format(name, part, *its.row()))
        if part != "30%":
            total = Score(*(getattr(total, f) + getattr(its, f) for f in total.__dataclass_fields__))
    print(LINE.format("all up to 20 %", "", *total.row()))
    print()


class Truth:
    """Which articles of the archive are near-duplicates of each other, by the resemblance of all their shingles."""

    def __init__(self, by_key: dict[int, tuple[str, str]]):
        self.by_key = by_key
        self.known: dict[tuple[int, int], bool] = {}

    def alike(self, first: int, second: int) -> bool:
        pair = min(first, second), max(first, second)
        if pair not in self.known:
            ours, theirs = (self.shingles(key) for key in pair)
            self.known[pair] = len(ours & theirs) >= 0.5 * len(ours | theirs)
        return self.known[pair]

    def shingles(self, key: int) -> set[str]:
        text = re.sub(r"\W", "", "".join(self.by_key[key]))
        return {text[n : n + 3] for n in range(len(text) - 2)}


def judge(its: Score, key: int, title: str, text: str, truth: Truth) -> None:
    from meiri.search.duplicates import near_duplicates

    matches = near_duplicates(title, text)
    its.asked += 1
    its.matches += len(matches)
    for match in matches:
        if match.article_id == key:
            its.found += 1
            its.percents.append(match.percent)
        its.right += match.article_id == key or truth.alike(key, match.article_id)


def measure_time(samples: str) -> None:
    from django.db import connection

    from meiri.newsroom.models import Article
    from meiri.search.article_texts import words_of

    random = Random(SEED)
    last = Article.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    own = words_of(random.sample(range(1, last + 1), min(last, int(samples))))
    real = random.sample(real_articles(), int(samples))
    timed("its own articles", own.values())
    timed("real articles", real)
    size = Article.objects.count()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%%search_fingerprint%%'")
            (taken,) = cursor.fetchone()
        print(f"fingerprints take {taken / 1e6:.1f} MB, {taken / size:.0f} bytes an article")


def timed(what: str, texts) -> None:
    from meiri.search.article_texts import ArticleText
    from meiri.search.duplicates import candidates_of, near_duplicates

    whole, looking, found = [], [], 0
    for title, text in texts:
        compared = ArticleText(title, text).compared
        began = time.perf_counter()
        candidates_of(compared)
        looking.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        found += len(near_duplicates(title, text))
        whole.append((time.perf_counter() - began) * 1000)
    cuts, of_candidates = statistics.quantiles(whole, n=20), statistics.median(looking)
    print(
        f"{what}: {cuts[9]:.1f} ms in the median, 95 % within {cuts[18]:.1f} ms, at most {max(whole):.1f} ms"
        f" (candidates {of_candidates:.1f} ms); {found / len(whole):.1f} matches"
    )


if __name__ == "__main__":
    begin(main, {"insert": insert, "score": score, "time": measure_time})
