"""The database in which the index of pages lies: its tables, its connections, what holds of the index as a whole."""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from meiri.delivery.kinds import order_of

PATIENCE = 10  # seconds that a writer waits for another

SCHEMA = """
CREATE TABLE IF NOT EXISTS page (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    place INTEGER NOT NULL,        -- in the queue of pages to be made: kinds.order_of
    generation INTEGER NOT NULL,
    size INTEGER NOT NULL,         -- bytes of all variants; 0 where there is no file yet
    waiting INTEGER                -- the tick of the change that the page does not show yet
);
CREATE INDEX IF NOT EXISTS page_waiting ON page (place, id) WHERE waiting IS NOT NULL;
CREATE INDEX IF NOT EXISTS page_generation ON page (generation, place, id);
CREATE INDEX IF NOT EXISTS page_size ON page (size);
CREATE TABLE IF NOT EXISTS page_key (
    key TEXT NOT NULL,
    page INTEGER NOT NULL REFERENCES page (id) ON DELETE CASCADE,
    PRIMARY KEY (key, page)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS key_of_page ON page_key (page);
-- SHA-256 digests of the page's variants, one after the other (digest_index.py).
CREATE TABLE IF NOT EXISTS digest (
    page INTEGER PRIMARY KEY REFERENCES page (id) ON DELETE CASCADE,
    settled BLOB NOT NULL,
    coming BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS change (key TEXT PRIMARY KEY, tick INTEGER NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS change_at ON change (at);
-- When what a tick marks was written to the journal, in seconds of the epoch.
CREATE TABLE IF NOT EXISTS written (tick INTEGER PRIMARY KEY, at REAL NOT NULL);
-- What the CDN still has to forget. A number never comes twice, so a page that changes meanwhile stays on the list.
CREATE TABLE IF NOT EXISTS purge (number INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS failure (
    page INTEGER PRIMARY KEY REFERENCES page (id) ON DELETE CASCADE,
    whole INTEGER NOT NULL,        -- 1: there is no page; 0: it is stored without some of its parts
    tick INTEGER NOT NULL,         -- what the index had come to when it was tried
    generation INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    since REAL NOT NULL,           -- seconds of the epoch, as the next
    retry_at REAL NOT NULL,
    error TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS failure_due ON failure (retry_at);
CREATE TABLE IF NOT EXISTS omission (
    page INTEGER NOT NULL REFERENCES page (id) ON DELETE CASCADE,
    part TEXT NOT NULL,
    reason TEXT NOT NULL,
    broken INTEGER NOT NULL,
    PRIMARY KEY (page, part, reason)
) WITHOUT ROWID;
-- Pages whose file still shows something that was withdrawn or deleted, by the tick of that change.
CREATE TABLE IF NOT EXISTS withdrawal (
    page INTEGER PRIMARY KEY REFERENCES page (id) ON DELETE CASCADE,
    tick INTEGER NOT NULL
);
"""


@dataclass(frozen=True)
class IndexSnapshot:
    """What the index had come to when somebody began to render."""

    version: int
    generation: int


class IndexDatabase:
    """The database at `path`. Threads may share it: each has a connection of its own. Raises `sqlite3.Error`.

    With `purges`, pages that were replaced or thrown away are listed for a CDN to forget.
    """

    def __init__(self, path: Path, purges: bool = False):
        self.path, self._purges = path, purges
        self._connections = threading.local()

    @property
    def _database(self) -> sqlite3.Connection:
        database = getattr(self._connections, "database", None)
        if database is None or self._connections.file != self._file():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # SQLite does not wait for another who is just making the file a WAL: it says at once that it is locked.
            with open(f"{self.path}.lock", "w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                database = self._connect()
            self._connections.file = self._file()
            self._connections.database = database
        return database

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.execute("PRAGMA foreign_keys=ON")
        database.executescript(SCHEMA)
        return database

    def _file(self) -> tuple[int, int] | None:
        """Which file it is: whoever has one open that was deleted would write where nobody looks."""
        try:
            status = os.stat(self.path)
        except OSError:
            return None
        return status.st_dev, status.st_ino

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        database = self._database
        database.execute("BEGIN IMMEDIATE")
        try:
            yield database
        except BaseException:
            database.execute("ROLLBACK")
            raise
        database.execute("COMMIT")

    def _state(self, name: str, default):
        found = self._database.execute("SELECT value FROM state WHERE name = ?", [name]).fetchone()
        return default if found is None else found[0]

    def _keep(self, database: sqlite3.Connection, **values) -> None:
        database.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", values.items())

    def version(self) -> tuple:
        """What differs as soon as anybody else, another thread or process, has written to the index. Takes microseconds."""
        (version,) = self._database.execute("PRAGMA data_version").fetchone()
        return self._connections.file, version

    def _expect(self, database: sqlite3.Connection, address: str, tick: int) -> None:
        database.execute(
            "INSERT INTO page (address, place, generation, size, waiting) VALUES (?, ?, ?, 0, ?)"
            " ON CONFLICT (address) DO UPDATE SET waiting = excluded.waiting",
            [address, order_of(address), self._state("generation", 0), tick],
        )

    def _ticks_of(self, database: sqlite3.Connection, keys: set[str]) -> Iterator[int]:
        for key in keys:
            found = database.execute("SELECT tick FROM change WHERE key = ?", [key]).fetchone()
            if found:
                yield found[0]

    def _note_removed(self, database: sqlite3.Connection, changed: int) -> None:
        if changed > self._state("removed", 0):
            self._keep(database, removed=changed)

    def _to_purge(self, database: sqlite3.Connection, address: str) -> None:
        if self._purges:
            database.execute("INSERT OR REPLACE INTO purge (address) VALUES (?)", [address])
