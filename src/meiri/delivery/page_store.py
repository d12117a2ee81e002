"""The node's pages: obtained from their files, rendered when nobody has yet, made again when what they show has changed."""

import fcntl
import hashlib
import logging
import math
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from django.conf import settings

from meiri.delivery.checked_pages import CheckedPages
from meiri.delivery.digest_index import digests_of
from meiri.delivery.editions import in_all_editions
from meiri.delivery.failures import FIRST_PAUSE
from meiri.delivery.freshness import FRESH_SECONDS
from meiri.delivery.kinds import kind_of
from meiri.delivery.page_files import PageFiles, name_of, variants_of
from meiri.delivery.page_index import IndexSnapshot, PageIndex
from meiri.delivery.rendering import Rendered, render
from meiri.file_locks import try_lock

logger = logging.getLogger(__name__)

LOCKS = 256
# How often a page is rendered again at once because what it shows changed meanwhile.
TRIES = 3


class PageUnavailable(RuntimeError):
    """A page could not be rendered for want of something that may come back, such as the database."""


class PageFailed(RuntimeError):
    """A page can't be rendered because of an error of the program or of the data. It is tried again in `seconds`."""

    def __init__(self, address: str, seconds: float):
        super().__init__(f"{address} can't be rendered")
        self.seconds = max(1, math.ceil(seconds))


class RoomUnavailable(OSError):
    """The disk or the index won't take a page that was rendered. `rendered` is what it would be."""

    def __init__(self, rendered: Rendered, error: Exception):
        super().__init__(f"Pages can't be stored: {error}")
        self.rendered = rendered


