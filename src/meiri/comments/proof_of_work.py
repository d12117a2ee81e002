"""A little work that the sender's device does for a comment, so that sending thousands costs something (hashcash).

The script of the form looks for a number with which SHA-256 of the form's token and the number begins with `BITS` zero
bits: a fraction of a second on a telephone. Each form needs its own, because each has a token of its own.
"""

import hashlib

BITS = 14
_LONGEST = 20


def is_done(token: str, work: str) -> bool:
    """Whether `work` is such a number for the form's `token`."""
    if not (0 < len(work) <= _LONGEST and work.isascii() and work.isdigit()):
        return False
    digest = hashlib.sha256(f"{token}:{work}".encode()).digest()
    return int.from_bytes(digest[:4]) >> (32 - BITS) == 0
