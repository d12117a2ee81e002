"""Signed notes (C2SP signed-note, as Go's golang.org/x/mod/sumdb/note has them): a text with lines of signatures below it.

Signatures are Ed25519 (RFC 8032): those of a log (type 1), and the cosignatures of witnesses (type 4, C2SP tlog-cosignature),
which hold the time of signing. What is signed otherwise has a type of its own behind 255; readers pass over keys that they don't know.
"""

import base64
import hashlib
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

BY_LOG, BY_WITNESS = 1, 4
UNASSIGNED = 0xFF
LONGEST_NOTE = 16 * 1024
MOST_SIGNATURES = 100
_NAME = re.compile(r"[^\s+]+")
_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")


class BadNote(ValueError):
    """A text is no signed note, or no key."""


class NoteSignature(NamedTuple):
    """`signed`: what stands behind the key's id, for type 4 with the time before it."""

    name: str
    key_id: bytes
    signed: bytes

    @property
    def line(self) -> str:
        return f"— {self.name} {base64.b64encode(self.key_id + self.signed).decode()}\n"


@dataclass(frozen=True)
class SignedNote:
    """`text` ends with a line feed; the signatures stand below it in their order."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def __str__(self):
        return self.text + "\n" + "".join(one.line for one in self.signatures)

    @classmethod
    def read(cls, note: str) -> "SignedNote":
        """Raises `BadNote`."""
        text, separator, lines = note.rpartition("\n\n")
        if len(note.encode()) > LONGEST_NOTE or not separator or not lines.endswith("\n"):
            raise BadNote("It is no signed note.")
        found = lines[:-1].split("\n")
        if len(found) > MOST_SIGNATURES:
            raise BadNote("It has too many signatures.")
        return cls(text + "\n", tuple(read_signature(line) for line in found))


def read_signature(line: str) -> NoteSignature:
    """Raises `BadNote`."""
    parts = _LINE.fullmatch(line)
    content = _decoded(parts[2]) if parts else b""
    if parts is None or len(content) < 5:
        raise BadNote("A line below the text is no signature.")
    return NoteSignature(parts[1], content[:4], content[4:])


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise BadNote("It is no base64.") from None


def key_id(name: str, kind: int, public: bytes) -> bytes:
    return hashlib.sha256(f"{name}\n".encode() + bytes([kind]) + public).digest()[:4]


@dataclass(frozen=True)
class VerifierKey:
    """The public key of a log or of a witness. `kind`: the type of its signatures."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.kind, self.public)

    def __str__(self):
        encoded = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"

    @classmethod
    def read(cls, text: str) -> "VerifierKey":
        """`name+hash+base64`, as `str` gives it. Raises `BadNote`."""
        parts = text.strip().split("+", 2)
        content = _decoded(parts[2]) if len(parts) == 3 else b""
        if len(content) != 33 or content[0] not in (BY_LOG, BY_WITNESS) or not _NAME.fullmatch(parts[0]):
            raise BadNote(f"{text[:200]!r} is no key of the form name+hash+base64.")
        key = cls(parts[0], content[0], content[1:])
        if parts[1] != key.id.hex():
            raise BadNote(f"{text[:200]!r}: its hash is not that of its name and key.")
        return key

    def signature_on(self, note: SignedNote) -> NoteSignature | None:
        """The valid signature of this key on a note; None where there is none."""
        return next((one for one in note.signatures if self.has_signed(note.text, one)), None)

    def has_signed(self, text: str, signature: NoteSignature) -> bool:
        if (signature.name, signature.key_id) != (self.name, self.id):
            return False
        signed, message = signature.signed, text.encode()
        if self.kind == BY_WITNESS:
            if len(signed) != 72:
                return False
            message = _cosigned(text, int.from_bytes(signed[:8], "big"))
            signed = signed[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signed, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class Signer:
    """A private key with its name. `kind`: the type of its signatures."""

    name: str
    kind: int
    seed: bytes

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, self.kind, self._private.public_key().public_bytes_raw())

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def __str__(self):
        """As it is kept in a file, in the form of Go's `note.NewSigner`. It is a secret."""
        encoded = base64.b64encode(bytes([self.kind]) + self.seed).decode()
        return f"PRIVATE+KEY+{self.name}+{self.verifier.id.hex()}+{encoded}"

    @classmethod
    def read(cls, text: str) -> "Signer":
        """Raises `BadNote`."""
        parts = text.strip().split("+", 4)
        content = _decoded(parts[4]) if len(parts) == 5 and parts[:2] == ["PRIVATE", "KEY"] else b""
        if len(content) != 33 or content[0] not in (BY_LOG, BY_WITNESS):
            raise BadNote("It is no private key of the form PRIVATE+KEY+name+hash+base64.")
        return cls(parts[2], content[0], content[1:])

    @classmethod
    def made(cls, name: str, kind: int) -> "Signer":
        if not _NAME.fullmatch(name):
            raise BadNote(f"{name!r} is no name: it may have no spaces and no plus signs.")
        return cls(name, kind, Ed25519PrivateKey.generate().private_bytes_raw())

    def sign(self, text: str) -> NoteSignature:
        """The signature on a text that ends with a line feed."""
        if self.kind == BY_WITNESS:
            now = int(time.time())
            signed = now.to_bytes(8, "big") + self._private.sign(_cosigned(text, now))
        else:
            signed = self._private.sign(text.encode())
        return NoteSignature(self.name, self.verifier.id, signed)


def _cosigned(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def with_signatures(note: SignedNote, more: Iterable[NoteSignature]) -> SignedNote:
    return SignedNote(note.text, (*note.signatures, *more))
