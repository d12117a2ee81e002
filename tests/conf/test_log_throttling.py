"""The log while a database or a disk is away."""

import logging
import sqlite3
import sys
import time

import pytest

from meiri.conf import log_throttling
from meiri.conf.log_throttling import ThrottlingFilter


@pytest.fixture
def told():
    """A logger and what it lets through."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(handler.format(record))
    handler.addFilter(ThrottlingFilter())
    logger = logging.Logger("pages")
    logger.addHandler(handler)
    return logger, lines


def complain(logger, error, words="It failed"):
    try:
        raise error
    except Exception:
        logger.error(words, exc_info=sys.exc_info())


def test_a_thousand_failures_of_the_database_are_one_sentence(told):
    logger, lines = told
    for n in range(1000):
        complain(logger, sqlite3.OperationalError("database is locked"), f"Internal Server Error: /{n}")
    assert lines == ["Internal Server Error: /0: database is locked"]


def test_after_a_minute_it_is_said_how_many_there_were(told, monkeypatch):
    logger, lines = told
    for _ in range(5):
        logger.error("Pages can't be stored: %s", "No space left on device")
    later = time.monotonic() + log_throttling.QUIET
    monkeypatch.setattr(log_throttling.time, "monotonic", lambda: later)
    logger.error("Pages can't be stored: %s", "No space left on device")
    assert lines[1:] == ["Pages can't be stored: No space left on device (4 more like it)"]


def test_a_defect_is_told_with_where_it_happened(told):
    logger, lines = told
    complain(logger, ValueError("no such thing"))
    complain(logger, KeyError("no such name"))
    assert len(lines) == 2
    assert all("Traceback" in line for line in lines)


def test_other_failures_and_warnings_are_told(told):
    logger, lines = told
    complain(logger, OSError("disk"))
    complain(logger, OSError("network"))
    for _ in range(2):
        logger.warning("Not Found")
    assert lines == ["It failed: disk", "It failed: network", "Not Found", "Not Found"]


def test_b25_refused_requests_are_told_within_a_bound(told, monkeypatch):
    _, lines = told
    handler = told[0].handlers[0]
    requests = logging.Logger("django.request")
    requests.addHandler(handler)
    for n in range(1000):
        requests.warning("Not Found: %s", f"/{n}/{'a' * 5000}%s")
    assert len(lines) == log_throttling.MOST_REFUSALS
    assert max(map(len, lines)) <= log_throttling.LONGEST_REFUSAL
    monkeypatch.setattr(log_throttling, "QUIET", 0)
    requests.warning("Not Found: %s", "/more/")
    assert (
        lines[-1]
        == f"Not Found: /more/ ({1000 - log_throttling.MOST_REFUSALS} more requests were refused before)"
    )


def test_a7_a_defect_that_goes_on_has_one_traceback_and_a_sentence_after_growing_pauses(told, monkeypatch):
    logger, lines = told
    now = [0.0]
    monkeypatch.setattr(log_throttling.time, "monotonic", lambda: now[0])
    heard_at = []
    for second in range(0, 4 * 3600, 5):
        now[0], before = second, len(lines)
        complain(logger, AttributeError("no sizes"), "Internal Server Error: /")
        if len(lines) > before:
            heard_at.append(second)
    assert sum("Traceback" in line for line in lines) == 1
    assert heard_at == [0, 60, 180, 420, 900, 1860, 3780, 7380, 10980]
    assert lines[1] == (
        "Internal Server Error: /: AttributeError: no sizes (11 more like it; the traceback stands above)"
    )


def test_a7_another_page_or_another_defect_is_told_at_once(told):
    logger, lines = told
    complain(logger, AttributeError("no sizes"), "Internal Server Error: /")
    complain(logger, AttributeError("no sizes"), "Internal Server Error: /keji/")
    complain(logger, AttributeError("no alt"), "Internal Server Error: /")
    assert sum("Traceback" in line for line in lines) == 3


def test_a7_however_many_defects_there_are_the_memory_is_bounded(told):
    logger, lines = told
    for n in range(3 * log_throttling.MOST):
        complain(logger, ValueError(n))
    assert len(lines) == 3 * log_throttling.MOST
    (thinned,) = logger.handlers[0].filters
    assert len(thinned._told) <= log_throttling.MOST
