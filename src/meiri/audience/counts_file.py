"""Views and comments of every article in one file of the node, which readers' requests look into without a database.

Two numbers of 64 bits for each article, at a place that follows from its id, after a head of one page. The file is
mapped into memory; a number is read and written whole. The worker alone writes it (`counts_keeping`). One
that is made anew takes the old one's place by a rename, and whoever has the old one mapped sees that by its inode.
"""

import mmap
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

NAME = "counts.bin"
# What the file's first eight bytes are, read as a number of this machine: another order of bytes is another number.
_MAGIC = 0x4D65_6972_6943_0001
_HEAD = 4096
_CELL = 8
_AN_ARTICLE = 2 * _CELL
_STEP = 1 << 20
# The file ends at 2 GiB. Whoever asks for a greater id is answered by the database.
LARGEST_ID = (1 << 31) // _AN_ARTICLE - _HEAD // _AN_ARTICLE - 1


class ArticleCounts(NamedTuple):
    views: int
    comments: int


class Progress(NamedTuple):
    """How far the file follows the database: the newest change of views, the last entry of the journal."""

    change: int
    entry: int


class NoCounts(Exception):
    """There is no file of counts, it is damaged, or it does not hold an id."""


class CountsFile:
    """The file at `path`, mapped. Raises `NoCounts` where it is missing or not such a file."""

    def __init__(self, path: Path, writable: bool = False):
        self.path = path
        try:
            self._file = os.open(path, os.O_RDWR if writable else os.O_RDONLY)
        except FileNotFoundError as error:
            raise NoCounts(path) from error
        self._access = mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ
        try:
            self._map()
            if not self.is_sound():
                raise NoCounts(path)
        except NoCounts:
            self.close()
            raise

    def _map(self) -> None:
        status = os.fstat(self._file)
        self._identity = status.st_dev, status.st_ino, status.st_size
        whole = status.st_size // _STEP * _STEP
        if not whole:
            raise NoCounts(self.path)
        self._cells = memoryview(mmap.mmap(self._file, whole, access=self._access)).cast("Q")

    def close(self) -> None:
        """Let go of the file; the memory is unmapped when nobody reads it any more."""
        os.close(self._file)

    def is_current(self) -> bool:
        """Whether this is what stands at the path now, in its present size. One look at the directory."""
        try:
            status = os.stat(self.path)
        except OSError:
            return False
        return self._identity == (status.st_dev, status.st_ino, status.st_size)

    def is_sound(self) -> bool:
        """Whether the head is still as it was made."""
        return self._cells[0] == _MAGIC

    @property
    def progress(self) -> Progress:
        return Progress(self._cells[1], self._cells[2])

    def set_progress(self, progress: Progress) -> None:
        self._cells[1], self._cells[2] = progress

    @property
    def end(self) -> int:
        """The first id that the file has no place for: nothing was counted from there on."""
        return (len(self._cells) * _CELL - _HEAD) // _AN_ARTICLE

    def counts(self, article: int) -> ArticleCounts:
        """What is counted of an article. Raises `NoCounts` for an id that no such file can hold."""
        if article > LARGEST_ID:
            raise NoCounts(article)
        if article >= self.end:
            return ArticleCounts(0, 0)
        at = _place(article)
        return ArticleCounts(self._cells[at], self._cells[at + 1])

    def set_views(self, counted: Iterable[tuple[int, int]]) -> None:
        self._set(0, counted)

    def set_comments(self, counted: Iterable[tuple[int, int]]) -> None:
        self._set(1, counted)

    def _set(self, column: int, counted: Iterable[tuple[int, int]]) -> None:
        end = self.end
        for article, count in counted:
            if article >= end:
                if article > LARGEST_ID:
                    continue
                self._grow(article)
                end = self.end
            self._cells[_place(article) + column] = count

    def _grow(self, article: int) -> None:
        needed = _HEAD + (article + 1) * _AN_ARTICLE
        _extend(self._file, -(-needed // _STEP) * _STEP)
        self._map()


def _place(article: int) -> int:
    return (_HEAD + article * _AN_ARTICLE) // _CELL


def _extend(file: int, size: int) -> None:
    """Give `file` room, which a full disk refuses here. Where it had promised room only, it would kill the writer."""
    held = os.fstat(file).st_size
    os.posix_fallocate(file, held, size - held)


def create(path: Path) -> CountsFile:
    """A new file without counts. Where there is one at `path`, it is removed first."""
    path.unlink(missing_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        _extend(file, _STEP)
        os.pwrite(file, _MAGIC.to_bytes(_CELL, sys.byteorder), 0)
    finally:
        os.close(file)
    return CountsFile(path, writable=True)


_open: CountsFile | None = None


def the_file() -> CountsFile:
    """The node's file, for reading. Raises `NoCounts` where there is none."""
    global _open
    path = Path(settings.HOME, NAME)
    if _open is not None and _open.path == path and _open.is_current():
        return _open
    if _open is not None:
        _open.close()
        _open = None
    _open = CountsFile(path)
    return _open
