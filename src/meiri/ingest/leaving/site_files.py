"""What a site keeps in files: media, and the originals of reprints. Each is named by its path in the data folder."""

import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from django.conf import settings

from meiri.file_modes import FILE, make_public_folder
from meiri.ingest.leaving.site_folder import (
    PIECE,
    SiteRefused,
    blob_path,
    check_file,
    is_sha256,
    make_folder,
    open_regular,
)
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

    @property
    def place(self) -> Path:
        """Where it belongs on this site."""
        kind, _, rest = self.path.partition("/")
        return _folders()[kind] / rest


def _folders() -> dict[str, Path]:
    return {MEDIA: Path(settings.MEDIA_ROOT), kept_files.FOLDER_NAME: kept_files.folder()}


def found_files() -> Iterator[tuple[str, Path]]:
    """The name and the place of every file, in order of name within each folder; no link, and nothing that is being written."""
    for name, root in sorted(_folders().items()):
        for folder, folders, files in os.walk(root):
            folders.sort()
            for file in sorted(files):
                path = Path(folder, file)
                if path.is_file() and not path.is_symlink() and not file.startswith("."):
                    yield f"{name}/{path.relative_to(root).as_posix()}", path


def describe(name: str, path: Path) -> SiteFile | None:
    """None for a file that was deleted meanwhile."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        return SiteFile(
            name, os.fstat(file.fileno()).st_size, hashlib.file_digest(file, "sha256").hexdigest()
        )
    return None


def copy_out(name: str, path: Path, folder: Path) -> SiteFile | None:
    """Put a file into an exported folder, once for all files of the same content. None for one that was deleted meanwhile."""
    found = describe(name, path)
    if found is None:
        return None
    target = blob_path(folder, found.sha256)
    if target.exists() and target.stat().st_size == found.size:
        return found
    make_folder(target.parent)
    with path.open("rb") as source:
        written = _written(source, target)
    return found if written == found.sha256 else describe(name, target)


def _written(source, target: Path) -> str:
    """Copy what can be read from `source`; the file appears whole or not at all. Its SHA-256."""
    draft = target.with_name(f".{secrets.token_hex(8)}")
    digest = hashlib.sha256()
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE), "wb") as out:
            while piece := source.read(PIECE):
                digest.update(piece)
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return digest.hexdigest()


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
    if file.place.is_symlink() or (file.place.exists() and describe(file.path, file.place) != file):
        raise SiteRefused(f"{file.place} is another file than the one that is to come there; move it away.")


def copy_in(folder: Path, file: SiteFile) -> None:
    """Put a file in its place; one that is there already is left alone. Raises `OSError`."""
    if file.place.exists():
        return
    is_public = file.path.startswith(MEDIA + "/")
    if is_public:
        make_public_folder(str(file.place.parent))
    else:
        make_folder(file.place.parent)
    with open_regular(blob_path(folder, file.sha256)) as source:
        _written(source, file.place)
