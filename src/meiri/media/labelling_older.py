"""Pictures that were stored before their files were read for labels and origin: what the kept file says is read now, and its sizes made
anew with it."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db import transaction

from meiri.media.adding_pictures import BOUNDS, PHRASES
from meiri.media.guarded_reencoding import NotDrawn, drawn, notes_of
from meiri.media.models import Picture
from meiri.media.provenance import Provenance

STEP = 100
REASON = "补读图片文件自带的来源和标识"


class ReadPicture(NamedTuple):
    """A picture that was looked at. `fault`: why its file could not be read, in Chinese; `found`: whether the file said anything."""

    number: int
    found: bool = False
    fault: str = ""


def label_older_pictures(after: int = 0) -> Iterator[ReadPicture]:
    """Look at each picture of which nothing is known, by number from behind `after`; each is stored before it is told of. Files are read in
    guarded processes."""
    while numbers := _next_numbers(after):
        for number in numbers:
            yield _read(number)
        after = numbers[-1]


def _next_numbers(after: int) -> list[int]:
    unknown = Picture.objects.filter(pk__gt=after, provenance={}).order_by("pk")
    return list(unknown.values_list("pk", flat=True)[:STEP])


def _read(number: int) -> ReadPicture:
    picture = Picture.objects.filter(pk=number).first()
    if picture is None:
        return ReadPicture(number)
    try:
        with picture.file.open() as file:
            content = file.read()
        known = Provenance.from_json(drawn(notes_of, content, BOUNDS))
    except OSError as error:
        return ReadPicture(number, fault=f"文件读不出来：{error}")
    except NotDrawn as refused:
        return ReadPicture(number, fault=PHRASES[refused.why])
    if known == Provenance():
        return ReadPicture(number)
    return ReadPicture(number, found=_noted(number, picture.file.name, known))


@transaction.atomic
def _noted(number: int, name: str, known: Provenance) -> bool:
    """Whether it was noted: another file may have come meanwhile, with what that says."""
    picture = Picture.objects.select_for_update().filter(pk=number).first()
    if picture is None or picture.file.name != name or picture.provenance:
        return False
    picture.take_provenance(known)
    picture.change_reason = REASON
    picture.save()
    return True
