"""Whether what is scheduled goes out in time."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone
from wagtail.models import Revision

from meiri.health_checks import HealthFinding, broken, fine, health_check
from meiri.metrics import Sample, measurement
from meiri.newsroom.scheduling import LATE


@health_check("schedule")
def schedule_is_kept() -> Iterator[HealthFinding]:
    late = lateness()
    if late > LATE:
        yield broken(
            f"what was due {late.total_seconds():.0f} s ago has not gone out",
            "see whether a worker runs, and in its log why it does not publish it",
        )
    else:
        yield fine("nothing is late")


@measurement(
    "meiri_schedule_late_seconds", "How long ago the version was due that is due longest and has not gone out"
)
def late_seconds() -> Iterator[Sample]:
    yield (), lateness().total_seconds()


def lateness() -> timedelta:
    """How long the version waits that is due longest. One query of one row."""
    now = timezone.now()
    due = Revision.objects.filter(approved_go_live_at__lte=now).order_by("approved_go_live_at")
    first = due.values_list("approved_go_live_at", flat=True).first()
    return now - first if first else timedelta()
