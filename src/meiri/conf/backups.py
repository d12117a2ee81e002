"""A copy of a site in one file, and a site out of such a file.

The file is a tar archive (POSIX.1-2001) packed with Zstandard (RFC 8878). It holds `database`, an SQLite file or what pg_dump
writes in its custom format; the media files below `media/`, the originals of reprints below `originals/`; and, at its end, `manifest.json` with the size and the SHA-256 of
each. The site's keys are not in it, nor is who is signed in: whoever finds a backup can't open letters or sign in.
"""

import hashlib
import json
import logging
import os
import shutil
import stat
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, cast

import zstandard
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from meiri.audience.counts_writer import LOCK  # a worker holds it for as long as it lives
from meiri.conf.backup_places import (
    BackupPlace,
    check_free,
    encrypt_backup,
    folder_for_drafts,
    is_encrypted,
    opened_backup,
    put_backup,
)
from meiri.conf.database_copies import (
    BackupRefused,
    database_file,
    dump_database,
    put_database,
    set_aside,
)
from meiri.file_locks import try_lock
from meiri.file_modes import open_to_group
from meiri.journal.heads import set_aside as set_heads_aside
from meiri.journal.log import end_of_journal
from meiri.kept_once import write_whole
from meiri.media.bucket_storage import discard
from meiri.media.in_parallel import in_parallel
from meiri.media.node_cache import MediaObject
from meiri.media.stored_media import files_below, put_path, stored_media
from meiri.s3 import S3Away
from meiri.sources import kept_files

logger = logging.getLogger(__name__)

FORMAT = 1
DATABASE, MEDIA, ORIGINALS, MANIFEST = "database", "media/", f"{kept_files.FOLDER_NAME}/", "manifest.json"
# A manifest names every media file in some hundred bytes.
LARGEST_MANIFEST = 1 << 30
# Says in the data folder which backup was the last.
LAST = "last-backup.json"
PIECE = 1 << 20

# What reading a damaged file, or one of something else, ends with.
UNREADABLE = (OSError, EOFError, ValueError, KeyError, TypeError, tarfile.TarError, zstandard.ZstdError)


@dataclass(frozen=True)
class BackupMade:
    """`size` in bytes; `missing`: the names of media files that should be there and are not, or are not what was stored."""

    manifest: dict
    size: int
    missing: list[str]


@dataclass(frozen=True)
class RestoredBackup:
    """`kept`: where media files are in the bucket, for the database that was restored."""

    manifest: dict
    kept: list[MediaObject]


class DigestingReader:
    """A file that is read and counted on its way: its digest and size are known when all of it has been read."""

    def __init__(self, file: IO[bytes]):
        self._file, self._digest, self.size = file, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self._digest.update(piece)
        self.size += len(piece)
        return piece

    def entry(self) -> dict:
        return {"size": self.size, "sha256": self._digest.hexdigest()}


def back_up(target: BackupPlace) -> BackupMade:
    """Write a backup to `target`, which appears when it is whole. Raises `BackupRefused`."""
    check_free(target)
    sequence, digest = end_of_journal()
    manifest = {
        "format": FORMAT,
        "made": timezone.localtime().isoformat(timespec="seconds"),
        "engine": connection.vendor,
        # The database may have come further by the time it is copied.
        "journal": {"sequence": sequence, "digest": digest},
        "migrations": sorted(f"{app}.{name}" for app, name in _applied()),
        "files": {},
    }
    missing = []
    with TemporaryDirectory(dir=folder_for_drafts(target), prefix=".backup-") as folder:
        draft = Path(folder, "draft")
        database = Path(folder, DATABASE)
        dump_database(database)
        with draft.open("xb") as out:
            os.fchmod(out.fileno(), 0o600)
            with (
                zstandard.ZstdCompressor(write_checksum=True).stream_writer(out, closefd=False) as packed,
                tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
            ):
                _add_file(archive, manifest, DATABASE, database)
                for name in stored_media().names():
                    if not _add_media(archive, manifest, name):
                        missing.append(name)
                for path in kept_files.kept_paths():
                    name = path.relative_to(kept_files.folder()).as_posix()
                    _add_file(archive, manifest, ORIGINALS + name, path)
                written = json.dumps(manifest, ensure_ascii=False).encode()
                about = tarfile.TarInfo(MANIFEST)
                about.size = len(written)
                archive.addfile(about, BytesIO(written))
            out.flush()
            os.fsync(out.fileno())
        if is_encrypted(target):
            draft = encrypt_backup(draft)
        size = draft.stat().st_size
        put_backup(draft, target)
    note_backup(target, str(manifest["made"]), size)
    return BackupMade(manifest, size, missing)


