"""Where one byte of a text was altered, found by its SHA-256 alone: of what is there each byte is tried with each other value."""

import hashlib

# Of a longer text it would take minutes.
LONGEST = 4096
AROUND = 24


def altered_byte(data: bytes, digest: str) -> tuple[int, int] | None:
    """The place of the one byte in which `data` is not the text whose SHA-256 in hexadecimal begins with `digest`, and what it was; None
    where it is more than one, or the text is longer than `LONGEST`. Takes up to ten seconds."""
    if len(data) > LONGEST:
        return None
    wanted, bits = int(digest, 16), 256 - 4 * len(digest)
    for place in range(len(data)):
        before, after = hashlib.sha256(data[:place]), data[place + 1 :]
        for was in range(256):
            tried = before.copy()
            tried.update(bytes([was]) + after)
            if int.from_bytes(tried.digest(), "big") >> bits == wanted:
                return place, was
    return None


def altered_place(data: bytes, digest: str) -> str:
    """As `altered_byte`, in words; empty where it is not known."""
    found = altered_byte(data, digest)
    if found is None:
        return ""
    place, was = found
    around = data[max(0, place - AROUND) : place + AROUND].decode("utf-8", "replace")
    return f"byte {place}, in {around!r}, was {bytes([was])!r}"
