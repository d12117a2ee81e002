"""Media files that are stored and not in the bucket yet, on the disk of a site whose database is SQLite.

A transaction of SQLite holds up all others that write, so none waits for the S3 server: a file is written here in it, and sent once it is
committed. What can't be sent then is sent by the worker; until then it is read from here.
"""

import hashlib
import logging
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection

from meiri.file_locks import try_lock
from meiri.kept_once import copy_whole
from meiri.media.bucket_files import BucketFile
from meiri.s3 import S3Away, s3_bucket

logger = logging.getLogger(__name__)

FOLDER_NAME = "media-waiting"
# Seconds after which a file that no row names is of a transaction that never ended.
ABANDONED = 3600.0


def transactions_hold_up_others() -> bool:
    return connection.vendor == "sqlite"


def _folder() -> Path:
    return Path(settings.HOME) / FOLDER_NAME


def _path_of(key: str) -> Path:
    """Keys end with a folder of two characters and a random name, without a hyphen (`bucket_storage.new_object`)."""
    *_, folder, name = key.split("/")
    return _folder() / f"{folder}-{name}"


def key_ending(path: Path) -> str:
    """What the key of a file that waits ends with."""
    folder, _, name = path.name.partition("-")
    return f"{folder}/{name}"


def keep(key: str, content: IO[bytes]) -> None:
    """Write a file that is to be sent, whole and so that a power cut does not take it. Raises `OSError`."""
    path = _path_of(key)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    content.seek(0)
    copy_whole(content, path)


def find(key: str) -> str | None:
    """Where a file lies that waits."""
    path = _path_of(key)
    return str(path) if path.is_file() else None


def forget(key: str) -> bool:
    """Delete a file that waits; whether there was one."""
    try:
        _path_of(key).unlink()
    except FileNotFoundError:
        return False
    return True


def send(row: BucketFile) -> bool:
    """Send a file that waits to the bucket; whether none waits any more. While another process sends it, that goes on."""
    with ExitStack() as held:
        try:
            file = held.enter_context(_path_of(row.key).open("rb"))
        except FileNotFoundError:
            return True
        if not try_lock(file):
            return False
        if hashlib.file_digest(file, "sha256").digest() != bytes(row.digest):
            logger.error("%s in %s is not as it was stored, and is not sent.", row.name, _folder())
            return False
        try:
            bucket = s3_bucket()
            bucket.check()
            bucket.put(row.key, file, row.size, bytes(row.digest).hex())
            if not BucketFile.objects.filter(key=row.key).exists():  # deleted meanwhile
                bucket.delete(row.key)
        except S3Away as error:
            logger.warning("%s waits on this machine for the S3 server: %s", row.name, error)
            return False
    forget(row.key)
    return True


def waiting_files() -> list[Path]:
    """The oldest first."""
    found = []
    with suppress(FileNotFoundError):
        for path in _folder().iterdir():
            with suppress(FileNotFoundError):
                if not path.name.startswith("."):  # a draft
                    found.append((path.stat().st_mtime, path))
    return [path for _, path in sorted(found)]


def seconds_waited(path: Path) -> float:
    """0.0 for one that was sent meanwhile."""
    try:
        return max(0.0, time.time() - path.stat().st_mtime)
    except FileNotFoundError:
        return 0.0
