"""One process group: a few long-running commands that live and end together."""

import logging
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event

logger = logging.getLogger(__name__)

GRACE_SECONDS = 10
# A process that ends sooner than this after its start is started again ever more slowly.
STEADY_SECONDS = 30
LONGEST_PAUSE_SECONDS = 30


@dataclass
class Member:
    name: str
    command: Sequence[str]
    process: subprocess.Popen | None = None
    started: float = 0.0
    failures: int = 0
    due: float = field(default=0.0)

    def start(self) -> None:
        # A session of its own, so that Ctrl-C reaches the group's head alone, which then stops its members in order.
        self.process = subprocess.Popen(self.command, start_new_session=True)  # noqa: S603
        self.started = time.monotonic()

    def check(self) -> None:
        """Start the process again where it has ended, after a pause that grows with quick failures."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.start()
            return
        status = self.process.poll()
        if status is None:
            return
        steady = now - self.started > STEADY_SECONDS
        self.failures = 1 if steady else self.failures + 1
        pause = min(2 ** (self.failures - 1), LONGEST_PAUSE_SECONDS) if self.failures > 1 else 0
        logger.warning("%s ended with status %s; starting it again in %s s", self.name, status, pause)
        self.process, self.due = None, now + pause

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def end(self) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            logger.warning("%s did not stop within %s s; killing it", self.name, GRACE_SECONDS)
            self.process.kill()
            self.process.wait()


def run(members: Sequence[Member]) -> None:
    """Keep `members` running until SIGTERM or SIGINT, then stop them and return."""
    stopping = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        while not stopping.is_set():
            for member in members:
                member.check()
            stopping.wait(0.5)
    finally:
        for member in members:
            member.stop()
        for member in members:
            member.end()
