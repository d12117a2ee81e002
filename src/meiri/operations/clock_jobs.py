"""Jobs that run by the clock, each once in its period however many workers there are.

A worker that runs a job of the whole site holds its lease in the database, and renews it while the job takes long. A worker
that dies leaves a lease that runs out; another worker goes on. Jobs of one line run one after another in a thread of their
own, so that a slow job delays its own line alone. How each run ended is kept, and `meiri verify` names what fails.
"""

import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread
from time import monotonic

from django.db import close_old_connections, connections
from django.db.models import Q
from django.utils import timezone

from meiri.journal.verification import register_check
from meiri.operations.models import JobRun
from meiri.operations.nodes import this_node
from meiri.wakeups import wakeups

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
RENEWALS_A_LEASE = 3
# How far the clocks of nodes may be apart. A moment further ahead was written by a clock that was set back since.
SKEW = timedelta(minutes=1)
# Seconds after which a job is asked for again whose lease another worker has just got.
TAKEN = 0.25
# How often at most the success of a job of a node is written down.
NOTED = timedelta(minutes=1)
# Seconds after which a woken job is asked for though nothing woke it: another node did what it waits for, or a wake-up was lost.
UNWOKEN = 10
# How long the runs of a node are kept that is not there any more.
KEPT = timedelta(days=7)


@dataclass(frozen=True)
class ClockJob:
    """`run` is called every `seconds`; where it returns a `timedelta`, it is called again sooner. A job `of_node` works on the
    node's own files, so each node runs it. One of the others is not run, and costs no write, while `is_wanted` says no.

    One that is `woken` follows what is committed on this node: once there is nothing for it to do, it is asked for after a
    wake-up, at most every `seconds`, and every `UNWOKEN` seconds without one.
    """

    run: Callable[[], object]
    seconds: float
    line: str = "upkeep"
    of_node: bool = False
    is_wanted: Callable[[], bool] | None = None
    woken: bool = False

    @property
    def name(self) -> str:
        return getattr(self.run, "__name__", str(self.run))

    @property
    def period(self) -> timedelta:
        return timedelta(seconds=self.seconds)

    @property
    def pause(self) -> timedelta:
        """How long it is not asked for when there was nothing to do and nothing wakes it."""
        return timedelta(seconds=UNWOKEN) if self.woken else self.period


@dataclass(frozen=True)
class _Note:
    """What was last written down of a job of this node."""

    error: str
    at: datetime


def lines_of(jobs: Sequence[ClockJob], stopping: Event) -> list[Thread]:
    """The threads that run `jobs`, one for each line, until `stopping` is set."""
    lines: dict[str, list[ClockJob]] = {}
    for job in jobs:
        lines.setdefault(job.line, []).append(job)
    return [Thread(target=run_line, args=[line, stopping], name=name) for name, line in lines.items()]


def run_line(jobs: Sequence[ClockJob], stopping: Event) -> None:
    """Run `jobs` as they fall due until `stopping` is set. Errors are logged and never end it."""
    due = dict.fromkeys(jobs, 0.0)
    rested = dict(due)  # from when on a wake-up is heeded
    noted: dict[ClockJob, _Note] = {}
    while not stopping.is_set():
        seen = wakeups.number
        for job in jobs:
            if monotonic() >= due[job] and not stopping.is_set():
                wait = attempt(job, noted).total_seconds()
                rested[job] = monotonic() + min(wait, job.seconds)
                due[job] = monotonic() + wait
        _sleep(due, rested, seen, stopping)
    connections.close_all()


def _sleep(due: dict[ClockJob, float], rested: dict[ClockJob, float], seen: int, stopping: Event) -> None:
    """Wait until a job falls due, or there was a wake-up after number `seen`, by which woken jobs are due once they have rested."""
    wait = max(min(due.values()) - monotonic(), 0)
    woken = [job for job in due if job.woken]
    if not woken:
        stopping.wait(wait)
        return
    wakeups.sleep(seen, wait, stopping)
    if wakeups.number != seen:
        due.update((job, min(due[job], rested[job])) for job in woken)


def attempt(job: ClockJob, noted: dict[ClockJob, _Note]) -> timedelta:
    """Run `job` where it is due and nobody else does; how long to wait before asking again. Raises nothing.

    `noted` remembers what was last written down of jobs of this node.
    """
    close_old_connections()
    try:
        return _run_on_node(job, noted) if job.of_node else _run_once(job)
    except Exception:
        logger.exception("%s could not be run by the clock; it will be tried again", job.name)
        return job.period


