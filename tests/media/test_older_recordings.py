"""`meiri label_recordings`: videos and sounds that were stored before their files were read for a label."""

from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from wagtail.documents.models import Document

from meiri.aigc import AigcLabel
from meiri.journal.models import Entry
from meiri.media.models import RecordingOrigin
from tests.media.recording_samples import plain_film, recording

pytestmark = pytest.mark.django_db


def an_older(name: str, content: bytes) -> Document:
    """As a release stored it that did not look for a label."""
    document = Document.objects.create(title=name, file=ContentFile(content, name))
    RecordingOrigin.objects.filter(document=document).delete()
    return document


def label_recordings(**options) -> str:
    out = StringIO()
    call_command("label_recordings", stdout=out, stderr=out, **options)
    return out.getvalue()


def test_what_the_stored_file_says_is_read_told_and_the_file_stays():
    film = an_older("film.mp4", recording("mp4"))
    an_older("table.csv", b"a,b")
    assert "1 recordings looked at" in (said := label_recordings())
    assert "1 say where they come from" in said
    origin = RecordingOrigin.objects.get()
    assert (origin.document_id, origin.label, origin.rights) == (film.pk, AigcLabel.IS, "© 2026 每日影像")
    named = Entry.objects.filter(kind__in=["recording.labelled", "recordingorigin.changed"])
    assert [entry.keys for entry in named] == [[f"document:{film.pk}"]] * 2
    assert Document.objects.get(pk=film.pk).file.name == film.file.name
    assert "0 recordings looked at" in label_recordings()


def test_it_goes_on_where_it_ended_and_tells_of_files_that_are_gone(capsys):
    numbers = [an_older(f"{n}.mp4", plain_film()).pk for n in range(3)]
    assert f"up to number {numbers[0]}" in label_recordings(most=1)
    gone = Document.objects.get(pk=numbers[2])
    gone.file.storage.delete(gone.file.name)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("label_recordings", after=numbers[0], stdout=out, stderr=out)
    assert "2 recordings looked at" in out.getvalue()
    assert f"Document {numbers[2]}: 文件读不出来" in out.getvalue()


def test_what_editors_said_stays():
    film = an_older("film.mp4", recording("mp4"))
    RecordingOrigin.objects.create(document=film, credit="周行 摄")
    label_recordings()
    origin = RecordingOrigin.objects.get()
    assert (origin.credit, origin.label) == ("周行 摄", AigcLabel.IS)
