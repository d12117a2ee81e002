"""How long it takes from a publication's commit to the new bytes of every page that it touches: SQLite, PostgreSQL, three nodes."""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench._processes import PATIENCE, begin, memory
from bench._sites import Archive, Node, postgresql_archive, sqlite_archive

MODULE = "bench.publishing"
SIZES = (1_000, 100_000)
PUBLICATIONS = 30
WARMING = 3
NODES = 3
POLL_SECONDS = 0.002


def main(arguments) -> None:
    parser = argparse.ArgumentParser(prog=f"python -m {MODULE}", description=__doc__)
    parser.add_argument(
        "--home", type=Path, help="measure on this data folder alone, which gets some articles more"
    )
    parser.add_argument("--sizes", type=lambda t: [int(s) for s in t.split(",")], default=list(SIZES))
    parser.add_argument("--publications", type=int, default=PUBLICATIONS)
    options = parser.parse_args(arguments)
    if options.home:
        publish_on("the data folder", Archive(options.home, {}), 1, options.publications)
        return
    folder = Path(tempfile.mkdtemp(prefix="meiri-bench-"))
    folder.chmod(0o755)  # PostgreSQL's own user passes through
    try:
        for archive, on in ((sqlite_archive, "SQLite"), (postgresql_archive, "PostgreSQL")):
            with archive(folder) as site:
                for size in sorted(options.sizes):
                    site.grow(size)
                    publish_on(on, site, 1, options.publications)
                    if archive is postgresql_archive:
                        publish_on(f"{on}, {NODES} nodes", site, NODES, options.publications)
    finally:
        shutil.rmtree(folder)


def publish_on(what: str, archive: Archive, nodes: int, publications: int) -> None:
    """Serve an archive and publish into it from a process of its own: the settings are read once in a process."""
    with archive.served(nodes) as sites:
        print(f"{what}: ", end="", flush=True)
        told = [f"{site.port}={site.home}" for site in sites]
        subprocess.run(
            [sys.executable, "-m", MODULE, "--step", "measure", str(publications), *told],
            env=sites[0].environment,
            check=True,
        )
        print(f"memory of meiri serve, all processes: {_memory(sites)}\n", flush=True)


def _memory(sites: list[Node]) -> str:
    return ", ".join(f"{memory(site.group.pid) / 1e6:.0f} MB" for site in sites if site.group)


def ask(url: str) -> None:
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:  # noqa: S310
        answer.read()


def measure(publications: str, *nodes: str) -> None:
    """Publish one article after the other, each when all pages show the one before and were asked for again. `nodes`: port and data
    folder of each."""
    from meiri.delivery.page_store import PageStore
    from meiri.newsroom.models import Article

    told = [node.partition("=") for node in nodes]
    bases = [f"http://127.0.0.1:{port}" for port, _, _ in told]
    stores, author = [PageStore(Path(home)) for _, _, home in told], an_author()
    asked_for = addresses_of(an_article(0, author))
    of_pages: list[float] = []
    of_publications: list[float] = []
    touched = 0
    # Pages that another release has made are made again first, and a new folder's search index is built.
    for _, _, home in told:
        while not holds_all(Path(home)):
            time.sleep(0.1)
    for store in stores:
        while store.index.pending():
            time.sleep(0.1)
    for number in range(1, int(publications) + WARMING + 1):
        for base in bases:
            for address in asked_for:
                ask(base + quote(address))
        times = publish_and_watch(stores, number, author)
        if number > WARMING:
            of_pages += times
            of_publications.append(max(times))
            touched = max(touched, len(times))
        asked_for = addresses_of(Article.objects.order_by("-pk").first())
    cuts = statistics.quantiles(of_pages, n=100)
    print(
        f"{Article.objects.count()} articles: {touched} pages a publication; to the new bytes of a page"
        f" p50 {cuts[49]:.0f} ms, p99 {cuts[98]:.0f} ms; of the last page p50"
        f" {statistics.median(of_publications):.0f} ms, at most {max(of_publications):.0f} ms"
    )


