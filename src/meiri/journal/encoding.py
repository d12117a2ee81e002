"""The bytes of an entry that its digest is taken over.

They are the canonical JSON of RFC 8785 (keys sorted, no white space, UTF-8), for the values the journal takes:
strings, integers of up to 53 bits, booleans, null, lists and objects. Numbers with a fraction are refused,
because their text differs between implementations.
"""

import hashlib
import json
from datetime import UTC, datetime

LARGEST_INTEGER = 2**53 - 1


class Unencodable(ValueError):
    """A value that has no one canonical form."""


def canonical(value) -> bytes:
    """The canonical encoding of `value`. Raises `Unencodable`, naming what can't be encoded."""
    _check(value, "payload")
    # RFC 8785 sorts keys by UTF-16 code units, Python by code points: they differ only beyond the BMP.
    return json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":")).encode()


def digest(
    previous: str, sequence: int, at: datetime, kind: str, keys: list, payload: dict, actor: str
) -> str:
    """SHA-256 over the canonical encoding of an entry and the digest before it, in hexadecimal."""
    encoded = canonical(
        {
            "actor": actor,
            "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "keys": keys,
            "kind": kind,
            "payload": payload,
            "previous": previous,
            "sequence": sequence,
        }
    )
    return hashlib.sha256(encoded).hexdigest()


def _sorted(value):
    if isinstance(value, dict):
        return {k: _sorted(value[k]) for k in sorted(value, key=lambda k: k.encode("utf-16-be"))}
    if isinstance(value, list | tuple):
        return [_sorted(v) for v in value]
    return value


def _check(value, where: str, depth: int = 0) -> None:
    if depth > 20:
        raise Unencodable(f"{where} is nested too deeply.")
    match value:
        case None | bool():
            pass
        case str():
            # PostgreSQL's JSON can't hold NUL, and no UTF-8 holds a lone surrogate.
            if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
                raise Unencodable(f"{where} holds a character that can't be stored: {value[:40]!a}")
        case int():
            if abs(value) > LARGEST_INTEGER:
                raise Unencodable(f"{where} is an integer beyond 53 bits: {value}")
        case list() | tuple():
            for n, item in enumerate(value):
                _check(item, f"{where}[{n}]", depth + 1)
        case dict():
            for key, item in value.items():
                if not isinstance(key, str):
                    raise Unencodable(f"{where} has a key that is no string: {key!r}")
                _check(key, f"{where}'s key", depth + 1)
                _check(item, f"{where}.{key}", depth + 1)
        case _:
            raise Unencodable(
                f"{where} is a {type(value).__name__}; the journal takes strings, integers, lists, objects."
            )
