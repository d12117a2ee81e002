"""Carry the media files of a site from the data folder into the S3 bucket, or back, then compare both sides. What they were carried from stays
as it is."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from meiri.conf.backups import not_served
from meiri.conf.database_copies import BackupRefused
from meiri.conf.moving.move_target import MoveRefused
from meiri.conf.preparation import migrations_wait
from meiri.media.bucket_files import BucketFile
from meiri.media.bucket_storage import all_rows, delete_object, discard, enter, object_of, remove_rows
from meiri.media.in_parallel import in_parallel
from meiri.media.sealed_storage import sealed_files
from meiri.media.stored_media import FileFolder, opened_object, put_path
from meiri.operations.nodes import present_nodes, this_node
from meiri.s3 import s3_bucket

# Told what is done and of how many files; gives what is to be told of files as they pass.
Progress = Callable[[str, int], Callable[[int], Any]]
# So many faults are told.
MOST_FAULTS = 100


@dataclass
class MovedMedia:
    """How many files are there, of how many bytes; how many of them were carried just now; what is not as it should be."""

    files: int = 0
    size: int = 0
    carried: int = 0
    faults: list[str] = field(default_factory=list)

    def note(self, fault: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(fault)


def move_media(to: str, progress: Progress, remove_others: bool = False) -> MovedMedia:
    """Carry all media files `to` "s3" or "folder", or go on with that. With `remove_others`, what the bucket alone has is deleted there. Raises
    `MoveRefused`, `S3Away`, `OSError`."""
    if settings.S3 is None:
        raise MoveRefused(
            "No S3 server is set; set MEIRI_S3_ENDPOINT and what belongs to it (docs/operations.md)."
        )
    if migrations_wait():
        raise MoveRefused(
            "The database is of an older release than the code; bring it up to date first: meiri migrate"
        )
    try:
        with not_served(Path(settings.HOME)):
            if others := [node.name for node in present_nodes() if node.name != this_node()]:
                raise MoveRefused(
                    f"The site is served on {others[0]}; stop it on every machine, and wait three minutes."
                )
            return _into_bucket(progress, remove_others) if to == "s3" else _into_folder(progress)
    except BackupRefused as error:
        raise MoveRefused(str(error)) from None


def _folder() -> FileFolder:
    return FileFolder(Path(settings.MEDIA_ROOT))


def _into_bucket(progress: Progress, remove_others: bool) -> MovedMedia:
    moved, folder = MovedMedia(), _folder()
    count = sum(1 for _ in folder.names())
    _see_to_others(folder, remove_others)
    step = progress("carried", count)
    for kept in in_parallel(put_path, _to_carry(folder, moved, step), discard):
        enter(kept)
        moved.carried += 1
        step(1)
    step = progress("compared", count)
    for row, fault in in_parallel(partial(_compared, folder), all_rows()):
        if fault:
            moved.note(fault)
        else:
            moved.files, moved.size = moved.files + 1, moved.size + row.size
        step(1)
    if not moved.faults and (there := BucketFile.objects.count()) != count:
        moved.note(f"{count} files are in {folder.root}, {there} in the bucket")
    return moved


def _see_to_others(folder: FileFolder, remove_others: bool) -> None:
    """Raises `MoveRefused` for files that are in the bucket alone, or deletes them."""
    others = [row for row in all_rows() if not folder.is_there(row.name)]
    if others and not remove_others:
        raise MoveRefused(
            f"{len(others)} files are in the bucket and not in {folder.root}, such as {others[0].name}. Where the site was served from"
            " the bucket, they are needed: nothing is to be moved. Where they are from an earlier time, give --remove-others."
        )
    for row in others:
        with transaction.atomic():
            remove_rows([row.key])
        delete_object(row.key)


def _to_carry(
    folder: FileFolder, moved: MovedMedia, step: Callable[[int], Any]
) -> Iterator[tuple[str, Path]]:
    """The files that are not in the bucket yet, without those that were changed from outside."""
    for name in folder.names():
        path = folder.root / name
        if not sealed_files(folder.root).is_right(str(path)):
            moved.note(f"{name} was changed from outside; put it right from a backup")
        elif not _lies_there(name, folder):
            yield name, path
            continue
        step(1)


def _lies_there(name: str, folder: FileFolder) -> bool:
    row = BucketFile.objects.filter(name=name).first()
    if row is None or bytes(row.digest) != _digest_in(folder, name):
        return False
    try:
        return s3_bucket().describe(row.key).size == row.size
    except FileNotFoundError:
        return False


def _compared(folder: FileFolder, row: BucketFile) -> tuple[BucketFile, str]:
    """A file that was read on both sides, and what is wrong with it."""
    try:
        with opened_object(object_of(row)) as there:
            digest = hashlib.file_digest(there, "sha256").digest()  # type: ignore[arg-type]
        is_same = digest == _digest_in(folder, row.name) == bytes(row.digest)
    except FileNotFoundError as error:
        return row, str(error)
    return row, "" if is_same else f"{row.name} is not the same here and there"


def _into_folder(progress: Progress) -> MovedMedia:
    moved, folder = MovedMedia(), _folder()
    if (other := next(_unnamed(folder), None)) is not None:
        raise MoveRefused(
            f"{folder.root} has files that the bucket does not have, such as {other}; move that folder away, then try again."
        )
    count = BucketFile.objects.count()
    step = progress("carried", count)
    for fault in in_parallel(partial(_carried_out, folder), all_rows()):
        if fault is None:
            moved.carried += 1
        elif fault:
            moved.note(fault)
        step(1)
    sealed_files(folder.root).forget()
    step = progress("compared", count)
    for row in all_rows():
        if folder.is_there(row.name) and _digest_in(folder, row.name) == bytes(row.digest):
            moved.files, moved.size = moved.files + 1, moved.size + row.size
        else:
            moved.note(f"{row.name} is not the same here and there")
        step(1)
    return moved


def _unnamed(folder: FileFolder) -> Iterator[str]:
    return (name for name in folder.names() if not BucketFile.objects.filter(name=name).exists())


def _digest_in(folder: FileFolder, name: str) -> bytes:
    with folder.opened(name) as found:
        return hashlib.file_digest(found.file, "sha256").digest()  # type: ignore[arg-type]


def _carried_out(folder: FileFolder, row: BucketFile) -> str | None:
    """Put a file into the folder. None; why it could not be; or "" where it is there already, which is compared in the end."""
    if folder.is_there(row.name):
        return ""
    try:
        with opened_object(object_of(row)) as content:
            folder.store(row.name, content)
    except FileNotFoundError as error:
        return str(error)
    return None
