"""The memory of `meiri serve` at its most: a million articles, readers and editors of all kinds, publications meanwhile."""

import argparse
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import cycle
from threading import Event
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from bench._processes import (
    PATIENCE,
    answer_of_step,
    begin,
    data_folder,
    environment,
    family_of,
    free_port,
    memory_of,
    take_step,
    wait_for,
)
from bench.killing import name_of
from bench.publishing import an_article, an_author
from bench.search import sample

ARTICLES = 1_000_000
SECONDS = 180
READERS = 6
ADDRESSES = 4_000
PUBLISHED_EVERY = 2.0
SAMPLED_SECONDS = 0.25


def main(arguments) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description=__doc__)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--home", help="measure this data folder, which gets some articles more")
    options = parser.parse_args(arguments)
    with data_folder(options.home) as folder:
        if not options.home:
            take_step("bench.search", folder, "prepare")
            take_step("bench.search", folder, "generate", str(options.articles))
            subprocess.run(
                [sys.executable, "-m", "meiri.conf.command", "reindex"], env=environment(folder), check=True
            )
        measure(folder, options.seconds)


def measure(home: str, seconds: int) -> None:
    asked = json.loads(answer_of_step("bench.memory", home, "addresses"))
    port, stopping = free_port(), Event()
    settings = environment(home, MEIRI_PORT=str(port), MEIRI_STAFF_SECOND_FACTOR="off")
    server = subprocess.Popen([sys.executable, "-m", "meiri.conf.command", "serve"], env=settings)
    try:
        wait_for(server, f"http://127.0.0.1:{port}/healthz")
        publishing = subprocess.Popen(
            [sys.executable, "-m", "bench.memory", "--step", "publish", str(seconds)], env=settings
        )
        with ThreadPoolExecutor(READERS) as pool:
            readings = [
                pool.submit(read, port, asked["addresses"][n::READERS], asked["cookie"], stopping)
                for n in range(READERS)
            ]
            try:
                show_peak(server.pid, seconds)
            finally:
                stopping.set()
        publishing.wait(PATIENCE)
        answers: Counter = sum((r.result() for r in readings), Counter())
        print("answers, by status: " + ", ".join(f"{s}: {n}" for s, n in sorted(answers.items())))
    finally:
        server.terminate()
        server.wait(30)


def show_peak(head: int, seconds: float) -> None:
    """Look at all processes below `head` for so long; print the most that they had together, and who had it."""
    until, own, mapped = time.monotonic() + seconds, {}, 0
    while time.monotonic() < until:
        with suppress(OSError):  # one of them has just ended
            family = family_of(head)
            found = {named(p): memory_of(p, "Pss_Anon") for p in family}
            own = max(own, found, key=lambda each: sum(each.values()))
            mapped = max(mapped, sum(memory_of(p) for p in family))
        time.sleep(SAMPLED_SECONDS)
    parts = ", ".join(
        f"{name} {size / 1e6:.0f}" for name, size in sorted(own.items(), key=lambda p: p[1], reverse=True)
    )
    print(
        f"all processes: at most {sum(own.values()) / 1e6:.0f} MB of their own ({parts}), {mapped / 1e6:.0f} MB with mapped files"
    )


def named(process: int) -> str:
    """What `meiri serve` calls it, and its number."""
    return f"{name_of(process).removeprefix('meiri ')} {process}:"


def read(port: int, addresses: list[str], cookie: str, stopping: Event) -> Counter:
    """Ask for the addresses in turn, again and again. How many answers there were of each status."""
    answers: Counter = Counter()
    for address in cycle(addresses):
        if stopping.is_set():
            return answers
        request = Request(f"http://127.0.0.1:{port}{address}")
        if address.startswith("/admin/"):
            request.add_header("Cookie", cookie)
        try:
            with urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
                answer.read()
                answers[answer.status] += 1
        except HTTPError as error:
            answers[error.code] += 1
    return answers


def addresses() -> None:
    """Print what is asked for, mixed, and the cookie of an editor."""
    dice = random.Random(7)
    kinds = [search(dice), articles(dice), archives(dice), lists(dice)]
    print(
        json.dumps(
            {"addresses": [next(dice.choice(kinds)) for _ in range(ADDRESSES)], "cookie": editors_cookie()}
        )
    )


def search(dice: random.Random) -> Iterator[str]:
    for words in cycle(sample(dice, ADDRESSES // 4)):
        yield "/search/?" + urlencode({"q": " ".join(words[: dice.randint(1, 3)])})
        yield "/api/v1/search/suggestions/?" + urlencode({"q": words[0][:2]})


def articles(dice: random.Random) -> Iterator[str]:
    from meiri.newsroom.models import Article

    newest = Article.objects.order_by("-pk").values_list("pk", flat=True)[0]
    while True:
        for article in Article.objects.filter(live=True, pk__in=[dice.randint(1, newest) for _ in range(50)]):
            yield dice.choice(["", "/zh-hant"]) + quote(article.get_absolute_url())


def archives(dice: random.Random) -> Iterator[str]:
    from meiri.sections.models import Channel, Station

    sections = [*Channel.objects.exclude(slug=""), *Station.objects.all()]
    while True:
        day = f"{dice.randint(2019, 2026)}/{dice.randint(1, 12):02}/{dice.randint(1, 28):02}/"
        within = dice.choice(["", day[:5], day[:8], day, "rss.xml"])
        yield (
            dice.choice(["", "/zh-hant"]) * (within != "rss.xml")
            + quote(dice.choice(sections).get_absolute_url())
            + within
        )
        yield dice.choice(["/", "/sitemap.xml", f"/sitemaps/{day[:4]}-{day[5:7]}.xml", "/rss.xml"])


def lists(dice: random.Random) -> Iterator[str]:
    from meiri.newsroom.models import Article

    newest = Article.objects.order_by("-pk").values_list("pk", flat=True)[0]
    while True:
        yield "/admin/snippets/newsroom/article/"
        yield f"/admin/snippets/newsroom/article/edit/{dice.randint(newest - 500, newest)}/"
        yield "/admin/"


def editors_cookie() -> str:
    from django.contrib.auth import get_user_model
    from django.test import Client

    editor, _ = get_user_model().objects.get_or_create(username="bench", is_superuser=True, is_staff=True)
    client = Client()
    client.force_login(editor)
    return "; ".join(f"{name}={cookie.value}" for name, cookie in client.cookies.items())


def publish(seconds: str) -> None:
    author, until, number = an_author(), time.monotonic() + float(seconds), 0
    while time.monotonic() < until:
        number += 1
        an_article(number, author)
        time.sleep(PUBLISHED_EVERY)


STEPS = {"addresses": addresses, "publish": publish}

if __name__ == "__main__":
    begin(main, STEPS)
