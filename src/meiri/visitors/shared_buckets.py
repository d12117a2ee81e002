"""Token buckets that the processes of all nodes share by Valkey, where the site has one, for what is decided on the event loop.

Each process decides at once, by its own buckets. A thread tells Valkey twice a second what was taken from which, and leaves in
its own no more than there is in all. So the nodes together give out a burst each in the first half second, and owe for it
then. Where Valkey is away each counts for itself, as without one.
"""

import time
from collections import Counter, deque
from hashlib import blake2b
from threading import Thread

from django.conf import settings
from django.utils.timezone import now

from meiri.valkey import LuaScript, ValkeyAway, ValkeyLink, valkey
from meiri.visitors.node_salts import salt
from meiri.visitors.pseudonyms import MONTH
from meiri.visitors.rate_limits import TokenBuckets

EVERY = 0.5
# A thread that has had nothing to tell for so many seconds ends.
IDLE = 30.0
# So many things that were taken, and answers, wait at most; and so many buckets are told of at once.
MOST_WAITING, STEP = 20_000, 500

# The burst, what refills a second, and for each key what was taken of it. Answers what is left of each, at least as much below
# nothing as there is in a full one.
TAKE = LuaScript("""
local burst, a_second = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local lefts = {}
for i, key in ipairs(KEYS) do
  local held = redis.call('HMGET', key, 'left', 'at')
  local left, at = tonumber(held[1] or burst), tonumber(held[2] or now)
  left = math.min(burst, left + math.max(0, now - at) * a_second) - tonumber(ARGV[2 + i])
  left = math.max(left, -burst)
  redis.call('HSET', key, 'left', string.format('%.6f', left), 'at', string.format('%.6f', now))
  redis.call('PEXPIRE', key, math.ceil((burst - left) / a_second * 1000) + 1000)
  lefts[i] = string.format('%.6f', left)
end
return lefts
""")


class SharedBuckets(TokenBuckets):
    """As `TokenBuckets`, whose keys are visitors' addresses, for the one thread of an event loop. `deed` tells these from others."""

    def __init__(self, deed: str, burst: int, a_second: float, most_keys: int):
        super().__init__(burst, a_second, most_keys)
        self._deed = deed
        # Both are safe to append to and to pop from in two threads.
        self._taken: deque[str] = deque(maxlen=MOST_WAITING)
        self._told: deque[tuple[str, float]] = deque(maxlen=MOST_WAITING)
        self._thread: Thread | None = None

    def hit(self, key: str) -> bool:
        if not settings.REDIS_URL:
            return super().hit(key)
        while self._told:
            self.lower(*self._told.popleft())
        taken = super().hit(key)
        if taken:
            self._taken.append(key)
            if self._thread is None:
                self._thread = Thread(target=self._exchange_now_and_then, name=self._deed, daemon=True)
                self._thread.start()
        return taken

    def exchange(self, link: ValkeyLink) -> None:
        """Tell Valkey what was taken, and learn what is left in all. Where it is away, what was taken is this process's alone."""
        taken = Counter(self._taken.popleft() for _ in range(len(self._taken)))
        addresses = list(taken)
        for first in range(0, len(addresses), STEP):
            step = addresses[first : first + STEP]
            numbers = [taken[address] for address in step]
            try:
                lefts = link.run_script(
                    TAKE, [self._key(one) for one in step], [self.burst, str(self.a_second), *numbers]
                )
            except (ValkeyAway, OSError):  # or no salt can be kept
                return
            self._told.extend(zip(step, map(float, lefts), strict=True))

    def _key(self, address: str) -> str:
        """A name that tells nobody the address, the same on all nodes. Raises `OSError` where no salt can be kept."""
        key = salt(MONTH, int(now().timestamp()) // MONTH)
        return f"{self._deed}:{blake2b(address.encode(errors='replace'), key=key, person=b'bucket', digest_size=16).hexdigest()}"

    def _exchange_now_and_then(self) -> None:
        used = time.monotonic()
        while time.monotonic() < used + IDLE:
            time.sleep(EVERY)
            link = valkey()
            if self._taken and link:
                used = time.monotonic()
                self.exchange(link)
        self._thread = None
