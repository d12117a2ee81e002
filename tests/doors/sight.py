"""Who may see what: one table, held against every byte of every answer."""

import re

from tests.doors.newsroom import CHANNEL_DESK, NATION, STATION_DESK, Thing

MARK = re.compile(rb"q[0-9a-f]{11}")
ALL = ("zhubian", "zongguan")
WRITERS = ("jizhe", "keji", "zhejiang", "bianji", *ALL)
DESK_OF = {"keji": CHANNEL_DESK, "zhejiang": STATION_DESK}
# Whoever answers for a desk's things: its own people, and those who answer for the whole nation.
OF_DESK = {
    CHANNEL_DESK: ("keji", "bianji", *ALL),
    STATION_DESK: ("zhejiang", "bianji", *ALL),
    NATION: ("bianji", *ALL),
}
# What readers do not see, by kind: who does. A function of the desk where it has one.
MAY_SEE = {
    "article": OF_DESK,
    "report": OF_DESK,
    "page": ("bianji", *ALL),
    "picture": WRITERS,
    "document": WRITERS,
    "comment": ("pinglun", *ALL),
    "letter": ("laixin", *ALL),
}


def may_see(role: str, thing: Thing) -> bool:
    """Whether `role` may see what readers do not see of `thing`."""
    allowed = MAY_SEE[thing.kind]
    return role in (allowed[thing.owner] if isinstance(allowed, dict) else allowed)


def may_change(role: str, thing: Thing) -> bool:
    """Whether `role` may change `thing`, which its own people and those of the whole nation may."""
    if thing.kind in ("article", "picture", "document"):
        return role in OF_DESK[thing.owner]
    return may_see(role, thing)


class Sight:
    """Finds the marks of an answer that its role may not see."""

    def __init__(self, things: list[Thing]):
        self.hidden = {mark: (thing, what) for thing in things for mark, what in thing.hidden.items()}

    def wrongly_seen(self, role: str, content: bytes, said: bytes = b"") -> list[tuple[Thing, str]]:
        """What `content` shows to `role` against the table. What the role `said` itself is no news to it."""
        found = {mark.decode() for mark in MARK.findall(content)} - {m.decode() for m in MARK.findall(said)}
        seen = [self.hidden[mark] for mark in sorted(found & self.hidden.keys())]
        return [(thing, what) for thing, what in seen if not may_see(role, thing)]

    def publish(self, thing: Thing) -> None:
        """Readers see it from now on."""
        for mark in thing.hidden:
            self.hidden.pop(mark, None)
