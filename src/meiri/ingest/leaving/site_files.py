"""What a site keeps in files: media, and the originals of reprints. Each is named by its path in the data folder."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from meiri.ingest.leaving.site_folder import (
    SiteRefused,
    blob_path,
    check_file,
    is_sha256,
    make_folder,
    open_regular,
)
from meiri.kept_once import copy_whole
from meiri.media.stored_media import FileFolder, OpenedMedia, stored_media
from meiri.sources import kept_files

MEDIA = "media"
LONGEST_PATH = 1000


@dataclass(frozen=True)
class SiteFile:
    """`path`: such as `media/pictures/a.jpg`."""

    path: str
    size: int
    sha256: str

    @property
    def line(self) -> bytes:
        return (
            json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
            + b"\n"
        )


class KeptFiles(Protocol):
    """Where files of one kind are kept."""

    def names(self) -> Iterator[str]: ...

    def opened(self, name: str) -> AbstractContextManager[OpenedMedia]: ...

    def is_there(self, name: str) -> bool: ...

    def store(self, name: str, source: IO[bytes]) -> None: ...


def _kinds() -> dict[str, KeptFiles]:
    return {
        MEDIA: stored_media(),
        kept_files.FOLDER_NAME: FileFolder(kept_files.folder(), is_public=False),
    }


def _place(path: str) -> tuple[KeptFiles, str]:
    """Where a file is kept, and its name there."""
    kind, _, name = path.partition("/")
    return _kinds()[kind], name


def found_files() -> Iterator[str]:
    """The path of every file, such as `media/pictures/a.jpg`, in order of name within each folder."""
    for kind, files in sorted(_kinds().items()):
        yield from (f"{kind}/{name}" for name in files.names())


def describe(path: str) -> SiteFile | None:
    """None for a file that was deleted meanwhile."""
    files, name = _place(path)
    with suppress(FileNotFoundError), files.opened(name) as found:
        return SiteFile(path, found.size, hashlib.file_digest(found.file, "sha256").hexdigest())  # type: ignore[arg-type]
    return None


def copy_out(path: str, folder: Path) -> SiteFile | None:
    """Put a file into an exported folder, once for all files of the same content. None for one that was deleted meanwhile. Raises
    `SiteRefused` for one that is not what was stored."""
    files, name = _place(path)
    with suppress(FileNotFoundError), files.opened(name) as found:
        digest = hashlib.file_digest(found.file, "sha256").hexdigest()  # type: ignore[arg-type]
        target = blob_path(folder, digest)
        if not target.exists() or target.stat().st_size != found.size:
            make_folder(target.parent)
            found.file.seek(0)
            digest = copy_whole(found.file, target)
        return SiteFile(path, target.stat().st_size, digest)
    if files.is_there(name):
        raise SiteRefused(
            f"{path} can't be read as it was stored; put it right from a backup, or take it down."
        )
    return None


def read_file_line(line: bytes) -> SiteFile:
    """The file that a line names. Raises `SiteRefused` for a name that leads anywhere but into the folders of files."""
    try:
        said = SiteFile(**json.loads(line))
        path = PurePosixPath(said.path)
        is_inside = len(path.parts) > 1 and path.parts[0] in (MEDIA, kept_files.FOLDER_NAME)
        hidden = any(part.startswith(".") for part in path.parts)
        if not is_inside or hidden or path.as_posix() != said.path or len(said.path) > LONGEST_PATH:
            raise ValueError
        if "\0" in said.path or not is_sha256(said.sha256) or not isinstance(said.size, int) or said.size < 0:
            raise ValueError
        said.path.encode()
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise SiteRefused(f"The list of files names what is no file of a site: {line[:200]!r}.") from None
    return said


def check_blob(folder: Path, file: SiteFile) -> None:
    """Raises `SiteRefused` where it is missing or damaged, or where another file stands in its place on this site."""
    check_file(blob_path(folder, file.sha256), file.size, file.sha256)
    files, name = _place(file.path)
    if files.is_there(name) and describe(file.path) != file:
        raise SiteRefused(f"{file.path} is another file than the one that is to come there; move it away.")


def copy_in(folder: Path, file: SiteFile) -> None:
    """Put a file in its place; one that is there already is left alone. Raises `OSError`, `S3Away`."""
    files, name = _place(file.path)
    if not files.is_there(name):
        with open_regular(blob_path(folder, file.sha256)) as source:
            files.store(name, source)
