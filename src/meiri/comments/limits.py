"""How many comments are taken from whom before a question is asked, and when no more are taken at all.

A visitor is a browser behind an address, or a member; a network is shared by schools, offices and whole telephone
companies, so that its limit is far wider. Whoever did the work that a form asks for is trusted with more.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import Enum
from typing import NamedTuple

from meiri.visitors.address import network_of
from meiri.visitors.counting import all_times, browser_of

PERIOD = timedelta(minutes=10)
MINUTES = int(PERIOD.total_seconds()) // 60
# Comments of one visitor, without and with the work done, and of one network, before a question is asked.
FEW, MOST, MOST_OF_NETWORK = 3, 10, 100
# … and before no more are taken, whatever is answered.
END, END_OF_NETWORK = 30, 1_000


class Sender(NamedTuple):
    """Whose comment counts: one visitor's or member's, and one network's. `trusted`: a member, or one who did the work."""

    own: str
    network: str
    trusted: bool


class Standing(Enum):
    """How the next comment of a visitor is treated."""

    FREE = "free"
    ASKED = "asked"
    REFUSED = "refused"


def sender_of(request, member, worked: bool) -> Sender:
    own = f"member:{member.pk}" if member else browser_of(request)
    return Sender(own, network_of(request), trusted=worked or member is not None)


def standings(senders: Sequence[Sender]) -> list[Standing]:
    """Count one more comment of each, and say how it is treated. One query."""
    own = [(sender.own, "comment") for sender in senders]
    near = [(sender.network, "comment of network") for sender in senders]
    counts = all_times([*own, *near], PERIOD)
    return [
        _standing(sender, *both)
        for sender, *both in zip(senders, counts[: len(own)], counts[len(own) :], strict=True)
    ]


def _standing(sender: Sender, own: int, near: int) -> Standing:
    if own > END or near > END_OF_NETWORK:
        return Standing.REFUSED
    if own > (MOST if sender.trusted else FEW) or near > MOST_OF_NETWORK:
        return Standing.ASKED
    return Standing.FREE
