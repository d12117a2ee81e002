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
import sqlite3
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
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
from meiri.file_locks import try_lock
from meiri.file_modes import open_to_group
from meiri.journal.heads import set_aside
from meiri.journal.log import end_of_journal
from meiri.kept_once import write_whole
from meiri.sources import kept_files

logger = logging.getLogger(__name__)

FORMAT = 1
DATABASE, MEDIA, ORIGINALS, MANIFEST = "database", "media/", f"{kept_files.FOLDER_NAME}/", "manifest.json"
# A manifest names every media file in some hundred bytes.
LARGEST_MANIFEST = 1 << 30
# Says in the data folder which backup was the last.
LAST = "last-backup.json"
PIECE = 1 << 20
# Who is signed in is in no backup, and nobody after a restoration.
SESSIONS = ("members_signin", "django_session")

# What reading a damaged file, or one of something else, ends with.
UNREADABLE = (OSError, EOFError, ValueError, KeyError, TypeError, tarfile.TarError, zstandard.ZstdError)


class BackupRefused(Exception):
    """Why nothing was backed up or restored, in a sentence for the operator."""


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


def back_up(target: Path) -> dict:
    """Write a backup to `target`, which appears when it is whole. The manifest. Raises `BackupRefused`."""
    if target.exists():
        raise BackupRefused(f"{target} exists already; a backup replaces nothing.")
    if not target.parent.is_dir():
        raise BackupRefused(f"There is no folder {target.parent}.")
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
    with TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        draft = Path(folder, "draft")
        database = Path(folder, DATABASE)
        _dump(database)
        with draft.open("xb") as out:
            os.fchmod(out.fileno(), 0o600)
            with (
                zstandard.ZstdCompressor(write_checksum=True).stream_writer(out, closefd=False) as packed,
                tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
            ):
                _add(archive, manifest, DATABASE, database)
                for path in _media():
                    _add(archive, manifest, MEDIA + path.relative_to(settings.MEDIA_ROOT).as_posix(), path)
                for path in kept_files.kept_paths():
                    name = path.relative_to(kept_files.folder()).as_posix()
                    _add(archive, manifest, ORIGINALS + name, path)
                written = json.dumps(manifest, ensure_ascii=False).encode()
                about = tarfile.TarInfo(MANIFEST)
                about.size = len(written)
                archive.addfile(about, BytesIO(written))
            out.flush()
            os.fsync(out.fileno())
        draft.rename(target)
    note_backup(target, str(manifest["made"]))
    return manifest


def note_backup(target: Path, made: str) -> None:
    """Remember in the data folder that a backup was made; `made` is ISO 8601. Where that can't be, the backup is made all the same."""
    noted = {"file": str(target), "made": made, "size": target.stat().st_size}
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


def restore(source: Path, replace: bool) -> dict:
    """Put the site of a backup in the place of this one. The manifest. Raises `BackupRefused` and leaves all as it was.

    With `replace`, what stood there is kept in a folder `replaced-…` of the data folder; a database of PostgreSQL is not.
    """
    if not source.is_file():
        raise BackupRefused(f"There is no file {source}.")

    def unpack(folder: Path) -> dict:
        try:
            return _unpack(source, folder)
        except UNREADABLE as error:
            raise BackupRefused(f"{source} can't be read as a backup: {error}") from error

    return put_in_place(unpack, replace)


def put_in_place(fetch: Callable[[Path], dict], replace: bool) -> dict:
    """Put the site that `fetch` writes into a folder, as a backup has it, in the place of this one; see `restore`. What `fetch` returned, which
    has `engine` and `migrations`."""
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
        _put(Path(folder), home)
        set_aside()
    return manifest


