"""What `meiri verify` finds in the log of this site: the files, the leaves in the database and the journal say the same."""

from collections.abc import Iterator
from time import monotonic, sleep

from meiri.journal.models import Entry
from meiri.journal.verification import register_check
from meiri.sm2 import sm2_key
from meiri.trust.checkpoints import Checkpoint
from meiri.trust.entering import take_over_lost_leaves
from meiri.trust.leaf_records import commitment_to, record_of
from meiri.trust.log_files import LogFiles, log_files
from meiri.trust.log_signing import LogForked, entries_from, log_key, signed_before
from meiri.trust.merkle import hash_leaf
from meiri.trust.models import Leaf
from meiri.trust.notes import SignedNote
from meiri.trust.outside import FalseLog, verify_tiles
from meiri.trust.sm2_notes import sm2_signature_on

BATCH = 1000
# How long, in seconds, the files of a node may be behind what another has signed, and how often it is looked.
CATCHING_UP, STEP = 5.0, 0.1


@register_check("public log")
def log_is_whole() -> Iterator[str]:
    yield from _files_are_those_of_the_database()
    yield from _second_signature_is_right()
    yield from _leaves_are_those_of_the_journal()


def _files_are_those_of_the_database() -> Iterator[str]:
    files = log_files()
    try:
        signed = _newest_here(files)
        if signed is None:
            return
        take_over_lost_leaves()
        verify_tiles(files.read, signed, map(hash_leaf, entries_from(0, signed.size)))
    except (LogForked, FalseLog) as error:
        yield str(error)


def _newest_here(files: LogFiles) -> Checkpoint | None:
    """The newest checkpoint, once the files of this node have come to it: another node may have signed it just now. One that they have not
    come to after `CATCHING_UP` seconds too; None before the first."""
    until = monotonic() + CATCHING_UP
    while True:
        signed, note = signed_before(log_key(), files), files.checkpoint()
        here = Checkpoint.read(SignedNote.read(note).text).size if note else 0
        if signed is None or here >= signed.size or monotonic() > until:
            return signed
        sleep(STEP)


def _second_signature_is_right() -> Iterator[str]:
    """Where checkpoints are signed with SM2 too; one from before it has no such line."""
    sm2, note = sm2_key(), log_files().checkpoint()
    if sm2 and note:
        signed = SignedNote.read(note)
        if sm2_signature_on(signed, Checkpoint.read(signed.text).origin, sm2.public) is False:
            yield "the signature with SM2 on the published checkpoint is not right"


def _leaves_are_those_of_the_journal() -> Iterator[str]:
    """Of leaves that were erased nothing can be said."""
    newest = -1
    while leaves := list(Leaf.objects.filter(index__gt=newest).order_by("index")[:BATCH]):
        newest = leaves[-1].index
        entries = Entry.objects.in_bulk([leaf.entry for leaf in leaves if leaf.entry is not None])
        for leaf in leaves:
            if leaf.entry is None or leaf.salt is None:
                continue
            entry = entries.get(leaf.entry)
            record = record_of(entry) if entry else None
            if record is None or commitment_to(record, bytes(leaf.salt)) != bytes(leaf.commitment):
                yield f"leaf {leaf.index} does not stand for entry {leaf.entry} of the journal as it is now"
