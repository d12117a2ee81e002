"""Where a backup is: a file, or an object of the bucket for backups (`s3:NAME`)."""

import hashlib
import io
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

from django.conf import settings
from django.utils import timezone

from meiri.conf.database_copies import BackupRefused
from meiri.file_modes import FILE
from meiri.operations.replication.encryption import (
    KEY_FILE,
    WrongKey,
    decrypt,
    encrypt,
    own_recipients,
    read_key,
)
from meiri.operations.replication.encryption import SUFFIX as AGE
from meiri.s3 import BACKUPS, S3Away, backup_bucket, site_address

SCHEME, SUFFIX = "s3:", ".tar.zst"
# What every file of age begins with (C2SP, age).
ENCRYPTED = b"age-encryption.org/v1\n"
# Seconds that a backup may take to be read: it is unpacked as it comes.
LONGEST = 24 * 3600.0
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}", re.ASCII)


@dataclass(frozen=True)
class InS3:
    """A backup in the bucket."""

    name: str

    @property
    def key(self) -> str:
        return f"{site_address().prefix}{BACKUPS}{self.name}"

    def __str__(self):
        return f"{SCHEME}{self.name}"


BackupPlace = Path | InS3


def new_place(text: str) -> BackupPlace:
    """Where a backup is to be written; `s3:` alone is given a name of this moment, of an encrypted one. Raises `BackupRefused`."""
    if text == SCHEME:
        text += f"meiri-{timezone.localtime():%Y-%m-%dT%H%M%S}{SUFFIX}{AGE}"
    return _place(text)


def known_place(text: str) -> BackupPlace:
    """Where a backup is; `s3:` alone is the youngest in the bucket. Raises `BackupRefused`."""
    if text != SCHEME:
        return _place(text)
    _check_server()
    if not (found := backups_in_s3()):
        raise BackupRefused("There is no backup on the S3 server.")
    return found[0]


def _place(text: str) -> BackupPlace:
    if not text.startswith(SCHEME):
        return Path(text).resolve()
    _check_server()
    name = text.removeprefix(SCHEME)
    if not _NAME.fullmatch(name):
        raise BackupRefused(f"{name!r} is no name of a backup; write letters, digits, hyphens and dots.")
    return InS3(name)


def _check_server() -> None:
    if settings.S3 is None:
        raise BackupRefused("No S3 server is set (MEIRI_S3_ENDPOINT, docs/operations.md).")


@contextmanager
def _server_in_words() -> Iterator[None]:
    try:
        yield
    except S3Away as error:
        raise BackupRefused(f"The S3 server can't be used: {error}") from error


def backups_in_s3() -> list[InS3]:
    """The youngest first. Raises `BackupRefused`."""
    beginning = f"{site_address().prefix}{BACKUPS}"
    with _server_in_words():
        found = sorted(
            backup_bucket().objects(beginning), key=lambda one: (one.changed, one.key), reverse=True
        )
    names = (one.key.removeprefix(beginning) for one in found)
    return [InS3(name) for name in names if _NAME.fullmatch(name)]


def keep_newest(number: int) -> list[InS3]:
    """Delete all backups in the bucket but the youngest, as many as that; those that were deleted. What is not called as backups are by
    themselves stays. Raises `BackupRefused`."""
    own = [one for one in backups_in_s3() if one.name.startswith("meiri-") and SUFFIX in one.name]
    gone = own[number:]
    with _server_in_words():
        for one in gone:
            backup_bucket().delete(one.key)
    return gone


def check_free(target: BackupPlace) -> None:
    """Raises `BackupRefused` where something stands there, or nothing can."""
    if isinstance(target, Path):
        if target.exists():
            raise BackupRefused(f"{target} exists already; a backup replaces nothing.")
        if not target.parent.is_dir():
            raise BackupRefused(f"There is no folder {target.parent}.")
        return
    with _server_in_words(), suppress(FileNotFoundError):
        backup_bucket().describe(target.key)
        raise BackupRefused(f"{target} exists already; a backup replaces nothing.")


def folder_for_drafts(target: BackupPlace) -> Path:
    """Where there is to be room for all of a backup. What is encrypted is nowhere else in clear, not for a moment."""
    if isinstance(target, Path) and not is_encrypted(target):
        return target.parent
    return Path(settings.HOME)


