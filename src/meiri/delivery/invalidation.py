"""Keep the node's pages in step with the journal: what changed is marked, and pages that show it are made again.

The position in the journal is the node's own and lies in its index of pages, for its pages are its own. It moves in the
same transaction that marks the pages.
"""

import logging
import time
from collections.abc import Iterable
from contextlib import suppress
from threading import Event

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from meiri.delivery.editions import in_all_editions
from meiri.delivery.keys import EVERYWHERE
from meiri.delivery.kinds import NOT_FOUND
from meiri.delivery.page_index import JournalOffset, PageIndex
from meiri.delivery.page_store import PageStore, page_store
from meiri.delivery.release import release
from meiri.delivery.renderer import PAUSE_SECONDS, Renderer
from meiri.file_locks import try_lock
from meiri.journal.content_keys import MINUTE, TODAY, ContentKey
from meiri.journal.log import end_of_journal, idle_seconds, last_sequence
from meiri.journal.models import GENESIS, Entry
from meiri.wakeups import wakeups

logger = logging.getLogger(__name__)

BATCH = 200
# With more than so many pages waiting, new articles are rendered when they are first asked for.
LONG_QUEUE = 200
EVICTION_SECONDS = 30.0
TICK_SECONDS = 1.0
# For how long whoever else follows the journal leaves the processor to the makers of pages.
LONGEST_WAIT_SECONDS = 0.5
LOOK_SECONDS = 0.02


def catch_up(store: PageStore) -> int:
    """Mark what the next entries of the journal changed. How many entries; 0 at the end of the journal."""
    position = store.index.position
    sequence = position.sequence if position else 0
    if last_sequence() <= sequence:
        return 0
    entries = list(Entry.objects.after(sequence)[:BATCH])
    keys = [key for entry in entries for key in entry.keys]
    store.index.invalidate(
        keys,
        position=JournalOffset(entries[-1].sequence, entries[-1].digest),
        everything=not EVERYWHERE.isdisjoint(keys),
        expected=addresses_of_published(entries) if not store.index.has_long_queue(LONG_QUEUE) else (),
        withdrawn=[key for entry in entries if entry.event.removes_content for key in entry.keys],
        written_at=entries[0].at.timestamp(),
    )
    return len(entries)


def addresses_of_published(entries: Iterable[Entry]) -> list[str]:
    """The addresses of what was published: readers will ask for those pages at once."""
    addresses = (entry.event.published_address for entry in entries)
    return [address for address in addresses if address and address.startswith("/")]


def start_following(store: PageStore) -> None:
    """What a start has to settle: is this still the journal that the pages follow, and are they made as they would be now?"""
    position = store.index.position
    if position is None or not is_same_journal(position):
        store.start_over()
        store.index.invalidate([], position=JournalOffset(*end_of_journal()))
    with suppress(OSError):  # pages that can't be stored are thrown away as they change
        store.files.prepare()
    store.sweep()
    # Whoever answers for an unknown address finds the page for it.
    for address in in_all_editions(NOT_FOUND):
        if not store.files.holds(address):
            store.index.expect(address)
    made_with = release()
    if store.index.recall("release") != made_with:
        store.index.invalidate([], everything=True)
        store.index.keep("release", made_with)


def is_same_journal(position: JournalOffset) -> bool:
    """Whether the journal has the entry that the pages had come to. In a database that was replaced it is another."""
    if position.sequence == 0:
        return position.digest == GENESIS
    return Entry.objects.filter(pk=position.sequence, digest=position.digest).exists()


def clock_keys() -> dict[ContentKey, str]:
    """The content keys that change by themselves, with what they stand at."""
    now = timezone.localtime()
    return {TODAY: f"{now:%Y-%m-%d}", MINUTE: f"{now:%Y-%m-%d %H:%M}"}


def invalidate_by_clock(store: PageStore) -> None:
    """Mark the pages that show the time where it moved on."""
    for key, stands_at in clock_keys().items():
        if store.index.recall(key) != stands_at:
            store.index.invalidate([key])
            store.index.keep(key, stands_at)


class Invalidator:
    """Keeps pages in step until told to stop. One a node: a lock sees to that."""

    def __init__(self, store: PageStore, stopping: Event):
        self.store, self.stopping = store, stopping
        self.renderer = Renderer(store)
        self._evicts_at = self._ticks_at = 0.0
        self._caught_up_with: tuple | None = None

    def run(self) -> None:
        """Work until `stopping` is set. Errors are logged and never end it."""
        with open(self.store.work / "keeper.lock", "w") as lock:
            while not try_lock(lock):
                if self.stopping.wait(PAUSE_SECONDS):
                    return
            while not self._attempt(self._begun):
                if self.stopping.wait(PAUSE_SECONDS):
                    return
            while not self.stopping.is_set():
                seen = wakeups.number
                busy = self._attempt(self.step)
                if busy is None:
                    self.stopping.wait(PAUSE_SECONDS)
                elif not busy:
                    wakeups.sleep(seen, idle_seconds(), self.stopping)

    def _attempt(self, deed):
        """What `deed` returns; None where it failed."""
        close_old_connections()
        try:
            return deed()
        except Exception:
            logger.exception("Pages could not be kept in step; trying again")
            return None

    def _begun(self) -> bool:
        start_following(self.store)
        return True

    def step(self) -> bool:
        """Do a little of what there is to do; False where there is nothing."""
        self._go_by_the_clock()
        stands_at = self.store.index.version(), end_of_journal()
        followed = 0
        if stands_at != self._caught_up_with:
            if self.store.index.position is None:  # somebody deleted the index
                start_following(self.store)
            followed = catch_up(self.store)
            self.renderer.look_again()
            self._caught_up_with = None if followed else stands_at
        return self.renderer.step() or bool(followed)

    def _go_by_the_clock(self) -> None:
        now = time.monotonic()
        if now >= self._ticks_at:
            self._ticks_at = now + TICK_SECONDS
            invalidate_by_clock(self.store)
            self.renderer.look_again()
        if now >= self._evicts_at:
            self._evicts_at = now + EVICTION_SECONDS
            self.store.evict(settings.PAGES_MAX_BYTES)


def let_pages_go_first(stopping: Event) -> None:
    """Wait until the node's pages show all that the journal holds, a little while at most: readers see what was published
    before anything else is made of it."""
    until = time.monotonic() + LONGEST_WAIT_SECONDS
    while settings.PAGE_FILES and time.monotonic() < until and not shows_all(page_store().index):
        if stopping.wait(LOOK_SECONDS):
            return


def shows_all(index: PageIndex) -> bool:
    """Whether the journal is followed to its end and no page waits for a change; those of earlier generations left aside."""
    position = index.position
    return position is not None and last_sequence() <= position.sequence and not index.dirty_pages(1)


def bring_up_to_date(store: PageStore, patience: float = 60.0) -> bool:
    """Wait, at most `patience` seconds, until every page shows what it should; do the work where nobody else does it."""
    until = time.monotonic() + patience
    with open(store.work / "keeper.lock", "w") as lock:
        keeper = Invalidator(store, Event())
        alone = try_lock(lock)
        if alone:
            start_following(store)
        busy = False
        while time.monotonic() < until:
            if alone:
                busy = keeper.step()
                if not busy and not store.index.pending():
                    return True
            elif shows_all(store.index) and not store.index.pending():
                return True
            time.sleep(0 if busy else LOOK_SECONDS)
    return False
