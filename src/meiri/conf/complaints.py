"""What the log says while a database or a disk is away: one plain sentence a minute, however many requests meet it.

Of requests that were refused (an unknown address, a form without its token) it tells some a minute, and how many there were.
"""

import logging
import sqlite3
import time
from threading import Lock

# How long, in seconds, the same complaint is not repeated, and how many different ones are remembered.
QUIET = 60
MOST = 1000
# Refusals that are told in a minute, and characters of each: anybody can ask for what is not there.
MOST_REFUSALS = 20
LONGEST_REFUSAL = 300
REFUSALS = ("django.request", "django.security")


class Thinned(logging.Filter):
    """Lets an error through that was not told within the last minute; the next one says how many there were between.

    Of what concerns the database, the disk or the network just the sentence is told. Any other exception is a defect:
    it is told each time, with where it happened.
    """

    def __init__(self, name: str = ""):
        super().__init__(name)
        self._told: dict[tuple[str, str], tuple[float, int]] = {}
        # When the present minute of refusals began, and how many there were in it.
        self._refused: tuple[float, int] = (-QUIET, 0)
        self._lock = Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.ERROR:
            return not record.name.startswith(REFUSALS) or self._tells_refusal(record)
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not is_outer(error):
            return True
        complaint = sentence_of(error) if error else record.getMessage()
        more = self._since((record.name, complaint))
        if more is None:
            return False
        text = f"{record.getMessage()}: {complaint}" if error else complaint
        record.msg, record.args, record.exc_info = f"{text} ({more} more like it)" if more else text, (), None
        return True

    def _tells_refusal(self, record: logging.LogRecord) -> bool:
        """Whether one more refusal is told; the first of a minute says how many were not in the one before."""
        now = time.monotonic()
        with self._lock:
            began, count = self._refused
            untold = 0
            if now - began >= QUIET:
                began, count, untold = now, 0, max(count - MOST_REFUSALS, 0)
            self._refused = began, count + 1
        text = record.getMessage()[:LONGEST_REFUSAL]
        record.msg, record.args = (
            f"{text} ({untold} more requests were refused before)" if untold else text,
            (),
        )
        return count < MOST_REFUSALS

    def _since(self, complaint: tuple[str, str]) -> int | None:
        """How often it was met since it was told; None where it is not to be told again yet."""
        now = time.monotonic()
        with self._lock:
            at, more = self._told.get(complaint, (-QUIET, 0))
            told = now - at >= QUIET
            if len(self._told) >= MOST:
                self._told.clear()
            self._told[complaint] = (now, 0) if told else (at, more + 1)
        return more if told else None


def is_outer(error: BaseException) -> bool:
    """Whether an error is of the world outside of the program."""
    from django.db import InterfaceError, OperationalError

    return isinstance(error, OSError | sqlite3.OperationalError | OperationalError | InterfaceError)


def sentence_of(error: BaseException) -> str:
    return str(error) or type(error).__name__
