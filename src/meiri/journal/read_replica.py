"""A PostgreSQL that follows the site's database and answers readers (MEIRI_REPLICA_URL; PostgreSQL, "Hot Standby").

It answers a request only once it has the entry at which the journal ended when the request came: by the chain, it then has all before it.
A view that it does not answer to its end is answered by the primary, from the beginning.
"""

import logging
import os
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from threading import Lock, Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections

from meiri.journal.read_replica_settings import READ_REPLICA

if TYPE_CHECKING:
    from meiri.journal.log import End

logger = logging.getLogger(__name__)

READING = ("GET", "HEAD")
# Seconds between two looks at it, and how far it may be behind: not all that readers see is told by entries.
LOOK, FAR_BEHIND = 0.5, 10.0
MOST_NOTED = 1000

_STATE = """
SELECT pg_is_in_recovery(), current_setting('server_version_num')::int / 10000,
    (SELECT system_identifier FROM pg_control_system()),
    CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END - '0/0'::pg_lsn
"""
_HAS_REACHED = """
SELECT pg_is_in_recovery() AND (%(sequence)s = 0 OR EXISTS (
    SELECT 1 FROM journal_entry WHERE sequence = %(sequence)s AND digest = %(digest)s))
"""


class ServerState(NamedTuple):
    """`follows`: whether the server follows another. `position`: bytes of the write-ahead log that it has written, or replayed."""

    follows: bool
    version: int
    system: int
    position: int


def state_of(alias: str) -> ServerState:
    """Raises `DatabaseError`."""
    with connections[alias].cursor() as cursor:
        cursor.execute(_STATE)
        follows, version, system, position = cursor.fetchone()
    return ServerState(follows, version, system, int(position or 0))


def why_unfit(primary: ServerState, replica: ServerState) -> str:
    """Why the one is no replica of the other, for operators; "" where it is."""
    if replica.version != primary.version:
        return f"it is PostgreSQL {replica.version}, and the primary is {primary.version}"
    if replica.system != primary.system:
        return "it follows another server: its system identifier is not the primary's"
    if not replica.follows:
        return "it can be written: it is no replica, or it was promoted"
    return ""


class LagClock:
    """How many seconds the replica is behind, by what the primary had written at each look."""

    def __init__(self) -> None:
        self._noted: deque[tuple[float, int]] = deque()

    def lag(self, written: int, replayed: int, now: float) -> float:
        """`written` was asked before `replayed`."""
        if len(self._noted) == MOST_NOTED:
            del self._noted[1]  # the oldest is what counts
        self._noted.append((now, written))
        while self._noted and self._noted[0][1] <= replayed:
            self._noted.popleft()
        return now - self._noted[0][0] if self._noted else 0.0


