"""Where media files are stored of a site with an S3 server (MEIRI_S3_ENDPOINT): in a private bucket, read by way of the node's own disk.

What a name stands for is said by the database alone (`BucketFile`); an object that nobody entered there is never served.
"""

import hashlib
import logging
import re
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from posixpath import normpath
from tempfile import SpooledTemporaryFile
from threading import BoundedSemaphore
from typing import IO, cast
from urllib.parse import urljoin

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import File
from django.core.files.storage import Storage
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.deconstruct import deconstructible
from django.utils.encoding import filepath_to_uri

from meiri.media import waiting_files
from meiri.media.bucket_files import LONGEST_NAME, BucketFile, RemovedObject
from meiri.media.files import after_rollback
from meiri.media.node_cache import FOLDER_NAME, AlteredObject, MediaObject, NodeCache
from meiri.media.serving import FileToSend
from meiri.operations.alterations import Alteration, FileChange, note_alteration
from meiri.s3 import MEDIA, S3Away, s3_bucket, site_address

logger = logging.getLogger(__name__)

# Below the site's prefix.
PIECE = 1 << 20
# What is read without being kept lies on the disk beyond so many bytes.
IN_MEMORY = 16 << 20
# So many threads of a process fetch at the same time: while the server is slow, others go on with what needs none.
FETCHING, PATIENCE = 3, 2.0
# What a key tells of its file.
_SUFFIX = re.compile(r"(?:\.[A-Za-z0-9]{1,8})?\Z", re.ASCII)
_fetching = BoundedSemaphore(FETCHING)


@cache
def _cache_in(folder: Path, limit: int) -> NodeCache:
    return NodeCache(folder, limit)


def node_cache() -> NodeCache:
    """The copies of media files on this node's disk."""
    return _cache_in(Path(settings.HOME) / FOLDER_NAME, settings.S3_CACHE_MAX_BYTES)


class NotKept(S3Away):
    """This node can't keep a copy just now: its disk is full, or the index of copies can't be written."""


class BucketContent(File):
    """A media file that is read from this node's copy of it, or from the bucket where none can be kept. It can be opened again when
    the copy is gone."""

    def __init__(self, storage: "BucketStorage", name: str):
        self._storage = storage
        super().__init__(self._opened(name), name)

    def _opened(self, name: str) -> IO[bytes]:
        try:
            return open(self._storage.to_send(name).path, "rb")
        except NotKept:
            return read_object(self._storage.known(name))

    def open(self, mode=None, *args, **kwargs):
        if self.closed:
            self.file = self._opened(str(self.name))
        else:
            self.seek(0)
        return self


