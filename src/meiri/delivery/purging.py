"""Tell the CDN in front of the site which pages were replaced or thrown away.

What waits to be told lies in the index of pages, entered in the transaction that takes note of the page, and is deleted after
the CDN said yes. So nothing is lost when a process dies, and pages are made whether the CDN answers or not.
"""

import logging
from threading import Event

from meiri.delivery.cdn import Cdn, NotForgotten
from meiri.delivery.page_index import PageIndex

logger = logging.getLogger(__name__)

IDLE_SECONDS = 0.1
# Pages told in one step.
BATCH = 256
LONGEST_PAUSE_SECONDS = 60.0


class Purger:
    """Keeps the CDN in step with the index until told to stop. Two of them do the same work twice, and no harm."""

    def __init__(self, index: PageIndex, cdn: Cdn, stopping: Event):
        self.index, self.cdn, self.stopping = index, cdn, stopping
        self._failures = 0

    def run(self) -> None:
        """Work until `stopping` is set. A CDN that fails is asked again after pauses that grow to a minute."""
        while not self.stopping.is_set():
            self.stopping.wait(self.attempt())

    def attempt(self) -> float:
        """Take a step; the seconds to wait before the next one. Errors are logged, without what is secret."""
        try:
            done = self.step()
        except Exception as error:
            pause = min(2.0**self._failures, LONGEST_PAUSE_SECONDS)
            self._failures = min(self._failures + 1, 10)
            if isinstance(error, NotForgotten):
                logger.warning("The CDN was not purged: %s. Trying again in %.0f s", error, pause)
            else:
                logger.error(
                    "The CDN was not purged: %s. Trying again in %.0f s", type(error).__name__, pause
                )
            return pause
        if self._failures:
            logger.info("The CDN is being purged again")
        self._failures = 0
        return 0 if done else IDLE_SECONDS

    def step(self) -> int:
        """Purge the pages that have waited longest; how many. Raises what the CDN or the index raises."""
        waiting = self.index.unpurged(BATCH)
        if waiting:
            self.cdn.forget([address for _, address in waiting])
            self.index.purged([number for number, _ in waiting])
        return len(waiting)
