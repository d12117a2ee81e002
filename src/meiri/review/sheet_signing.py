"""The keys that sheets are signed with: Ed25519 (RFC 8032), kept in the data folder, and SM2 beside it where the site has that on."""

from base64 import b64decode, b64encode
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from meiri.journal.log import append
from meiri.journal.models import Entry
from meiri.kept_once import kept_once
from meiri.review.events import SheetKeyMade
from meiri.sm2 import is_sm2_signed, sm2_key


def key_file() -> Path:
    return Path(settings.HOME) / "sheets.key"


def signing_key() -> Ed25519PrivateKey:
    """The key out of `MEIRI_HOME/sheets.key` (32 bytes in base64); made on first use for its owner only."""
    made = kept_once(key_file(), lambda: b64encode(Ed25519PrivateKey.generate().private_bytes_raw()) + b"\n")
    return Ed25519PrivateKey.from_private_bytes(b64decode(made))


class SheetKeys(NamedTuple):
    """The public keys that signatures of a sheet are checked with, in base64. `sm2`: x and y; None where it has none."""

    ed25519: str
    sm2: str | None = None


class SheetSignatures(NamedTuple):
    """`ed25519` in base64; `sm2` in DER, None where the site does not sign so."""

    ed25519: str
    sm2: bytes | None


def public_keys() -> SheetKeys:
    """What signatures of this site's sheets are checked with."""
    sm2 = sm2_key()
    return SheetKeys(
        b64encode(signing_key().public_key().public_bytes_raw()).decode(),
        b64encode(sm2.public).decode() if sm2 else None,
    )


def journal_keys() -> SheetKeys:
    """The public keys; the journal is told of those that it does not know, in the transaction of the caller."""
    keys = public_keys()
    if keys not in journaled_keys():
        append(SheetKeyMade(public_key=keys.ed25519, sm2_key=keys.sm2), "system")
    return keys


def journaled_keys() -> set[SheetKeys]:
    """The public keys that the journal knows, as sheets were signed with them at one time."""
    found = Entry.objects.of(SheetKeyMade).values_list("payload", flat=True)
    return {SheetKeys(payload.get("public_key", ""), payload.get("sm2_key")) for payload in found}


def sign(content: bytes) -> SheetSignatures:
    sm2 = sm2_key()
    return SheetSignatures(
        b64encode(signing_key().sign(content)).decode(), sm2.sign(content) if sm2 else None
    )


def is_signed(content: bytes, signature: str, key: str) -> bool:
    """Whether `signature` over `content` was made with the private part of `key`; all but the content in base64."""
    try:
        Ed25519PublicKey.from_public_bytes(b64decode(key, validate=True)).verify(
            b64decode(signature, validate=True), content
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def is_signed_with_sm2(content: bytes, signature: bytes, key: str) -> bool:
    """The same for SM2: `signature` in DER, `key` in base64."""
    try:
        public = b64decode(key, validate=True)
    except ValueError:
        return False
    return is_sm2_signed(content, signature, public)
