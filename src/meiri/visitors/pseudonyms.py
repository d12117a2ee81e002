"""A visitor's mark: the same for one browser behind one address while a month lasts, and nobody's afterwards.

It is made with the salt of the month, which is deleted when the month has ended: from then on no mark leads to anyone, and
nobody can make it again.
"""

from hashlib import blake2b

from django.utils import timezone

from meiri.visitors.address import address_of
from meiri.visitors.node_salts import salt, share

MONTH = 30 * 24 * 60 * 60
_LONGEST_AGENT = 1_000


def pseudonym_of(request) -> str:
    """The mark of whoever sends a Django request: 32 characters. Raises `OSError` where no salt can be kept."""
    key = salt(MONTH, int(timezone.now().timestamp()) // MONTH)
    who = f"{address_of(request)}\n{request.headers.get('User-Agent', '')[:_LONGEST_AGENT]}"
    return blake2b(who.encode(errors="replace"), key=key, digest_size=16).hexdigest()


def share_salts_of_pseudonyms() -> None:
    """Give all nodes the same salts for marks. Run by the clock."""
    share(MONTH, timezone.now().timestamp())
