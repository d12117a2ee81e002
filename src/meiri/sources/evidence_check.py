"""Are the originals what they were when they were kept? A check of `meiri verify`."""

from collections.abc import Iterator

from meiri.journal.models import Entry
from meiri.journal.verification import register_check
from meiri.newsroom.events import ErasureEvent
from meiri.sources.events import OriginalKept
from meiri.sources.kept_files import first_change, path_of
from meiri.sources.originals import Original, event_of

BATCH = 500


@register_check("originals")
def originals_are_whole() -> Iterator[str]:
    last = 0
    while rows := list(Original.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = rows[-1].pk
        told = {
            entry.sequence: entry
            for entry in Entry.objects.filter(
                sequence__in=[row.entry for row in rows], kind=OriginalKept.kind
            )
        }
        for row in rows:
            yield from faults_of(row, told.get(row.entry))
    yield from missing_rows()


def faults_of(original: Original, entry: Entry | None) -> Iterator[str]:
    """What is wrong with one original."""
    about = f"original {original.pk} of article {original.article_id}"
    if entry is None:
        yield f"{about}: the journal does not tell of it in entry {original.entry}"
    else:
        now = event_of(original).payload
        erased = original.erased_by is not None
        for name in ("digest", "seal") if erased else ("digest", "seal", "text", "address"):
            if entry.payload.get(name) != now[name]:
                yield f"{about}: its {name} is not what entry {entry.sequence} says"
    if original.erased_by is not None:
        order = Entry.objects.filter(sequence=original.erased_by).first()
        if order is None or not isinstance(order.event, ErasureEvent):
            yield f"{about}: it was erased, and entry {original.erased_by} of the journal is no order"
        return
    try:
        packed = path_of(original.digest).read_bytes()
    except OSError as error:
        yield f"{about}: the file {original.digest} can't be read ({error.strerror})"
        return
    if place := first_change(packed, bytes(original.seal)):
        yield f"{about}: the file {original.digest} was changed, first at {place}"


def missing_rows() -> Iterator[str]:
    """Originals of which the journal tells, and that are not there any more."""
    last = 0
    while entries := list(
        Entry.objects.filter(kind=OriginalKept.kind, sequence__gt=last)
        .order_by("sequence")
        .values_list("sequence", flat=True)[:BATCH]
    ):
        last = entries[-1]
        there = set(Original.objects.filter(entry__in=entries).values_list("entry", flat=True))
        for sequence in entries:
            if sequence not in there:
                yield f"the original of entry {sequence} is not there any more"
