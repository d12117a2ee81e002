"""How often a visitor did something lately: the base of rate limits and of counting each reader once.

A window (say, half an hour by the clock) has a random salt. A visitor's digest is made of the salt, the site's secret
key, the address and, where asked, the browser's name; the counter is kept under that digest. When the window ends, the
salt and then the counters are deleted, and before that a copy of the database alone tells no address. The table is right across processes and nodes, which a cache in each process is not. Where the site has a Valkey, that counts under the
same digests, and the table follows it (`shared_counts`).
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils.timezone import now

from meiri.valkey import valkey
from meiri.visitors.address import address_of
from meiri.visitors.models import Salt, Visit
from meiri.visitors.shared_counts import count_in_database, shared_counts

# Old counters are deleted in steps of so many, so that no writer waits long for another.
STEP = 5_000

_salts: dict[int, tuple[str, bytes]] = {}


def times(request, deed: str, period: timedelta, by_browser: bool = False) -> int:
    """How often this visitor did `deed` in the present window of `period`, this time included. One query.

    With `by_browser`, two browsers behind one address are two visitors.
    """
    return times_by(browser_of(request) if by_browser else address_of(request), deed, period)


def browser_of(request) -> str:
    """A visitor as `times_by` knows one: a browser behind an address."""
    return f"{address_of(request)}\n{request.headers.get('User-Agent', '')}"


def times_by(who: str, deed: str, period: timedelta) -> int:
    """As `times`, for a visitor known by something else, such as the name of an account."""
    return all_times([(who, deed)], period)[0]


def all_times(deeds: Sequence[tuple[str, str]], period: timedelta) -> list[int]:
    """As `times_by` for each (`who`, `deed`) in turn. One query for all of them; where Valkey has them, none."""
    if not deeds:
        return []
    seconds = int(period.total_seconds())
    number = int(now().timestamp()) // seconds
    until = datetime.fromtimestamp((number + 1) * seconds, UTC)
    key = _salt(seconds, f"{seconds}:{number}", until) + settings.SECRET_KEY.encode()
    digests = [_digest(key, who, deed) for who, deed in deeds]
    added = Counter(digests)
    link = valkey()
    counts = shared_counts().count(link, added, until) if link else count_in_database(added, until)
    # Of those with one digest the last has the whole count.
    for digest, count in added.items():
        counts[digest] -= count
    found = []
    for digest in digests:
        counts[digest] += 1
        found.append(counts[digest])
    return found


def _digest(key: bytes, who: str, deed: str) -> str:
    mac = hmac.new(key, f"{deed}\n{who}".encode(errors="replace"), hashlib.sha256).digest()
    return urlsafe_b64encode(mac).decode().rstrip("=")


def _salt(seconds: int, window: str, until: datetime) -> bytes:
    """The salt of `window`, the same in every process; the salts of windows that ended are deleted."""
    known, salt = _salts.get(seconds, ("", b""))
    if known == window:
        return salt
    Salt.objects.filter(until__lte=now()).delete()
    Salt.objects.bulk_create(
        [Salt(window=window, value=secrets.token_bytes(32), until=until)], ignore_conflicts=True
    )
    salt = bytes(Salt.objects.get(window=window).value)
    _salts[seconds] = window, salt
    return salt


def forget_visits() -> None:
    """Delete what windows that ended have left, a bounded step at a time. Run by the clock."""
    present = now()
    Salt.objects.filter(until__lte=present).delete()
    ended = Visit.objects.filter(until__lte=present)
    while Visit.objects.filter(pk__in=list(ended.values_list("pk", flat=True)[:STEP])).delete()[0] == STEP:
        pass