class PageStore(CheckedPages):
    """The pages of one data folder: files in `pages/`, their index, locks and drafts in `delivery/`. With `purges`, a CDN
    is told of those that change (purging.py)."""

    def __init__(self, home: Path, purges: bool = False):
        self.work = home / "delivery"
        self.files = PageFiles(home / "pages", self.work / "drafts")
        self.index = PageIndex(self.work / "pages.sqlite3", purges)
        # Where the disk takes nothing, pages are rendered for each who asks, and those that are there are served.
        with suppress(OSError):
            self.files.prepare()
            (self.work / "locks").mkdir(exist_ok=True)

    @contextmanager
    def locked(self, address: str) -> Iterator[None]:
        """Hold the lock under which a page is rendered, written and removed. It holds across threads and processes."""
        lock = self._lock_of(address)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    @contextmanager
    def locked_if_free(self, address: str) -> Iterator[bool]:
        """As `locked`, but without waiting: yields whether the lock was free."""
        lock = self._lock_of(address)
        try:
            yield try_lock(lock)
        finally:
            os.close(lock)

    def _lock_of(self, address: str) -> int:
        number = int.from_bytes(hashlib.blake2b(os.fsencode(address), digest_size=2).digest()) % LOCKS
        return self._opened(f"{self.work}/locks/{number}")

    def _opened(self, path: str) -> int:
        try:
            return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:  # somebody deleted the folder
            self.files.prepare()
            os.makedirs(os.path.dirname(path), exist_ok=True)
            return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def obtain(self, address: str) -> Rendered | None:
        """See that the page is stored. None where it is; else what there is to say in its place, also where the disk
        or the index won't take it. Raises `PageFailed`, also where it failed a while ago and is left alone now.

        However many ask at the same time, it is rendered once; the others wait for that.
        """
        if self.is_stored(address):
            return None
        try:
            with self.locked(address):
                if self._is_there(address):
                    return None
                if pause := self._pause_of(address):
                    raise PageFailed(address, pause)
                rendered = self._make(address)
                if rendered is not None and rendered.failed:
                    raise PageFailed(address, self._pause_of(address) or FIRST_PAUSE)
                return rendered
        except RoomUnavailable as error:
            logger.error("%s", error)
            return error.rendered
        except OSError as error:
            logger.error("Pages can't be stored: %s", error)
            return render(address)

    def _is_there(self, address: str) -> bool:
        """Whether the page is stored, now that nobody else changes it. What was changed from outside goes."""
        if not self.files.holds(address):
            return False
        try:
            return not self.take_away_altered(address)
        except sqlite3.Error:
            return False  # whoever stores the page says so

    def _pause_of(self, address: str) -> float:
        try:
            return self.index.pause_of(address)
        except (OSError, sqlite3.Error):
            return 0.0  # whoever stores the page says so

    def _make(self, address: str) -> Rendered | None:
        """Render the page and store it; None where it is stored. One that failed is noted. Call it with the page's lock.
        Raises `RoomUnavailable`."""
        for _ in range(TRIES):
            try:
                snapshot = self.index.snapshot()
            except (OSError, sqlite3.Error) as error:
                raise RoomUnavailable(render(address), error) from error
            rendered = render(address)
            if rendered.failed:
                self._note_failure(address, rendered, snapshot)
            if not rendered.fit or name_of(address) is None:
                return rendered
            try:
                variants = variants_of(address, rendered.response.content)
                if self.index.enter(address, rendered.keys, snapshot, digests_of(variants)):
                    size = self._write(address, variants)
                    if self.index.written(address, size, snapshot, rendered.omissions):
                        return None
                    self._throw_away(address)
            except (OSError, sqlite3.Error) as error:
                raise RoomUnavailable(rendered, error) from error
        return rendered

    def _note_failure(self, address: str, rendered: Rendered, snapshot: IndexSnapshot) -> None:
        if name_of(address) is None:
            return
        try:
            self.index.failed(address, rendered.keys, snapshot, rendered.error)
        except (OSError, sqlite3.Error) as error:
            raise RoomUnavailable(rendered, error) from error

    def _write(self, address: str, variants: dict[str, bytes]) -> int:
        """Where the disk won't take the page, the old one, which is out of date, goes and makes room for it."""
        after = self.index.removed
        try:
            return self.files.write(address, variants[""], after, variants)
        except OSError:
            changed = self.files.remove(address)
            self.files.prepare()
            return self.files.write(address, variants[""], max(after, changed), variants)

    def refresh(self, address: str) -> bool:
        """Make a page again that waits for it. False where it does not, or where somebody else is at it.

        It is thrown away instead when there is none at its address any more, and when nobody has asked for it since it was
        made, unless it is one that is kept. Where it can't be rendered now, its file stays as it is, unless that shows what
        was withdrawn or deleted. Raises `PageUnavailable` where what it needs is away, and `RoomUnavailable` where it can't
        be stored.
        """
        with self.locked_if_free(address) as free:
            if not free or not self.index.is_dirty(address):
                return False
            if self._wanted(address):
                since = self.index.waits_since(address)
                instead = self._make(address)
                if instead is None:
                    if since is not None:
                        FRESH_SECONDS.observe(max(time.time() - since, 0))
                    return True
                if instead.response.status_code >= 500 and self.index.shows_withdrawn(address):
                    self.index.emptied(address, self._remove(address))
                if instead.failed:
                    return True
                if instead.fit or instead.response.status_code >= 500:
                    raise PageUnavailable(address)
            self._throw_away(address)
            return True

    def _wanted(self, address: str) -> bool:
        """Whether the page is worth making before somebody asks: it is kept, was asked for, or is new."""
        return kind_of(address).kept or not self.files.holds(address) or self.files.asked_at(address) > 0

    def drop(self, address: str) -> None:
        """Throw a page away: it is rendered when somebody asks for it."""
        with self.locked(address):
            self._throw_away(address)

    def _throw_away(self, address: str) -> None:
        self.index.forget(address, self._remove(address))

    def withdraw(self, address: str, keys: Sequence[str]) -> None:
        """After a withdrawal: the page at `address` is gone when this returns, in all editions.

        What shows one of `keys`, all that the withdrawal changed, waits to be made again. Whoever is rendering the page
        meanwhile can't store it any more.
        """
        changed = 0
        for edition in in_all_editions(address):
            with self.locked(edition):
                changed = max(changed, self._remove(edition))
        self.index.invalidate(keys, withdrawn=keys)
        for edition in in_all_editions(address):
            with self.locked(edition):
                self.index.forget(edition, max(changed, self._remove(edition)))

    def sweep(self) -> int:
        """Take files away that the index does not know: a machine that lost power may leave them, or somebody else has put
        them there. How many."""
        strays = [a for a in self.files.addresses() if name_of(a) is None or not self.index.knows(a)]
        return sum(self.put_right(address) for address in strays)

    def start_over(self) -> None:
        """Throw all pages away: they are of another database, or nobody knows what they show."""
        self.index.clear()
        self.files.clear()

    def evict(self, limit: int) -> int:
        """Throw away the pages least recently asked for until all take less than `limit` bytes; those that are kept
        stay. How many."""
        excess = self.index.total_size() - limit
        if excess <= 0:
            return 0
        # A tenth more than needed, so that not every new page starts another round.
        excess += limit // 10
        candidates = [(a, size) for a, size in self.index.sizes() if not kind_of(a).kept]
        candidates.sort(key=lambda pair: self.files.asked_at(pair[0]))
        evicted = 0
        for address, size in candidates:
            if excess <= 0:
                break
            self.drop(address)
            excess -= size
            evicted += 1
        return evicted


@cache
def _pages_of(home: Path) -> PageStore:
    return PageStore(home, purges=bool(settings.CDN))


def withdraw_page(address: str, keys: Sequence[str]) -> None:
    """See `PageStore.withdraw`; call it once the withdrawal is committed."""
    if settings.PAGE_FILES:
        page_store().withdraw(address, keys)


def purge(addresses: Iterable[str]) -> None:
    """Have the CDN forget files that are no pages; call it once they are gone."""
    if settings.PAGE_FILES and settings.CDN:
        page_store().index.purge(addresses)


def page_store() -> PageStore:
    """The pages of the data folder in use."""
    return _pages_of(Path(settings.HOME))
