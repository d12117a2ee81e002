"""Note what concerns security, and read it again.

Call `note_event` in the transaction of what it is about. Passwords, codes, keys of sessions and what writers of letters sent have no
place in it.
"""

from datetime import timedelta

from allauth.core import context
from django.conf import settings
from django.utils import timezone

from meiri.security.models import Event, SecurityEvent
from meiri.visitors.address import address_of

# 网络安全法 (2016), article 21: logs are kept for six months at least.
FEWEST_DAYS = 183
NOBODY, SYSTEM = "（未登录）", "（系统）"
STEP = 1_000
_SPACES = str.maketrans(dict.fromkeys(map(chr, range(32)), " "))


def note_event(event: Event, *, by=None, about: str = "", **details) -> SecurityEvent:
    """Append one event. `by` is who did it; where not given, whoever sent the request that is being answered, and outside of
    requests the system."""
    request = context.request
    if by is None and request is not None and hasattr(request, "user") and request.user.is_authenticated:
        by = request.user
    return SecurityEvent.objects.create(
        event=event,
        actor=by.pk if by else None,
        actor_name=by.get_username()[:150] if by else SYSTEM if request is None else NOBODY,
        about=about.translate(_SPACES)[:200],
        address=address_of(request)[:45] if request else "",
        user_agent=request.headers.get("User-Agent", "").translate(_SPACES)[:200] if request else "",
        details=details,
    )


def events(*, event: str = "", name: str = "", before: int | None = None):
    """The events of a kind, or of whoever has this user name, older than the one with the key `before`; the newest first."""
    found = SecurityEvent.objects.order_by("-pk")
    if event:
        found = found.filter(event=event)
    if name:
        found = found.filter(actor_name=name)
    return found.filter(pk__lt=before) if before is not None else found


def forget_events() -> None:
    """Delete what is older than it is kept, a bounded step at a time. Run by the clock."""
    days = max(settings.SECURITY_LOG_DAYS, FEWEST_DAYS)
    old = SecurityEvent.objects.filter(at__lt=timezone.now() - timedelta(days=days)).order_by("at")
    while (
        SecurityEvent.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:STEP])).delete()[0] == STEP
    ):
        pass
