"""How many pages a second are rendered that nobody has asked for yet: one and two workers, one to three nodes, on SQLite and PostgreSQL."""

import argparse
import itertools
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench._processes import answer_of_step, begin
from bench._sites import Archive, postgresql_archive, sqlite_archive

MODULE = "bench.cold"
ARTICLES, PAGES, READERS = 5_000, 600, 8
# Nodes and the workers of each.
SHAPES = ((1, 1), (1, 2), (2, 1), (3, 1))


def main(arguments) -> None:
    parser = argparse.ArgumentParser(prog=f"python -m {MODULE}", description=__doc__)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--pages", type=int, default=PAGES, help="asked for in each of the shapes")
    options = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="meiri-bench-"))
    folder.chmod(0o755)  # PostgreSQL's own user passes through
    try:
        for archive, on, shapes in (
            (sqlite_archive, "SQLite", SHAPES[:2]),
            (postgresql_archive, "PostgreSQL", SHAPES),
        ):
            with archive(folder) as site:
                site.grow(options.articles)
                told = answer_of_step(
                    MODULE, site.home, "addresses", str(len(shapes) * options.pages), **site.shared
                )
                addresses = iter(json.loads(told.splitlines()[-1]))
                for nodes, workers in shapes:
                    some = list(itertools.islice(addresses, options.pages))
                    print(
                        f"{on}, {nodes} nodes of {workers} workers: {asked(site, nodes, workers, some)}",
                        flush=True,
                    )
    finally:
        shutil.rmtree(folder)


def asked(archive: Archive, nodes: int, workers: int, addresses: Sequence[str]) -> str:
    """Ask for each address once, of one node after the other. Raises `SystemExit` where one is not answered."""
    with archive.served(nodes, workers) as sites:
        sites_in_turn = itertools.cycle(sites)

        def read(address: str) -> float:
            began = time.perf_counter()
            status, _, _ = next(sites_in_turn).get(address)
            if status != 200:
                raise SystemExit(f"{address} was answered with {status}.")
            return 1000 * (time.perf_counter() - began)

        for site in sites:
            site.get("/")
        began = time.perf_counter()
        with ThreadPoolExecutor(READERS) as readers:
            times = list(readers.map(read, addresses))
        rate = len(addresses) / (time.perf_counter() - began)
    return f"{rate:.0f} pages a second, median {statistics.median(times):.0f} ms, 95 % {statistics.quantiles(times, n=20)[-1]:.0f} ms"


def print_addresses(number: str) -> None:
    from meiri.newsroom.models import Article

    articles = Article.objects.filter(live=True).select_related("channel").order_by("?")[: int(number)]
    print(json.dumps([article.get_absolute_url() for article in articles]))


STEPS = {"addresses": print_addresses}


if __name__ == "__main__":
    begin(main, STEPS)
