"""Enters what the journal says into the log: a consumer of the journal, so that a crash loses nothing and a deed waits for nothing."""

from collections.abc import Sequence

from django.db import transaction

from meiri.journal.consumers import consumer
from meiri.journal.models import Entry
from meiri.trust.checkpoints import Checkpoint
from meiri.trust.forgetting import forget_leaves_of_entries
from meiri.trust.leaf_records import commitment_to, new_salt, record
from meiri.trust.log_files import log_files
from meiri.trust.models import Leaf, next_index
from meiri.trust.notes import BadNote, SignedNote
from meiri.trust.tiles import WIDTH
from meiri.wakeups import wake

CONSUMER = "public log"


@consumer(CONSUMER)
def enter(entries: Sequence[Entry]) -> None:
    """A leaf for each entry of a kind that the log holds. Entries that have one already are passed over.

    Two workers that run at once can't both enter: an index and an entry are each unique. Raises `IntegrityError` for the second.
    """
    take_over_lost_leaves()
    redacted = [sequence for entry in entries for sequence in entry.event.redacts]
    found = [(entry, attested) for entry in entries if (attested := entry.event.attested) is not None]
    if not found:
        forget_leaves_of_entries(redacted)
        return
    with transaction.atomic():
        there = set(
            Leaf.objects.filter(
                entry__gte=found[0][0].sequence, entry__lte=found[-1][0].sequence
            ).values_list("entry", flat=True)
        )
        index, leaves = next_index(), []
        for entry, attested in found:
            if entry.sequence in there:
                continue
            salt = new_salt()
            leaves.append(
                Leaf(
                    index=index,
                    entry=entry.sequence,
                    thing=attested.thing,
                    salt=salt,
                    commitment=commitment_to(record(entry, attested), salt),
                )
            )
            index += 1
        Leaf.objects.bulk_create(leaves)
        # Their leaves may have been entered after the order, by a worker that had read them before.
        forget_leaves_of_entries(redacted)
        # Whoever signs the log was woken by the deed, when its leaf was not there yet.
        transaction.on_commit(wake, robust=True)


def take_over_lost_leaves() -> int:
    """Where the database was restored to an earlier state, take the leaves that were signed since over from the files: the log
    goes on behind them. How many. What they stand for is not known any more. Raises `ValueError` where a bundle is false.
    """
    files, here = log_files(), next_index()
    note = files.checkpoint()
    try:
        published = Checkpoint.read(SignedNote.read(note).text).size if note else 0
    except BadNote:
        return 0  # whoever signs the next one says so
    if published <= here:
        return 0
    for number in range(here // WIDTH, -(-published // WIDTH)):
        entries = files.entries(number, published)
        first = number * WIDTH
        Leaf.objects.bulk_create(
            Leaf(index=first + at, commitment=entry) for at, entry in enumerate(entries) if first + at >= here
        )
    return published - here
