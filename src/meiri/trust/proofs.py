"""Proofs that something stands in the log (C2SP tlog-proof), as files that need nothing else to be checked.

The `extra` line of a proof is the salt and the record of the leaf (leaf_records.py).
"""

import base64
from dataclasses import dataclass

from django.db.models import Subquery

from meiri.journal.models import Entry
from meiri.trust.checkpoints import Checkpoint, open_checkpoint, read_hash, read_number
from meiri.trust.leaf_records import SALT_BYTES, commitment_to, record_of
from meiri.trust.log_files import LogFiles
from meiri.trust.merkle import LONGEST_PROOF, hash_leaf, inclusion_proof, is_included
from meiri.trust.models import Leaf
from meiri.trust.notes import BadNote, SignedNote, VerifierKey

FIRST_LINE = "c2sp.org/tlog-proof@v1"
MIME_TYPE = "text/plain; charset=utf-8"


class NotYet(Exception):
    """It is not in the published log yet."""


@dataclass(frozen=True)
class Proof:
    index: int
    salt: bytes
    record: bytes
    path: tuple[bytes, ...]
    note: str

    def __str__(self):
        lines = [
            FIRST_LINE,
            f"extra {base64.b64encode(self.salt + self.record).decode()}",
            f"index {self.index}",
            *(base64.b64encode(one).decode() for one in self.path),
            "",
        ]
        return "\n".join(lines) + "\n" + self.note

    @classmethod
    def read(cls, text: str) -> "Proof":
        """Raises `BadNote`."""
        head, empty, note = text.partition("\n\n")
        first, *lines = head.split("\n")
        if first != FIRST_LINE or not empty or not 2 <= len(lines) <= LONGEST_PROOF + 2:
            raise BadNote("It is no proof.")
        extra, index, *path = lines
        if not extra.startswith("extra ") or not index.startswith("index "):
            raise BadNote("It is no proof of this log.")
        try:
            opened = base64.b64decode(extra.removeprefix("extra "), validate=True)
        except ValueError:
            raise BadNote("What the leaf holds is no base64.") from None
        return cls(
            read_number(index.removeprefix("index ")),
            opened[:SALT_BYTES],
            opened[SALT_BYTES:],
            tuple(map(read_hash, path)),
            note,
        )

    def check(self, key: VerifierKey) -> Checkpoint:
        """The checkpoint that it leads to. Raises `BadNote` where it leads to none that `key` signed."""
        checkpoint, _ = open_checkpoint(self.note, key)
        leaf = hash_leaf(commitment_to(self.record, self.salt))
        if not is_included(leaf, self.index, checkpoint.size, self.path, checkpoint.root):
            raise BadNote(f"Leaf {self.index} is not in the log of {checkpoint.size} leaves.")
        return checkpoint


def proof_of(leaf: Leaf, files: LogFiles) -> Proof | None:
    """The proof of a leaf, of the log as it is published; None where what it stands for was erased. Raises `NotYet`."""
    if leaf.salt is None or leaf.entry is None:
        return None
    record = record_of(Entry.objects.get(pk=leaf.entry))
    if record is None:
        return None
    note = files.checkpoint()
    checkpoint = Checkpoint.read(SignedNote.read(note).text) if note else None
    if note is None or checkpoint is None or leaf.index >= checkpoint.size:
        raise NotYet
    path = inclusion_proof(files.tree(checkpoint.size).subtree, leaf.index, checkpoint.size)
    return Proof(leaf.index, bytes(leaf.salt), record, tuple(path), note)


def newest_leaf(thing: str) -> Leaf | None:
    """The leaf of what was said last of a thing, `article:42`; None where the log has none yet."""
    return Leaf.objects.filter(thing=thing).order_by("-index").first()


def newest_entry(thing: str) -> Entry | None:
    """The entry of the journal that the newest leaf of a thing stands for; None where the log has none yet. One query."""
    newest = Leaf.objects.filter(thing=thing).order_by("-index").values("entry")[:1]
    return Entry.objects.filter(sequence=Subquery(newest)).first()
