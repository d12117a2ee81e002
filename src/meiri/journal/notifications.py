"""PostgreSQL tells the nodes of a site of each other's commits (LISTEN and NOTIFY), so that they need not look again and again.

Nothing depends on it: whoever follows the journal looks by itself too, more often where nothing is listened to.
"""

import logging
import time
from collections.abc import Callable
from threading import Event

from django.db import connection, connections

from meiri.wakeups import wake

logger = logging.getLogger(__name__)

CHANNEL = "meiri_journal"
# How often, in seconds, it is looked whether the connection is still there.
ALIVE = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0

_listening = Event()


def is_listening() -> bool:
    """Whether this process is told of what other nodes commit."""
    return _listening.is_set()


def notify() -> None:
    """Tell all nodes of the transaction that is under way, once it is committed. On SQLite, which has one node, nothing."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")


def listen(stopping: Event, told: Callable[[], None] = wake) -> None:
    """Call `told` at each commit of any node until `stopping` is set. A thread of its own, which sleeps in between; where the
    database is away it is tried again after growing pauses."""
    pause = FIRST_PAUSE
    while not stopping.is_set():
        began = time.monotonic()
        try:
            _listen_once(stopping, told)
        except Exception as error:
            # Who can't reach the database says so elsewhere.
            logger.info("Commits of other nodes are looked for, not told: %s", error)
        finally:
            _listening.clear()
        pause = FIRST_PAUSE if time.monotonic() - began > ALIVE else min(pause * 2, LONGEST_PAUSE)
        stopping.wait(pause)


def _listen_once(stopping: Event, told: Callable[[], None]) -> None:
    """Listen on a connection that is for nothing else. Raises what psycopg raises."""
    import psycopg

    parameters = connections["default"].get_connection_params()
    for name in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(name, None)
    with psycopg.connect(**parameters, autocommit=True) as listening:
        listening.execute(f"LISTEN {CHANNEL}")
        _listening.set()
        told()  # what was committed before
        while not stopping.is_set():
            for _ in listening.notifies(timeout=ALIVE):
                told()
                if stopping.is_set():
                    return
            listening.execute("SELECT 1")
