"""What the apps of the site hold about a member: each registers a copy of it for the member, and what leaves with them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import transaction


@dataclass(frozen=True)
class Holding:
    """`rows` gives what is held of a user, as mappings from a Chinese name to text, a moment or a number; `release` does
    what deleting the account does not: what stays public is signed by `GONE` from then on."""

    title: str
    rows: Callable[..., Iterable[dict]]
    release: Callable[..., None]


# Who signs what a member who left has published.
GONE = "已注销用户"

_holdings: list[Holding] = []


def hold(holding: Holding) -> None:
    """Register what an app holds; once, when the app is ready."""
    _holdings[:] = [h for h in _holdings if h.title != holding.title] + [holding]


def held_of(user) -> dict[str, list[dict]]:
    """All that is held of `user`, by the heading of each part."""
    return {holding.title: list(holding.rows(user)) for holding in _holdings}


@transaction.atomic
def release(user) -> None:
    """Delete the account of `user` and what belongs to it; what stays public names nobody."""
    for holding in _holdings:
        holding.release(user)
    user.delete()
