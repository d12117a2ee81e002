"""The key that sheets are signed with: Ed25519 (RFC 8032), kept in the data folder."""

from base64 import b64decode, b64encode
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from meiri.journal.log import append
from meiri.journal.models import Entry
from meiri.kept_once import kept_once
from meiri.review.events import SheetKeyMade


def key_file() -> Path:
    return Path(settings.HOME) / "sheets.key"


def signing_key() -> Ed25519PrivateKey:
    """The key out of `MEIRI_HOME/sheets.key` (32 bytes in base64); made on first use for its owner only."""
    made = kept_once(key_file(), lambda: b64encode(Ed25519PrivateKey.generate().private_bytes_raw()) + b"\n")
    return Ed25519PrivateKey.from_private_bytes(b64decode(made))


def public_key() -> str:
    """What signatures of this site's sheets are checked with, in base64."""
    return b64encode(signing_key().public_key().public_bytes_raw()).decode()


def journal_key() -> str:
    """The public key; the journal is told of one that it does not know, in the transaction of the caller."""
    key = public_key()
    if key not in journaled_keys():
        append(SheetKeyMade(public_key=key), "system")
    return key


def journaled_keys() -> set[str]:
    """The public keys that the journal knows."""
    found = Entry.objects.of(SheetKeyMade).values_list("payload", flat=True)
    return {payload.get("public_key", "") for payload in found}


def sign(content: bytes) -> str:
    return b64encode(signing_key().sign(content)).decode()


def is_signed(content: bytes, signature: str, key: str) -> bool:
    """Whether `signature` over `content` was made with the private part of `key`; all but the content in base64."""
    try:
        Ed25519PublicKey.from_public_bytes(b64decode(key, validate=True)).verify(
            b64decode(signature, validate=True), content
        )
    except (InvalidSignature, ValueError):
        return False
    return True
