"""How well articles are read from pages, beside trafilatura and, where they are installed, GNE and readability in the same run.

`--halves` tells every other page, in order of name, from the rest, `--languages` the languages of pages apart. Bodies are
compared as they are read, and as they are stored in the newsroom's blocks. Needs the real material in ../shared/data.
"""

import gzip
import json
import logging
import os
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from statistics import mean, quantiles

import trafilatura

from meiri.ingest.html import read_html
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.sanitise import plain

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@dataclass
class Score:
    """Counts of hits and of pages that can be judged, by field; F1 of bodies as read, of them without captions, which no
    other extractor takes, and as stored; and milliseconds page by page."""

    hits: Counter = field(default_factory=Counter)
    judged: Counter = field(default_factory=Counter)
    body: list[float] = field(default_factory=list)
    text: list[float] = field(default_factory=list)
    stored: list[float] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    def judge(self, what: str, page: str, expected, found, equal) -> None:
        if expected:
            self.judged[what] += 1
            if equal:
                self.hits[what] += 1
            else:
                self.misses.append(f"{page}: {what} {found!r}, expected {expected!r}")

    def row(self) -> list[str]:
        cells = [
            f"{self.hits[w]}/{self.judged[w]}" if self.judged[w] else "-"
            for w in ("title", "minute", "day", "source", "author")
        ]
        cuts = quantiles([*self.milliseconds, self.milliseconds[-1]], n=20)
        stored = f"{mean(self.stored):.3f}" if self.stored else "-"
        return [
            *cells,
            f"{mean(self.body):.3f}",
            f"{mean(self.text):.3f}",
            stored,
            f"{cuts[9]:.0f}",
            f"{cuts[18]:.0f}",
        ]


def f1(expected: str, found: str) -> float:
    """By character 3-grams, spaces and case aside."""
    grams = []
    for text in (expected, found):
        text = re.sub(r"\s+", "", text).lower()
        grams.append(Counter(text[i : i + 3] for i in range(max(1, len(text) - 2))))
    common = sum((grams[0] & grams[1]).values())
    if not common:
        return 0.0
    precision, recall = common / sum(grams[1].values()), common / sum(grams[0].values())
    return 2 * precision * recall / (precision + recall)


def letters(text: str | None) -> str:
    return re.sub(r"[\W_]+", "", text or "").lower()


def chinese_pages(data: Path):
    """(name, bytes, truth) of the Chinese pages."""
    for line in (data / "pages/zh/truth.jsonl").read_text().splitlines():
        truth = json.loads(line)
        yield truth["file"], (data / "pages/zh" / truth["file"]).read_bytes(), truth


def english_pages(data: Path):
    truths = json.loads((data / "pages/aeb/ground-truth.json").read_text())
    for name, truth in sorted(truths.items()):
        path = data / "pages/aeb" / f"{name}.html.gz"
        if path.exists():
            yield name, gzip.decompress(path.read_bytes()), {"body": truth["articleBody"]}


def other_pages(data: Path):
    """Pages of publishers in other languages; a publisher's truths are by version of its layout, as its pages are."""
    for path in sorted((data / "pages/other").rglob("*.json")):
        versions = list(json.loads(path.read_text()).values())
        pages = sorted(path.parent.glob(f"{path.stem}_*.html.gz"))
        if len(versions) == len(pages):
            for truth, page in zip(versions, pages, strict=True):
                yield f"{path.parent.name}/{page.name}", gzip.decompress(page.read_bytes()), _as_truth(truth)


def _as_truth(version: dict) -> dict:
    body = version.get("body") or {}
    lines = list(body.get("summary") or [])
    for section in body.get("sections") or []:
        lines += [*section["headline"], *section["paragraphs"]]
    moment = datetime.fromisoformat(version["publishing_date"]) if version.get("publishing_date") else None
    return {
        "title": version.get("title"),
        "body": "\n".join(lines),
        "authors": version.get("authors"),
        "moment": moment,
    }


def judge(score: Score, page: str, truth: dict, article: ParsedArticle) -> None:
    score.judge(
        "title",
        page,
        truth.get("title"),
        article.title,
        letters(truth.get("title")) == letters(article.title),
    )
    moment = article.published_at
    written = moment.strftime("%Y-%m-%d %H:%M") if moment else ""
    date = truth.get("date") or ""
    score.judge("minute", page, date, written, bool(date) and written.startswith(date))
    if told := truth.get("moment"):
        # Some of the publishers' own times have no zone.
        known = told if told.tzinfo or moment is None else told.replace(tzinfo=moment.tzinfo)
        days = {moment.date(), moment.astimezone(known.tzinfo).date()} if moment else set()
        score.judge("day", page, told, moment, told.date() in days)
        same = moment is not None and abs((moment - known).total_seconds()) < 60
        score.judge("minute", page, told, moment, same)
    score.judge(
        "source",
        page,
        truth.get("source"),
        article.source,
        letters(truth.get("source")) == letters(article.source),
    )
    expected = truth.get("authors") or ([truth["author"]] if truth.get("author") else [])
    same = {letters(name) for name in expected} == {letters(name) for name in article.authors}
    score.judge("author", page, expected, article.authors, same)
    score.body.append(f1(truth["body"], plain(article.body)))
    score.text.append(f1(truth["body"], plain(re.sub("<figcaption>.*?</figcaption>", "", article.body))))
    if score.body[-1] < 0.9:
        score.misses.append(f"{page}: body {score.body[-1]:.2f}")


