"""Once a day each friend link is asked whether it still answers. What fails is marked for editors, never removed."""

import logging
from collections.abc import Callable
from dataclasses import replace
from threading import Event

from django.db import close_old_connections
from django.utils import timezone

from meiri.fronts.friend_links import FriendLink
from meiri.outbound import OutboundRules, Unreachable, ask

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 60
AGENT = "Mozilla/5.0 (compatible; Meiri link check)"
# Somebody is there, even where robots are not let in.
ANSWERS = {401, 403, 405, 406, 429}


def reach(url: str, rules: OutboundRules | None = None) -> int:
    """The status with which `url` answers in the end. Raises `Unreachable`, also for a status that says it is gone."""
    rules = replace(rules or OutboundRules(), most_bytes=0)
    status = ask(url, rules, headers={"User-Agent": AGENT, "Accept": "*/*"}).status
    if 200 <= status < 300 or status in ANSWERS:
        return status
    raise Unreachable(f"返回状态 {status}", f"status {status}")


def check_links(stopping: Event) -> None:
    """Check links as they fall due until `stopping` is set. Errors are logged and never end it."""
    while not stopping.is_set():
        close_old_connections()
        try:
            while not stopping.is_set() and check_next():
                pass
        except Exception:
            logger.exception("Friend links could not be checked; trying again")
        stopping.wait(PAUSE_SECONDS)


def check_next(reach: Callable[[str], int] = reach) -> bool:
    """Check the link that waits longest; False where none is due. Several nodes may do so: one of them takes each."""
    now = timezone.now()
    link = FriendLink.objects.due(now).first()
    if link is None:
        return False
    if not FriendLink.objects.filter(pk=link.pk, checked_at=link.checked_at).update(checked_at=now):
        return True
    try:
        reach(link.url)
    except Unreachable as error:
        FriendLink.objects.filter(pk=link.pk).update(
            failures=min(link.failures + 1, 1000), last_failure=str(error)[:200]
        )
    else:
        FriendLink.objects.filter(pk=link.pk).update(failures=0, last_failure="")
    return True
