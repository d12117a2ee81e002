"""What a leaf of the log says, and the commitment that stands for it in public.

A record is canonical JSON (RFC 8785): `at` (when, UTC, to the microsecond), `digest` (SHA-256 in base64 of the text, or of what the
journal says of the deed), `kind` and `sequence` (of the entry in the journal), `thing` (`article:42`). The entry in the log is
SHA-256 over 16 random bytes, the salt, and the record. Who knows both can prove the record; once the salt is erased nobody can tell
from the entry what it stood for, however few texts it could have been of.
"""

import base64
import hashlib
import json
import secrets
from datetime import UTC

from meiri.journal.events import Attested
from meiri.journal.models import Entry

SALT_BYTES = 16


def new_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


def record_of(entry: Entry) -> bytes | None:
    """The record of an entry of the journal; None for one that is not of a kind that the log holds."""
    attested = entry.event.attested
    return None if attested is None else record(entry, attested)


def record(entry: Entry, attested: Attested) -> bytes:
    """Its form never changes: what was entered before could not be proven any more."""
    said = {
        "at": f"{entry.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        "digest": base64.b64encode(bytes.fromhex(attested.digest)).decode(),
        "kind": entry.kind,
        "sequence": entry.sequence,
        "thing": attested.thing,
    }
    # Of plain ASCII and whole numbers this is what RFC 8785 asks for, in a sixth of the time: a million are entered at once.
    return json.dumps(said, separators=(",", ":"), sort_keys=True).encode()


def commitment_to(record: bytes, salt: bytes) -> bytes:
    return hashlib.sha256(salt + record).digest()
