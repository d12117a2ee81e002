"""Where media files are stored: what was changed on the disk from outside is not read, and put right where that can be."""

import os
import stat
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage

from meiri.media.serving import FileToSend
from meiri.operations.sealed_files import SealedFiles


@cache
def _sealed_files(folder: Path, copies: bool) -> SealedFiles:
    return SealedFiles(folder, copies)


def sealed_files(folder: Path) -> SealedFiles:
    return _sealed_files(folder, settings.MEDIA_COPIES)


class SealedStorage(FileSystemStorage):
    """Django's storage in a folder, whose files are known by their digests."""

    @property
    def sealed(self) -> SealedFiles:
        return sealed_files(Path(self.location))

    def get_available_name(self, name, max_length=None):
        found = super().get_available_name(name, max_length)
        self.sealed.announce(found)
        return found

    def _save(self, name, content):
        saved = super()._save(name, content)  # type: ignore[misc]
        self.sealed.seal(saved)
        return saved

    def _open(self, name, mode="rb"):
        """Raises `FileNotFoundError` for a file that was changed and of which there is no copy."""
        if mode == "rb":
            self.check(name)
        return super()._open(name, mode)  # type: ignore[misc]

    def to_send(self, name: str) -> FileToSend:
        """Raises `OSError`."""
        self.check(name)
        path = self.path(name)
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            raise FileNotFoundError(f"{name} is no file.")
        return FileToSend(path, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def check(self, name: str) -> None:
        if not self.sealed.is_right(self.path(name)):
            raise FileNotFoundError(f"{name} is not as it was stored.")

    def delete(self, name):
        if name:
            self.sealed.release(Path(self.path(name)).relative_to(Path(self.location)).as_posix())
        super().delete(name)
