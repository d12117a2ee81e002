"""One process group: a few long-running commands that live and end together.

`python -m meiri.conf.process_group '{"NAME": ["COMMAND", "ARGUMENT"]}'` is the head of a group. It loads nothing of Django:
all that it does is to wait.
"""

import ctypes
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Event, Thread
from typing import NoReturn

logger = logging.getLogger(__name__)

GRACE_SECONDS = 6
# A process that ends sooner than this after its start is started again ever more slowly.
STEADY_SECONDS = 10
LONGEST_PAUSE_SECONDS = 10
CHECK_SECONDS = 0.1

# glibc's malloc keeps a heap for each thread, up to eight a processor, and what one has freed no other can use (mallopt(3)).
ARENAS = 2

# Linux: the signal that a process gets when the one that started it has died (prctl(2)).
PR_SET_PDEATHSIG = 1


def end_with_head() -> None:
    """Called in a process that another has just started: it is to stop when that one was killed and can't tell it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def stopped_by_signals() -> Event:
    """An event that SIGTERM and SIGINT set. Call it in the main thread.

    A handler must not set it itself: it runs in the main thread, which may hold the event's lock as it waits for it.
    """
    stopping, told = Event(), SimpleQueue[int]()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: told.put(number))

    def stop() -> None:
        told.get()
        stopping.set()

    Thread(target=stop, name="signals", daemon=True).start()
    return stopping


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
        self.process = subprocess.Popen(self.command, start_new_session=True, preexec_fn=end_with_head)  # noqa: S603
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
        self.kill()
        steady = now - self.started > STEADY_SECONDS
        self.failures = 1 if steady else self.failures + 1
        pause = min(2 ** (self.failures - 1), LONGEST_PAUSE_SECONDS) if self.failures > 1 else 0
        logger.warning("%s ended with status %s; starting it again in %s s", self.name, status, pause)
        self.process, self.due = None, now + pause

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def kill(self) -> None:
        """Kill the process and those that it started: a web server that died leaves its own, which hold the port."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def end(self, until: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(until - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            logger.warning("%s did not stop within %s s; killing it", self.name, GRACE_SECONDS)
        self.kill()
        self.process.wait()


def run(members: Sequence[Member]) -> None:
    """Keep `members` running until SIGTERM or SIGINT, then stop them and return."""
    stopping = stopped_by_signals()
    try:
        while not stopping.is_set():
            for member in members:
                member.check()
            stopping.wait(CHECK_SECONDS)
    finally:
        for member in members:
            member.stop()
        until = time.monotonic() + GRACE_SECONDS
        for member in members:
            member.end(until)


def become_head(commands: dict[str, list[str]]) -> NoReturn:
    """Turn this process into the head of a group of `commands`, by name. It keeps its number and forgets all else."""
    sys.stdout.flush()
    os.environ.setdefault("MALLOC_ARENA_MAX", str(ARENAS))
    os.execv(sys.executable, [sys.executable, "-m", __spec__.name, json.dumps(commands)])  # noqa: S606


if __name__ == "__main__":
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    run([Member(name, command) for name, command in json.loads(sys.argv[1]).items()])
