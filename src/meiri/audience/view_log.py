"""The log of views that were answered and wait to be counted: small files of records of one size.

Each process that takes views writes a file of its own, under a name that no other file of any node ever has, and holds
a lock on it for as long as it writes there; the kernel lifts the lock when the process ends, however it ends. So a
file that can be locked will never grow again, and is deleted once its records are counted. A record is written by one
call, so that a process that is killed leaves whole records only; what a full or a broken disk leaves is passed over.
"""

import os
import secrets
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import NamedTuple
from zlib import crc32

from django.conf import settings

from meiri.file_locks import try_lock

FOLDER = "views"
# A file of this size, 32,768 records, is ended and another begun.
LARGEST_FILE = 1 << 20
_NONE = -1
_MAGIC = b"MVw1"
# What the checksum covers: the article, the moment in microseconds since 1970, the reader's digest.
_BODY = struct.Struct("<QQQ")
_HEAD = struct.Struct("<4sI")
SIZE = _HEAD.size + _BODY.size


class View(NamedTuple):
    """That a reader saw an article. `reader` is a number of 63 bits, one for each reader, article and half hour."""

    article: int
    microseconds: int
    reader: int


class Records(NamedTuple):
    """What was read of a file: its whole records, where to go on, and how many bytes were no records."""

    views: Sequence[View]
    end: int
    damaged: int


def pack_view(view: View) -> bytes:
    """One record of `SIZE` bytes."""
    body = _BODY.pack(*view)
    return _HEAD.pack(_MAGIC, crc32(body)) + body


class ViewLog:
    """Where one process writes its views. Threads may share it; a forked process must make its own."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.process = os.getpid()
        self._lock = Lock()
        self._file = _NONE
        self._written = 0

    def append(self, view: View) -> None:
        """Keep `view` from now on, whatever becomes of this process. Raises `OSError` where the disk does not take it."""
        record = pack_view(view)
        with self._lock:
            if self._file == _NONE or self._written >= LARGEST_FILE:
                self._begin()
            taken = os.write(self._file, record)
            if taken != SIZE:
                self._take_back(taken)
            self._written += SIZE

    def close(self) -> None:
        """End the file; the next view begins another."""
        with self._lock:
            self._end()

    def _begin(self) -> None:
        self._end()
        self.folder.mkdir(mode=0o700, exist_ok=True)
        while self._file == _NONE:
            path = self.folder / f"{secrets.token_hex(16)}.log"
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            # Between these two calls the folding process may have found the file free, and deleted it.
            if try_lock(file) and os.fstat(file).st_nlink:
                self._file, self._written = file, 0
            else:
                os.close(file)

    def _end(self) -> None:
        if self._file != _NONE:
            os.close(self._file)
            self._file = _NONE

    def _take_back(self, taken: int) -> None:
        """Remove the beginning of a record that the disk had no room for."""
        try:
            os.ftruncate(self._file, os.fstat(self._file).st_size - taken)
        except OSError:
            self._end()
        raise OSError("The log of views has no room for another record.")


_log: ViewLog | None = None
_making = Lock()


def the_log() -> ViewLog:
    """This process's log in the data folder."""
    global _log
    folder, log = Path(settings.HOME, FOLDER), _log
    if log is None or log.process != os.getpid() or log.folder != folder:
        with _making:
            log = _log
            if log is None or log.process != os.getpid() or log.folder != folder:
                log = _log = ViewLog(folder)
    return log


def log_files(folder: Path) -> list[Path]:
    """The files of the log that are there now."""
    return sorted(folder.glob("*.log")) if folder.is_dir() else []


def read_records(path: Path, start: int, most: int) -> Records:
    """At most `most` records of the file at `path`, from the byte `start` on. A deleted file has none.

    Bytes that are no record are passed over up to the next record. Where none follows they may be about to become
    one: `end` stays before them.
    """
    try:
        with path.open("rb") as file:
            file.seek(start)
            data = file.read(most * SIZE)
    except FileNotFoundError:
        return Records([], start, 0)
    views: list[View] = []
    end = damaged = 0
    for at, view in _records(data):
        damaged += at - end
        views.append(view)
        end = at + SIZE
    if not views and len(data) == most * SIZE:
        # Nothing but damage, as far as was read. A record may begin in its last bytes.
        end = damaged = len(data) - SIZE + 1
    return Records(views, start + end, damaged)


def _records(data: bytes) -> Iterator[tuple[int, View]]:
    """Each whole record in `data` with its place."""
    at = 0
    while len(data) - at >= SIZE:
        magic, checksum = _HEAD.unpack_from(data, at)
        view = View(*_BODY.unpack_from(data, at + _HEAD.size))
        if magic == _MAGIC and checksum == crc32(data[at + _HEAD.size : at + SIZE]) and _possible(view):
            yield at, view
            at += SIZE
        else:
            at = data.find(_MAGIC, at + 1)
            if at < 0:
                return


def _possible(view: View) -> bool:
    """Whether a database takes the numbers, and the moment is before the year 2112."""
    return 0 < view.article < 1 << 63 and view.reader < 1 << 63 and view.microseconds < 1 << 52


def delete_if_ended(path: Path, end: int) -> bool:
    """Delete a file that nobody writes any more and that holds no record after `end`. Whether it is gone.

    While it is deleted it is locked, so that a process that is just about to use it begins another.
    """
    try:
        file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return True
    try:
        if not try_lock(file) or read_records(path, end, LARGEST_FILE // SIZE + 1).views:
            return False
        path.unlink(missing_ok=True)
        return True
    finally:
        os.close(file)