def _run_once(job: ClockJob) -> timedelta:
    """Run a job of the whole site, where this worker gets its lease. Two queries where it is not due."""
    now = timezone.now()
    if job.is_wanted and not job.is_wanted():
        return job.pause
    lease = str(uuid.uuid4())
    known = JobRun.objects.filter(name=job.name, node="").first()
    if known and (wait := _wait(known, job, now)):
        return wait
    if not known:
        JobRun.objects.bulk_create([JobRun(name=job.name)], ignore_conflicts=True)
    free = Q(leased_until=None) | Q(leased_until__lte=now) | Q(leased_until__gt=now + LEASE + SKEW)
    due = Q(due_at=None) | Q(due_at__lte=now) | Q(due_at__gt=now + job.period + SKEW)
    row = JobRun.objects.filter(free, due, name=job.name, node="")
    if not row.update(lease=lease, leased_until=now + LEASE, began_at=now):
        return timedelta(seconds=TAKEN)  # another worker was first: it will say when the job is due again
    mine = JobRun.objects.filter(name=job.name, node="", lease=lease)
    with _renewed(lease, job.name):
        error, wished = _outcome(job)
    due_at = now + (job.period if wished is None else wished)
    failures = mine.values_list("failures", flat=True).first() or 0
    mine.update(
        **_noted(error, failures), seconds=(timezone.now() - now).total_seconds(),
        due_at=due_at, leased_until=None,
    )  # fmt: skip
    return max(due_at - timezone.now(), timedelta())


def _wait(known: JobRun, job: ClockJob, now: datetime) -> timedelta | None:
    """How long a job need not be asked for; None where it may be run now. Where a clock was set back, it may."""
    if known.leased_until and now < known.leased_until <= now + LEASE + SKEW:
        return min(known.leased_until - now, job.period)
    if known.due_at and now < known.due_at <= now + job.period + SKEW:
        return known.due_at - now
    return None


@contextmanager
def _renewed(lease: str, name: str) -> Iterator[None]:
    """Renew a lease for as long as its job runs."""
    ended = Event()

    def renew():
        while not ended.wait(LEASE.total_seconds() / RENEWALS_A_LEASE):
            try:
                JobRun.objects.filter(lease=lease).update(leased_until=timezone.now() + LEASE)
            except Exception:
                logger.exception("The lease of %s could not be renewed; it will be tried again", name)
        connections.close_all()

    renewing = Thread(target=renew, name=f"lease of {name}", daemon=True)
    renewing.start()
    try:
        yield
    finally:
        ended.set()
        renewing.join()


def _run_on_node(job: ClockJob, noted: dict[ClockJob, _Note]) -> timedelta:
    """Run a job of this node. Each failure is written down, and the first success after it; other successes now and then."""
    began = timezone.now()
    error, wished = _outcome(job)
    node = this_node()
    known = noted.get(job)
    if error or known is None or known.error or timezone.now() - known.at >= NOTED:
        row, _ = JobRun.objects.get_or_create(name=job.name, node=node)
        ended = _noted(error, row.failures)
        length = (timezone.now() - began).total_seconds()
        JobRun.objects.filter(pk=row.pk).update(**ended, began_at=began, seconds=length)
        noted[job] = _Note(error, timezone.now())
    if wished is not None:
        return wished
    return job.period if error else job.pause


def _outcome(job: ClockJob) -> tuple[str, timedelta | None]:
    """Run `job`; its error, empty where there was none, and in how long it wishes to be called again, where it says so."""
    try:
        wished = job.run()
    except Exception as error:
        logger.exception("%s failed; it will be tried again", job.name)
        return f"{type(error).__name__}: {error}"[:2000], None
    return "", min(wished, job.period) if isinstance(wished, timedelta) else None


def _noted(error: str, failures: int) -> dict:
    """The fields that say how a run ended."""
    return {"ended_at": timezone.now(), "failures": failures + 1 if error else 0, "error": error}


def forget_runs() -> int:
    """Delete the runs of nodes that have not run anything for long. How many. Run by the clock."""
    old = JobRun.objects.exclude(node="").filter(ended_at__lt=timezone.now() - KEPT)
    return old.delete()[0]


@register_check("clock jobs")
def jobs_that_fail() -> Iterable[str]:
    for run in JobRun.objects.failing():
        yield f"{run} failed {run.failures} times in succession, last at {run.ended_at:%Y-%m-%d %H:%M:%S} UTC: {run.error}"
