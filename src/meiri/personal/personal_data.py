"""What the apps of the site hold about a member: each registers a copy of it for the member, and what leaves with them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import transaction


@dataclass(frozen=True)
class PersonalData:
    """`rows` gives what is held of a user, as mappings from a Chinese name to text, a moment or a number; `erase` does
    what deleting the account does not: what stays public is signed by `GONE` from then on."""

    title: str
    rows: Callable[..., Iterable[dict]]
    erase: Callable[..., None]


# Who signs what a member who left has published.
GONE = "已注销用户"

_registered: list[PersonalData] = []


def register_personal_data(part: PersonalData) -> None:
    """Register what an app holds; once, when the app is ready."""
    _registered[:] = [h for h in _registered if h.title != part.title] + [part]


def export_personal_data(user) -> dict[str, list[dict]]:
    """All that is held of `user`, by the heading of each part."""
    return {part.title: list(part.rows(user)) for part in _registered}


@transaction.atomic
def erase_personal_data(user) -> None:
    """Delete the account of `user` and what belongs to it; what stays public names nobody."""
    for part in _registered:
        part.erase(user)
    user.delete()
