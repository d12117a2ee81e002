"""Counts of visitors in Valkey, where the site has one, so that the nodes need not ask the database for each.

Valkey counts for all processes of all nodes. Each process writes what it counted there into the database too, a few seconds later and
all at once. A count that Valkey has not, because it is new or was lost, begins with that of the database and with what this process has not
written yet; where Valkey is away, the database counts as it does without one. So nobody gains more than what was counted by others in
those few seconds.

Valkey's counts are of one run of it (`ValkeyConnection`): what one knew that was stopped is never read again. No count is ever more than what was
done: what Valkey has is only raised, to sums of what was counted.
"""

import logging
import os
import time
from collections.abc import Collection, Mapping
from datetime import datetime
from threading import Event, Lock, Thread
from typing import NamedTuple

from django.db import connection, transaction
from django.utils.timezone import now

from meiri.valkey import LuaScript, ValkeyAway, ValkeyLink, valkey
from meiri.visitors.models import Visit

logger = logging.getLogger(__name__)

# How long, in seconds, counts wait to be written into the database.
WRITTEN_EVERY = 10.0
# After Valkey was away, what it says is held against the database for so long: until every process has written what it counted.
SETTLING = 60.0
# So many counts are written at once, and so many wait at most.
STEP, MOST_WAITING = 500, 20_000
# Valkey keeps a count a little longer than its window lasts: clocks differ.
SPARED_MILLISECONDS = 60_000

# For each key: what is added, what the count is at least or -1 where nobody has looked, and the milliseconds it is kept. Answers the counts; -1 for
# one that it does not have and that nobody looked for, to which nothing was added.
COUNT = LuaScript("""
local counts = {}
for i, key in ipairs(KEYS) do
  local added, least = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local count = tonumber(redis.call('GET', key) or -1)
  if count < 0 and least < 0 then
    counts[i] = -1
  else
    counts[i] = math.max(count, least, 0) + added
    redis.call('SET', key, counts[i], 'PX', ARGV[1])
  end
end
return counts
""")
# For each key that there is: what its count is at least.
RAISE = LuaScript("""
for i, key in ipairs(KEYS) do
  local count = redis.call('GET', key)
  if count and tonumber(count) < tonumber(ARGV[i]) then
    redis.call('SET', key, ARGV[i], 'KEEPTTL')
  end
end
""")


def count_in_database(added: Mapping[str, int], until: datetime) -> dict[str, int]:
    """Add to the counts of some digests, whose window lasts `until`. One query; answers the counts."""
    moment = connection.ops.adapt_datetimefield_value(until)
    # Rows are locked in one order, whoever counts.
    rows = sorted(added.items())
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO visitors_visit (digest, count, until) VALUES "  # noqa: S608
            + ", ".join(["(%s, %s, %s)"] * len(rows))
            + " ON CONFLICT (digest) DO UPDATE SET count = visitors_visit.count + excluded.count"
            " RETURNING digest, count",
            [value for digest, count in rows for value in (digest, count, moment)],
        )
        return dict(cursor.fetchall())


def _steps(counts: list[tuple[str, int]]) -> list[list[tuple[str, int]]]:
    return [counts[first : first + STEP] for first in range(0, len(counts), STEP)]


class _UnwrittenCount(NamedTuple):
    """What was counted of a digest and is not in the database yet."""

    number: int
    until: datetime


