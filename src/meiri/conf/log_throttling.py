"""What the log says of what happens again and again: while a database or a disk is away, one plain sentence a minute,
however many requests meet it; of a defect its traceback once, and a sentence after growing pauses.

Of requests that were refused (an unknown address, a form without its token) it tells some a minute, and how many there were.
"""

import logging
import sqlite3
import time
from dataclasses import dataclass
from threading import Lock

# How long, in seconds, the same complaint is not repeated; of a defect, at first and at last. How many different ones are
# remembered.
QUIET = 60
LONGEST_QUIET = 3600
MOST = 1000
# Refusals that are told in a minute, and characters of each: anybody can ask for what is not there.
MOST_REFUSALS = 20
LONGEST_REFUSAL = 300
REFUSALS = ("django.request", "django.security")


@dataclass
class Occurrences:
    """When a complaint was told, how long, in seconds, it is not told again, and how often it was met meanwhile."""

    at: float
    quiet: float
    more: int = 0


class ThrottlingFilter(logging.Filter):
    """Lets an error through that was not told within the last minute; the next one says how many there were between.

    Of what concerns the database, the disk or the network just the sentence is told. Any other exception is a defect: it
    is told with where it happened; the same one again, at the same place with the same words, after pauses that grow from
    a minute to an hour, in a sentence.
    """

    def __init__(self, name: str = ""):
        super().__init__(name)
        self._told: dict[tuple[str, ...], Occurrences] = {}
        # When the present minute of refusals began, and how many there were in it.
        self._refused: tuple[float, int] = (-QUIET, 0)
        self._lock = Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.ERROR:
            return not record.name.startswith(REFUSALS) or self._tells_refusal(record)
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not is_outer(error):
            return self._lets_defect(record, error)
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

    def _lets_defect(self, record: logging.LogRecord, error: BaseException) -> bool:
        words = record.getMessage()
        complaint = (record.name, words, type(error).__name__, str(error), place_of(error))
        known = complaint in self._told
        more = self._since(complaint, growing=True)
        if known and more is not None:
            text = (
                f"{words}: {type(error).__name__}: {error} ({more} more like it; the traceback stands above)"
            )
            record.msg, record.args, record.exc_info = text, (), None
        return more is not None

    def _since(self, complaint: tuple[str, ...], growing: bool = False) -> int | None:
        """How often it was met since it was told; None where it is not to be told again yet."""
        now = time.monotonic()
        with self._lock:
            found = self._told.get(complaint)
            if found is not None and now - found.at < found.quiet:
                found.more += 1
                return None
            if len(self._told) >= MOST:
                self._told.clear()
            quiet = min(found.quiet * 2, LONGEST_QUIET) if found and growing else QUIET
            self._told[complaint] = Occurrences(now, quiet)
            return found.more if found else 0


def is_outer(error: BaseException) -> bool:
    """Whether an error is of the world outside of the program."""
    from django.db import InterfaceError, OperationalError

    return isinstance(error, OSError | sqlite3.OperationalError | OperationalError | InterfaceError)


def place_of(error: BaseException) -> str:
    """The line that raised it."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""


def sentence_of(error: BaseException) -> str:
    return str(error) or type(error).__name__
