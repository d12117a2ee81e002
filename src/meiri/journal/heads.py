"""The ends of the journal, signed and kept outside of the database.

Whoever can write the database can write the whole chain anew. They can't do so for the ends that were noted before in a file
of the data folder, each signed (Ed25519, RFC 8032) with a key that lies there too: `meiri verify` looks for each of them in the chain.
"""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.utils import timezone

from meiri.journal.encoding import canonical
from meiri.journal.log import End, end_of_journal
from meiri.journal.models import Entry
from meiri.journal.verification import register_check
from meiri.kept_once import kept_once

NAMES = "journal.key", "journal-heads.jsonl"
LONGEST_LINE = 1000


@dataclass(frozen=True)
class SignedHead:
    """An end of the journal, when it was noted (ISO 8601, UTC), and the signature of both in hexadecimal."""

    sequence: int
    digest: str
    at: str
    signature: str

    @property
    def signed(self) -> bytes:
        """The bytes that the signature is of: canonical JSON (RFC 8785)."""
        return canonical({"at": self.at, "digest": self.digest, "sequence": self.sequence})


def _file() -> Path:
    return Path(settings.HOME) / NAMES[1]


def signing_key() -> Ed25519PrivateKey:
    """The data folder's own, made when it is first asked for."""
    seed = kept_once(Path(settings.HOME) / NAMES[0], lambda: Ed25519PrivateKey.generate().private_bytes_raw())
    return Ed25519PrivateKey.from_private_bytes(seed)


def sign(ended: End, at: str) -> SignedHead:
    unsigned = SignedHead(ended.sequence, ended.digest, at, "")
    return SignedHead(ended.sequence, ended.digest, at, signing_key().sign(unsigned.signed).hex())


def note_head() -> SignedHead | None:
    """Sign and keep where the journal ends now. None where nothing was appended since the last time."""
    ended, noted = end_of_journal(), last_noted()
    if ended.sequence == 0 or (noted and noted.digest == ended.digest):
        return None
    head = sign(ended, timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ"))
    line = json.dumps(vars(head)).encode() + b"\n"
    with os.fdopen(os.open(_file(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    return head


def last_noted() -> SignedHead | None:
    """The head noted last. It reads the end of the file."""
    try:
        with _file().open("rb") as file:
            file.seek(max(os.fstat(file.fileno()).st_size - 2 * LONGEST_LINE, 0))
            lines = file.read().splitlines()
    except FileNotFoundError:
        return None
    return next(filter(None, map(_read, reversed(lines))), None)


def _read(line: bytes) -> SignedHead | None:
    try:
        return SignedHead(**json.loads(line))
    except (ValueError, TypeError):
        return None


def set_aside() -> None:
    """After another journal took this one's place: its heads begin anew, and those of the old one are kept under another name."""
    with suppress(FileNotFoundError):
        _file().rename(_file().with_name(f"{NAMES[1]}.{timezone.now():%Y%m%dT%H%M%S}"))


def noted_heads() -> Iterator[SignedHead | None]:
    """Every head that was noted, the oldest first; None for a line that is none."""
    if _file().exists():
        with _file().open("rb") as file:
            yield from map(_read, file)


def is_genuine(head: SignedHead, key: Ed25519PublicKey) -> bool:
    try:
        key.verify(bytes.fromhex(head.signature), head.signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def stands(sequence: int, digest: str) -> bool:
    """Whether the journal has an entry of that number with that digest."""
    return Entry.objects.filter(pk=sequence, digest=digest).exists()


@register_check("heads")
def noted_heads_stand() -> Iterator[str]:
    key = signing_key().public_key()
    for number, head in enumerate(noted_heads(), 1):
        if head is None or not is_genuine(head, key):
            yield f"line {number} of {NAMES[1]} is not as it was signed"
        elif not stands(head.sequence, head.digest):
            yield f"the journal ended with entry {head.sequence} at {head.at}, and that entry is another now or gone"