def holds_all(home: Path) -> bool:
    """Whether a node has a search index and it holds all that is published."""
    from meiri.journal.log import last_sequence
    from meiri.search.index import Store, position_of

    folder = Store(home / "search").current
    position = position_of(folder) if folder else None
    return position is not None and position.sequence >= last_sequence()


def an_author():
    from meiri.newsroom.authors import author_named

    return author_named("林晚舟")


def an_article(number: int, author):
    """Publish one more article: in a channel, a station, with two tags, signed."""
    from meiri.newsroom.models import Article
    from meiri.newsroom.publishing import publish
    from meiri.review.reviewed_publication import publishing_unreviewed
    from meiri.sections.models import Channel, Station

    article = Article(
        title=f"试发第{number}篇", channel=Channel.objects.get(slug="yaowen"), summary="测量用。"
    )
    article.body = [("text", f"<p>这是为测量发布速度而写的第{number}篇稿件。</p>" * 8)]
    article.live = False
    article.save()
    article.stations.set([Station.objects.get(slug="zhejiang")])
    article.tags.add("试发", "测量")
    article.bylines.create(author=author)
    article.save()
    with publishing_unreviewed("测量"):
        return publish(article)


def addresses_of(article) -> list[str]:
    """Every page that another publication like this one will touch, and the article's own."""
    from meiri.newsroom.clock import today

    channel, station, day = "/yaowen/", "/difang/zhejiang/", today()
    archives = [
        f"{s}{day:%Y/}{rest}" for s in (channel, station) for rest in ("", f"{day:%m/}", f"{day:%m/%d/}")
    ]
    feeds = ["/rss.xml", "/atom.xml", "/feed.json", f"{channel}rss.xml", f"{station}rss.xml"]
    maps = ["/sitemap.xml", f"/sitemaps/{day:%Y-%m}.xml"]
    others = ["/difang/", "/tag/试发/", "/tag/测量/", article.bylines.first().author.get_absolute_url()]
    return ["/", channel, station, *feeds, *archives, *maps, *others, article.get_absolute_url()]


def publish_and_watch(stores: list, number: int, author) -> list[float]:
    """Milliseconds from the commit until each touched page of each node shows the article, or is made when it is asked for."""
    from meiri.journal.log import last_sequence

    article = an_article(number, author)
    committed = time.perf_counter()
    watched = [Watched(store, article.get_absolute_url(), last_sequence()) for store in stores]
    while time.perf_counter() - committed < PATIENCE:
        fresh = [one.is_fresh(committed) for one in watched]
        if all(fresh):
            return [milliseconds for one in watched for milliseconds in one.times.values()]
        time.sleep(POLL_SECONDS)
    raise SystemExit(f"{[store.index.pending() for store in stores]} pages still wait.")


@dataclass
class Watched:
    """The pages of one node after a publication, whose entry is that of number `end`. `times`: the milliseconds of each."""

    store: Any
    address: str
    end: int
    seen: set[str] = field(default_factory=set)
    times: dict[str, float] = field(default_factory=dict)
    looked_at: Any = None
    done: bool = False

    def is_fresh(self, committed: float) -> bool:
        # A look costs next to nothing while nobody has written to the index: it must not slow down what it measures.
        if self.done or (version := self.store.index.version()) == self.looked_at:
            return self.done
        self.looked_at = version
        position = self.store.index.position
        waiting = set(self.store.index.dirty_pages(10_000))
        now = (time.perf_counter() - committed) * 1000
        if position and position.sequence >= self.end:
            self.seen |= waiting | {self.address}
            self.times |= dict.fromkeys(self.seen - waiting - self.times.keys(), now)
            self.done = not waiting
        return self.done


STEPS = {"measure": measure}


if __name__ == "__main__":
    begin(main, STEPS)
