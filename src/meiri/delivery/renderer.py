"""Make pages again that wait for it, the most important first. Several may work at the same list, also in other processes:
each takes what nobody else is at."""

import logging
import math
import os
import time
from threading import Event

from django.db import close_old_connections

from meiri.delivery.page_store import PageStore, PageUnavailable, RoomUnavailable
from meiri.wakeups import wakeups

logger = logging.getLogger(__name__)

# How long nothing is looked for where there was nothing to do and nobody wakes.
IDLE_SECONDS = 1.0
PAUSE_SECONDS = 1.0
# Pages made again before something else has its turn.
STEP = 8
RETRY_SECONDS = 5.0
ROOM_SECONDS = 10.0
# Readers come first where the processor is short.
NICE = 5


class Renderer:
    """Makes pages in step after step. Pages that could not be made are left alone for a while: those that failed as the index
    says, those for which something is away as this process remembers."""

    def __init__(self, store: PageStore):
        self.store = store
        self._failed: dict[str, float] = {}
        self._looked_through: tuple | None = None
        # When a page that failed is tried again, in seconds of the epoch.
        self._looks_again_at = math.inf

    def step(self) -> bool:
        """Make a few of the pages that wait; False where there was nothing to do."""
        index = self.store.index
        version = index.version()
        if version == self._looked_through and not self._failed and time.time() < self._looks_again_at:
            return False
        addresses = self._due(index.dirty_pages) or self._due(index.outdated) or self._due(index.due_again)
        self._looked_through = None if addresses else version
        self._looks_again_at = index.next_retry() or math.inf
        made = [self._make(address) for address in addresses]
        return any(made)

    def look_again(self) -> None:
        """What this process itself wrote to the index has made pages wait."""
        self._looked_through = None

    def _due(self, listed) -> list[str]:
        now = time.monotonic()
        self._failed = {a: at for a, at in self._failed.items() if at > now}
        return [a for a in listed(STEP + len(self._failed)) if a not in self._failed][:STEP]

    def _make(self, address: str) -> bool:
        try:
            return self.store.refresh(address)
        except PageUnavailable:
            self._failed[address] = time.monotonic() + RETRY_SECONDS
        except RoomUnavailable as error:
            # The others have their turn: what of them is out of date goes at least.
            logger.error("%s", error)
            self._failed[address] = time.monotonic() + ROOM_SECONDS
        return True


def render_pages(store: PageStore, stopping: Event) -> None:
    """Make pages until `stopping` is set: what a process does that helps the keeper. Errors are logged and never end it."""
    os.nice(NICE)
    maker = Renderer(store)
    while not stopping.is_set():
        close_old_connections()
        seen = wakeups.number
        try:
            if not maker.step():
                wakeups.sleep(seen, IDLE_SECONDS, stopping)
        except Exception:
            logger.exception("Pages could not be made; trying again")
            stopping.wait(PAUSE_SECONDS)
