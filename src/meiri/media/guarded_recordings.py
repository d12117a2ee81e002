"""Videos and sounds of outsiders read, freed of places and labelled in guarded processes, which change a file where it lies (decision 84)."""

from typing import Any, NamedTuple

from meiri.aigc import AigcBlock
from meiri.guarded import Busy, Failed, Guard, Limits, Overrun
from meiri.media.filmed_places import drop_manifest, forget_other_places, forget_places
from meiri.media.label_writing import WRITABLE, write_label
from meiri.media.manifest_parents import ParentManifest, names_a_place, parent_manifest
from meiri.media.manifest_reading import read_credentials
from meiri.media.recording_notes import MP4, provenance_of_recording

# Bytes of a file that is written: as large as a film that a site takes.
_LARGEST_FILE = 64 * 1024 * 1024 * 1024
GUARD = Guard(
    Limits(seconds=120, processor_seconds=60, memory=2048 * 1024 * 1024, largest_file=_LARGEST_FILE),
    most=2,
    patience=8,
    answers=frozenset(),
    refusals=(),
)
VALID = ("valid", "trusted")


class NotRead(Exception):
    """A file could not be looked through; the message is a Chinese phrase that says why."""


class ReadRecording(NamedTuple):
    """`provenance` as `Provenance.as_json`; `is_changed`: whether a place or a device was taken out, or stands in the manifest; `parent`: the
    valid manifest that the file had before that."""

    provenance: dict[str, Any]
    is_changed: bool
    parent: ParentManifest | None


class WrittenLabel(NamedTuple):
    """What became of a label that was to be written into a file: "written", "format" where its kind takes none, "manifest" where its valid
    manifest would not survive, "failed". `parent`: the valid manifest that the file had."""

    outcome: str
    parent: ParentManifest | None = None


def read_recording(path: str, suffix: str, content_type: str) -> ReadRecording:
    """Read the file at `path`, and take places and devices out of it. Raises `NotRead`."""
    provenance, is_changed, parent = _guarded(freed, path, suffix, content_type)
    return ReadRecording(provenance, is_changed, ParentManifest(*parent) if parent else None)


def read_notes(path: str, suffix: str, content_type: str) -> dict[str, Any]:
    """What the file at `path` says of where it comes from, as `Provenance.as_json`. Raises `NotRead`."""
    return _guarded(noted, path, suffix, content_type)


def take_out_manifest(path: str, suffix: str) -> None:
    """Take the manifest out of the file at `path`, to which it does not belong any more. Raises `NotRead`."""
    _guarded(bared, path, suffix)


def label_recording(path: str, suffix: str, content_type: str, block: AigcBlock | None) -> WrittenLabel:
    """Write a label into the file at `path`. Raises `NotRead`; what is there then is to be thrown away, and so it is unless it says
    "written"."""
    outcome, parent = _guarded(labelled, path, suffix, content_type, block.as_dict() if block else None)
    return WrittenLabel(outcome, ParentManifest(*parent) if parent else None)


def _guarded(work, *arguments) -> Any:
    try:
        with GUARD.process() as process:
            return process.call(work, *arguments)
    except Overrun:
        raise NotRead("文件过于复杂，没有读完") from None
    except Failed as error:
        raise NotRead("文件已损坏，读不出来") from error
    except Busy:
        raise NotRead("没有处理：现在上传的人较多，请过一会儿再试") from None


# What follows is done in the process of the guard.

Parent = tuple[bytes, list[str]] | None


def freed(path: str, suffix: str, content_type: str) -> tuple[dict[str, Any], bool, Parent]:
    with open(path, "r+b") as file:
        known = provenance_of_recording(file, suffix, content_type)
        is_valid = known.credentials is not None and known.credentials.state in VALID
        parent = parent_manifest(file, content_type) if is_valid else None
        found = forget_places(file) if suffix in MP4 else forget_other_places(file, suffix)
    is_changed = found > 0 or (parent is not None and names_a_place(parent.archive))
    return known.as_json(), is_changed, (parent.archive, parent.redactions) if parent and is_changed else None


def noted(path: str, suffix: str, content_type: str) -> dict[str, Any]:
    with open(path, "rb") as file:
        return provenance_of_recording(file, suffix, content_type).as_json()


def bared(path: str, suffix: str) -> None:
    with open(path, "r+b") as file:
        drop_manifest(file, suffix)


def labelled(path: str, suffix: str, content_type: str, block: dict[str, str] | None) -> tuple[str, Parent]:
    if suffix not in WRITABLE:
        return "format", None
    with open(path, "r+b") as file:
        credentials = read_credentials(file, content_type)
        parent = None
        if credentials is not None and credentials.state in VALID:
            parent = parent_manifest(file, content_type)
            if parent is None:
                return "manifest", None
        if not write_label(file, suffix, AigcBlock.from_dict(block) if block else None):
            return "failed", None
    return "written", (parent.archive, parent.redactions) if parent else None
