"""Positions in lists that are ordered by a time and a key, newest first."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# Up to the years 1654 and 2286.
_WRITTEN = re.compile(r"(-?[0-9]{1,16})-([0-9]{1,18})")


@dataclass(frozen=True)
class Cursor:
    """A position: what comes after it is older than `at`, or as old with a lower `key`.

    As text, in addresses, it is `microseconds since 1970-key`; before 1970 their number is negative.
    """

    at: datetime
    key: int

    def __str__(self):
        return f"{(self.at - EPOCH) // MICROSECOND}-{self.key}"

    @classmethod
    def parse(cls, text: str | None) -> "Cursor | None":
        """The cursor that `str` wrote, or None for anything else."""
        found = _WRITTEN.fullmatch(text or "")
        return cls(EPOCH + int(found[1]) * MICROSECOND, int(found[2])) if found else None