def note_backup(target: BackupPlace, made: str, size: int) -> None:
    """Remember in the data folder that a backup was made; `made` is ISO 8601. Where that can't be, the backup is made all the same."""
    noted = {"file": str(target), "made": made, "size": size}
    try:
        write_whole(Path(settings.HOME) / LAST, json.dumps(noted, ensure_ascii=False).encode())
    except OSError as error:
        logger.warning("That a backup was made could not be noted: %s", error)


def last_backup() -> dict | None:
    """`file`, `made` (ISO 8601) and `size` (bytes) of the backup that was made last on this machine; None for none."""
    try:
        return json.loads((Path(settings.HOME) / LAST).read_bytes())
    except (OSError, ValueError):
        return None


def restore(source: BackupPlace, replace: bool, key_file: Path | None = None) -> RestoredBackup:
    """Put the site of a backup in the place of this one. Raises `BackupRefused` and leaves all as it was.

    With `replace`, what stood there is kept in a folder `replaced-…` of the data folder; a database of PostgreSQL is not, and objects of a
    bucket stay where they are.
    """

    if isinstance(source, Path) and not source.is_file():
        raise BackupRefused(f"There is no file {source}.")

    def unpack(folder: Path) -> dict:
        try:
            return _unpack(source, folder, key_file)
        except UNREADABLE as error:
            raise BackupRefused(f"{source} can't be read as a backup: {error}") from error

    return put_in_place(unpack, replace)


def put_in_place(fetch: Callable[[Path], dict], replace: bool) -> RestoredBackup:
    """Put the site that `fetch` writes into a folder, as a backup has it, in the place of this one; see `restore`. What `fetch` returns has
    `engine` and `migrations`."""
    home = Path(settings.HOME)
    with not_served(home), TemporaryDirectory(dir=home, prefix=".restoring-") as folder:
        if not replace and holds_articles():
            raise BackupRefused("This site has articles; give --replace to put the backup in their place.")
        manifest = fetch(Path(folder))
        if manifest["engine"] != connection.vendor:
            raise BackupRefused(
                f"The backup is of {manifest['engine']}, this site is on {connection.vendor}."
            )
        known = MigrationLoader(None).disk_migrations
        if newer := [name for name in manifest["migrations"] if tuple(name.split(".", 1)) not in known]:
            raise BackupRefused(f"The backup was made by another release: {newer[0]} is not known here.")
        kept = _put(Path(folder), home)
        set_heads_aside()
    return RestoredBackup(manifest, kept)


def manifest_of(source: BackupPlace) -> dict:
    """The manifest of a backup; nothing is unpacked. Raises `BackupRefused`."""
    try:
        with (
            opened_backup(source) as file,
            zstandard.ZstdDecompressor().stream_reader(file) as unpacked,
            tarfile.open(fileobj=unpacked, mode="r|") as archive,
        ):
            for about in archive:
                if about.name == MANIFEST and about.size <= LARGEST_MANIFEST:
                    return json.load(cast(IO[bytes], archive.extractfile(about)))
    except UNREADABLE as error:
        raise BackupRefused(f"{source} can't be read as a backup: {error}") from error
    raise BackupRefused(f"{source} can't be read as a backup: it has no manifest.")


def _applied() -> list[tuple[str, str]]:
    return list(MigrationLoader(connection).applied_migrations)