class ReadReplica:
    """What this process knows of the replica. A thread of its own looks at it, so that nobody who reads waits for one that is away."""

    def __init__(self) -> None:
        from meiri.journal.read_replica_counters import BY_PRIMARY, BY_REPLICA

        self.by_primary, self.by_replica = BY_PRIMARY, BY_REPLICA
        self.is_there = False
        self.reason = ""  # why it is not there; "" where it is, or nobody has looked yet
        self.lag = 0.0
        self._lock = Lock()
        self._thread: Thread | None = None

    def begin(self) -> None:
        """Let the thread look, where it does not yet. Costs nothing."""
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._thread = Thread(target=self._keep_looking, name="read replica", daemon=True)
                    self._thread.start()

    def has_reached(self, end: "End") -> bool:
        """Whether it has that entry, and still follows. Asked in the thread that is to read from it."""
        if not self.is_there:
            return False
        try:
            with connections[READ_REPLICA].cursor() as cursor:
                cursor.execute(_HAS_REACHED, end._asdict())
                return bool(cursor.fetchone()[0])
        except (DatabaseError, InterfaceError) as error:
            self.give_up(error)
            return False

    def leave(self, error: Exception) -> None:
        """It could not answer this thread, whose connection is closed. A view that takes it too long says nothing of whether it is there."""
        with suppress(DatabaseError, InterfaceError):
            connections[READ_REPLICA].close()
        logger.warning("The read replica could not answer, the primary did: %s", _sentence(error))

    def give_up(self, error: Exception) -> None:
        """It did not say how far it is: this thread's connection is closed, and nobody asks it before the next look."""
        with suppress(DatabaseError, InterfaceError):
            connections[READ_REPLICA].close()
        self._note(_sentence(error))

    def _note(self, reason: str) -> None:
        with self._lock:
            was_there, known = self.is_there, self.reason
            self.is_there, self.reason = not reason, reason
        if reason and (was_there or not known):
            logger.warning("The read replica is not used, the primary answers readers: %s", reason)
        elif not reason and known:
            logger.info("The read replica answers readers again.")

    def _keep_looking(self) -> None:
        clock = LagClock()
        while True:
            self._note(self._look(clock))
            sleep(LOOK)

    def _look(self, clock: LagClock) -> str:
        """Why it can't be used; "" where it can."""
        found = []
        for alias, server in ((DEFAULT_DB_ALIAS, "the primary"), (READ_REPLICA, "it")):
            try:
                found.append((state_of(alias), monotonic()))
            except Exception as error:
                with suppress(Exception):
                    connections[alias].close()
                return f"{server} does not answer: {_sentence(error)}"
        (primary, now), (replica, _) = found
        self.lag = clock.lag(primary.position, replica.position, now)
        if unfit := why_unfit(primary, replica):
            return unfit
        return f"it is {self.lag:.0f} s behind" if self.lag > FAR_BEHIND else ""


def _sentence(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]


@contextmanager
def reading_from_replica() -> Iterator[None]:
    """Within the block this thread's queries of the site's database go to the replica, written out or made by Django."""
    primary = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = connections[READ_REPLICA]
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = primary


def reads_replica(view: Callable) -> Callable:
    """Decorate a view that shows to everybody the same of what the journal tells of: the replica may answer it.

    Not for who is signed in, nor for pages that are made to be stored. Costs one short query of each database.
    """

    @wraps(view)
    def answer(request: Any, *arguments: Any, **named: Any) -> Any:
        replica = read_replica()
        if replica is None or not _is_readers(request):
            return view(request, *arguments, **named)
        # Views are decorated before models can be loaded.
        from meiri.journal.log import end_of_journal, journal_snapshot

        replica.begin()
        with journal_snapshot():
            if replica.is_there and replica.has_reached(end_of_journal()):
                try:
                    with reading_from_replica():
                        response = view(request, *arguments, **named)
                    replica.by_replica.inc()
                    return response
                except (DatabaseError, InterfaceError) as error:
                    replica.leave(error)
            replica.by_primary.inc()
            return view(request, *arguments, **named)

    return answer


def _is_readers(request: Any) -> bool:
    database = connections[DEFAULT_DB_ALIAS]
    return (
        request.method in READING
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        # Pages that are stored, and previews.
        and not getattr(request, "makes_page", False)
        and not getattr(request, "is_dummy", False)
        # A view that calls another has chosen already; a transaction reads what it wrote.
        and database.alias == DEFAULT_DB_ALIAS
        and not database.in_atomic_block
    )


_replica: ReadReplica | None = None
_replica_lock = Lock()


def read_replica() -> ReadReplica | None:
    """Of this process; None where the site has none."""
    if READ_REPLICA not in connections.settings:
        return None
    global _replica
    if _replica is None:
        with _replica_lock:
            if _replica is None:
                _replica = ReadReplica()
    return _replica


def read_replica_is_away() -> bool:
    """Whether the site has a read replica which this process does not use."""
    replica = read_replica()
    if replica is None:
        return False
    replica.begin()
    return not replica.is_there and bool(replica.reason)


def _forget() -> None:
    """A copy of a process looks for itself: the thread is not in it."""
    global _replica, _replica_lock
    _replica, _replica_lock = None, Lock()


os.register_at_fork(after_in_child=_forget)
