"""Files of videos and sounds on their way into the store: read, freed of places, and labelled where an editor says so."""

import logging
import shutil
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import File

from meiri.aigc import AigcBlock
from meiri.media.documents import kind_of_document
from meiri.media.guarded_recordings import (
    VALID,
    label_recording,
    read_notes,
    read_recording,
    take_out_manifest,
)
from meiri.media.manifest_parents import ParentManifest
from meiri.media.manifest_signing import sign_with_parent
from meiri.media.provenance import Provenance
from meiri.media.recording_origins import InFile
from meiri.media.storage_names import given

logger = logging.getLogger(__name__)

# The action of a manifest for what was done to the metadata alone (C2PA 2.2, 18.14).
DID = "c2pa.edited.metadata"


def is_recording(name: str) -> bool:
    """Whether a file is a video or a sound, by the suffix of its name."""
    return bool(kind_of_document(name).plays)


def prepare_recording(file: Any) -> Provenance:
    """Read what the new file `file` says of itself, and take out of it where and with which device it was made. Where it has a valid manifest,
    that becomes the parent of one of the site. Raises `NotRead`; `file` may be any of Django's and is at its beginning then."""
    name = str(file.name)
    with _on_disk(file) as disk:
        read = read_recording(disk.name, _suffix(name), kind_of_document(name).content_type)
        known = Provenance.from_json(read.provenance)
        if read.is_changed:
            if known.credentials and known.credentials.state in VALID:
                is_kept = read.parent is not None and _signed(disk.name, name, read.parent)
                known = known.with_manifest(is_kept)
                if not is_kept:
                    take_out_manifest(disk.name, _suffix(name))
            _take_back(file, disk.name)
    file.seek(0)
    return known


def notes_of_stored(file: Any) -> Provenance:
    """What a stored file says of itself. Raises `NotRead`, `OSError` for one that is not there."""
    name = str(file.name)
    with file.open(), _on_disk(file) as disk:
        return Provenance.from_json(read_notes(disk.name, _suffix(name), kind_of_document(name).content_type))


def labelled_copy(file: Any, block: AigcBlock | None) -> tuple[InFile, File | None]:
    """A copy of `file`, uploaded or stored, that carries `block`, or none; and what became of that. None where the file is left alone. Raises
    `NotRead`, `OSError` for a file that is not there."""
    name = given(str(file.name))
    kind = kind_of_document(name)
    copy = tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 it goes with what holds it
    file.open()
    shutil.copyfileobj(file, copy, 1024 * 1024)
    file.seek(0)
    copy.flush()
    written = label_recording(copy.name, _suffix(name), kind.content_type, block)
    outcome = InFile(written.outcome)
    if outcome is InFile.WRITTEN and written.parent and not _signed(copy.name, name, written.parent):
        outcome = InFile.MANIFEST
    if outcome is not InFile.WRITTEN:
        copy.close()
        return outcome, None
    return outcome, File(copy, name=name)


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix[1:].lower()


def _on_disk(file: Any) -> Any:
    """A file on the disk with the content of `file`: its own where it has one, which may be changed; else a copy."""
    if hasattr(file, "temporary_file_path"):
        file.flush()
        return open(file.temporary_file_path(), "rb")
    copy = tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 its caller closes it
    file.seek(0)
    shutil.copyfileobj(file, copy, 1024 * 1024)
    copy.flush()
    return copy


def _take_back(file: Any, path: str) -> None:
    """Let `file` have the content at `path`."""
    size = Path(path).stat().st_size
    if not hasattr(file, "temporary_file_path"):
        changed = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 Django closes it with the upload
        with open(path, "rb") as source:
            shutil.copyfileobj(source, changed, 1024 * 1024)
        file.file = changed
    file.size = size


def _signed(path: str, name: str, parent: ParentManifest) -> bool:
    """Whether the file at `path`, which was changed, was signed with the manifest that it had as its parent. It stays as it is where not."""
    out: Any
    with tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as out:
        try:
            with open(path, "rb") as source:
                is_signed = sign_with_parent(source, out, kind_of_document(name).content_type, parent, DID)
        except ImproperlyConfigured:
            logger.exception("The manifest of a recording is not carried on: nothing can be signed")
            return False
        if is_signed:
            out.flush()
            shutil.copyfile(out.name, path)
        return is_signed
