"""网页篡改: files of the site that were changed from outside, from where they are noted into the security log, and from there to
whoever must know.

The security log and not the journal has them: they are deeds on a machine and not of the newsroom, readers see nothing of them
that an entry would have to make again, and a node notes its own while the database is away.
"""

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from meiri.operations.alterations import (
    Alteration,
    alterations_wait,
    forget_old_evidence,
    noted_alterations,
)
from meiri.operations.nodes import this_node
from meiri.security.log import events, note_event
from meiri.security.models import Event, SecurityEvent

# So many alterations of one go have an event of their own; of the rest one says how many.
MOST_ONE_BY_ONE = 1000
RECENTLY = timedelta(hours=24)
MOST = 1000


def tell_alterations() -> None:
    """Hand on to the security log what this node noted. Run by the clock; costs two looks at the disk where nothing waits."""
    if not alterations_wait():
        return
    with noted_alterations() as noted, transaction.atomic():
        for alteration in noted[:MOST_ONE_BY_ONE]:
            note_event(Event.TAMPERED, about=alteration.path, **details_of(alteration))
        if rest := noted[MOST_ONE_BY_ONE:]:
            note_event(
                Event.TAMPERED, about=f"{rest[0].path} …", node=this_node(), more=len(rest),
                until=_moment(rest[-1].until),
            )  # fmt: skip
    forget_old_evidence()


def details_of(alteration: Alteration) -> dict:
    """As the security log holds it: moments as ISO 8601 in UTC."""
    return {
        "node": this_node(),
        "change": alteration.change.value,
        "since": _moment(alteration.since) if alteration.since is not None else None,
        "until": _moment(alteration.until),
        "size": alteration.size,
        "sha256": alteration.digest,
        "evidence": alteration.evidence,
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def recent_tampering() -> list[SecurityEvent]:
    """What was noted in the last 24 hours, the newest first, at most 1000."""
    return list(events(event=Event.TAMPERED).filter(at__gte=timezone.now() - RECENTLY)[:MOST])


def tampering_between(start: datetime, end: datetime) -> QuerySet[SecurityEvent]:
    """What was noted from `start` to before `end`, in its order."""
    return SecurityEvent.objects.filter(event=Event.TAMPERED, at__gte=start, at__lt=end).order_by("pk")


def tampering_warnings() -> list[str]:
    """For the first screen of the newsroom: one sentence, or none."""
    found = recent_tampering()
    if not found:
        return []
    number = f"{MOST} 个以上" if len(found) == MOST else f"{len(found)} 个"
    at = timezone.localtime(found[0].at)
    return [
        f"网页篡改：24 小时内有 {number}文件被人从外部改动，均已停止对外提供并恢复，最近一次在 {at:%H:%M}（{found[0].about}）。"
        "请立即联系技术人员查明入侵途径，并按应急预案上报。"
    ]
