"""How long the database takes for each query; which took long, and where in the code they are asked.

Of a query its text is told, without what was looked for, so that the log has nothing of a person.
"""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from time import monotonic, perf_counter
from types import FrameType

from django.conf import settings
from django.db.backends.signals import connection_created
from prometheus_client import Histogram

import meiri
from meiri.tracing import is_tracing, trace_query

logger = logging.getLogger(__name__)

QUERY_SECONDS = Histogram(
    "meiri_query_seconds",
    "How long the database took for a query",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 20),
)
# Seconds for which a place is not told of again; how many places are remembered, and characters of a query.
QUIET = 60
MOST_PLACES = 1000
LONGEST = 500
_SOURCE = f"{Path(meiri.__file__).parent}/"

_told: dict[str, float] = {}
_lock = Lock()


def time_queries() -> None:
    """Time what is asked on every connection that is made from now on."""
    connection_created.connect(_time_connection, dispatch_uid="meiri.conf.slow_queries")


def _time_connection(connection, **kwargs) -> None:
    if _time_query not in connection.execute_wrappers:
        connection.execute_wrappers.append(_time_query)


def _time_query(execute, sql, params, many, context):
    began = perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        seconds = perf_counter() - began
        QUERY_SECONDS.observe(seconds)
        if is_tracing():
            trace_query(context["connection"].vendor, _shortened(sql), seconds)
        if 0 < settings.SLOW_QUERY_SECONDS < seconds:
            _tell(sql, seconds)


def _tell(sql, seconds: float) -> None:
    place = place_in_code(sys._getframe(2))
    now = monotonic()
    with _lock:
        if now - _told.get(place, -QUIET) < QUIET:
            return
        if len(_told) >= MOST_PLACES:
            _told.clear()
        _told[place] = now
    logger.warning("A query took %.2f s, asked by %s: %s", seconds, place, _shortened(sql))


def _shortened(sql) -> str:
    return " ".join(str(sql).split())[:LONGEST]


def place_in_code(frame: FrameType | None) -> str:
    """The nearest line of Meiri's own code that led to `frame`, as `newsroom/models.py:120 published`."""
    for caller in _callers(frame):
        file = caller.f_code.co_filename
        if file.startswith(_SOURCE) and file != __file__:
            return f"{file.removeprefix(_SOURCE)}:{caller.f_lineno} {caller.f_code.co_name}"
    return "code of others"


def _callers(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back