def is_encrypted(target: BackupPlace) -> bool:
    """Whether a backup of this name is encrypted."""
    return str(target).endswith(AGE)


def encrypt_backup(draft: Path) -> Path:
    """A draft beside `draft` that the holder of the site's key alone can open. Raises `BackupRefused` where the key can't be used."""
    packed = draft.with_name(f"{draft.name}{AGE}")
    try:
        recipients = own_recipients(Path(settings.HOME), settings.BACKUP_RECIPIENTS)
    except WrongKey as error:
        raise BackupRefused(str(error)) from None
    with draft.open("rb") as source, packed.open("xb") as out:
        os.fchmod(out.fileno(), FILE)
        encrypt(source, out, recipients)
        out.flush()
        os.fsync(out.fileno())
    return packed


def own_key_file() -> Path:
    """Opens what the site has encrypted for itself."""
    return Path(settings.HOME) / KEY_FILE


def put_backup(draft: Path, target: BackupPlace) -> None:
    """Raises `BackupRefused`, `OSError`."""
    if isinstance(target, Path):
        _put_beside(draft, target)
        return
    with draft.open("rb") as file, _server_in_words():
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = os.fstat(file.fileno()).st_size
        backup_bucket().put(target.key, file, size, digest, "application/zstd")
        if backup_bucket().describe(target.key).size != size:
            raise BackupRefused(f"{target} did not come whole to the S3 server.")


def _put_beside(draft: Path, target: Path) -> None:
    """`draft` may be on another disk than `target`, which appears when it is whole."""
    if draft.parent.parent == target.parent:
        draft.rename(target)
        return
    with TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        near = Path(folder, "draft")
        with draft.open("rb") as source, near.open("xb") as out:
            os.fchmod(out.fileno(), FILE)
            shutil.copyfileobj(source, out, 1 << 20)
            out.flush()
            os.fsync(out.fileno())
        near.rename(target)


@contextmanager
def opened_backup(source: BackupPlace, key_file: Path | None = None) -> Iterator[IO[bytes]]:
    """Its bytes, from the beginning, decrypted with the key in `key_file` (by default the data folder's) where it is encrypted. Raises
    `BackupRefused`."""
    with _bytes_of(source) as stored:
        if not stored.peek(len(ENCRYPTED)).startswith(ENCRYPTED):
            yield stored
            return
        # Nothing of it is used before all of it is known to be whole.
        with TemporaryFile(dir=settings.HOME) as opened:
            try:
                decrypt(stored, opened, read_key(key_file or own_key_file()))
            except WrongKey as error:
                raise BackupRefused(f"{source} is encrypted. {error}") from None
            opened.seek(0)
            yield opened


@contextmanager
def _bytes_of(source: BackupPlace) -> Iterator[io.BufferedReader]:
    if isinstance(source, Path):
        try:
            file = source.open("rb")
        except FileNotFoundError:
            raise BackupRefused(f"There is no file {source}.") from None
        except OSError as error:
            raise BackupRefused(f"{source} can't be read: {error.strerror}") from None
        with file:
            yield file
        return
    with _server_in_words():
        try:
            with backup_bucket().reading(source.key, LONGEST) as pieces:
                yield io.BufferedReader(_Pieces(pieces), 1 << 20)
        except FileNotFoundError as error:
            raise BackupRefused(str(error)) from None


def is_there(told: str) -> bool:
    """Whether a backup is still where it was written, as far as can be told."""
    if not told.startswith(SCHEME):
        return Path(told).exists()
    if settings.S3 is None:
        return False
    try:
        backup_bucket().describe(InS3(told.removeprefix(SCHEME)).key)
    except FileNotFoundError:
        return False
    except S3Away:
        pass  # what is said of the server says so
    return True


class _Pieces(io.RawIOBase):
    """What comes piece by piece, as a file that is read from its beginning to its end."""

    def __init__(self, pieces: Iterator[bytes]):
        self._pieces, self._left = pieces, b""

    def readable(self):
        return True

    def readinto(self, buffer):
        if not self._left:
            self._left = next(self._pieces, b"")
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count
