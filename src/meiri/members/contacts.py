"""How a member is reached: a mail address or a phone number, and whose it is."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.account.utils import filter_users_by_email
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils import timezone

from meiri.members.models import User
from meiri.policy import administrators

_MAINLAND = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})\Z")
_E164 = re.compile(r"\+[1-9][0-9]{5,14}\Z")
_SPACING = re.compile(r"[\s().·-]")

DAYS_TO_PROVE, MOST_FORGOTTEN = 7, 200


@dataclass(frozen=True)
class Contact:
    """`email` or `phone`, the other one is "". Numbers are E.164, addresses in lower case."""

    email: str = ""
    phone: str = ""

    def __str__(self):
        return self.email or self.phone


def phone_number(text: str) -> str | None:
    """The E.164 number that `text` means: a mainland mobile number however it is written, or one with its country's code."""
    text = _SPACING.sub("", unicodedata.normalize("NFKC", text))
    if found := _MAINLAND.match(text):
        return f"+86{found[1]}"
    return text if _E164.match(text) and not text.startswith("+86") else None


def contact_of(text: str) -> Contact | None:
    """What `text` names, None where it is neither a number nor a mail address."""
    text = unicodedata.normalize("NFKC", text).strip()
    if "@" in text:
        try:
            validate_email(text)
        except ValidationError:
            return None
        return Contact(email=text.lower()) if len(text) <= 254 else None
    number = phone_number(text)
    return Contact(phone=number) if number else None


def masked(contact: str) -> str:
    """As it is shown on a page: `+86 138****8000`, `li***@paper.example`."""
    if "@" in contact:
        name, _, host = contact.rpartition("@")
        return f"{name[:2]}***@{host}"
    digits = contact.removeprefix("+86")
    return f"{'+86 ' if digits != contact else ''}{digits[:3]}****{digits[-4:]}"


def account_of(contact: Contact) -> User | None:
    """The active account that has proven `contact` to be its own."""
    if contact.phone:
        return User.objects.filter(phone=contact.phone, phone_verified=True, is_active=True).first()
    proven = EmailAddress.objects.filter(email=contact.email, verified=True, user__is_active=True)
    found = proven.select_related("user").first()
    return found.user if found else None


def meant(how: str, account: str) -> User | None:
    """Whose the account is that somebody names by its `username`, `email` or `phone` to sign in, if it is anybody's."""
    if how == "email":
        return next(iter(filter_users_by_email(account, prefer_verified=True)), None)
    if how == "phone":
        return account_of(Contact(phone=account))
    return User.objects.filter(username__iexact=account).first()


def discard_unfinished(contact: Contact) -> None:
    """Delete accounts begun with `contact` that nobody ever signed in to: whoever begins anew may be its true owner."""
    if contact.phone:
        begun = Q(phone=contact.phone, phone_verified=False)
    else:
        begun = Q(email=contact.email) & ~Q(emailaddress__verified=True)
    _unproven().filter(begun).delete()


def forget_unproven() -> int:
    """Delete accounts that were begun `DAYS_TO_PROVE` days ago and never proven, with all that belongs to them; how many.
    A bounded step, for the clock."""
    before = timezone.now() - timedelta(days=DAYS_TO_PROVE)
    old = _unproven().filter(date_joined__lt=before).order_by("date_joined").values_list("pk", flat=True)
    keys = list(old[:MOST_FORGOTTEN])
    User.objects.filter(pk__in=keys, last_login=None).delete()
    return len(keys)


def _unproven():
    """Accounts begun by their owner, to which nobody ever signed in."""
    return User.objects.filter(last_login=None, groups=None, registered=True).exclude(pk__in=administrators())
