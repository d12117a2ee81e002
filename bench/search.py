"""Search over a million articles, generated and real: indexing, sizes, answers, freshness; and how well it ranks."""

import argparse
import io
import json
import random
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

from bench._processes import PATIENCE, begin, data_folder, environment, free_port, memory, take_step, wait_for
from bench._relevance import DATA, compare, lines
from bench.publishing import an_article, an_author

ARTICLES = 1_000_000
QUERIES = 300
PUBLICATIONS = 10
POLL_SECONDS = 0.01
SAMPLED_SECONDS = 0.5


def main(arguments) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--home", help="measure this data folder, which gets the real articles and some more")
    parser.add_argument("--relevance", action="store_true", help="only how well it ranks")
    options = parser.parse_args(arguments)
    with data_folder(options.home) as folder:
        take_step("bench.search", folder, "prepare")
        if options.relevance:
            take_step("bench.search", folder, "relevance")
            return
        if not options.home:
            take_step("bench.search", folder, "generate", str(options.articles))
        take_step("bench.search", folder, "fill")
        index(folder)
        take_step("bench.search", folder, "size")
        take_step("bench.search", folder, "ask")
        freshness(folder)
        take_step("bench.search", folder, "relevance")


def index(home: str) -> None:
    """Build the index as an operator does, and look at the memory of all its processes meanwhile."""
    building = subprocess.Popen(
        [sys.executable, "-m", "meiri.conf.command", "reindex"],
        env=environment(home),
        stdout=subprocess.PIPE,
        text=True,
    )
    own = mapped = 0
    while building.poll() is None:
        with suppress(OSError):  # one of them has just ended
            own, mapped = max(own, memory(building.pid, "Pss_Anon")), max(mapped, memory(building.pid))
        time.sleep(SAMPLED_SECONDS)
    print(
        f"{building.stdout.read().strip()} All processes: at most {own / 1e6:.0f} MB of their own,"
        f" {mapped / 1e6:.0f} MB with mapped files."
    )
    if building.returncode:
        raise SystemExit("The index could not be built.")


def prepare() -> None:
    from django.core.management import call_command

    from meiri.sample.generating import gather

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    gather()


def generate(count: str) -> None:
    from bench._archive import RealWording
    from meiri.sample.generating import generate as add

    add(int(count), words=RealWording())


def fill() -> None:
    """Add the real articles and headlines, once. Each real body belongs to one article."""
    from django.db import transaction
    from django.utils import timezone

    from meiri.journal.content_keys import ARTICLE
    from meiri.journal.log import append
    from meiri.newsroom.models import Article, Source
    from meiri.newsroom.place_kinds import PlaceKind
    from meiri.newsroom.river import Place, enlist_new
    from meiri.sample.events import ArchiveGenerated
    from meiri.sections.models import Channel

    source, made = Source.objects.get_or_create(name="真实语料")
    if not made and Article.objects.filter(source=source).exists():
        return
    channel = Channel.objects.first()
    now = timezone.now().replace(microsecond=0)
    texts = [(d["title"], d["html"]) for d in map(json.loads, lines(DATA / "text/articles.jsonl.zst"))]
    for name in ("headlines-18-categories", "headlines-keywords"):
        texts += [(headline(json.loads(line)), "") for line in lines(DATA / f"text/{name}.jsonl.zst")]
    for start in range(0, len(texts), 1000):
        with transaction.atomic():
            batch = [
                Article(
                    title=title[:120],
                    body=json.dumps([{"type": "text", "value": html, "id": str(n)}] if html else []),
                    channel=channel,
                    source=source,
                    live=True,
                    published_at=now - timezone.timedelta(hours=start + n),
                )
                for n, (title, html) in enumerate(texts[start : start + 1000])
                if title
            ]
            Article.objects.bulk_create(batch)
            places = [Place.site(), Place(PlaceKind.CHANNEL, channel.pk)]
            enlist_new([(a.pk, a.published_at, places) for a in batch])
            keys = [ARTICLE.key(a.pk) for a in batch]
            append(ArchiveGenerated(keys=keys, articles=len(keys), first=0, last=0, numbers=[0, 0]), "system")


def headline(record: dict) -> str:
    return record["title"].replace(" ", "")


def size() -> None:
    """The index beside the text that is in it."""
    from meiri.search.index import store
    from meiri.search.index_documents import greatest_key, keys_of_all, texts_of

    articles = text = 0
    for keys in keys_of_all(greatest_key(), 500):
        for found in texts_of(keys):
            articles += 1
            text += len("".join([found.title, *found.paragraphs]).encode())
    files = sum(path.stat().st_size for path in store().current.iterdir())
    print(
        f"{articles} articles, {text / 1e6:.0f} MB of titles and bodies; the index {files / 1e6:.0f} MB,"
        f" {files / text:.2f} of it"
    )


