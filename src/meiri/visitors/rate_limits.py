"""Rate limits: how often something may be done, in windows by the clock or as a burst that refills.

Windows are counted in the database, or in Valkey, under digests that nobody can undo (`counting`), so they hold across processes and nodes.
Token buckets are counted in the memory of one process, for what must cost no query; `shared_buckets` are told of by Valkey.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from meiri.visitors.address import address_of
from meiri.visitors.counting import all_times, times_by


@dataclass(frozen=True)
class RateLimit:
    """`deed` may be done at most `most` times in each window of `period`."""

    deed: str
    most: int
    period: timedelta

    def hit(self, who: str) -> bool:
        """Count that `who` does it once more; whether that is still within the limit. One query."""
        return self.allows(times_by(who, self.deed, self.period))

    def hit_by_address(self, request) -> bool:
        """As `hit`, for whoever stands behind the address that a request comes from."""
        return self.hit(address_of(request))

    def allows(self, count: int) -> bool:
        """Whether `count` times are within the limit."""
        return count <= self.most


def hit_all(hits: Sequence[tuple[RateLimit, str]]) -> list[bool]:
    """As `RateLimit.hit` for each (limit, who) in turn, where all have one period. One query for all of them."""
    if not hits:
        return []
    (period,) = {limit.period for limit, _ in hits}
    counts = all_times([(who, limit.deed) for limit, who in hits], period)
    return [limit.allows(count) for (limit, _), count in zip(hits, counts, strict=True)]


class _Bucket(NamedTuple):
    """The tokens that are left, as of a moment."""

    left: float
    at: float


class TokenBuckets:
    """Each key may take `burst` at once, and then `a_second` every second; the `most_keys` used last are kept.

    For one thread: nothing is locked.
    """

    def __init__(
        self, burst: int, a_second: float, most_keys: int, clock: Callable[[], float] = time.monotonic
    ):
        self.burst, self.a_second, self.most_keys = burst, a_second, most_keys
        self._clock = clock
        # Those that were used last stand last.
        self._buckets: dict[str, _Bucket] = {}

    def __len__(self) -> int:
        return len(self._buckets)

    def hit(self, key: str) -> bool:
        """Take a token of `key`; False where none is left."""
        now = self._clock()
        bucket = self._buckets.pop(key, _Bucket(self.burst, now))
        left = min(bucket.left + (now - bucket.at) * self.a_second, self.burst)
        taken = left >= 1
        self._buckets[key] = _Bucket(left - taken, now)
        if len(self._buckets) > self.most_keys:
            del self._buckets[next(iter(self._buckets))]
        return taken

    def lower(self, key: str, left: float) -> None:
        """Leave no more than `left` tokens of `key`, below none where more were taken elsewhere. One that is not kept stays so."""
        if (bucket := self._buckets.get(key)) is not None:
            now = self._clock()
            own = min(bucket.left + (now - bucket.at) * self.a_second, self.burst)
            self._buckets[key] = _Bucket(min(own, left), now)
