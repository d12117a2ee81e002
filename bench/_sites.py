"""Sites on SQLite, on PostgreSQL and of several nodes, made and served by a benchmark, so that their figures stand beside each other."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench._processes import environment, free_port, take_step
from bench._servers import PostgresServer
from bench.killing import Site, wait_until

# What a node makes for itself.
OWN = "pages", "delivery", "search", "wakeups", "metrics", "counts.bin*", "views", "searches"


@dataclass
class Node(Site):
    """One of the nodes that share a database; `shared` is what they have in common."""

    shared: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.home, MEIRI_NODE_NAME=self.home.name, **self.shared)


def start_nodes(nodes: list[Node]) -> None:
    """Start the first, whose folder is there, and the others with its keys."""
    nodes[0].start()
    for node in nodes[1:]:
        # Some keys are made when they are first needed.
        wait_until(lambda: (nodes[0].home / "log.key").exists())
        shutil.copytree(nodes[0].home, node.home, ignore=shutil.ignore_patterns(*OWN))
        node.start()


@dataclass
class Archive:
    """A sample newsroom with some number of articles, in a data folder and the database that `shared` names."""

    home: Path
    shared: dict[str, str]

    def grow(self, articles: int) -> None:
        take_step("bench.pages", self.home, "generate", str(articles), **self.shared)

    @contextmanager
    def served(self, nodes: int = 1, workers: int = 1) -> Iterator[list[Node]]:
        """So many nodes that serve it, the first in the archive's own folder. Of pages none has any but what it made before."""
        homes = [self.home, *(self.home.with_name(f"node{number}") for number in range(2, nodes + 1))]
        options = ("--workers", str(workers))
        sites = [Node(home, free_port(), options, shared=self.shared) for home in homes]
        try:
            start_nodes(sites)
            yield sites
        finally:
            for site in sites:
                site.stop()
            for site in sites[1:]:
                shutil.rmtree(site.home, ignore_errors=True)


@contextmanager
def sqlite_archive(folder: Path) -> Iterator[Archive]:
    yield _prepared(folder / "sqlite", {})


@contextmanager
def postgresql_archive(folder: Path) -> Iterator[Archive]:
    """On a PostgreSQL of its own. `folder` lets PostgreSQL's own user pass through."""
    server = PostgresServer(folder / "postgresql-data")
    server.start()
    try:
        yield _prepared(folder / "postgresql", {"MEIRI_DATABASE_URL": server.address})
    finally:
        server.stop("immediate")


def _prepared(home: Path, shared: dict[str, str]) -> Archive:
    home.mkdir()
    take_step("bench.pages", home, "prepare", **shared)
    return Archive(home, shared)
