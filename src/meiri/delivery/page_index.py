"""Which pages are stored and which content keys each was made of: a small database of the node's own.

It lies beside the page files because it is about them: each node has its own files, its own position in the journal, and
its own index. Losing it loses nothing but time; the pages are made again.

The order of things keeps it right whenever a process dies:

- a page is entered before its file appears, as one that waits to be made again, and is taken off the waiting list when
  the file is whole. So no file is ever without an entry, and one that was being written is made again;
- a change of content marks every page that used it, in the same transaction that moves the position in the journal;
- each change gets a number, its tick. Whoever renders a page notes the tick before it reads anything, and enters the page
  only if none of its keys changed since. Otherwise what was read may be older than the change that just went by.
"""

import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from meiri.delivery.digest_index import DigestIndex
from meiri.delivery.failures import NOT_PAUSED, FailureIndex
from meiri.delivery.index_database import IndexSnapshot
from meiri.delivery.keys import EVERYWHERE
from meiri.delivery.kinds import order_of
from meiri.delivery.omissions import Omission
from meiri.wakeups import wake

# How long a change stays known, in seconds; no rendering takes longer.
REMEMBERED = 600
# No page's time of change runs further ahead of the clock than this, in seconds.
AHEAD = 60


@dataclass(frozen=True)
class JournalOffset:
    """How far the journal was followed: the entry's number and its digest, by which a replaced database is known."""

    sequence: int
    digest: str


