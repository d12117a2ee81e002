"""Positions in lists that are ordered by a time and a key, newest first."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Cursor:
    """A position: what comes after it is older than `at`, or as old with a lower `key`.

    As text, in addresses, it is `microseconds since 1970-key`.
    """

    at: datetime
    key: int

    def __str__(self):
        return f"{(self.at - EPOCH) // MICROSECOND}-{self.key}"

    @classmethod
    def parse(cls, text: str | None) -> "Cursor | None":
        """The cursor that `str` wrote, or None for anything else."""
        stamp, _, key = (text or "").partition("-")
        if not (stamp.isascii() and stamp.isdecimal() and key.isascii() and key.isdecimal()):
            return None
        if len(stamp) > 16 or len(key) > 18:
            return None
        return cls(EPOCH + int(stamp) * MICROSECOND, int(key))
