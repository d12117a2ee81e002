"""Pages that can't be rendered, and parts that pages are shown without: what the index of pages holds about them.

A page that fails is tried again after growing pauses, which outlast the process; a change of what it shows makes it due at
once.
"""

import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from meiri.delivery.index_database import IndexDatabase, IndexSnapshot
from meiri.delivery.keys import EVERYWHERE
from meiri.delivery.omissions import Omission

FIRST_PAUSE = 5.0  # seconds
LONGEST_PAUSE = 900.0
# So many pages that fail are remembered, and so many parts that are left out.
MOST = 1000

# Of pages that wait: those that nobody need try now, because nothing changed since they failed. Takes the present and the
# generation.
NOT_PAUSED = """NOT EXISTS (
    SELECT 1 FROM failure WHERE failure.page = page.id AND retry_at > ? AND failure.generation = ?
    AND (page.waiting IS NULL OR failure.tick >= page.waiting)
)"""


@dataclass(frozen=True)
class Failure:
    """A page that can't be rendered: since when, how often it was tried, when it is tried again (seconds of the epoch)."""

    address: str
    error: str
    tries: int
    since: float
    retry_at: float


def pause_after(tries: int) -> float:
    """How long, in seconds, to leave a page alone that failed `tries` times."""
    return min(FIRST_PAUSE * 2 ** min(tries - 1, 20), LONGEST_PAUSE)


class FailureIndex(IndexDatabase):
    """What the index knows of pages that failed."""

    def failed(self, address: str, keys: Iterable[str], snapshot: IndexSnapshot, error: str) -> None:
        """The page could not be rendered. It waits, and is tried again after a pause, or when something changes that it
        shows: `keys`, and those of the last time."""
        keys = set(keys) - EVERYWHERE
        with self._writing() as database:
            known = self._number_of(database, address) is not None
            self._expect(database, address, snapshot.version)
            page = self._number_of(database, address)
            if not self._note_failure(database, page, snapshot, error, whole=True) and not known:
                database.execute("DELETE FROM page WHERE id = ?", [page])
                return
            database.executemany(
                "INSERT OR IGNORE INTO page_key VALUES (?, ?)", [(key, page) for key in keys]
            )
            latest = max(self._ticks_of(database, keys), default=0)
            if latest > snapshot.version:
                database.execute("UPDATE page SET waiting = ? WHERE id = ?", [latest, page])

    def _shown_without(
        self,
        database: sqlite3.Connection,
        address: str,
        snapshot: IndexSnapshot,
        omissions: Sequence[Omission],
    ) -> None:
        """The page was stored as it was at `snapshot`, without `omissions`. Where errors are the reason, it is tried again."""
        page = self._number_of(database, address)
        database.execute("DELETE FROM withdrawal WHERE page = ? AND tick <= ?", [page, snapshot.version])
        database.execute("DELETE FROM omission WHERE page = ?", [page])
        if omissions and database.execute("SELECT count(*) FROM omission").fetchone()[0] < MOST:
            database.executemany(
                "INSERT OR IGNORE INTO omission VALUES (?, ?, ?, ?)",
                [(page, o.part, o.reason, int(o.broken)) for o in omissions],
            )
        if errors := [omission.reason for omission in omissions if omission.broken]:
            self._note_failure(database, page, snapshot, "；".join(errors), whole=False)
        else:
            database.execute("DELETE FROM failure WHERE page = ?", [page])

    def _note_failure(
        self, database: sqlite3.Connection, page: int, snapshot: IndexSnapshot, error: str, *, whole: bool
    ) -> bool:
        """Note that a page failed as it was rendered at `snapshot`. False where too many others have failed already."""
        found = database.execute("SELECT tries, since, error FROM failure WHERE page = ?", [page]).fetchone()
        if found is None and database.execute("SELECT count(*) FROM failure").fetchone()[0] >= MOST:
            return False
        now = time.time()
        tries, since = (found[0] + 1, found[1]) if found and found[2] == error else (1, now)
        database.execute(
            "INSERT OR REPLACE INTO failure VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                page,
                int(whole),
                snapshot.version,
                snapshot.generation,
                tries,
                since,
                now + pause_after(tries),
                error,
            ],
        )
        return True

    def _number_of(self, database: sqlite3.Connection, address: str):
        found = database.execute("SELECT id FROM page WHERE address = ?", [address]).fetchone()
        return found[0] if found else None

    def shows_withdrawn(self, address: str) -> bool:
        """Whether the page's file still shows something that was withdrawn or deleted."""
        found = self._database.execute(
            "SELECT 1 FROM withdrawal JOIN page ON page = id WHERE address = ?", [address]
        )
        return found.fetchone() is not None

    def emptied(self, address: str, changed: int) -> None:
        """The page's files, which had `changed` then, are gone, and it goes on waiting."""
        with self._writing() as database:
            page = self._number_of(database, address)
            database.execute("UPDATE page SET size = 0 WHERE id = ?", [page])
            database.execute("DELETE FROM withdrawal WHERE page = ?", [page])
            self._to_purge(database, address)
            self._note_removed(database, changed)

    def failures(self, most: int = 100) -> list[Failure]:
        """The pages that can't be rendered, the most important first."""
        rows = self._database.execute(
            "SELECT address, error, tries, since, retry_at FROM failure JOIN page ON page = id WHERE whole"
            " ORDER BY place, id LIMIT ?",
            [most],
        )
        return [Failure(*row) for row in rows]

    def omissions(self, most: int = 100, broken: bool = False) -> list[tuple[str, Omission]]:
        """What stored pages are shown without: (address, omission), those of the most important pages first. With `broken`,
        just those that an error is the reason of."""
        rows = self._database.execute(
            "SELECT address, part, reason, broken FROM omission JOIN page ON page = id WHERE broken >= ?"
            " ORDER BY place, id LIMIT ?",
            [int(broken), most],
        )
        return [(address, Omission(part, reason, bool(broken))) for address, part, reason, broken in rows]

    def pause_of(self, address: str) -> float:
        """How many seconds are left before a page that failed is tried again; 0 where it may be now."""
        now = time.time()
        found = self._database.execute(
            "SELECT retry_at FROM failure JOIN page ON page = id WHERE address = ? AND whole AND failure.generation = ?"
            " AND retry_at > ? AND (waiting IS NULL OR failure.tick >= waiting)",
            [address, self._state("generation", 0), now],
        ).fetchone()
        return found[0] - now if found else 0.0

    def due_again(self, most: int = 100) -> list[str]:
        """The addresses of stored pages without some of their parts whose pause is over."""
        rows = self._database.execute(
            "SELECT address FROM failure JOIN page ON page = id WHERE retry_at <= ? AND NOT whole"
            " ORDER BY place, id LIMIT ?",
            [time.time(), most],
        )
        return [address for (address,) in rows]

    def next_retry(self) -> float | None:
        """When the next page that failed is tried again, in seconds of the epoch; None where none failed."""
        return self._database.execute("SELECT min(retry_at) FROM failure").fetchone()[0]
