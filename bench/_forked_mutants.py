"""A plugin of pytest for `bench.mutations`: runs the tests once to see which places of the source each reaches, then, for each mutant
in a process of its own, those that reach its place, until one fails.

The source calls `mutated(number)` at each place. Nothing is run in the head, which only loads the tests: processes are forked from it.
"""

import builtins
import json
import os
import signal
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from tests.scheduling import commits, group_of

PATIENCE = 900  # seconds for the tests of one mutant, which may run in circles
SURVIVES, KILLED = 0, 1

_chosen, _test, _failed = -1, "", False
_reached: dict[str, set[int]] = defaultdict(set)


def mutated(number: int) -> bool:
    """Whether the mutant `number` runs."""
    _reached[_test].add(number)
    return number == _chosen


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config, parser, args):
    builtins.mutated = mutated


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session) -> bool:
    # Served sites have processes and source of their own; after tests that commit, others find no rows of migrations.
    items = {item.nodeid: item for item in session.items if not group_of(item) and not commits(item)}
    wanted = json.loads(os.environ["MUTANTS_WANTED"])
    _, told = _in_fork(lambda out: out.write(json.dumps(_look(items)).encode()), PATIENCE * 4)
    reached = json.loads(told or "{}")
    results = os.fdopen(int(os.environ["MUTANTS_RESULTS"]), "w")
    places = {test: len(numbers) for test, numbers in reached.items()}
    for number in wanted:
        # Those that reach few other places are about this one.
        tests = sorted((test for test in reached if number in reached[test]), key=lambda test: places[test])
        killer = _killer(number, [items[test] for test in tests]) if tests else ""
        results.write(json.dumps({"mutant": number, "tests": len(tests), "killed by": killer}) + "\n")
        results.flush()
    return True


def _look(items: dict[str, pytest.Item]) -> dict[str, list[int]]:
    """The places that each test reaches; tests that fail as it is are left out."""
    global _test
    passed = {}
    for item, following in _with_next(list(items.values())):
        _test = item.nodeid
        if _passes(item, following):
            passed[item.nodeid] = sorted(_reached[item.nodeid])
    return {test: numbers for test, numbers in passed.items() if numbers}


def _killer(number: int, tests: list[pytest.Item]) -> str:
    """The test that fails on a mutant, "" where none does."""

    def run(out) -> None:
        global _chosen
        _chosen = number
        for item, following in _with_next(tests):
            if not _passes(item, following):
                out.write(item.nodeid.encode())
                os._exit(KILLED)

    status, told = _in_fork(run, PATIENCE)
    return told or ("" if status == SURVIVES else "its patience")


def _with_next(tests: list[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item]]:
    """Each test with the one that follows. Behind the last comes the first: what the session has is not taken down."""
    return zip(tests, [*tests[1:], tests[0]], strict=True)


def _passes(item: pytest.Item, following: pytest.Item) -> bool:
    global _failed
    _failed = False
    item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
    return not _failed


def pytest_runtest_logreport(report) -> None:
    global _failed
    _failed = _failed or report.failed


def _in_fork(run: Callable, patience: int) -> tuple[int, str]:
    """The status of a process that does `run` with a file to write to, and what it wrote."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        signal.alarm(patience)  # ends it
        status = 2
        with suppress(SystemExit), os.fdopen(writing, "wb", buffering=0) as out:
            run(out)
            status = SURVIVES
        os._exit(status)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        text = told.read().decode()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), text
