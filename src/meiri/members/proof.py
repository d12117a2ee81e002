"""What a session has shown of its owner: which second factor, and when."""

import time

from allauth.mfa.models import Authenticator

from meiri.members.allauth_internals import get_authentication_records

# How the records of a session call a sign-in that a phone confirmed (扫码登录): it shows who somebody is, and proves nothing anew.
BY_SCAN = "scan"


def has_second_factor(user) -> bool:
    return Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists()


def proven_in(request, user) -> bool:
    """Whether this session passed a second factor that `user` still has. One query where it passed one at all."""
    return _has_any(user, _shown(request, user))


def proven_within(request, user, seconds: float) -> bool:
    """Whether that was in the last `seconds`."""
    return _has_any(user, [r for r in _shown(request, user) if time.time() - r["at"] < seconds])


def _shown(request, user) -> list[dict]:
    return [record for record in get_authentication_records(request, user) if record["method"] == "mfa"]


def _has_any(user, records: list[dict]) -> bool:
    used = [record.get("id") for record in records]
    return bool(used) and Authenticator.objects.filter(user=user, pk__in=used).exists()