class PageIndex(FailureIndex, DigestIndex):
    """The index at `path`. Threads may share it: each has a connection of its own. Raises `sqlite3.Error`.

    With `purges`, pages that were replaced or thrown away are listed for a CDN to forget.
    """

    def snapshot(self) -> IndexSnapshot:
        """To be asked for before a page is rendered, and given to `enter` afterwards."""
        return IndexSnapshot(self._state("tick", 0), self._state("generation", 0))

    def enter(self, address: str, keys: Iterable[str], snapshot: IndexSnapshot, digests: bytes = b"") -> bool:
        """Enter a page that was rendered from `keys` and is about to be written, in variants with these digests. False where
        a key changed meanwhile."""
        keys = set(keys) - EVERYWHERE
        with self._writing() as database:
            self._keep(database, rendered=self._state("rendered", 0) + 1)
            if snapshot.version < self._state("forgotten", 0) or any(
                tick > snapshot.version for tick in self._ticks_of(database, keys)
            ):
                return False
            database.execute(
                "INSERT INTO page (address, place, generation, size, waiting) VALUES (?, ?, ?, 0, ?)"
                " ON CONFLICT (address) DO UPDATE SET generation = excluded.generation, place = excluded.place,"
                " waiting = coalesce(waiting, excluded.waiting)",
                [address, order_of(address), snapshot.generation, snapshot.version],
            )
            (page,) = database.execute("SELECT id FROM page WHERE address = ?", [address]).fetchone()
            old = {k for (k,) in database.execute("SELECT key FROM page_key WHERE page = ?", [page])}
            database.executemany(
                "DELETE FROM page_key WHERE key = ? AND page = ?", [(k, page) for k in old - keys]
            )
            database.executemany("INSERT INTO page_key VALUES (?, ?)", [(k, page) for k in keys - old])
            self._expect_digests(database, page, digests)
        return True

    @property
    def rendered(self) -> int:
        """How many pages were rendered to be stored since the index began."""
        return self._state("rendered", 0)

    def written(
        self, address: str, size: int, snapshot: IndexSnapshot, omissions: Sequence[Omission] = ()
    ) -> bool:
        """The page's file is whole, `size` bytes in all: it waits no longer, but for a change that came after `snapshot`.
        Where errors left parts of it out, it is tried again after a pause.

        False where the page is in the index no more, because all were thrown away meanwhile.
        """
        with self._writing() as database:
            changed = database.execute(
                "UPDATE page SET size = ?, waiting = CASE WHEN waiting > ? THEN waiting END WHERE address = ?",
                [size, snapshot.version, address],
            )
            if changed.rowcount == 1:
                self._settle_digests(database, address)
                self._shown_without(database, address, snapshot, omissions)
            self._to_purge(database, address)
        return changed.rowcount == 1

    def expect(self, address: str) -> None:
        """Put a page that is not stored yet on the waiting list."""
        with self._writing() as database:
            self._expect(database, address, self._state("tick", 0))

    def invalidate(
        self,
        keys: Iterable[str],
        *,
        position: JournalOffset | None = None,
        everything: bool = False,
        expected: Sequence[str] = (),
        withdrawn: Iterable[str] = (),
        written_at: float | None = None,
    ) -> None:
        """Take note that what `keys` name has changed: the pages that used them wait to be made again.

        With `everything`, a new generation begins: every page waits, behind those that wait already. `expected` are
        pages to be made though they may not be stored yet. `position` is how far the journal is followed with that.
        `written_at` is when the journal got the first of it, in seconds of the epoch.
        `withdrawn` are those of `keys` that name what was withdrawn or deleted: files that show it may not be kept where
        they can't be made again.
        """
        with self._writing() as database:
            tick, now = self._state("tick", 0) + 1, time.time()
            for key in dict.fromkeys(keys):
                database.execute("INSERT OR REPLACE INTO change VALUES (?, ?, ?)", [key, tick, now])
                database.execute(
                    "UPDATE page SET waiting = ? WHERE id IN (SELECT page FROM page_key WHERE key = ?)",
                    [tick, key],
                )
            for key in dict.fromkeys(withdrawn):
                database.execute(
                    "INSERT OR REPLACE INTO withdrawal SELECT page, ? FROM page_key WHERE key = ?",
                    [tick, key],
                )
            for address in expected:
                self._expect(database, address, tick)
            if written_at is not None:
                database.execute("INSERT INTO written VALUES (?, ?)", [tick, written_at])
            self._keep(database, tick=tick)
            if everything:
                self._keep(database, generation=self._state("generation", 0) + 1)
            if position:
                self._keep(database, sequence=position.sequence, digest=position.digest)
            self._forget_changes(database, now)
        wake()

    def _forget_changes(self, database: sqlite3.Connection, now: float) -> None:
        (latest,) = database.execute(
            "SELECT max(tick) FROM change WHERE at < ?", [now - REMEMBERED]
        ).fetchone()
        if latest is not None:
            database.execute("DELETE FROM change WHERE at < ?", [now - REMEMBERED])
            database.execute("DELETE FROM written WHERE tick <= ?", [latest])
            self._keep(database, forgotten=max(latest, self._state("forgotten", 0)))

    def waits_since(self, address: str) -> float | None:
        """When the newest change that the page does not show yet was written to the journal, in seconds of the epoch; None
        where it waits for something else."""
        found = self._database.execute(
            "SELECT at FROM page JOIN written ON tick = waiting WHERE address = ?", [address]
        ).fetchone()
        return found[0] if found else None

    @property
    def position(self) -> JournalOffset | None:
        """How far the journal was followed; None where it never was."""
        sequence = self._state("sequence", None)
        return None if sequence is None else JournalOffset(sequence, self._state("digest", ""))

    def recall(self, name: str) -> str | None:
        """What was kept under `name` for the node's pages as a whole."""
        return self._state(name, None)

    def keep(self, name: str, value: str) -> None:
        with self._writing() as database:
            self._keep(database, **{name: value})

    def dirty_pages(self, most: int = 100) -> list[str]:
        """The addresses of pages that wait to be made again, the most important first; without those that failed and
        are left alone for a while."""
        rows = self._database.execute(
            f"SELECT address FROM page WHERE waiting IS NOT NULL AND {NOT_PAUSED} ORDER BY place, id LIMIT ?",  # noqa: S608
            [time.time(), self._state("generation", 0), most],
        )
        return [address for (address,) in rows]

    def outdated(self, most: int = 1) -> list[str]:
        """The addresses of pages of earlier generations, the most important first; without those that failed and are
        left alone for a while."""
        generation = self._state("generation", 0)
        rows = self._database.execute(
            f"SELECT address FROM page WHERE generation < ? AND {NOT_PAUSED} ORDER BY place, id LIMIT ?",  # noqa: S608
            [generation, time.time(), generation, most],
        )
        return [address for (address,) in rows]

    def is_dirty(self, address: str) -> bool:
        """Whether the page does not show yet what it should, and may be tried now."""
        generation, now = self._state("generation", 0), time.time()
        found = self._database.execute(
            f"SELECT 1 FROM page LEFT JOIN failure ON failure.page = id WHERE address = ? AND {NOT_PAUSED}"  # noqa: S608
            " AND (waiting IS NOT NULL OR page.generation < ? OR retry_at <= ?)",
            [address, now, generation, generation, now],
        )
        return found.fetchone() is not None

    def has_long_queue(self, length: int) -> bool:
        """Whether at least `length` pages wait for a change, those of earlier generations left aside."""
        return len(self.dirty_pages(length)) == length

    def pending(self) -> int:
        """How many pages do not show yet what they should; without those that failed and are left alone for a while."""
        generation = self._state("generation", 0)
        (count,) = self._database.execute(
            f"SELECT count(*) FROM page WHERE (waiting IS NOT NULL OR generation < ?) AND {NOT_PAUSED}",  # noqa: S608
            [generation, time.time(), generation],
        ).fetchone()
        return count

    def forget(self, address: str, changed: int = 0) -> None:
        """Take a page out of the index. Call it after its files, which had `changed` then, are gone."""
        with self._writing() as database:
            database.execute("DELETE FROM page WHERE address = ?", [address])
            self._to_purge(database, address)
            self._note_removed(database, changed)

    def purge(self, addresses: Iterable[str]) -> None:
        """List what is no page, such as the files of a picture, for the CDN to forget."""
        if self._purges:
            with self._writing() as database:
                for address in addresses:
                    self._to_purge(database, address)

    def unpurged(self, most: int) -> list[tuple[int, str]]:
        """(number, address) of pages that the CDN still has to forget, those that have waited longest first."""
        rows = self._database.execute("SELECT number, address FROM purge ORDER BY number LIMIT ?", [most])
        return rows.fetchall()

    def purged(self, numbers: Sequence[int]) -> None:
        """The CDN has forgotten the pages that were listed with these numbers."""
        with self._writing() as database:
            database.executemany("DELETE FROM purge WHERE number = ?", [(number,) for number in numbers])

    @property
    def removed(self) -> int:
        """The latest time of change of a page that was removed: none that is made from here on may have it again."""
        return self._state("removed", 0)

    def knows(self, address: str) -> bool:
        return (
            self._database.execute("SELECT 1 FROM page WHERE address = ?", [address]).fetchone() is not None
        )

    def addresses_using(self, keys: Iterable[str]) -> list[str]:
        """The pages that were made of any of `keys`."""
        found: dict[str, None] = {}
        for key in keys:
            rows = self._database.execute(
                "SELECT address FROM page JOIN page_key ON page = id WHERE key = ? ORDER BY place, id", [key]
            )
            found.update((address, None) for (address,) in rows)
        return list(found)

    def keys_of(self, address: str) -> set[str]:
        rows = self._database.execute(
            "SELECT key FROM page_key JOIN page ON page = id WHERE address = ?", [address]
        )
        return {key for (key,) in rows}

    def current(self, after: int = 0, most: int = 500) -> list[tuple[int, str]]:
        """(number, address) of pages that show what they should, by number, from the one after `after`."""
        rows = self._database.execute(
            "SELECT id, address FROM page WHERE id > ? AND waiting IS NULL AND generation = ? ORDER BY id LIMIT ?",
            [after, self._state("generation", 0), most],
        )
        return rows.fetchall()

    def sizes(self) -> list[tuple[str, int]]:
        """(address, bytes) of every page that is stored."""
        return self._database.execute("SELECT address, size FROM page WHERE size > 0").fetchall()

    def total_size(self) -> int:
        """The bytes of all pages. Read from an index over sizes alone."""
        (total,) = self._database.execute("SELECT coalesce(sum(size), 0) FROM page").fetchone()
        return total

    def clear(self) -> None:
        """Forget all pages, and how far the journal was followed. Whoever is rendering now starts again."""
        with self._writing() as database:
            tick = self._state("tick", 0) + 1
            if self._purges:
                database.execute("INSERT OR REPLACE INTO purge (address) SELECT address FROM page")
            database.execute("DELETE FROM page")
            database.execute("DELETE FROM change")
            database.execute("DELETE FROM state WHERE name IN ('sequence', 'digest')")
            removed = max(self._state("removed", 0), int(time.time()) + AHEAD)
            self._keep(database, tick=tick, forgotten=tick, removed=removed)
