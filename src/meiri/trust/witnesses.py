"""Asks the witnesses of the settings to cosign a checkpoint (C2SP tlog-witness)."""

import base64
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings

from meiri.outbound import OutboundResponse, OutboundRules, Unreachable, ask, is_any
from meiri.trust.checkpoints import Checkpoint, read_number
from meiri.trust.merkle import consistency_proof
from meiri.trust.notes import BY_WITNESS, BadNote, NoteSignature, SignedNote, VerifierKey, read_signature
from meiri.trust.tiles import Tree

logger = logging.getLogger(__name__)

# The operator's settings name the witnesses; they may stand in the house too.
RULES = OutboundRules(is_allowed=is_any, ports=None, silence=3, longest=5, most_bytes=16 * 1024, redirects=0)
TYPE_OF_SIZE = "text/x.tlog.size"
MOST_LINES = 16


class Contradiction(Exception):
    """A witness has cosigned what contradicts this log."""


@dataclass(frozen=True)
class KnownWitness:
    """`url`: the prefix that `add-checkpoint` is asked below."""

    key: VerifierKey
    url: str

    @property
    def add_checkpoint(self) -> str:
        return urljoin(self.url.rstrip("/") + "/", "add-checkpoint")


def witnesses() -> list[KnownWitness]:
    """Those of `MEIRI_WITNESSES`: `KEY URL`, separated by commas. Raises `BadNote` where it can't be read."""
    found = []
    for one in filter(str.strip, settings.WITNESSES.split(",")):
        words = one.split()
        if len(words) != 2 or not words[1].startswith(("http://", "https://")):
            raise BadNote(f"MEIRI_WITNESSES: {one.strip()[:200]!r} is not a key and an address.")
        key = VerifierKey.read(words[0])
        if key.kind != BY_WITNESS:
            raise BadNote(f"MEIRI_WITNESSES: the key of {key.name} is not that of a witness (type 4).")
        found.append(KnownWitness(key, words[1]))
    return found


def cosignatures_of(note: SignedNote, checkpoint: Checkpoint, tree: Tree) -> list[NoteSignature]:
    """The cosignatures of the witnesses that answer. Raises `Contradiction` where one has cosigned another log or a longer one."""
    return [one for witness in witnesses() for one in _ask_witness(witness, note, checkpoint, tree)]


def _ask_witness(
    witness: KnownWitness, note: SignedNote, checkpoint: Checkpoint, tree: Tree
) -> Iterator[NoteSignature]:
    """Asks with nothing known at first, as the witness then says how far it has come."""
    try:
        response = _send(witness, 0, note, checkpoint, tree)
        if response.status == 409 and response.headers.get("Content-Type", "").startswith(TYPE_OF_SIZE):
            known = read_number(response.body.decode(errors="replace").strip())
            if known > checkpoint.size:
                raise Contradiction(
                    f"{witness.key.name} has cosigned {known} leaves, and this log has {checkpoint.size}:"
                    " restore the newest backup."
                )
            response = _send(witness, known, note, checkpoint, tree)
    except (Unreachable, BadNote) as error:
        logger.warning("The witness %s could not be asked: %s", witness.key.name, error)
        return
    if response.status in (409, 422):
        raise Contradiction(
            f"{witness.key.name} has cosigned another log under this name than that of {checkpoint.size} leaves"
            f" (status {response.status})."
        )
    if response.status != 200:
        logger.warning("The witness %s answered with status %s", witness.key.name, response.status)
        return
    for line in response.body.decode(errors="replace").splitlines()[:MOST_LINES]:
        try:
            signature = read_signature(line)
        except BadNote:
            continue
        if witness.key.has_signed(note.text, signature):
            yield signature
            return
    logger.warning("The witness %s did not sign with its key", witness.key.name)


def _send(
    witness: KnownWitness, known: int, note: SignedNote, checkpoint: Checkpoint, tree: Tree
) -> OutboundResponse:
    proof = consistency_proof(tree.subtree, known, checkpoint.size)
    lines = [f"old {known}", *(base64.b64encode(one).decode() for one in proof), "", str(note)]
    return ask(
        witness.add_checkpoint, RULES, "POST", {"Content-Type": "text/plain"}, "\n".join(lines).encode()
    )
