"""How long it takes from a publication's commit to the new bytes of every page that it touches."""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from urllib.parse import quote

from bench._processes import PATIENCE, environment, free_port, memory, take_step, wait_for

PUBLICATIONS = 30
WARMING = 3
POLL_SECONDS = 0.002


def main(arguments) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.publishing", description=__doc__)
    parser.add_argument("--home", help="measure on this data folder, which gets some articles more")
    parser.add_argument("--publications", type=int, default=PUBLICATIONS)
    options = parser.parse_args(arguments)
    if options.home:
        run(options.home, options.publications)
        return
    folder = tempfile.mkdtemp(prefix="meiri-bench-")
    try:
        take_step("bench.pages", folder, "prepare")
        take_step("bench.pages", folder, "generate", "1000")
        run(folder, options.publications)
    finally:
        shutil.rmtree(folder)


def run(home: str, publications: int = PUBLICATIONS) -> None:
    """Serve `home` and publish into it from a process of its own: the settings are read once in a process."""
    port = free_port()
    settings = environment(home, MEIRI_PORT=str(port))
    server = subprocess.Popen([sys.executable, "-m", "meiri.conf.command", "serve"], env=settings)
    try:
        wait_for(server, f"http://127.0.0.1:{port}/healthz")
        measuring = [sys.executable, "-m", "bench.publishing", "--measure", str(port), str(publications)]
        subprocess.run(measuring, env=settings, check=True)
        print(f"memory of meiri serve, all processes: {memory(server.pid) / 1e6:.0f} MB\n")
    finally:
        server.terminate()
        server.wait(30)


def ask(url: str) -> None:
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:  # noqa: S310
        answer.read()


def measure(port: str, publications: str) -> None:
    """Publish one article after the other, each when all pages show the one before and were asked for again."""
    from meiri.delivery.page_store import page_store
    from meiri.newsroom.models import Article

    base, store, author = f"http://127.0.0.1:{port}", page_store(), an_author()
    asked_for = addresses_of(an_article(0, author))
    of_pages: list[float] = []
    of_publications: list[float] = []
    touched = 0
    # Pages that another release has made are made again first, and a new folder's search index is built.
    while store.index.pending() or not holds_all():
        time.sleep(0.1)
    for number in range(1, int(publications) + WARMING + 1):
        for address in asked_for:
            ask(base + quote(address))
        times = publish_and_watch(store, number, author)
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


def holds_all() -> bool:
    """Whether there is a search index and it holds all that is published."""
    from meiri.journal.log import last_sequence
    from meiri.search.index import position_of, store

    folder = store().current
    position = position_of(folder) if folder else None
    return position is not None and position.sequence >= last_sequence()


def an_author():
    from meiri.newsroom.authors import author_named

    return author_named("林晚舟")


def an_article(number: int, author):
    """Publish one more article: in a channel, a station, with two tags, signed."""
    from meiri.newsroom.models import Article
    from meiri.newsroom.publishing import publish
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


def publish_and_watch(store, number: int, author) -> list[float]:
    """Milliseconds from the commit until each touched page shows the article, or is made when it is asked for."""
    from meiri.journal.log import last_sequence

    article = an_article(number, author)
    committed = time.perf_counter()
    end, seen, times = last_sequence(), {article.get_absolute_url()}, {}
    looked_at = None
    while time.perf_counter() - committed < PATIENCE:
        # A look costs next to nothing while nobody has written to the index: it must not slow down what it measures.
        if (version := store.index.version()) != looked_at:
            looked_at = version
            position = store.index.position
            waiting = set(store.index.dirty_pages(10_000))
            now = (time.perf_counter() - committed) * 1000
            if position and position.sequence >= end:
                seen |= waiting
                times |= dict.fromkeys(seen - waiting - times.keys(), now)
                if not waiting:
                    return list(times.values())
        time.sleep(POLL_SECONDS)
    raise SystemExit(f"{store.index.pending()} pages still wait.")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        import django

        django.setup()
        measure(*sys.argv[2:])
    else:
        main(sys.argv[1:])