def ask() -> None:
    """Answers with highlights, in one process that has settled as the web server has; each query another."""
    from meiri.conf.gc_freeze import freeze_loaded_objects
    from meiri.search.finding import HitCursor, Sort, facets, find
    from meiri.search.index import moment_of
    from meiri.search.query import parse
    from meiri.sections.models import Channel, Station

    dice = random.Random(4)
    texts = sample(dice, QUERIES)
    channels, stations = list(Channel.objects.all()), list(Station.objects.all())
    now = moment_of(int(time.time()), 2**30 - 1)

    def words() -> str:
        return " ".join(dice.sample(dice.choice(texts), 2))

    def phrase() -> str:
        return '"{}"'.format("".join(dice.choice(texts)[:2]))

    kinds: dict[str, Callable[[], object]] = {
        "one word": lambda: find(parse(dice.choice(dice.choice(texts)))),
        "two words": lambda: find(parse(words())),
        "a phrase": lambda: find(parse(phrase())),
        "a word in a channel": lambda: find(
            parse(dice.choice(dice.choice(texts))).within(channel=dice.choice(channels).slug)
        ),
        "a word of a station and a year": lambda: find(
            parse(f"{dice.choice(dice.choice(texts))} 日期:{dice.randint(2016, 2026)}").within(
                station=dice.choice(stations).slug
            )
        ),
        "a word, without another": lambda: find(parse(f"{dice.choice(texts)[0]} -{dice.choice(texts)[1]}")),
        "the newest": lambda: find(parse(words()), Sort.NEWEST),
        "page 50": lambda: find(parse(dice.choice(texts)[0]), after=HitCursor(980, now)),
        "words of which few are found": lambda: find(
            parse(" ".join(dice.choice(texts)[:1] + dice.choice(texts)[1:3]))
        ),
    }
    for question in kinds.values():
        question()
    freeze_loaded_objects()
    together: list[float] = []
    for name, question in kinds.items():
        times = timed(question, QUERIES)
        together += times
        print(f"{name:<32} {spread(times)}")
    print(f"{'all of these':<32} {spread(together)}")
    print(f"{'facets':<32} {spread(timed(lambda: facets(parse(words()), channels, stations), 100))}")
    status = Path("/proc/self/status").read_text()
    kept = {line.split(":")[0]: int(line.split()[1]) / 1000 for line in status.splitlines() if "kB" in line}
    print(
        f"memory of this process: {kept['RssAnon']:.0f} MB its own, {kept['VmRSS']:.0f} MB with mapped files"
    )


def sample(dice: random.Random, count: int) -> list[list[str]]:
    """Three words side by side of `count` articles' titles or texts."""
    from meiri.search.folding import fold
    from meiri.search.index_documents import greatest_key, texts_of
    from meiri.search.words import is_han, words

    found: list[list[str]] = []
    while len(found) < count:
        for text in texts_of([dice.randint(1, greatest_key()) for _ in range(200)]):
            written = dice.choice([text.title, *text.paragraphs])
            cut = words(fold(written)).split()
            if len(cut) > 3:
                start = dice.randrange(len(cut) - 3)
                three = cut[start : start + 3]
                if all(len(word) > 1 and is_han(word) for word in three) and "".join(three) in fold(written):
                    found.append(three)
    return found[:count]


def timed(question: Callable[[], object], times: int) -> list[float]:
    """Milliseconds of each."""
    question()
    found = []
    for _ in range(times):
        began = time.perf_counter()
        question()
        found.append(1000 * (time.perf_counter() - began))
    return found


def spread(times: list[float]) -> str:
    cuts = statistics.quantiles(times, n=100)
    return f"p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, p99 {cuts[98]:.1f} ms"


def freshness(home: str) -> None:
    """From a publication's commit until a search finds it, with the whole of Meiri at work."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "meiri.conf.command", "serve"], env=environment(home, MEIRI_PORT=str(port))
    )
    try:
        wait_for(server, f"http://127.0.0.1:{port}/healthz")
        take_step("bench.search", home, "fresh", str(port))
    finally:
        server.terminate()
        server.wait(30)


def fresh(port: str) -> None:
    author, took = an_author(), []
    for number in range(PUBLICATIONS + 1):
        mark = f"{time.time_ns()}"
        article = an_article(int(mark), author)
        committed = time.perf_counter()
        while not any(hit == article.pk for hit in hits(port, mark)):
            if time.perf_counter() - committed > PATIENCE:
                raise SystemExit("A publication was not found.")
            time.sleep(POLL_SECONDS)
        if number:
            took.append(time.perf_counter() - committed)
    print(f"searchable after publishing: median {statistics.median(took):.2f} s, at most {max(took):.2f} s")


def hits(port: str, words: str) -> list[int]:
    address = f"http://127.0.0.1:{port}/api/v1/search/?{urlencode({'q': words})}"
    with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
        return [hit["id"] for hit in json.load(io.TextIOWrapper(answer, "utf-8"))["results"]]


STEPS = {
    "prepare": prepare, "generate": generate, "fill": fill, "size": size, "ask": ask, "fresh": fresh,
    "relevance": compare,
}  # fmt: skip

if __name__ == "__main__":
    begin(main, STEPS)
