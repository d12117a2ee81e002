"""One process group: a few long-running pieces of work that live and end together.

Their processes are copies of the one that starts them, the head of the group: what it has loaded they have at once, and all
of them together only once. It must have no thread and no connection to a database; all that it does after that is to wait.
"""

import ctypes
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from threading import Event, Thread

logger = logging.getLogger(__name__)

GRACE_SECONDS = 6
# A process that ends sooner than this after its start is started again ever more slowly.
STEADY_SECONDS = 10
LONGEST_PAUSE_SECONDS = 10
CHECK_SECONDS = 0.1

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)

# glibc's malloc keeps a heap for each thread, up to eight a processor, and what one has freed no other can use (mallopt(3)).
ARENAS = 2
M_ARENA_MAX = -8

# Linux (prctl(2)): the signal that a process gets when the one that started it has died; its name in lists of processes.
PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15


def end_with_head() -> None:
    """Called in a process that another has just started: it is to stop when that one was killed and can't tell it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def be_called(name: str) -> None:
    """Show this process as `name`, of at most 15 bytes, in lists of processes."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_NAME, name.encode())


def keep_few_heaps() -> None:
    """Let the threads of this process and of its copies share heaps, unless the operator says otherwise."""
    if sys.platform == "linux" and "MALLOC_ARENA_MAX" not in os.environ:
        with suppress(AttributeError):  # a C library without arenas
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)


def stopped_by_signals() -> Event:
    """An event that SIGTERM and SIGINT set. Call it in the main thread.

    A handler must not set it itself: it runs in the main thread, which may hold the event's lock as it waits for it.
    """
    stopping, told = Event(), SimpleQueue[int]()
    for number in STOP_SIGNALS:
        signal.signal(number, lambda number, frame: told.put(number))

    def stop() -> None:
        told.get()
        stopping.set()

    Thread(target=stop, name="signals", daemon=True).start()
    return stopping


@dataclass
class Member:
    name: str
    work: Callable[[], object]
    process: BaseProcess | None = None
    started: float = 0.0
    failures: int = 0
    due: float = 0.0

    def start(self) -> None:
        self.process = get_context("fork").Process(target=self._live, args=[os.getpid()], name=self.name)
        # No signal may come before the copy has shed the head's handlers: it would be lost.
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        try:
            self.process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        self.started = time.monotonic()

    def _live(self, head: int) -> None:
        # A session of its own, so that Ctrl-C reaches the group's head alone, which then stops its members in order.
        os.setsid()
        end_with_head()
        if os.getppid() != head:
            sys.exit("The head of the group has died.")
        be_called(f"meiri {self.name}")
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        self.work()

    def check(self) -> None:
        """Start the process again where it has ended, after a pause that grows with quick failures."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.start()
            return
        status = self.process.exitcode
        if status is None:
            return
        self.kill()
        steady = now - self.started > STEADY_SECONDS
        self.failures = 1 if steady else self.failures + 1
        pause = min(2 ** (self.failures - 1), LONGEST_PAUSE_SECONDS) if self.failures > 1 else 0
        logger.warning("%s ended with status %s; starting it again in %s s", self.name, status, pause)
        self.process, self.due = None, now + pause

    def stop(self) -> None:
        if self.process:
            self.process.terminate()

    def kill(self) -> None:
        """Kill the process and those that it started: a web server that died leaves its own, which hold the port."""
        if self.process and self.process.pid:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.kill()

    def end(self, until: float) -> None:
        if self.process is None:
            return
        self.process.join(max(until - time.monotonic(), 0))
        if self.process.is_alive():
            logger.warning("%s did not stop within %s s; killing it", self.name, GRACE_SECONDS)
        self.kill()
        self.process.join()


def run_group(works: Mapping[str, Callable[[], object]]) -> None:
    """Keep `works`, by name, running in a process each until SIGTERM or SIGINT, then stop them and return."""
    members = [Member(name, work) for name, work in works.items()]
    keep_few_heaps()
    # No event and no thread: what is copied from here must not come with a lock that somebody held.
    told: list[int] = []
    for number in STOP_SIGNALS:
        signal.signal(number, lambda number, frame: told.append(number))
    try:
        while not told:
            for member in members:
                member.check()
            time.sleep(CHECK_SECONDS)
    finally:
        end_process(members)


def end_process(members: Sequence[Member]) -> None:
    for member in members:
        member.stop()
    until = time.monotonic() + GRACE_SECONDS
    for member in members:
        member.end(until)
