"""How many comments are taken from whom before a question is asked, and when no more are taken at all.

A visitor is a browser behind an address, or a member; a network is shared by schools, offices and whole telephone
companies, so that its limit is far wider. Whoever did the work that a form asks for is trusted with more.
"""

from datetime import timedelta
from enum import Enum

from meiri.visitors.address import network_of
from meiri.visitors.counting import times, times_by

PERIOD = timedelta(minutes=10)
MINUTES = int(PERIOD.total_seconds()) // 60
# Comments of one visitor, without and with the work done, and of one network, before a question is asked.
FEW, MOST, MOST_OF_NETWORK = 3, 10, 100
# … and before no more are taken, whatever is answered.
END, END_OF_NETWORK = 30, 1_000


class Standing(Enum):
    """How the next comment of a visitor is treated."""

    FREE = "free"
    ASKED = "asked"
    REFUSED = "refused"


def standing(request, member, worked: bool) -> Standing:
    """Count one more comment, and say how it is treated. Two queries."""
    if member:
        own = times_by(f"member:{member.pk}", "comment", PERIOD)
    else:
        own = times(request, "comment", PERIOD, by_browser=True)
    near = times_by(network_of(request), "comment of network", PERIOD)
    if own > END or near > END_OF_NETWORK:
        return Standing.REFUSED
    if own > (MOST if worked or member else FEW) or near > MOST_OF_NETWORK:
        return Standing.ASKED
    return Standing.FREE