def manifest_of(source: Path) -> dict:
    """The manifest of a backup; nothing is unpacked. Raises `BackupRefused`."""
    try:
        with (
            source.open("rb") as file,
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


def _media() -> Iterator[Path]:
    for folder, folders, names in os.walk(settings.MEDIA_ROOT):
        folders.sort()
        yield from (Path(folder, name) for name in sorted(names))


def _add(archive: tarfile.TarFile, manifest: dict, name: str, path: Path) -> None:
    """Add a regular file; one that was deleted meanwhile is left out."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        about = archive.gettarinfo(arcname=name, fileobj=file)
        if not about.isreg():
            return
        about.uid = about.gid = 0
        about.uname = about.gname = ""
        counted = DigestingReader(file)
        archive.addfile(about, cast(IO[bytes], counted))
    manifest["files"][name] = counted.entry()


def _unpack(source: Path, folder: Path) -> dict:
    """Unpack into `folder`. Raises `ValueError` where anything is missing, damaged or not of a backup."""
    found: dict[str, dict] = {}
    manifest = None
    with (
        source.open("rb") as file,
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
    if connection.vendor == "sqlite" and not _database_file().exists():
        return False
    tables = connection.introspection.table_names()
    if "newsroom_article" not in tables:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM newsroom_article LIMIT 1")
        return cursor.fetchone() is not None


def _database_file() -> Path:
    return Path(connection.settings_dict["NAME"])


def _dump(target: Path) -> None:
    """A copy of the database as it stands at one moment, while others read and write it."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(target)) as copy:
            cast(sqlite3.Connection, connection.connection).backup(copy)
            copy.execute("PRAGMA secure_delete = ON")  # what is deleted leaves nothing in the file
            _delete_sessions(copy)
            copy.commit()
            copy.execute("PRAGMA journal_mode = DELETE")  # all of it in one file
        return
    without = [f"--exclude-table-data={table}" for table in SESSIONS]
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", *without, f"--file={target}")


def _delete_sessions(database: sqlite3.Connection) -> None:
    known = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for table in SESSIONS:
        if table in known:
            database.execute(f"DELETE FROM {table}")  # noqa: S608


def _put(folder: Path, home: Path) -> None:
    """Put what was unpacked in its place."""
    connection.close()
    media = Path(settings.MEDIA_ROOT)
    unpacked, originals = folder / MEDIA.rstrip("/"), folder / ORIGINALS.rstrip("/")
    for made in (unpacked, originals):  # a backup of an older release has no originals
        made.mkdir(exist_ok=True)
    replaced = home / f"replaced-{timezone.now():%Y%m%d-%H%M%S-%f}"
    if connection.vendor == "sqlite":
        database = _database_file()
        for path in (database, *(database.with_name(database.name + end_) for end_ in ("-wal", "-shm"))):
            _set_aside(path, replaced)
        _set_aside(media, replaced)
        _set_aside(home / originals.name, replaced)
        # A backup of an older release has them.
        with closing(sqlite3.connect(folder / DATABASE)) as restored:
            _delete_sessions(restored)
            restored.commit()
        (folder / DATABASE).rename(database)
    else:
        _run(
            *(
                "pg_restore",
                "--clean",
                "--if-exists",
                "--single-transaction",
                "--no-owner",
                "--no-privileges",
            ),
            *("--exit-on-error", f"--dbname={connection.settings_dict['NAME']}", str(folder / DATABASE)),
        )
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(SESSIONS)}")
        connection.close()
        _set_aside(media, replaced)
        _set_aside(home / originals.name, replaced)
    unpacked.rename(media)
    originals.rename(home / originals.name)
    open_to_group(media)


def _set_aside(path: Path, replaced: Path) -> None:
    if path.exists():
        replaced.mkdir(exist_ok=True)
        path.rename(replaced / path.name)


def _run(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on the site's database. Raises `BackupRefused`."""
    options = connection.settings_dict
    given = {
        "PGHOST": options["HOST"] or options["OPTIONS"].get("host", ""),
        "PGPORT": str(options["PORT"] or ""),
        "PGUSER": options["USER"],
        "PGPASSWORD": options["PASSWORD"],
        "PGDATABASE": options["NAME"],
    }
    environment = os.environ | {name: value for name, value in given.items() if value}
    try:
        done = subprocess.run([program, *arguments], env=environment, capture_output=True, text=True)  # noqa: S603
    except FileNotFoundError:
        raise BackupRefused(
            f"{program} is not installed; it comes with PostgreSQL's client programs."
        ) from None
    if done.returncode:
        raise BackupRefused(f"{program} failed: {_reason(done.stderr) or f'status {done.returncode}'}")


def _reason(said: str) -> str:
    """What went wrong, of what PostgreSQL's programs say: behind it may stand the command that failed, over many lines."""
    lines = said.strip().splitlines()
    return next((line for line in lines if "error:" in line), lines[-1] if lines else "")
