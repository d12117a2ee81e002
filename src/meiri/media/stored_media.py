"""All media files of a site, one after another, wherever they lie: for backups, exports and moves."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import transaction

from meiri.file_modes import FOLDER, PUBLIC_FILE, make_public_folder
from meiri.kept_once import copy_whole
from meiri.media.bucket_files import BucketFile, RemovedObject
from meiri.media.bucket_storage import (
    all_rows,
    digest_of_content,
    enter,
    node_cache,
    object_of,
    put_object,
    read_object,
    row_of,
)
from meiri.media.node_cache import MediaObject

BATCH = 500


@dataclass(frozen=True)
class OpenedMedia:
    """A media file that can be read. `modified`: seconds of the epoch."""

    file: IO[bytes]
    size: int
    modified: float


class FileFolder:
    """The files in `root`, which are its owner's alone where they are not public."""

    def __init__(self, root: Path, is_public: bool = True):
        self.root, self._is_public = root, is_public

    def names(self) -> Iterator[str]:
        """In the order of names within each folder; no link, and nothing that is being written."""
        return (name for name, _ in files_below(self.root))

    def is_named(self, name: str) -> bool:
        """Whether there should be such a file: what was deleted is not there."""
        return (self.root / name).exists()

    @contextmanager
    def opened(self, name: str) -> Iterator[OpenedMedia]:
        """Raises `FileNotFoundError`, also for what is no regular file."""
        path = self.root / name
        if path.is_symlink() or not path.is_file():
            raise FileNotFoundError(f"There is no file {path}.")
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            yield OpenedMedia(file, status.st_size, status.st_mtime)

    def is_there(self, name: str) -> bool:
        """Whether something stands under this name, be it what it may."""
        return os.path.lexists(self.root / name)

    def store(self, name: str, source: IO[bytes]) -> None:
        """Write a file under a name that none has. Raises `OSError`."""
        path = self.root / name
        if self._is_public:
            make_public_folder(str(path.parent))
            copy_whole(source, path, PUBLIC_FILE)
        else:
            path.parent.mkdir(mode=FOLDER, parents=True, exist_ok=True)
            copy_whole(source, path)


class MediaBucket:
    """The media files in the bucket, as the database names them. Methods raise `S3Away`."""

    def names(self) -> Iterator[str]:
        """In the order in which a folder gives them, whatever order the database has."""
        with closing(sqlite3.connect("")) as sorting:  # on the disk where it is large
            sorting.execute("CREATE TABLE file (place TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID")
            sorting.executemany(
                "INSERT INTO file VALUES (?, ?)", ((_place(r.name), r.name) for r in all_rows())
            )
            for (name,) in sorting.execute("SELECT name FROM file ORDER BY place"):
                yield name

    def is_named(self, name: str) -> bool:
        return BucketFile.objects.filter(name=name).exists()

    is_there = is_named

    @contextmanager
    def opened(self, name: str) -> Iterator[OpenedMedia]:
        """Raises `FileNotFoundError`, also for an object that is not what was stored."""
        row = BucketFile.objects.filter(name=name).first()
        if row is None:
            raise FileNotFoundError(f"{name} is not stored.")
        kept = object_of(row)
        with opened_object(kept) as file:
            yield OpenedMedia(file, kept.size, kept.stored_at)

    def store(self, name: str, source: IO[bytes]) -> None:
        enter(put_file(name, source))


def _place(name: str) -> str:
    """Sorts the files of a folder before the folders in it."""
    *folders, file = name.split("/")
    return "\1".join([*(f"1{folder}" for folder in folders), f"0{file}"])


def stored_media() -> FileFolder | MediaBucket:
    return MediaBucket() if settings.MEDIA_IN_S3 else FileFolder(Path(settings.MEDIA_ROOT))


@contextmanager
def opened_object(kept: MediaObject) -> Iterator[IO[bytes]]:
    """The content of an object, checked, without taking room among the copies of this node. Raises `FileNotFoundError`, `S3Away`."""
    path = None
    with suppress(OSError, sqlite3.Error):
        path = node_cache().find(kept.key)
    with open(path, "rb") if path else read_object(kept) as file:
        yield file


def put_file(name: str, source: IO[bytes]) -> MediaObject:
    """Write a file into the bucket; no row names it yet. Raises `S3Away`."""
    digest, size = digest_of_content(source)
    return put_object(name, source, digest, size)


def put_path(file: tuple[str, Path]) -> MediaObject:
    """The same of a file's name and path."""
    name, path = file
    with path.open("rb") as source:
        return put_file(name, source)


def replace_rows(kept: Iterable[MediaObject]) -> None:
    """Let these be all the files that the bucket has. Objects that had names before stay where they are, without."""
    with transaction.atomic():
        BucketFile.objects.all().delete()
        RemovedObject.objects.filter(is_gone=False).delete()
        files = iter(kept)
        while batch := list(islice(files, BATCH)):
            BucketFile.objects.bulk_create(map(row_of, batch))
    node_cache().forget_all()


def files_below(root: Path) -> Iterator[tuple[str, Path]]:
    """The name and the path of every file in a folder, in order of name within each folder."""
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = Path(folder, name)
            if path.is_file() and not path.is_symlink() and not name.startswith("."):
                yield path.relative_to(root).as_posix(), path
