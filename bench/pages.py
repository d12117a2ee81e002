"""How long pages take while the archive grows: rendered anew each time, through the whole application."""

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from random import Random
from urllib.parse import unquote_to_bytes
from wsgiref.util import setup_testing_defaults

from bench._processes import take_step

SIZES = (1_000, 100_000, 1_000_000)
SAMPLES = 200
WARMING = 30
COUNTED = 10
# Bytes of disk that an article takes with all its rows and indexes, generously.
AN_ARTICLE = 12_000
LINE = "{:>9}  {:<22} {:>9} {:>9} {:>9} {:>8} {:>7}"


@dataclass
class Measured:
    """Milliseconds of each sample, and those the processor worked in it; the most queries that one took, and the
    bytes of the largest answer. On a machine with other work the processor's time is what can be compared."""

    milliseconds: list[float]
    worked: list[float]
    queries: int
    bytes: int

    def row(self) -> list[str]:
        cuts = statistics.quantiles(self.milliseconds, n=20)
        times = [cuts[9], cuts[18], statistics.median(self.worked)]
        return [*(f"{t:.1f} ms" for t in times), str(self.queries), f"{self.bytes / 1000:.0f} kB"]


def main(arguments) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--sizes", type=lambda t: [int(s) for s in t.split(",")], default=list(SIZES))
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--home", help="measure this data folder as it is, without generating anything")
    options = parser.parse_args(arguments)
    if options.home:
        take_step("bench.pages", options.home, "measure", str(options.samples))
        return
    folder = tempfile.mkdtemp(prefix="meiri-bench-")
    try:
        if shutil.disk_usage(folder).free < AN_ARTICLE * max(options.sizes) * 2:
            sys.exit(f"Not enough room below {folder} for {max(options.sizes)} articles. Set TMPDIR.")
        take_step("bench.pages", folder, "prepare")
        for size in sorted(options.sizes):
            take_step("bench.pages", folder, "generate", str(size))
            take_step("bench.pages", folder, "measure", str(options.samples))
    finally:
        shutil.rmtree(folder)


