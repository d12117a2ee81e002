"""The copies of media files that a node keeps on its own disk where they lie in an S3 bucket: bounded, and known by their digests.

An object never becomes another under its key, so a copy is right for as long as the object is there. Each is checked when it
comes and looked at by the marks of the file system before it is given out; those that were asked for least recently go first.
"""

import fcntl
import hashlib
import logging
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from meiri.operations.alterations import FileChange, note_and_take_away
from meiri.operations.sealed_files import digest_of, stamp_of

logger = logging.getLogger(__name__)

FOLDER_NAME = "media-cache"
PATIENCE = 10
# What is asked for again within so many seconds is not written down again; nothing that young is thrown away.
TOUCHED_EVERY = 10.0
IN_USE = 30.0
# Of its bound so much is kept when room is made.
KEPT_SHARE = 0.9
# An object that was found altered or missing is not fetched again for so many seconds.
WRONG_FOR = 60.0
# Files that were begun and never finished are thrown away after so many seconds.
ABANDONED = 24 * 3600.0
# What SQLite says of a database file that is none, or no longer whole.
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

SCHEMA = """
CREATE TABLE IF NOT EXISTS copy (
    key TEXT PRIMARY KEY,
    name TEXT NOT NULL,            -- of the media file
    digest BLOB NOT NULL,          -- SHA-256
    size INTEGER NOT NULL,
    stored_at REAL NOT NULL,       -- when the media file was stored, seconds of the epoch
    stamp TEXT NOT NULL,           -- by what the copy is known without being read
    used_at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS copy_of ON copy (name);
CREATE INDEX IF NOT EXISTS use_of_copy ON copy (used_at, size);
CREATE TABLE IF NOT EXISTS wrong (
    key TEXT PRIMARY KEY,          -- of an object that is not what was stored
    digest TEXT NOT NULL,          -- what it is, "" where it is missing
    until REAL NOT NULL            -- when it is looked at again, seconds of the epoch
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class MediaObject:
    """A media file as its row says. `digest`: SHA-256; `stored_at`: seconds of the epoch."""

    name: str
    key: str
    digest: bytes
    size: int
    stored_at: float


class AlteredObject(FileNotFoundError):
    """What came is not what was stored."""


class NodeCache:
    """The copies in `folder`, of `limit` bytes together. For all processes and threads of a node. Raises `OSError` and `sqlite3.Error`.

    Where the index is damaged all copies are thrown away, and it begins anew.
    """

    def __init__(self, folder: Path, limit: int):
        self.folder, self.limit = folder, limit
        self._database_file = folder / "index.sqlite3"
        self._connections = threading.local()

    @property
    def _database(self) -> sqlite3.Connection:
        found = getattr(self._connections, "database", None)
        opened = os.getpid(), self._file()
        if found is None or self._connections.opened != opened:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._locked("opening"):
                found = sqlite3.connect(self._database_file, timeout=PATIENCE, isolation_level=None)
                found.execute("PRAGMA journal_mode=WAL")
                found.execute("PRAGMA synchronous=NORMAL")
                found.execute("PRAGMA secure_delete=ON")  # of what was deleted no name stays in the file
                found.executescript(SCHEMA)
                self._connections.opened = os.getpid(), self._file()
            self._connections.database = found
        return found

    def _file(self) -> tuple[int, int] | None:
        """Which file the index is: whoever has one open that was deleted would write where nobody looks."""
        try:
            status = os.stat(self._database_file)
        except FileNotFoundError:
            return None
        return status.st_dev, status.st_ino

    def _ask(self, statement: str, values: Sequence = ()) -> list[tuple]:
        """The rows that the index answers with."""
        asked = self._file()
        try:
            return self._database.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            # The low byte is the error, the rest its circumstances (SQLite, "Result and Error Codes").
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in DAMAGED:
                raise
            logger.warning("%s is damaged (%s); all copies are fetched again.", self._database_file, error)
            self._begin_anew(asked)
        return self._database.execute(statement, values).fetchall()

    def _begin_anew(self, damaged: tuple[int, int] | None) -> None:
        """Throw away the index and all copies, which nothing else knows, unless another process has just done so."""
        with self._locked("opening"):
            if self._file() != damaged:
                return
            for ending in ("", "-wal", "-shm"):
                Path(f"{self._database_file}{ending}").unlink(missing_ok=True)
            for copy in self.folder.glob("??/*"):
                copy.unlink(missing_ok=True)

    def _note_in_passing(self, statement: str, values: Sequence) -> None:
        """Write down what may be lost, without waiting: a full disk, or somebody who holds the index, keeps no copy from being sent."""
        with suppress(OSError, sqlite3.Error):
            database = self._database
            database.execute("PRAGMA busy_timeout = 0")
            try:
                database.execute(statement, values)
            finally:
                database.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")

    @contextmanager
    def _locked(self, what: str, patience: float | None = None) -> Iterator[bool]:
        """Hold a lock of this node; whether that is so, where `patience` in seconds may run out."""
        folder = self.folder / "locks"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(folder / what, "w") as lock:
            end = time.monotonic() + (patience or 0)
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | (0 if patience is None else fcntl.LOCK_NB))
                    break
                except BlockingIOError:
                    if time.monotonic() > end:
                        yield False
                        return
                    time.sleep(0.02)
            yield True

    def fetching(self, key: str, patience: float):
        """While this lasts nobody else of the node fetches that object, where it gives True. Few locks serve all keys."""
        return self._locked(hashlib.sha256(key.encode()).hexdigest()[:3], patience)

    def path_of(self, key: str) -> str:
        name = hashlib.sha256(key.encode()).hexdigest()
        return f"{self.folder}/{name[:2]}/{name[2:]}"

    def find(self, key: str) -> str | None:
        """Where the copy of an object is; None where there is none. One that was changed from outside is put away."""
        found = self._ask("SELECT digest, stamp, used_at FROM copy WHERE key = ?", [key])
        if not found:
            return None
        digest, stamp, used_at = found[0]
        path = self.path_of(key)
        try:
            stands = stamp_of(path)
            if stands != stamp:
                if os.path.islink(path) or digest_of(path) != digest:
                    self._put_away(key, path)
                    return None
                self._note_in_passing("UPDATE copy SET stamp = ? WHERE key = ?", [stands, key])
        except OSError:
            self._put_away(key, path)
            return None
        if (now := time.time()) > used_at + TOUCHED_EVERY:
            self._note_in_passing("UPDATE copy SET used_at = ? WHERE key = ?", [now, key])
        return path

    def of_name(self, name: str) -> MediaObject | None:
        """The media file as it was when its copy was made: for when nothing else is there to ask."""
        found = self._ask(
            "SELECT name, key, digest, size, stored_at FROM copy WHERE name = ? ORDER BY stored_at DESC LIMIT 1",
            [name],
        )
        return MediaObject(*found[0]) if found else None

    def take(self, file: MediaObject, pieces: Iterable[bytes]) -> str:
        """Keep the bytes of a file; where they are. Raises `AlteredObject` for others than were stored: these are noted, and kept as
        evidence."""
        (self.folder / "drafts").mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = str(self.folder / "drafts" / secrets.token_hex(8))
        try:
            digest, size = hashlib.sha256(), 0
            with open(draft, "xb") as out:
                for piece in pieces:
                    digest.update(piece)
                    size += len(piece)
                    out.write(piece)
                    if size > file.size:
                        break
                # Or what a power cut left of it would look like somebody's change.
                out.flush()
                os.fsync(out.fileno())
            if size != file.size or digest.digest() != file.digest:
                if self.note_wrong(file.key, digest.hexdigest()):
                    told = f"s3/{file.key}"
                    note_and_take_away(
                        draft, told, FileChange.CHANGED, lambda _: digest.hexdigest(), for_good=True
                    )
                raise AlteredObject(f"{file.name} is not as it was stored.")
            path = self.path_of(file.key)
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            os.replace(draft, path)
        finally:
            with suppress(FileNotFoundError):
                os.remove(draft)
        try:
            self._ask(
                "INSERT OR REPLACE INTO copy VALUES (?, ?, ?, ?, ?, ?, ?)",
                [file.key, file.name, file.digest, file.size, file.stored_at, stamp_of(path), time.time()],
            )
            os.stat(path)
        except FileNotFoundError as error:  # callers take that for an object that is not in the bucket
            raise sqlite3.DatabaseError("All copies were just thrown away.") from error
        except (OSError, sqlite3.Error):
            with suppress(FileNotFoundError):
                os.remove(path)  # what the index does not know would never make room
            raise
        if self.size() > self.limit:
            self.make_room(int(self.limit * KEPT_SHARE))
        return path

    def size(self) -> int:
        """The bytes of all copies."""
        return self._ask("SELECT coalesce(sum(size), 0) FROM copy")[0][0]

    def make_room(self, most: int) -> None:
        """Throw away what was asked for least recently, until there are at most `most` bytes. What is being read just now stays."""
        if (over := self.size() - most) <= 0:
            return
        gone = self._ask(
            "SELECT key FROM (SELECT key, sum(size) OVER (ORDER BY used_at, size, key) - size AS before FROM copy"
            " WHERE used_at < ?) WHERE before < ?",
            [time.time() - IN_USE, over],
        )
        self.forget(key for (key,) in gone)

    def forget(self, keys: Iterable[str]) -> None:
        """Delete the copies of these objects."""
        for key in keys:
            with suppress(FileNotFoundError):
                os.remove(self.path_of(key))
            self._ask("DELETE FROM copy WHERE key = ?", [key])
            self._ask("DELETE FROM wrong WHERE key = ?", [key])

    def among(self, keys: Sequence[str]) -> list[str]:
        """Those of the keys of which there is a copy, or a note."""
        marks = ", ".join("?" * len(keys))
        found = self._ask(
            f"SELECT key FROM copy WHERE key IN ({marks}) UNION SELECT key FROM wrong WHERE key IN ({marks})",  # noqa: S608
            [*keys, *keys],
        )
        return [key for (key,) in found]

    def is_wrong(self, key: str) -> bool:
        """Whether the object was found to be another than was stored, or missing, a short while ago."""
        found = self._ask("SELECT until FROM wrong WHERE key = ?", [key])
        return bool(found) and found[0][0] > time.time()

    def note_wrong(self, key: str, digest: str) -> bool:
        """The object is another now, or missing where `digest` is ""; whether that was not known."""
        known = self._ask("SELECT digest FROM wrong WHERE key = ?", [key])
        self._ask("INSERT OR REPLACE INTO wrong VALUES (?, ?, ?)", [key, digest, time.time() + WRONG_FOR])
        return known != [(digest,)]

    def forget_all(self) -> None:
        self.forget([key for (key,) in self._ask("SELECT key FROM copy")])

    def clear_litter(self) -> None:
        """Delete what was begun and never finished."""
        before = time.time() - ABANDONED
        with suppress(FileNotFoundError):
            for draft in os.scandir(self.folder / "drafts"):
                with suppress(FileNotFoundError):
                    if draft.stat(follow_symlinks=False).st_mtime < before:
                        os.remove(draft.path)

    def swept_until(self) -> float:
        """Up to when, in seconds of the epoch, the copies of removed objects were deleted; 0.0 for never."""
        found = self._ask("SELECT value FROM state WHERE name = 'swept until'")
        return found[0][0] if found else 0.0

    def note_swept(self, until: float) -> None:
        self._ask("INSERT OR REPLACE INTO state VALUES ('swept until', ?)", [until])

    def _put_away(self, key: str, path: str) -> None:
        """A copy that is missing was thrown away by another process to make room; one that is another was changed from outside."""
        if self._ask("DELETE FROM copy WHERE key = ? RETURNING key", [key]) and os.path.lexists(path):
            name = f"{FOLDER_NAME}/{key}"
            note_and_take_away(
                path, name, FileChange.CHANGED, lambda found: digest_of(found).hex(), for_good=True
            )
