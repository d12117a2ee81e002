"""What the apps show a member on the account page: each registers its part, and knows nothing of the others."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

# Lines of a part on the account page; the rest stands where its link leads.
MOST_LINES = 5


@dataclass(frozen=True)
class AccountLine:
    """One thing of a member's. `standing`: how far it has come, in words."""

    text: str
    url: str
    standing: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class AccountPart:
    """A heading, lines of a member's own (at most `MOST_LINES`, in a fixed number of queries) and links. `lead`: a sentence below the
    heading; `empty`: what stands where there are no lines. `links`: text and address of each, asked for when the page is made.
    """

    title: str
    order: int
    lines: Callable[..., Iterable[AccountLine]]
    links: Callable[[], Iterable[tuple[str, str]]]
    lead: str = ""
    empty: str = ""


_registered: list[AccountPart] = []


def register_account_part(part: AccountPart) -> None:
    """Register a part; once, when the app is ready."""
    kept = [known for known in _registered if known.title != part.title]
    _registered[:] = sorted([*kept, part], key=lambda known: known.order)


def account_parts(user) -> list[tuple[AccountPart, list[AccountLine]]]:
    """Each part with the lines of `user`, in their order."""
    return [(part, list(part.lines(user))) for part in _registered]
