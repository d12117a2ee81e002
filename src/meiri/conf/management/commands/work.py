"""`meiri work`: the worker and scheduler that `meiri serve` starts beside the web server."""

import logging
import signal
import time
from collections.abc import Callable
from threading import Event

from django.core.management import BaseCommand, call_command
from django.db import close_old_connections

from meiri.audience.counting import forget_old_hours
from meiri.journal.consumers import run_due
from meiri.visitors.counting import forget

logger = logging.getLogger(__name__)

IDLE_SECONDS = 0.25


def publish_scheduled() -> None:
    call_command("publish_scheduled", verbosity=0)


def clear_sessions() -> None:
    call_command("clearsessions", verbosity=0)


# What runs by the clock, with its period in seconds.
SCHEDULE: list[tuple[Callable[[], None], int]] = [
    (publish_scheduled, 5),
    (forget, 60),
    (clear_sessions, 3600),
    (forget_old_hours, 3600),
]


class Command(BaseCommand):
    help = "Tail the journal and run what is scheduled, until SIGTERM or SIGINT."
    requires_system_checks = []

    def handle(self, **options):
        stopping = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        due = dict.fromkeys((job for job, _ in SCHEDULE), 0.0)
        while not stopping.is_set():
            busy = attempt(run_due)
            for job, period in SCHEDULE:
                if time.monotonic() >= due[job] and not stopping.is_set():
                    attempt(job)
                    due[job] = time.monotonic() + period
            if not busy:
                stopping.wait(IDLE_SECONDS)


def attempt(job: Callable):
    """Run `job`; an error is logged and never ends the worker."""
    close_old_connections()
    try:
        return job()
    except Exception:
        logger.exception("%s failed; it will be tried again", getattr(job, "__name__", job))
        return None
