"""Files that Meiri wrote once and that nobody else may change: media and collected static files.

A small database beside the folder holds the SHA-256 of each, and by which marks of the file system it is known without reading it
(inode, size, times; ctime can't be set back). A copy of each lies beside it too, for what can't be made again.
"""

import errno
import fcntl
import hashlib
import os
import secrets
import shutil
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from meiri.file_modes import PUBLIC_FILE, make_public_folder
from meiri.operations.alterations import FileChange, note_and_take_away, readable, take_away

WORK = "delivery"
PIECE = 1 << 20
# Larger files are not copied: they come back from a backup.
LARGEST_COPY = 64 << 20
# The share of a disk that copies leave free: it is for what the site can't do without.
LEFT_FREE = 0.1
# Linux (ioctl_ficlone(2)): the bytes are shared until one of the two files changes.
FICLONE = 0x40049409
PATIENCE = 10

SCHEMA = """
CREATE TABLE IF NOT EXISTS file (
    name TEXT PRIMARY KEY,
    digest BLOB NOT NULL,          -- SHA-256; empty while the file is being written
    stamp TEXT NOT NULL            -- by what it is known without being read
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
"""
# Whether all files that were there before are known, since when somebody rewrites all of them, until when they were watched.
ADOPTED, OPEN, WATCHED_UNTIL = "adopted", "open", "watched until"