def _add_file(archive: tarfile.TarFile, manifest: dict, name: str, path: Path) -> None:
    """Add a regular file; one that was deleted meanwhile is left out."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        status = os.fstat(file.fileno())
        if stat.S_ISREG(status.st_mode):
            _add(archive, manifest, name, file, status.st_size, status.st_mtime)


def _add_media(archive: tarfile.TarFile, manifest: dict, name: str) -> bool:
    """Add a media file; whether it is there. Raises `BackupRefused`."""
    try:
        with stored_media().opened(name) as found:
            _add(archive, manifest, MEDIA + name, found.file, found.size, found.modified)
    except FileNotFoundError:
        return not stored_media().is_named(name)  # it was deleted meanwhile
    except S3Away as error:
        raise BackupRefused(f"Media files can't be read: {error}") from error
    return True


def _add(
    archive: tarfile.TarFile, manifest: dict, name: str, file: IO[bytes], size: int, modified: float
) -> None:
    about = tarfile.TarInfo(name)
    about.size, about.mtime, about.mode = size, int(modified), 0o600
    counted = DigestingReader(file)
    archive.addfile(about, cast(IO[bytes], counted))
    manifest["files"][name] = counted.entry()


def _unpack(source: BackupPlace, folder: Path, key_file: Path | None = None) -> dict:
    """Unpack into `folder`. Raises `ValueError` where anything is missing, damaged or not of a backup."""
    found: dict[str, dict] = {}
    manifest = None
    with (
        opened_backup(source, key_file) as file,
        zstandard.ZstdDecompressor().stream_reader(file) as unpacked,
        tarfile.open(fileobj=unpacked, mode="r|") as archive,
    ):
        for about in archive:
            content = archive.extractfile(about) if about.isreg() else None
            if content is None or manifest is not None:
                raise ValueError(f"{about.name} does not belong there")
            if about.name == MANIFEST:
                if about.size > LARGEST_MANIFEST:
                    raise ValueError("its manifest is too large")
                manifest = json.load(content)
                continue
            path = folder / _place(about.name)
            if about.size > shutil.disk_usage(folder).free:
                raise ValueError(f"there is no room for {about.name}")
            path.parent.mkdir(parents=True, exist_ok=True)
            counted = DigestingReader(content)
            with path.open("xb") as out:
                shutil.copyfileobj(counted, out, PIECE)
            found[about.name] = counted.entry()
    if manifest is None:
        raise ValueError("its end is missing")
    if manifest["format"] != FORMAT:
        raise ValueError(f"its format {manifest['format']} is not known")
    if manifest["files"] != found:
        raise ValueError("its files are not those that were backed up")
    return manifest


def _place(name: str) -> PurePosixPath:
    """Where a file of the archive belongs. Raises `ValueError` for a name that leads elsewhere."""
    path = PurePosixPath(name)
    if name != DATABASE and (
        not name.startswith((MEDIA, ORIGINALS)) or ".." in path.parts or path.as_posix() != name
    ):
        raise ValueError(f"{name} does not belong there")
    return path


@contextmanager
def not_served(home: Path) -> Iterator[None]:
    """While this lasts no worker begins. Raises `BackupRefused` where one is at work."""
    lock = os.open(home / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not try_lock(lock):
            raise BackupRefused("The site is being served; stop it first.")
        yield
    finally:
        os.close(lock)


def holds_articles() -> bool:
    """Whether there is a site with articles. A database that is not there is not made."""
    if connection.vendor == "sqlite" and not database_file().exists():
        return False
    tables = connection.introspection.table_names()
    if "newsroom_article" not in tables:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM newsroom_article LIMIT 1")
        return cursor.fetchone() is not None


def _put(folder: Path, home: Path) -> list[MediaObject]:
    """Put what was unpacked in its place; what was written into the bucket."""
    unpacked, originals = folder / MEDIA.rstrip("/"), folder / ORIGINALS.rstrip("/")
    for made in (unpacked, originals):  # a backup of an older release has no originals
        made.mkdir(exist_ok=True)
    replaced = home / f"replaced-{timezone.now():%Y%m%d-%H%M%S-%f}"
    kept: list[MediaObject] = []
    if settings.MEDIA_IN_S3:
        try:
            # Under new keys: nothing that stands is touched.
            kept.extend(in_parallel(put_path, files_below(unpacked), discard))
            put_database(folder / DATABASE, replaced)
        except BaseException as error:
            for one in kept:
                discard(one)
            if isinstance(error, S3Away):
                raise BackupRefused(f"Media files can't be put into the bucket: {error}") from error
            raise
    else:
        put_database(folder / DATABASE, replaced)
        media = Path(settings.MEDIA_ROOT)
        set_aside(media, replaced)
        unpacked.rename(media)
        open_to_group(media)
    set_aside(home / originals.name, replaced)
    originals.rename(home / originals.name)
    return kept
