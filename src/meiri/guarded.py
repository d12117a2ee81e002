"""Work on what outsiders sent, in a process of its own: what was made to harm ends that process alone.

The process is started for one run, does one call after another, and is killed where a call takes too long. It loads nothing
of Django and gets none of the site's environment; what it answers may hold only classes that the caller names.
"""

import io
import math
import os
import pickle
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from threading import BoundedSemaphore
from typing import Any

_MAIN = "import sys; sys.path[:] = {path!r}; from meiri.guarded import answer_calls; answer_calls({fd})"


# How much less of a busy processor the work gets than other processes: 10 is a tenth (setpriority(2)).
NICENESS = 10


class Overrun(Exception):
    """The work took more time or memory than it may, or took its process down."""


class Failed(Exception):
    """The work raised an error that it is not known to raise. `kind` is the name of its class."""

    def __init__(self, kind: str):
        super().__init__(kind)
        self.kind = kind


class Busy(Exception):
    """As many processes as may be are at work."""


@dataclass(frozen=True)
class Limits:
    """What one call may take: `seconds` by the clock, `processor_seconds`, bytes of `memory`; the largest file it writes and
    the largest answer, in bytes."""

    seconds: float
    processor_seconds: int
    memory: int
    largest_file: int = 0
    largest_answer: int = 128 * 1024 * 1024


@dataclass
class Guard:
    """Processes within `limits`, at most `most` at once in this process; who comes then waits `patience` seconds for one.

    `answers` names the classes (`module.Class`) that may be in an answer, beside plain values; `refusals` the errors that the work raises by
    design, which are raised to the caller.
    """

    limits: Limits
    most: int
    patience: float
    answers: Collection[str]
    refusals: tuple[type[Exception], ...]
    _places: BoundedSemaphore = field(init=False)

    def __post_init__(self):
        self._places = BoundedSemaphore(self.most)

    @contextmanager
    def process(self) -> Iterator["Process"]:
        """A process for one run. Raises `Busy`."""
        if not self._places.acquire(timeout=self.patience):
            raise Busy
        process = Process(self)
        try:
            yield process
        finally:
            process.end()
            self._places.release()


class Process:
    """One process at a time, started with the first call and anew after one that it did not survive."""

    def __init__(self, guard: Guard):
        self._guard = guard
        self._running: subprocess.Popen | None = None
        self._connection: Connection | None = None

    def call(self, work: Callable[..., Any], *arguments) -> Any:
        """What `work`, a function of a module, returns. Raises `Overrun`, `Failed` and what the guard has as `refusals`."""
        connection = self._connection or self._start()
        limits = self._guard.limits
        try:
            connection.send_bytes(
                pickle.dumps((work, arguments, self._guard.refusals, limits.processor_seconds))
            )
            if not connection.poll(limits.seconds):
                raise Overrun
            outcome, value = _loads(connection.recv_bytes(limits.largest_answer), self._guard)
        except (EOFError, OSError):
            self.end()
            raise Overrun from None
        except BaseException:
            self.end()
            raise
        if outcome == "returned":
            return value
        if outcome == "refused":
            raise value
        if outcome == "overrun":
            self.end()
            raise Overrun
        raise Failed(value)

    def _start(self) -> Connection:
        ours, theirs = Pipe()
        code = _MAIN.format(path=[os.path.abspath(path) for path in sys.path], fd=theirs.fileno())
        with theirs:
            # What it says on the way down may hold words of what it reads: nobody listens.
            self._running = subprocess.Popen(  # noqa: S603 a command of our own
                [sys.executable, "-I", "-B", "-X", "utf8", "-c", code],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                cwd="/",
                env={},
            )
        self._connection = ours
        limits = self._guard.limits
        ours.send_bytes(pickle.dumps((limits.memory, limits.largest_file)))
        return ours

    def end(self) -> None:
        if self._running is not None:
            self._running.kill()
            self._running.wait()
        if self._connection is not None:
            self._connection.close()
        self._running = self._connection = None


class _Answers(pickle.Unpickler):
    """Answers come from a process that outsiders' files may have taken over: they may name no class but those expected."""

    def __init__(self, content: bytes, classes: Collection[str]):
        super().__init__(io.BytesIO(content))
        self._classes = classes

    def find_class(self, module: str, name: str):
        if f"{module}.{name}" not in self._classes:
            raise pickle.UnpicklingError(f"{module}.{name} is not expected in an answer.")
        return super().find_class(module, name)


def _loads(content: bytes, guard: Guard) -> tuple[str, Any]:
    refusals = [f"{error.__module__}.{error.__qualname__}" for error in guard.refusals]
    try:
        outcome, value = _Answers(content, {*guard.answers, *refusals}).load()
    except Exception as error:  # whatever a wrong answer makes its reader trip over
        raise Failed(type(error).__name__) from error
    return outcome, value


def answer_calls(fd: int) -> None:
    """What the process does: take calls from `fd` and answer them until its other end is closed."""
    with Connection(fd) as connection, suppress(EOFError, BrokenPipeError):
        # Where processors are few, whoever serves readers goes first.
        os.nice(NICENESS)
        memory, largest_file = pickle.loads(connection.recv_bytes())  # noqa: S301 the caller is trusted
        for limit, most in (
            (resource.RLIMIT_AS, memory),
            (resource.RLIMIT_FSIZE, largest_file),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(limit, (most, most))
        while True:
            connection.send_bytes(_answer(connection.recv_bytes()))


def _answer(call: bytes) -> bytes:
    try:
        work, arguments, refusals, seconds = pickle.loads(call)  # noqa: S301 the caller is trusted
        # The kernel ends the process that goes on beyond it, also in the middle of a pattern or a parser.
        until = math.ceil(time.process_time()) + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))
        try:
            return pickle.dumps(("returned", work(*arguments)))
        except refusals as refusal:
            return pickle.dumps(("refused", refusal.with_traceback(None)))
    except MemoryError:
        return pickle.dumps(("overrun", None))
    except Exception as error:  # whatever a broken file makes its reader trip over
        return pickle.dumps(("failed", type(error).__name__))
