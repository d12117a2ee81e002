"""The bytes of an entry that its digest is taken over.

They are the canonical JSON of RFC 8785 (keys sorted by UTF-16 code units, no white space, UTF-8), for the values the journal
takes: strings, integers of up to 53 bits, booleans, null, lists and objects. Numbers with a fraction are refused, because their
text differs between implementations.
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import rfc8785
from django.core.serializers.json import DjangoJSONEncoder

LARGEST_INTEGER = 2**53 - 1
# PostgreSQL's JSON can't hold NUL, and no UTF-8 holds a lone surrogate.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class Unencodable(ValueError):
    """A value that has no one canonical form."""


def canonical(value, fractions: bool = False) -> bytes:
    """The canonical encoding of `value`, with `fractions` also of numbers that have one, as RFC 8785 writes them. Raises `Unencodable`,
    naming what can't be encoded."""
    _check(value, "payload", fractions)
    return rfc8785.dumps(value)


def digest(
    previous: str, sequence: int, at: datetime, kind: str, keys: list, payload: dict, actor: str
) -> str:
    """SHA-256 over the canonical encoding of an entry and the digest before it, in hexadecimal."""
    return hashlib.sha256(encode_entry(previous, sequence, at, kind, keys, payload, actor)).hexdigest()


def encode_entry(
    previous: str, sequence: int, at: datetime, kind: str, keys: list, payload: dict, actor: str
) -> bytes:
    """What the digest of an entry is taken over. Raises `Unencodable`."""
    return canonical(
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


def content_digest(fields: Mapping[str, Any]) -> str:
    """SHA-256 in hexadecimal of the canonical JSON (RFC 8785) of what readers see of something: the stored values of its fields, times in
    ISO 8601."""
    stored = json.loads(json.dumps(fields, cls=DjangoJSONEncoder))
    return hashlib.sha256(rfc8785.dumps(stored)).hexdigest()


def _check(value, where: str, fractions: bool, depth: int = 0) -> None:
    if depth > 20:
        raise Unencodable(f"{where} is nested too deeply.")
    match value:
        case None | bool():
            pass
        case str():
            if UNSTORABLE.search(value):
                raise Unencodable(f"{where} holds a character that can't be stored: {value[:40]!a}")
        case int():
            if abs(value) > LARGEST_INTEGER:
                raise Unencodable(f"{where} is an integer beyond 53 bits: {value}")
        case float() if fractions and math.isfinite(value):
            pass
        case list() | tuple():
            for n, item in enumerate(value):
                _check(item, f"{where}[{n}]", fractions, depth + 1)
        case dict():
            for key, item in value.items():
                if not isinstance(key, str):
                    raise Unencodable(f"{where} has a key that is no string: {key!r}")
                _check(key, f"{where}'s key", fractions, depth + 1)
                _check(item, f"{where}.{key}", fractions, depth + 1)
        case _:
            raise Unencodable(
                f"{where} is a {type(value).__name__}; the journal takes strings, integers, lists, objects."
            )
