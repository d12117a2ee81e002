"""Checkpoints (C2SP tlog-checkpoint): how many leaves a log has and the root over them, signed."""

import base64
import re
from dataclasses import dataclass

from meiri.trust.merkle import HASH_BYTES
from meiri.trust.notes import BadNote, SignedNote, VerifierKey

_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)


@dataclass(frozen=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def read(cls, text: str) -> "Checkpoint":
        """Lines beyond the third say nothing here. Raises `BadNote`."""
        lines = text.split("\n")
        if len(lines) < 4 or not lines[0] or not _NUMBER.fullmatch(lines[1]):
            raise BadNote("It is no checkpoint.")
        return cls(lines[0], int(lines[1]), read_hash(lines[2]))


def read_hash(text: str) -> bytes:
    """A hash in base64. Raises `BadNote`."""
    try:
        found = base64.b64decode(text, validate=True)
    except ValueError:
        found = b""
    if len(found) != HASH_BYTES:
        raise BadNote("A hash is not 32 bytes in base64.")
    return found


def read_number(text: str) -> int:
    """A size or an index in decimal, without leading zeroes. Raises `BadNote`."""
    if not _NUMBER.fullmatch(text):
        raise BadNote(f"{text[:40]!r} is no number of leaves.")
    return int(text)


def open_checkpoint(note: str, key: VerifierKey) -> tuple[Checkpoint, SignedNote]:
    """The checkpoint that `key` signed, under its own name. Raises `BadNote`."""
    signed = SignedNote.read(note)
    checkpoint = Checkpoint.read(signed.text)
    if checkpoint.origin != key.name:
        raise BadNote(f"The checkpoint is of {checkpoint.origin!r}, not of {key.name!r}.")
    if key.signature_on(signed) is None:
        raise BadNote(f"The checkpoint of {checkpoint.size} leaves is not signed by {key.name}.")
    return checkpoint, signed
