"""What an authenticator app shows."""

import base64
import hashlib
import hmac
import struct
import time


def code_of(secret: str, ahead: int = 0) -> str:
    """What an authenticator app shows now, or `ahead` half minutes later (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // 30 + ahead)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"