def by_meiri(data: bytes) -> ParsedArticle:
    try:
        return read_html(data)
    except Unreadable:
        return ParsedArticle()


def by_trafilatura(data: bytes) -> ParsedArticle:
    found = trafilatura.bare_extraction(data, include_comments=False, with_metadata=True)
    if found is None:
        return ParsedArticle()
    from html import escape

    from meiri.ingest.times import read_iso

    moment = read_iso(found.date or "")
    return ParsedArticle(
        title=found.title or "",
        source=found.sitename or "",
        authors=found.author.split("; ") if found.author else [],
        published_at=moment[0] if moment else None,
        body="".join(f"<p>{escape(line)}</p>" for line in (found.text or "").split("\n")),
    )


def by_gne(data: bytes) -> ParsedArticle:
    """By GeneralNewsExtractor, which is no dependency: for whoever has installed it."""
    from html import escape

    from gne import GeneralNewsExtractor

    from meiri.ingest.text_encoding import decode
    from meiri.ingest.times import read_time

    try:
        found = GeneralNewsExtractor().extract(decode(data)[0])
    except Exception:  # it fails in many ways on pages that it does not know
        return ParsedArticle()
    moment = read_time(found.get("publish_time") or "")
    return ParsedArticle(
        title=found.get("title") or "",
        authors=[found["author"]] if found.get("author") else [],
        published_at=moment[0] if moment else None,
        body="".join(f"<p>{escape(line)}</p>" for line in (found.get("content") or "").split("\n")),
    )


def by_readability(data: bytes) -> ParsedArticle:
    """By readability-lxml, which is no dependency either."""
    from html import escape

    from lxml.html import fromstring
    from readability import Document

    from meiri.ingest.text_encoding import decode

    try:
        found = Document(decode(data)[0])
        title, lines = found.short_title(), "".join(fromstring(found.summary()).itertext()).split("\n")
    except Exception:  # nor does it bear every page
        return ParsedArticle()
    return ParsedArticle(title=title, body="".join(f"<p>{escape(line)}</p>" for line in lines))


def as_stored(article: ParsedArticle) -> str:
    """The text of a body as the newsroom's blocks hold it, before any picture is fetched."""
    from meiri.ingest.stream import as_blocks, as_html
    from meiri.newsroom.models import Article

    body = Article._meta.get_field("body").stream_block.to_python([])
    for block in as_blocks(article.body, {}):
        body.append(block)
    return plain(as_html(body))


def measure(pages, reader, storing: bool = False) -> Score:
    score = Score()
    for name, data, truth in pages:
        begun = time.perf_counter()
        article = reader(data)
        score.milliseconds.append((time.perf_counter() - begun) * 1000)
        judge(score, name, truth, article)
        if storing:
            score.stored.append(f1(truth["body"], as_stored(article)))
    return score


def readers() -> list[tuple[str, Callable[[bytes], ParsedArticle]]]:
    found = [("Meiri", by_meiri), ("trafilatura", by_trafilatura)]
    others = [("gne", "GNE", by_gne), ("readability", "readability", by_readability)]
    return [*found, *((name, reader) for module, name, reader in others if find_spec(module))]


def groups(arguments: list[str]):
    """(name, pages) of what is measured together."""
    everything = {
        "Chinese": list(chinese_pages(DATA)),
        "English": list(english_pages(DATA)),
        "other": list(other_pages(DATA)),
    }
    for name, pages in everything.items():
        yield name, pages
        if "--halves" in arguments:
            yield f"{name}, 1st half", pages[::2]
            yield f"{name}, 2nd half", pages[1::2]
    if "--languages" in arguments:
        by_language = defaultdict(list)
        for page in everything["other"]:
            by_language[language_of_page(page[0], page[2])].append(page)
        yield from sorted(by_language.items())


def language_of_page(name: str, truth: dict) -> str:
    """Of a page by its own text, as far as frequent words tell, else by its country."""
    words = Counter(re.findall(r"\w+", truth["body"].lower()))
    told = {
        language: sum(words[word] for word in known.split())
        for language, known in {
            "de": "der die und das nicht", "en": "the and of that with", "fr": "le les des et est", "es": "el los que del una",
            "it": "il che della per gli", "no": "og det som på av", "nl": "het een van dat niet", "da": "og det at af der",
            "pt": "os que uma não para",
        }.items()
    }  # fmt: skip
    best = max(told, key=lambda language: told[language])
    return best if told[best] > 0.04 * sum(words.values()) else name.partition("/")[0]


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meiri.conf.settings")
    import django

    django.setup()
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    logging.getLogger("readability").setLevel(logging.CRITICAL)
    heads = ("title", "minute", "day", "source", "author", "body F1", "text F1", "stored", "p50 ms", "p95 ms")
    print(" " * 32 + "".join(f"{head:>9}" for head in heads))
    for what, pages in groups(arguments):
        for who, reader in readers():
            score = measure(pages, reader, storing=who == "Meiri")
            print(f"{what} ({len(pages)}), {who}".ljust(32) + "".join(f"{cell:>9}" for cell in score.row()))
            if "--misses" in arguments and who == "Meiri":
                print("\n".join(score.misses))


if __name__ == "__main__":
    main(sys.argv[1:])