def prepare() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("sample", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


def generate(size: str) -> None:
    """Bring the archive to `size` articles."""
    from meiri.newsroom.models import Article
    from meiri.sample.generating import generate

    missing = int(size) - Article.objects.count()
    if missing > 0:
        began = time.monotonic()
        generate(missing)
        print(f"{missing} articles generated, {missing / (time.monotonic() - began):.0f} a second\n")


def measure(samples: str) -> None:
    from meiri.newsroom.models import Article

    size = Article.objects.count()
    print(LINE.format("articles", "page", "median", "95 %", "processor", "queries", "size"))
    for name, addresses in pages():
        row = sampled(addresses, int(samples)).row()
        print(LINE.format(size, name, *row), flush=True)
    print()


def sampled(addresses: Iterator[str], samples: int) -> Measured:
    """Ask for an address after the other. Nothing of a page is kept between two, and none comes twice where there
    are enough."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for _ in range(WARMING):
        get(next(addresses))
    milliseconds, worked, largest = [], [], 0
    for _ in range(samples):
        address = next(addresses)
        began, working = time.perf_counter(), time.process_time()
        answer = get(address)
        worked.append((time.process_time() - working) * 1000)
        milliseconds.append((time.perf_counter() - began) * 1000)
        largest = max(largest, len(answer))
    queries = 0
    for _ in range(COUNTED):
        address = next(addresses)
        with CaptureQueriesContext(connection) as captured:
            get(address)
        queries = max(queries, len(captured))
    return Measured(milliseconds, worked, queries, largest)


_cookie = ""


def get(address: str) -> bytes:
    """The answer of the WSGI application as a browser gets it, compressed. Anything but 200 is an error."""
    from django.conf import settings

    from meiri.conf.wsgi import application

    # Each page is rendered anew; editors have signed in with all that is asked of them.
    settings.PAGE_FILES = settings.STAFF_SECOND_FACTOR = False

    path, _, query = address.partition("?")
    environ = {
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "HTTP_ACCEPT_ENCODING": "gzip, deflate, br",
        "HTTP_USER_AGENT": "Mozilla/5.0",
    }
    setup_testing_defaults(environ)
    if path.startswith("/admin/"):
        environ["HTTP_COOKIE"] = _cookie
    status = []
    answer = application(environ, lambda line, headers: status.append(line))
    content = b"".join(answer)
    answer.close()
    assert status[0].startswith("200"), f"{address}: {status[0]}"
    return content


def sign_in(user=None) -> None:
    """Become `user`; without one an administrator, whom the newsroom's pages ask for."""
    global _cookie
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.test import Client

    users = get_user_model().objects
    client = Client()
    client.force_login(user or users.filter(username="bench").first() or users.create_superuser("bench"))
    _cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def pages() -> Iterator[tuple[str, Iterator[str]]]:
    """What is measured: a name and addresses without end."""
    from taggit.models import Tag

    from meiri.newsroom.models import Article, Author
    from meiri.newsroom.place_kinds import PlaceKind
    from meiri.newsroom.river import DayCount, Place
    from meiri.sections.models import Channel, Station

    random = Random(1)
    channels = {c.pk: c for c in Channel.objects.visible()}
    stations = list(Station.objects.visible())
    tags = [t for t in Tag.objects.all() if full(Place.tag(t))]
    authors = [a for a in Author.objects.all() if full(Place.author(a))]
    ids = list(Article.objects.live().order_by("pk").values_list("pk", flat=True))
    chosen = random.sample(ids, min(len(ids), 2 * SAMPLES))
    found = Article.objects.select_related("channel").only("published_at", "channel__slug").in_bulk(chosen)
    yield "article", cycle([found[i].get_absolute_url() for i in chosen])
    yield "home", cycle(["/"])
    yield "channel", cycle([c.get_absolute_url() for c in channels.values()])
    yield "station", cycle([s.get_absolute_url() for s in stations])
    busy = DayCount.objects.filter(place_kind=PlaceKind.CHANNEL, place_id__in=channels).order_by("-articles")
    days = [(channels[c.place_id], c.day) for c in busy[: 2 * SAMPLES]]
    yield "day of a channel", cycle([f"{c.get_absolute_url()}{day:%Y/%m/%d}/" for c, day in days])
    years = dict.fromkeys((channels[c.place_id], c.day.year) for c in busy[:20_000])
    yield "year of a channel", cycle([f"{c.get_absolute_url()}{year}/" for c, year in years])
    yield "all stations", cycle(["/difang/"])
    yield "tag", cycle([address(t) for t in tags])
    yield "author", cycle([a.get_absolute_url() for a in authors])
    cursors = [f"?before={middle(Place.channel(c))}" for c in channels.values()]
    deep = [f"{c.get_absolute_url()}{q}" for c, q in zip(channels.values(), cursors, strict=True)]
    yield "channel, half way down", cycle(deep)
    yield "tag, half way down", cycle([f"{address(t)}?before={middle(Place.tag(t))}" for t in tags])
    sign_in()
    yield "newsroom, articles", cycle(["/admin/snippets/newsroom/article/"])
    of_channel = [f"/admin/snippets/newsroom/article/?channel={pk}" for pk in channels]
    yield "newsroom, of a channel", cycle(of_channel)


def address(tag) -> str:
    from django.urls import reverse

    return reverse("tag", args=[tag.name])


def full(place) -> bool:
    """Whether a place has more articles than its front shows."""
    from meiri.newsroom.river import Listing
    from meiri.web.fronts import SHOWN

    return Listing.objects.at(place)[SHOWN : SHOWN + 1].exists()


def middle(place) -> str:
    """The position half way down the list of a place."""
    from meiri.newsroom.keyset import Cursor
    from meiri.newsroom.river import Listing

    listings = Listing.objects.at(place).newest()
    return str(Cursor(*listings.values_list("published_at", "article_id")[listings.count() // 2]))


def step(name: str, *arguments: str) -> None:
    import django

    django.setup()
    {"prepare": prepare, "generate": generate, "measure": measure}[name](*arguments)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        step(*sys.argv[2:])
    else:
        main(sys.argv[1:])
