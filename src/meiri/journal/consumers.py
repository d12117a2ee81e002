"""Consumers tail the journal, each with its own cursor.

Delivery is at least once and in order: the cursor moves after the consumer's function has returned. A process
that dies in between leaves the cursor where it was, and its lease runs out. A function that returns a number has done with so
many of its entries, and is given the others again; one that can do nothing yet returns 0 and is asked again soon.
"""

import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from meiri.journal.log import last_sequence
from meiri.journal.models import ConsumerOffset, Entry

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
LONGEST_PAUSE_SECONDS = 300
NOT_YET = timedelta(seconds=0.5)
BATCH = 200

Handler = Callable[[Sequence[Entry]], int | None]
_consumers: dict[str, Handler] = {}


def consumer(name: str) -> Callable[[Handler], Handler]:
    """Register a function that is given every entry, in batches, at least once and in order. It returns with how many it
    has done, the first ones; None means all."""

    def register(function: Handler) -> Handler:
        _consumers[name] = function
        return function

    return register


@dataclass(frozen=True)
class Lag:
    name: str
    behind: int
    error: str


def run_consumer(name: str, handler: Handler | None = None, limit: int = BATCH) -> int:
    """Hand the next entries, at most `limit`, to consumer `name`. How many it took; 0 when none wait, it can't go on yet,
    another process holds the lease, or the last failure is too fresh."""
    handler = handler or _consumers[name]
    lease = str(uuid.uuid4())
    cursor = take_lease(name, lease)
    if cursor is None:
        return 0
    entries = list(Entry.objects.after(cursor.sequence)[:limit])
    try:
        done = handler(entries) if entries else None
    except Exception as error:
        logger.exception(
            "Consumer %s failed on entries %s-%s", name, entries[0].sequence, entries[-1].sequence
        )
        pause = timedelta(seconds=min(2**cursor.failures, LONGEST_PAUSE_SECONDS))
        with_lease(name, lease).update(
            failures=cursor.failures + 1,
            error=f"{type(error).__name__}: {error}"[:2000],
            retry_at=timezone.now() + pause,
            leased_until=None,
        )
        return 0
    taken = entries if done is None else entries[:done]
    sequence = taken[-1].sequence if taken else cursor.sequence
    retry_at = timezone.now() + NOT_YET if entries and not taken else None
    with_lease(name, lease).update(
        sequence=sequence, failures=0, error="", retry_at=retry_at, leased_until=None
    )
    return len(taken)


def take_lease(name: str, lease: str) -> ConsumerOffset | None:
    """Lease the cursor of `name` to this call, or None where it is not to be had or nothing waits."""
    now = timezone.now()
    waiting = ConsumerOffset.objects.filter(pk=name).first()
    if last_sequence() <= (waiting.sequence if waiting else 0):
        return None  # nothing to do costs two small reads and no write lock
    if waiting and waiting.retry_at and waiting.retry_at > now:
        return None
    with transaction.atomic():
        ConsumerOffset.objects.get_or_create(pk=name)
        free = Q(leased_until=None) | Q(leased_until__lt=now)
        due = Q(retry_at=None) | Q(retry_at__lte=now)
        taken = ConsumerOffset.objects.filter(free, due, pk=name).update(
            lease=lease, leased_until=now + LEASE
        )
        return ConsumerOffset.objects.get(pk=name) if taken else None


def with_lease(name: str, lease: str):
    """The cursor as long as this call still holds it: whoever outlived its lease moves nothing."""
    return ConsumerOffset.objects.filter(pk=name, lease=lease)


def due_consumers() -> list[str]:
    """The names of the registered consumers that are behind the end of the journal. Two queries."""
    end = last_sequence()
    come_to = dict(ConsumerOffset.objects.values_list("name", "sequence"))
    return [name for name in list(_consumers) if come_to.get(name, 0) < end]


def run_due_consumers() -> int:
    """Run every registered consumer once that is behind; how many entries they took together."""
    return sum(map(run_consumer, due_consumers()))


def lags() -> list[Lag]:
    """How far each registered consumer is behind the end of the journal."""
    end = last_sequence()
    cursors = {c.name: c for c in ConsumerOffset.objects.all()}
    return [
        Lag(
            name,
            end - (cursors[name].sequence if name in cursors else 0),
            getattr(cursors.get(name), "error", ""),
        )
        for name in sorted(_consumers)
    ]
