"""Members of another site, as accounts here: without a password, reached at the mail address that they had there.

Who owns the address comes in by a code that is sent to it, as whoever forgot the password does, and sets a password then.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from meiri.members.contacts import contact_of
from meiri.members.models import User

STEP = 200
LONGEST_NICKNAME = 20


@dataclass(frozen=True)
class FormerMember:
    """An account of another site. `email` as it stands there."""

    name: str
    email: str
    joined_at: datetime | None = None


@dataclass
class KeptMembers:
    """How many accounts were made, were here already, and could not be made because nobody could be reached at their address."""

    made: int = 0
    known: int = 0
    unreachable: int = 0


def keep_old_members(members: Iterable[FormerMember]) -> KeptMembers:
    """Make an account for each whose address no account has, some hundred in a transaction. No mail is sent; accounts that are here stay
    as they are."""
    kept, step = KeptMembers(), {}
    for member in members:
        contact = contact_of(member.email)
        if contact is None or not contact.email:
            kept.unreachable += 1
        elif contact.email in step:
            kept.known += 1
        else:
            step[contact.email] = member
        if len(step) == STEP:
            _keep(step, kept)
            step = {}
    _keep(step, kept)
    return kept


@transaction.atomic
def _keep(members: dict[str, FormerMember], kept: KeptMembers) -> None:
    known = set(User.objects.filter(email__in=members).values_list("email", flat=True))
    known |= set(EmailAddress.objects.filter(email__in=members).values_list("email", flat=True))
    new = {email: member for email, member in members.items() if email not in known}
    accounts = User.objects.bulk_create(
        User(
            username=f"m{secrets.token_hex(8)}",
            email=email,
            nickname=member.name.strip()[:LONGEST_NICKNAME],
            password=make_password(None),
            date_joined=min(member.joined_at or timezone.now(), timezone.now()),
        )
        for email, member in new.items()
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=account, email=account.email, verified=True, primary=True) for account in accounts
    )
    kept.made += len(accounts)
    kept.known += len(members) - len(new)
