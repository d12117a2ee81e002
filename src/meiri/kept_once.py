"""Files of the data folder that are on the disk before they are used; among them secrets, each made once, for their owner only."""

import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import IO

from django.core.exceptions import ImproperlyConfigured

from meiri.file_modes import FILE

PIECE = 1 << 20


def kept_once(path: Path, make: Callable[[], bytes]) -> bytes:
    """What the file at `path` holds; where there is none, what `make` returns is written there first.

    It is on the disk before it is used: what is sealed or signed with it can be opened after a power cut too. Raises
    `ImproperlyConfigured` where the file is empty.
    """
    if not path.exists():
        draft = _write_draft(path, make())
        try:
            # Of two processes that make one at once, the first to link wins and both read the same.
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        sync_folder(path.parent)
    if content := path.read_bytes():
        return content
    raise ImproperlyConfigured(
        f"{path} is empty: put the key back from where you keep it. Where nothing was ever sealed or signed with it,"
        " delete the file; a new key is then made."
    )


def write_whole(path: Path, content: bytes) -> None:
    """Put `content` at `path`, whole or not at all, in the place of what is there. It is on the disk before this returns."""
    _write_draft(path, content).replace(path)
    sync_folder(path.parent)


def copy_whole(source: IO[bytes], target: Path, mode: int = FILE) -> str:
    """Copy what can be read from `source` to `target`, whole or not at all. Its SHA-256 in hexadecimal."""
    draft = target.with_name(f".{secrets.token_hex(8)}")
    digest = hashlib.sha256()
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE), "wb") as out:
            os.fchmod(out.fileno(), mode)
            while piece := source.read(PIECE):
                digest.update(piece)
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return digest.hexdigest()


def _write_draft(path: Path, content: bytes) -> Path:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft


def sync_folder(folder: Path) -> None:
    """Wait until the names in `folder` are on the disk."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
