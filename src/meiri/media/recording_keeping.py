"""The row beside the document of a video or a sound, made and kept with it by whatever door its file comes."""

import copy
from typing import Any

from meiri.media.recording_files import is_recording, prepare_recording
from meiri.media.recording_origins import RecordingOrigin, origin_of


def prepare_document(document: Any) -> None:
    """Before a document is saved with a new file: note on it the row of what that file says, where no form has done so. Raises `NotRead`."""
    if "kept_origin" in vars(document) or not is_recording(document.file.name):
        return
    file: Any = document.file.file
    known = getattr(file, "provenance", None) or prepare_recording(file)
    before = origin_of(document)
    origin = copy.copy(before) if before else RecordingOrigin(document=document)
    origin.take_file(known)
    document.kept_origin = origin


def keep_origin(document: Any) -> None:
    """After a document was saved: store the row that was noted on it, and none for what is neither video nor sound."""
    origin: RecordingOrigin | None = vars(document).pop("kept_origin", None)
    if origin is not None:
        origin.document = document
        origin.save()
    elif not is_recording(document.file.name) and origin_of(document):
        document.origin.delete()
