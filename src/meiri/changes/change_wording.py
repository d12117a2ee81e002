"""What a published text said before and after a change, and whether readers see it (改动对照)."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.db import transaction

from meiri.changes.events import WordingShown
from meiri.changes.models import PublishedChange
from meiri.changes.things import PublishedThing, keys_of, kind_of
from meiri.journal.log import actor, append


class ChangeWording(NamedTuple):
    """A text before and after a change: a sentence or a paragraph a line."""

    before: str
    after: str


def wordings_of(thing: PublishedThing, changes: Iterable[PublishedChange]) -> Mapping[int, ChangeWording]:
    """What readers may be told of the wording of changes of one thing, by their numbers. One query."""
    told = thing.tells_wording
    compared = [change for change in changes if told and change.has_wording and change.shows_wording]
    read = kind_of(compared[0].thing).read_wordings if compared else None
    return read(compared) if read else {}


@transaction.atomic
def show_wording(change: PublishedChange, shown: bool, by) -> None:
    """Have readers see the wording of a change, or not. Where it is so already, nothing is done."""
    row = PublishedChange.objects.select_for_update().get(pk=change.pk)
    if row.shows_wording == shown:
        return
    PublishedChange.objects.filter(pk=row.pk).update(shows_wording=shown)
    append(WordingShown(keys=keys_of(row.thing), change=row.pk, shown=shown), actor(by))
