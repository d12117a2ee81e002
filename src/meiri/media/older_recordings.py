"""Videos and sounds that were stored before their files were read for labels and origin: what the stored file says is read now. The file stays
as it is."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import Q
from wagtail.documents.models import Document

from meiri.media.documents import KINDS
from meiri.media.guarded_recordings import NotRead
from meiri.media.provenance import Provenance
from meiri.media.recording_files import notes_of_stored
from meiri.media.recording_origins import RecordingOrigin

STEP = 100
_SUFFIXES = [suffix for suffix, kind in KINDS.items() if kind.plays]


class OlderRecording(NamedTuple):
    """A document that was looked at. `fault`: why its file could not be read, in Chinese; `found`: whether the file said anything."""

    number: int
    found: bool = False
    fault: str = ""


def label_older_recordings(after: int = 0) -> Iterator[OlderRecording]:
    """Look at each video and sound of which nothing is known, by number from behind `after`; each is stored before it is told of."""
    plays = Q()
    for suffix in _SUFFIXES:
        plays |= Q(file__iendswith=f".{suffix}")
    unknown = Document.objects.filter(plays).filter(Q(origin=None) | Q(origin__provenance={}))
    while documents := list(unknown.filter(pk__gt=after).order_by("pk")[:STEP]):
        for document in documents:
            yield _read(document)
        after = documents[-1].pk


def _read(document: Document) -> OlderRecording:
    try:
        known = notes_of_stored(document.file)
    except OSError as error:
        return OlderRecording(document.pk, fault=f"文件读不出来：{error.strerror}")
    except NotRead as refused:
        return OlderRecording(document.pk, fault=str(refused))
    if known == Provenance():
        return OlderRecording(document.pk)
    # The row is made first, and then changed: what is new of a row that was there is told to the journal.
    origin, _ = RecordingOrigin.objects.get_or_create(document=document)
    if origin.provenance or Document.objects.filter(pk=document.pk, file=document.file.name).count() == 0:
        return OlderRecording(document.pk)  # another file came meanwhile, with what that says
    origin.take_provenance(known)
    origin.save()
    return OlderRecording(document.pk, found=True)