@deconstructible
class BucketStorage(Storage):
    """Django's storage in a bucket. Methods raise `S3Away` where the server is needed and does not do its work."""

    # What is written in a transaction that is rolled back goes by its key: its row is gone by then.
    removes_after_rollback = True

    def url(self, name: str | None) -> str:
        return urljoin(settings.MEDIA_URL, filepath_to_uri(name or "").lstrip("/"))

    def exists(self, name: str) -> bool:
        return BucketFile.objects.filter(name=_checked(name)).exists()

    def size(self, name: str) -> int:
        return self._row(name).size

    def get_modified_time(self, name: str) -> datetime:
        return datetime.fromtimestamp(self._row(name).stored_at, UTC)

    def _row(self, name: str) -> MediaObject:
        """What the database says of a file. Raises `FileNotFoundError`."""
        found = BucketFile.objects.filter(name=_checked(name)).first()
        if found is None:
            raise FileNotFoundError(f"{name} is not stored.")
        return object_of(found)

    def _open(self, name, mode="rb"):
        """Raises `FileNotFoundError`, also for a file whose object was changed or deleted by somebody else."""
        if mode != "rb":
            raise ValueError(f"Media files are written whole, not opened as {mode!r}.")
        return BucketContent(self, name)

    def to_send(self, name: str) -> FileToSend:
        """Raises `OSError` as opening does."""
        kept = self.known(name)
        try:
            path = self._copy_of(kept)
        except sqlite3.Error as error:
            raise NotKept(f"{kept.name} can't be looked for on this machine: {error}") from error
        return FileToSend(path, kept.size, datetime.fromtimestamp(kept.stored_at, UTC))

    def known(self, name: str) -> MediaObject:
        """The file by the database; where that is away, as this node knew it."""
        try:
            return self._row(name)
        except (OperationalError, InterfaceError):
            found = None
            with suppress(OSError, sqlite3.Error):
                found = node_cache().of_name(_checked(name))
            if found is None:
                raise
            return found

    def _copy_of(self, kept: MediaObject) -> str:
        copies = node_cache()
        if path := copies.find(kept.key):
            return path
        if path := waiting_files.find(kept.key):
            return path
        if copies.is_wrong(kept.key):
            raise FileNotFoundError(f"{kept.name} is not as it was stored.")
        s3_bucket().check()
        if not _fetching.acquire(timeout=PATIENCE):
            raise S3Away("Too much is being fetched from the S3 server at the same time.")
        try:
            with copies.fetching(kept.key, PATIENCE) as is_mine:
                if path := copies.find(kept.key):  # another has fetched it meanwhile
                    return path
                if not is_mine:
                    raise S3Away(f"{kept.name} is being fetched.")
                return self._fetched(kept, copies)
        finally:
            _fetching.release()

    def _fetched(self, kept: MediaObject, copies: NodeCache) -> str:
        try:
            with s3_bucket().reading(kept.key) as pieces:
                return copies.take(kept, pieces)
        except AlteredObject:
            raise
        except FileNotFoundError:
            # One that was just deleted in order has no row any more.
            if BucketFile.objects.filter(key=kept.key).exists() and copies.note_wrong(kept.key, ""):
                note_alteration(Alteration(f"s3/{kept.key}", FileChange.DELETED, None, time.time()))
            raise
        except (OSError, sqlite3.Error) as error:
            with suppress(OSError, sqlite3.Error):
                copies.make_room(copies.limit // 2)
            raise NotKept(f"{kept.name} can't be kept on this machine: {error}") from error

    def get_available_name(self, name, max_length=None):
        return super().get_available_name(name, min(max_length or LONGEST_NAME, LONGEST_NAME))

    def _save(self, name, content):
        digest, size = digest_of_content(content)
        if waiting_files.transactions_hold_up_others():
            kept = new_object(_checked(name), digest, size)
            waiting_files.keep(kept.key, content)
            after_rollback(partial(_forget_waiting, kept.key))
            enter(kept)
            transaction.on_commit(partial(waiting_files.send, row_of(kept)), robust=True)
        else:
            kept = put_object(
                _checked(name), content, digest, size, getattr(content, "content_type", "") or ""
            )
            after_rollback(partial(discard, kept))
            enter(kept)
        content.seek(0)
        try:
            node_cache().take(kept, iter(lambda: content.read(PIECE), b""))
        except (OSError, sqlite3.Error) as error:
            logger.warning("%s is stored, but not kept on this machine: %s", name, error)
        return name

    def delete(self, name):
        """What can't be deleted from the bucket now is deleted later; nobody gets it meanwhile."""
        if not name:
            raise ValueError("The name must be given to delete().")
        with transaction.atomic():
            found = BucketFile.objects.filter(name=_checked(name)).first()
            if found is None:
                return
            remove_rows([found.key])
            transaction.on_commit(partial(delete_object, found.key), robust=True)


def _checked(name: str) -> str:
    """Raises `SuspiciousFileOperation` for what is no name of a file, `ValueError` for one that no file system takes."""
    if normpath(name) != name or name.startswith(("/", "..")) or name == ".":
        raise SuspiciousFileOperation(f"{name!r} is no name of a stored file.")
    if "\0" in name:
        raise ValueError("embedded null byte")
    return name


def object_of(row: BucketFile) -> MediaObject:
    return MediaObject(row.name, row.key, bytes(row.digest), row.size, row.stored_at.timestamp())


def row_of(kept: MediaObject) -> BucketFile:
    stored_at = datetime.fromtimestamp(kept.stored_at, UTC)
    return BucketFile(name=kept.name, key=kept.key, digest=kept.digest, size=kept.size, stored_at=stored_at)


def digest_of_content(content) -> tuple[bytes, int]:
    """The SHA-256 and the size of a file, which is read from its beginning."""
    digest, size = hashlib.sha256(), 0
    content.seek(0)
    while piece := content.read(PIECE):
        digest.update(piece)
        size += len(piece)
    return digest.digest(), size


def new_object(name: str, digest: bytes, size: int) -> MediaObject:
    """A file under a new key, where nothing is yet."""
    token = secrets.token_hex(16)
    suffix = _SUFFIX.search(name)
    key = f"{site_address().prefix}{MEDIA}{token[:2]}/{token[2:]}{suffix[0] if suffix else ''}"
    return MediaObject(name, key, digest, size, time.time())


def put_object(name: str, content, digest: bytes, size: int, content_type: str = "") -> MediaObject:
    """Write a file under a new key. No row says so yet. Raises `S3Away`."""
    kept = new_object(name, digest, size)
    s3_bucket().put(kept.key, content, size, digest.hex(), content_type)
    return kept


def read_object(kept: MediaObject) -> IO[bytes]:
    """The content of an object, checked, without taking room among the copies of this node. Raises `FileNotFoundError`, `S3Away`."""
    with suppress(FileNotFoundError):
        if path := waiting_files.find(kept.key):
            return open(path, "rb")
    with ExitStack() as failing:
        file = failing.enter_context(SpooledTemporaryFile(IN_MEMORY, dir=str(settings.HOME)))
        digest = hashlib.sha256()
        with s3_bucket().reading(kept.key) as pieces:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
                if file.tell() > kept.size:
                    break
        if digest.digest() != kept.digest:
            raise AlteredObject(f"{kept.name} is not as it was stored.")
        file.seek(0)
        failing.pop_all()
    return cast(IO[bytes], file)


def enter(kept: MediaObject) -> None:
    """Let the name stand for this object from now on."""
    with transaction.atomic():
        remove_rows(BucketFile.objects.filter(name=kept.name).values_list("key", flat=True))
        row_of(kept).save(force_insert=True)


def remove_rows(keys) -> None:
    """No name stands for these objects any more."""
    keys = list(keys)
    now = timezone.now()
    BucketFile.objects.filter(key__in=keys).delete()
    RemovedObject.objects.bulk_create(
        [RemovedObject(key=key, removed_at=now) for key in keys], ignore_conflicts=True
    )


def delete_object(key: str) -> bool:
    """Delete an object that no name stands for, from the bucket and from this node; whether it is gone. One that was about to be sent may
    be on its way: it is deleted once more later."""
    was_waiting = waiting_files.forget(key)
    _forget_copy(key)
    try:
        s3_bucket().delete(key)
    except S3Away as error:
        logger.warning("%s will be deleted later: %s", key, error)
        return False
    if was_waiting:
        return False
    RemovedObject.objects.filter(key=key).update(is_gone=True)
    return True


def discard(kept: MediaObject) -> None:
    """Delete an object that no row ever named. Asks no database: the one transaction that there is ends just now."""
    _forget_copy(kept.key)
    try:
        s3_bucket().delete(kept.key)
    except S3Away as error:
        logger.warning("%s stays in the bucket, and nothing names it: %s", kept.key, error)


def _forget_waiting(key: str) -> None:
    """Delete a file whose transaction was rolled back."""
    waiting_files.forget(key)
    _forget_copy(key)


def _forget_copy(key: str) -> None:
    """What can't be deleted here now goes when the copies of removed objects are swept."""
    try:
        node_cache().forget([key])
    except (OSError, sqlite3.Error) as error:
        logger.warning("The copy of %s stays on this machine for now: %s", key, error)


def all_rows() -> Iterator[BucketFile]:
    """Every file, in the order of names; read in batches."""
    after = ""
    while rows := list(BucketFile.objects.filter(name__gt=after).order_by("name")[:500]):
        yield from rows
        after = rows[-1].name
