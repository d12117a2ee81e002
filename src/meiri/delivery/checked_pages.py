"""Page files that hold what Meiri wrote, and nothing else: what was changed from outside is not served, but taken away."""

import logging
import os
import sqlite3
import stat
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from hashlib import sha256
from pathlib import Path

from meiri.delivery.digest_index import KnownDigests, digest_of
from meiri.delivery.page_files import SUFFIXES, PageFile, PageFiles, read_quietly
from meiri.delivery.page_index import AHEAD, PageIndex
from meiri.operations.alterations import FileChange, note_and_take_away, readable, take_away
from meiri.wakeups import wake

logger = logging.getLogger(__name__)

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# Under which names the index keeps in which run of the machine the files were last looked through, and until when they
# have been watched.
INSPECTED_IN, WATCHED_UNTIL = "inspected in", "watched until"
# How far the clock by which the file system dates changes may be behind ours, in seconds.
CLOCKS_APART = 1.0


def this_boot() -> str:
    """Which run of the machine this is; "" where that can't be known."""
    try:
        return BOOT_ID.read_text().strip()
    except OSError:
        return ""


class CheckedPages(ABC):
    """The files and the index of pages together. What `locked` locks is one page, for whoever changes its files."""

    files: PageFiles
    index: PageIndex

    @abstractmethod
    def locked(self, address: str) -> AbstractContextManager[None]: ...

    def is_own(self, address: str, encoding: str, content: bytes) -> bool:
        """Whether these bytes are what Meiri stored as a variant of the page. False where that can't be known."""
        try:
            known = self.index.known_digests(address)
        except (OSError, sqlite3.Error):
            return False
        return known is not None and digest_of(SUFFIXES[encoding], content) in known

    def read_own(self, address: str, encoding: str = "") -> PageFile | None:
        """A variant of the page as Meiri stored it; None where it is not there, or was changed."""
        file = self.files.read(address, encoding)
        return file if file and self.is_own(address, encoding, file.content) else None

    def is_stored(self, address: str) -> bool:
        """Whether the page is there, with all its variants as Meiri stored them."""
        return self.files.holds(address) and all(self.read_own(address, encoding) for encoding in SUFFIXES)

    def take_away_altered(self, address: str) -> bool:
        """Whether the page's files were changed from outside, or nobody vouches for them: then all are gone, and what was
        changed is noted. Call it with the page's lock."""
        path = self.files.path(address)
        if path is None:
            return self._take_away_stranger(address)
        known = self.index.known_digests(address)
        wrong = self._linked_folders(path) + wrong_files(path, known)
        if not wrong:
            return False
        for altered, change in wrong if self._may_accuse() and known != KnownDigests() else ():
            self._note(altered, change)
        changed = min(self._remove(address), int(time.time()) + AHEAD)
        self.index.emptied(address, changed)
        if known is not None:
            self.index.expect(address)
        return True

    def _take_away_stranger(self, address: str) -> bool:
        """What is no page, by its name, has no place among them."""
        path = f"{self.files.folder}{address}"
        if os.path.isdir(path) and not os.path.islink(path):
            path += "/index.html" if address.endswith("/") else ""
        if not os.path.lexists(path) or (os.path.isdir(path) and not os.path.islink(path)):
            return False
        self._note(path, FileChange.ADDED)
        return True

    def put_right(self, address: str) -> bool:
        """Look at the page's files, and have it made again where they are not what they should be; whether that was so.

        Waits for whoever is changing the page.
        """
        if self._is_as_known(address):
            return False
        with self.locked(address):
            found = self.take_away_altered(address)
        if found:
            wake()
        return found

    def _is_as_known(self, address: str) -> bool:
        """A look without the lock. A page that is being changed may be reported as wrong, but none that is wrong as right."""
        path = self.files.path(address)
        return path is not None and not (
            self._linked_folders(path) or wrong_files(path, self.index.known_digests(address))
        )

    def _linked_folders(self, path: str) -> list[tuple[str, FileChange]]:
        """The first of the folders above `path` that is a link, where one is."""
        above = str(self.files.folder)
        for part in os.path.dirname(path)[len(above) + 1 :].split("/"):
            above = f"{above}/{part}"
            if os.path.islink(above):
                return [(above, FileChange.LINKED)]
        return []

    def _may_accuse(self) -> bool:
        """After the machine lost power the index may be older than the files, and a new index knows of none."""
        return self.index.position is not None and self.index.recall(INSPECTED_IN) == this_boot()

    def _note(self, path: str, change: FileChange) -> None:
        name = f"{self.files.folder.name}/{readable(os.path.relpath(path, self.files.folder))}"
        note_and_take_away(path, name, change, _sha256_of)

    def _remove(self, address: str) -> int:
        """Remove the page's files; nobody vouches for them from the first on. When it had changed; 0 where there was none."""
        with suppress(OSError, sqlite3.Error):  # they go, whatever the index says
            self.index.vouch_no_more(address)
        path = self.files.path(address)
        for found in (f"{path}{suffix}" for suffix in SUFFIXES.values()):
            if os.path.isdir(found):
                take_away(found)
        for linked, _ in self._linked_folders(path) if path else ():
            take_away(linked)
        return self.files.remove(address)

    def inspect(self, since: float) -> int:
        """Look through all files: those that changed since `since`, in seconds of the epoch, those that nobody knows, and those
        that are gone. How many were put right."""
        found = 0
        for address in self.files.addresses():
            if (
                self.files.path(address) is None
                or self._changed_since(address, since)
                or not self.index.knows(address)
            ):
                found += self.put_right(address)
        for address in self.index.every_vouched_page():
            if not self._is_whole(address):
                found += self.put_right(address)
        self.index.keep(INSPECTED_IN, this_boot())
        return found

    def inspect_below(self, folder: str) -> None:
        """A folder of pages was moved away or deleted; `folder` is its address, with a slash at its end."""
        for address in self.index.every_vouched_page(folder):
            self.put_right(address)

    def _changed_since(self, address: str, since: float) -> bool:
        path = self.files.path(address)
        if path is None:
            return False
        return any(status.st_ctime >= since - CLOCKS_APART for status in _statuses(path))

    def _is_whole(self, address: str) -> bool:
        path = self.files.path(address)
        return path is not None and len(list(_statuses(path))) == len(SUFFIXES)


def wrong_files(path: str, known: KnownDigests | None) -> list[tuple[str, FileChange]]:
    """The variants of the page at `path` that are not what they should be, each with what was done to it."""
    found = [(path + suffix, _change_of(path + suffix, suffix, known)) for suffix in SUFFIXES.values()]
    return [(file, change) for file, change in found if change]


def _sha256_of(path: str) -> str:
    """ "" for what is too large to be a page."""
    file = read_quietly(path)
    return sha256(file.content).hexdigest() if file else ""


def _statuses(path: str) -> Iterator[os.stat_result]:
    for suffix in SUFFIXES.values():
        with suppress(OSError):
            yield os.lstat(path + suffix)


def _change_of(path: str, suffix: str, known: KnownDigests | None) -> FileChange | None:
    """What was done to a page's file; None where it is as it should be. A file that nobody vouches for counts as changed."""
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return FileChange.DELETED if known and known.complete else None
    if stat.S_ISDIR(mode):
        # A folder of pages may have the address of a page without a slash.
        return FileChange.CHANGED if known and known.settled else None
    if known is None:
        return FileChange.ADDED
    if not stat.S_ISREG(mode):
        return FileChange.LINKED
    file = read_quietly(path)  # none where it is far too large
    return None if file and digest_of(suffix, file.content) in known else FileChange.CHANGED