class SealedFiles:
    """The files in `folder`, with or without copies of them. Raises `OSError` and `sqlite3.Error`."""

    def __init__(self, folder: Path, copies: bool = True):
        self.folder, self.root, self._with_copies = folder, str(folder), copies
        work = folder.parent / WORK
        self._database_file = work / f"{folder.name}.sqlite3"
        self._copies, self._drafts = work / "copies" / folder.name, work / "drafts"
        self._connections = threading.local()

    @property
    def _database(self) -> sqlite3.Connection:
        found = getattr(self._connections, "database", None)
        if found is None or self._connections.process != os.getpid() or not self._database_file.exists():
            self._database_file.parent.mkdir(parents=True, exist_ok=True)
            with self._locked():
                found = sqlite3.connect(self._database_file, timeout=PATIENCE, isolation_level=None)
                found.execute("PRAGMA journal_mode=WAL")
                found.execute("PRAGMA synchronous=NORMAL")
                found.executescript(SCHEMA)
            self._connections.database, self._connections.process = found, os.getpid()
        return found

    @contextmanager
    def _locked(self, what: str = "opening") -> Iterator[None]:
        with open(f"{self._database_file}.{what}", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _state(self, name: str) -> str:
        found = self._database.execute("SELECT value FROM state WHERE name = ?", [name]).fetchone()
        return found[0] if found else ""

    def _keep(self, name: str, value: str) -> None:
        self._database.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", [name, value])

    def announce(self, name: str) -> None:
        """A file of this name is about to be written."""
        self._database.execute("INSERT OR IGNORE INTO file VALUES (?, x'', '')", [name])

    def seal(self, name: str) -> None:
        """The file is as it is to stay."""
        path = f"{self.root}/{name}"
        stamp = stamp_of(path)
        self._copy(path, self._copies / name)
        self._database.execute("INSERT OR REPLACE INTO file VALUES (?, ?, ?)", [name, digest_of(path), stamp])

    def release(self, name: str) -> None:
        """The file is about to be deleted."""
        self._database.execute("DELETE FROM file WHERE name = ?", [name])
        with suppress(OSError):
            os.remove(self._copies / name)

    def is_own(self, name: str) -> bool:
        """Whether the file is what was sealed; of one that nobody knows, whether that was so of all until now."""
        found = self._database.execute("SELECT digest, stamp FROM file WHERE name = ?", [name]).fetchone()
        if found is None:
            return not self._state(ADOPTED) or bool(self._state(OPEN))
        digest, stamp = found
        path = f"{self.root}/{name}"
        try:
            stands = stamp_of(path)
            if stands == stamp:
                return True
            if digest and not os.path.islink(path) and digest_of(path) == digest:
                self._database.execute("UPDATE file SET stamp = ? WHERE name = ?", [stands, name])
                return True
        except OSError:
            pass  # it is gone
        return bool(self._state(OPEN))

    def is_right(self, path: str) -> bool:
        """Whether the file at `path` is what was sealed, now that it was put right where that was needed."""
        name = os.path.relpath(path, self.root)
        if self.is_own(name):
            return True
        self.look_at(path)
        return self.is_own(name)

    def look_at(self, path: str) -> bool:
        """Put the file at `path` right where it is not what it should be; whether that was so."""
        name = os.path.relpath(path, self.root)
        try:
            name.encode()
        except UnicodeEncodeError:
            return self._put_right(name, path, None)
        if self._state(OPEN) or self.is_own(name):
            return False
        with self._locked("mending"):
            known = self._database.execute("SELECT digest FROM file WHERE name = ?", [name]).fetchone()
            if self.is_own(name) or (known and not known[0]):
                return False
            return self._put_right(name, path, known[0] if known else None)

    def _put_right(self, name: str, path: str, digest: bytes | None) -> bool:
        if not os.path.lexists(path):
            if digest is None:
                return False
            self._note(name, path, FileChange.DELETED)
        elif digest is None:
            self._note(name, path, FileChange.ADDED)
        else:
            self._note(name, path, FileChange.LINKED if os.path.islink(path) else FileChange.CHANGED)
        if digest is not None:
            self._bring_back(name, path, digest)
        return True

    def _note(self, name: str, path: str, change: FileChange) -> None:
        told = f"{self.folder.name}/{readable(name)}"
        note_and_take_away(path, told, change, lambda path: digest_of(path).hex(), for_good=True)

    def _bring_back(self, name: str, path: str, digest: bytes) -> None:
        """Where there is a good copy, the file is there again."""
        copy = self._copies / name
        draft = self._drafts / secrets.token_hex(8)
        with suppress(OSError):
            if digest_of(str(copy)) != digest:
                return
            self._drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copyfile(copy, draft)
            draft.chmod(PUBLIC_FILE)
            folder = os.path.dirname(path)
            while folder != self.root:
                if os.path.islink(folder) or os.path.isfile(folder):
                    take_away(folder, for_good=True)
                folder = os.path.dirname(folder)
            make_public_folder(os.path.dirname(path))
            os.replace(draft, path)
            self._database.execute("UPDATE file SET stamp = ? WHERE name = ?", [stamp_of(path), name])

    def _copy(self, path: str, target: Path) -> None:
        """Copy a file that is not too large, sharing its bytes where the file system can. Where copies are not wanted, or the disk
        has no room for them, there is none."""
        if not self._with_copies or os.path.getsize(path) > LARGEST_COPY:
            return
        draft = target.with_name(f".{secrets.token_hex(8)}")
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(path, "rb") as source, open(draft, "xb") as copy:
                try:
                    fcntl.ioctl(copy, FICLONE, source.fileno())
                except OSError:
                    _check_room(draft.parent, path)
                    shutil.copyfileobj(source, copy, PIECE)
            draft.replace(target)
        except OSError:
            draft.unlink(missing_ok=True)

    def inspect(self, since: float = 0) -> None:
        """Look at each file by its marks, and at what is missing. The first time, all that are there become known. `since` is of no
        account: looking is quick."""
        if self._state(OPEN):
            return
        adopted = bool(self._state(ADOPTED))
        for path in _files_below(self.root):
            if adopted:
                self.look_at(path)
            elif not os.path.islink(path):
                with suppress(UnicodeEncodeError, FileNotFoundError):
                    self._adopt(os.path.relpath(path, self.root))
        self._keep(ADOPTED, "1")
        self._look_for("")

    def _adopt(self, name: str) -> None:
        known = self._database.execute("SELECT digest FROM file WHERE name = ?", [name]).fetchone()
        if not known or not known[0]:
            self.seal(name)

    def folder_is_gone(self, path: str) -> None:
        self._look_for(f"{os.path.relpath(path, self.root)}/")

    def _look_for(self, below: str) -> None:
        """Look whether all files are there whose names begin with `below`."""
        after = below
        while names := [
            name
            for (name,) in self._database.execute(
                "SELECT name FROM file WHERE name > ? AND substr(name, 1, ?) = ? ORDER BY name LIMIT 500",
                [after, len(below), below],
            )
        ]:
            for name in names:
                if not os.path.lexists(f"{self.root}/{name}"):
                    self.look_at(f"{self.root}/{name}")
            after = names[-1]

    def watched_until(self) -> float:
        return float(self._state(WATCHED_UNTIL) or 0)

    def note_watched(self, until: float, everything: bool) -> None:
        self._keep(WATCHED_UNTIL, str(until))

    @contextmanager
    def open_to_change(self) -> Iterator[None]:
        """While this lasts all files are rewritten, by whatever means; in the end those that are there become known."""
        self._keep(OPEN, "1")
        try:
            yield
        finally:
            self.forget()

    def watch_over(self, wanted: bool) -> None:
        """With `wanted`, this node alone changes the files; without, others may, and nothing of this is done."""
        if wanted and self._state(OPEN):
            self.forget()
            self.inspect()
        elif not wanted and not self._state(OPEN):
            self._keep(OPEN, "1")

    def forget(self) -> None:
        """All files are others now: those that are there become known when they are next looked through."""
        self._database.execute("DELETE FROM file")
        self._database.execute("DELETE FROM state")
        shutil.rmtree(self._copies, ignore_errors=True)


def stamp_of(path: str) -> str:
    status = os.stat(path)
    return f"{status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"


def _check_room(folder: Path, path: str) -> None:
    """Raise `OSError` where a copy of the file at `path` would take what is to stay free."""
    disk = shutil.disk_usage(folder)
    if disk.free - os.path.getsize(path) < LEFT_FREE * disk.total:
        raise OSError(errno.ENOSPC, f"copies leave {LEFT_FREE:.0%} of the disk free", str(folder))


def digest_of(path: str) -> bytes:
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(f"{path} is no file")
        return hashlib.file_digest(file, "sha256").digest()


def _files_below(root: str) -> Iterator[str]:
    for folder, folders, names in os.walk(root):
        links = [name for name in folders if os.path.islink(f"{folder}/{name}")]
        yield from (f"{folder}/{name}" for name in names + links)
