"""Once a day each friend link is asked whether it still answers. What fails is marked for editors, never removed."""

import logging
from collections.abc import Callable
from threading import Event

from django.db import close_old_connections
from django.utils import timezone

from meiri.fronts.friend_links import FriendLink
from meiri.fronts.reaching import Unreachable, reach

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 60


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


def check_next(ask: Callable[[str], int] = reach) -> bool:
    """Check the link that waits longest; False where none is due. Several nodes may do so: one of them takes each."""
    now = timezone.now()
    link = FriendLink.objects.due(now).first()
    if link is None:
        return False
    if not FriendLink.objects.filter(pk=link.pk, checked_at=link.checked_at).update(checked_at=now):
        return True
    try:
        ask(link.url)
    except Unreachable as error:
        FriendLink.objects.filter(pk=link.pk).update(
            failures=min(link.failures + 1, 1000), last_failure=str(error)[:200]
        )
    else:
        FriendLink.objects.filter(pk=link.pk).update(failures=0, last_failure="")
    return True
