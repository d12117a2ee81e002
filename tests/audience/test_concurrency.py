"""Several processes take views and count them, are killed at any moment, and every reader counts once."""

import json
import os
import random
import time
from pathlib import Path

import pytest
from django.db import connection

from meiri.audience.view_log import log_files
from tests.forking import Fork, ForkServer

PROCESS = Path(__file__).with_name("process.py")


@pytest.fixture
def start(database_address, tmp_path):
    """Start tests/audience/process.py with some arguments, on the data folder of a node."""
    servers: dict[str, ForkServer] = {}

    def start(*arguments, node="node") -> Fork:
        if node not in servers:
            home = tmp_path / node
            home.mkdir()
            settings = {"MEIRI_DATABASE_URL": database_address, "MEIRI_HOME": str(home)}
            servers[node] = ForkServer(os.environ | settings)
        return servers[node].run(PROCESS, *arguments)

    yield start
    for server in servers.values():
        server.close()


def answered(process) -> set[str]:
    """The readers whose views a process answered, the last line only where it is whole."""
    lines = process.stdout.read().splitlines(keepends=True)
    assert not [line for line in lines if "refused" in line]
    return {line.strip() for line in lines if line.endswith("\n")}


def counted(start, article, node="node") -> int:
    """The views of the article; its total, its hours and the node's file agree."""
    total, hours, told = start("count", article, node=node).communicate(timeout=60)[0].split(" ", 2)
    assert total == hours
    assert json.loads(told) == {article: {"views": int(total), "comments": 0}}
    return int(total)


@pytest.fixture
def article(start):
    return start("found").communicate(timeout=180)[0].strip()


def test_readers_counted_by_several_processes_are_counted_exactly(start, article):
    # Readers 20 to 39 come to both, and count once.
    both = [start("read", article, 40, 0), start("read", article, 40, 20)]
    assert [len(answered(process)) for process in both] == [40, 40]
    assert counted(start, article) == 60


def test_killed_at_any_moment_no_answered_view_is_lost_or_counted_twice(start, article, tmp_path):
    dice = random.Random(1)
    worker, readers, seen, possible = start("work"), [], set(), 0
    for round_ in range(4):
        # The second process of each round takes readers of the first once more.
        readers = [start("read", article, 4_000, 4_000 * round_ + n * 2_000, 0.0002) for n in range(2)]
        for reader in readers:
            assert reader.stdout.readline()
        time.sleep(dice.uniform(0.05, 0.5))
        victims = [worker] if round_ % 2 else readers
        for victim in victims:
            victim.kill()
        if worker in victims:
            worker.wait()
            worker = start("work")
            time.sleep(dice.uniform(0, 0.5))
            for reader in readers:
                reader.kill()
        for n, reader in enumerate(readers):
            seen |= answered(reader) | {str(4_000 * round_ + n * 2_000)}
        possible += len(readers)
    worker.kill()
    worker.wait()
    # The view that each killed process was about to answer may be counted, or not.
    assert len(seen) <= counted(start, article) <= len(seen) + possible
    assert log_files(tmp_path / "node" / "views") == []


def test_two_nodes_count_one_reader_once(start, article, request):
    if connection.vendor == "sqlite":
        pytest.skip("several nodes share a PostgreSQL")
    workers = [start("work", node=node) for node in "ab"]
    for worker in workers:
        assert worker.stdout.readline()
    readers = [start("read", article, 500, n * 250, node=node) for n, node in enumerate("ab")]
    assert [len(answered(reader)) for reader in readers] == [500, 500]
    for worker in workers:
        worker.kill()
        worker.wait()
    counted(start, article, node="a")
    assert counted(start, article, node="b") == 750
    assert counted(start, article, node="a") == 750