class SharedCounts:
    """What one process counts by Valkey, and has yet to write into the database."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: dict[str, _UnwrittenCount] = {}
        self._hurry = Event()
        self._thread: Thread | None = None
        self._losses, self._settled_at = 0, 0.0

    def count(self, link: ValkeyLink, added: Mapping[str, int], until: datetime) -> dict[str, int]:
        """As `count_in_database`; by Valkey where it is there."""
        try:
            counts = self._count_there(link, added, until)
        except ValkeyAway:
            # What others have counted should be in the database too, and soon.
            self._hurry.set()
            counts = count_in_database(added, until)
            return {digest: count + self._unwritten(digest) for digest, count in counts.items()}
        self._keep(added, until)
        return counts

    def _count_there(self, link: ValkeyLink, added: Mapping[str, int], until: datetime) -> dict[str, int]:
        least = self._in_all(added) if self._is_settling(link) else {}
        counts = self._ask(link, added, least, until)
        if unknown := [digest for digest, count in counts.items() if count < 0]:
            least = self._in_all(unknown)
            counts |= self._ask(link, {digest: added[digest] for digest in unknown}, least, until)
        return counts

    def _ask(
        self, link: ValkeyLink, added: Mapping[str, int], least: Mapping[str, int], until: datetime
    ) -> dict[str, int]:
        kept = max(0, int((until - now()).total_seconds() * 1000)) + SPARED_MILLISECONDS
        numbers = [number for digest, count in added.items() for number in (count, least.get(digest, -1))]
        return dict(zip(added, link.run_script(COUNT, list(added), [kept, *numbers]), strict=True))

    def _is_settling(self, link: ValkeyLink) -> bool:
        if link.losses != self._losses:
            self._losses, self._settled_at = link.losses, time.monotonic() + SETTLING
        return time.monotonic() < self._settled_at

    def _in_all(self, digests: Collection[str]) -> dict[str, int]:
        """What was counted of each, as far as this process can know. One query."""
        # In this order: what is being written meanwhile is missing rather than counted twice.
        written = dict(Visit.objects.filter(digest__in=digests).values_list("digest", "count"))
        return {digest: written.get(digest, 0) + self._unwritten(digest) for digest in digests}

    def _unwritten(self, digest: str) -> int:
        waiting = self._waiting.get(digest)
        return waiting.number if waiting else 0

    def _keep(self, added: Mapping[str, int], until: datetime) -> None:
        with self._lock:
            for digest, count in added.items():
                self._waiting[digest] = _UnwrittenCount(self._unwritten(digest) + count, until)
            if len(self._waiting) > MOST_WAITING:
                self._hurry.set()
            if self._thread is None:
                self._thread = Thread(target=self._write_now_and_then, name="counts", daemon=True)
                self._thread.start()

    def write(self, link: ValkeyLink | None) -> None:
        """Write what waits into the database, and tell Valkey where that has counted more. What could not be written waits on."""
        with self._lock:
            taken, self._waiting = self._waiting, {}
        present = now()
        by_window: dict[datetime, list[tuple[str, int]]] = {}
        for digest, (number, until) in taken.items():
            if until > present:
                by_window.setdefault(until, []).append((digest, number))
        steps = [(until, dict(step)) for until, counts in by_window.items() for step in _steps(counts)]
        while steps:
            until, step = steps[-1]
            try:
                with transaction.atomic():
                    counts = count_in_database(step, until)
            except BaseException:
                self._take_back(steps)
                raise
            steps.pop()
            if link:
                try:
                    link.run_script(RAISE, list(counts), list(counts.values()))
                except ValkeyAway:
                    link = None

    def _take_back(self, steps: list[tuple[datetime, dict[str, int]]]) -> None:
        with self._lock:
            for until, step in steps:
                for digest, count in step.items():
                    self._waiting[digest] = _UnwrittenCount(self._unwritten(digest) + count, until)

    def _write_now_and_then(self) -> None:
        while True:
            self._hurry.wait(WRITTEN_EVERY)
            self._hurry.clear()
            with self._lock:
                if not self._waiting:
                    # Who counts next begins another: an idle site has nothing that wakes.
                    self._thread = None
                    return
            try:
                self.write(valkey())
            except Exception:
                logger.warning("What was counted of visitors can't be written yet", exc_info=True)
                time.sleep(1)
            finally:
                connection.close()


_counts = SharedCounts()


def shared_counts() -> SharedCounts:
    """Those of this process."""
    return _counts


def _forget() -> None:
    """What waits in a process is written by it, not by its copies."""
    global _counts
    _counts = SharedCounts()


os.register_at_fork(after_in_child=_forget)
