"""Where a replica is kept: a folder, on another disk or mounted from another machine."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Protocol

from meiri.kept_once import sync_folder

DRAFT = ".part-"


class ReplicaTarget(Protocol):
    """Files by their names, `/` between the parts. Everything raises `OSError` where the target can't be reached."""

    def names(self, prefix: str) -> Iterator[str]:
        """The names that begin with `prefix`, which ends with `/`."""

    def put(self, name: str, content: IO[bytes]) -> None:
        """Keep a file, whole or not at all, in the place of one of that name."""

    def open(self, name: str) -> IO[bytes]:
        """Raises `FileNotFoundError`."""

    def delete(self, name: str) -> None:
        """Also where there is none."""


class FolderTarget:
    def __init__(self, root: Path):
        self.root = root

    def names(self, prefix: str) -> Iterator[str]:
        for folder, folders, names in os.walk(self.root / prefix):
            folders.sort()
            place = Path(folder).relative_to(self.root)
            yield from ((place / name).as_posix() for name in sorted(names) if not name.startswith(DRAFT))

    def put(self, name: str, content: IO[bytes]) -> None:
        path = self.root / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _draft_beside(path) as draft:
            with draft.open("xb") as out:
                shutil.copyfileobj(content, out, 1 << 20)
                out.flush()
                os.fsync(out.fileno())
            draft.rename(path)
        sync_folder(path.parent)

    def open(self, name: str) -> IO[bytes]:
        return (self.root / name).open("rb")

    def delete(self, name: str) -> None:
        path = self.root / name
        path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == self.root:
                break
            with suppress(OSError):  # something else is in it
                folder.rmdir()

    def __str__(self) -> str:
        return str(self.root)


@contextmanager
def _draft_beside(path: Path) -> Iterator[Path]:
    draft = path.with_name(f"{DRAFT}{secrets.token_hex(6)}")
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def target_of(setting: str) -> ReplicaTarget:
    """What `MEIRI_REPLICATE_TO` or `--from` names. Raises `ValueError`."""
    path = Path(setting)
    if not path.is_absolute():
        raise ValueError(f"{setting} is no absolute path of a folder.")
    return FolderTarget(path)
