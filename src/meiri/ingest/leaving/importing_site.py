"""An exported site into an empty one: everything is checked before anything is written, and the rows come in one transaction."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, transaction

from meiri.audience.counts_writer import LOCK  # a worker holds it for as long as it lives
from meiri.file_locks import try_lock
from meiri.ingest.leaving.row_lines import BATCH, RowLines, TypeNames
from meiri.ingest.leaving.site_counters import put_counters
from meiri.ingest.leaving.site_files import SiteFile, check_blob, copy_in, read_file_line
from meiri.ingest.leaving.site_folder import (
    FILES,
    SiteManifest,
    SitePart,
    SiteRefused,
    check_file,
    lines_of,
    read_manifest,
)
from meiri.ingest.leaving.site_kinds import site_kinds, tables_that_stay
from meiri.journal.log import end_of_journal
from meiri.journal.models import Entry
from meiri.journal.verification import verify_chain
from meiri.media.sealed_storage import sealed_files
from meiri.members.models import User
from meiri.newsroom.models import Article
from meiri.s3 import S3Away
from meiri.sections.models import Channel

# Whoever has one of these is no empty site.
_SIGNS_OF_LIFE = (Article, Channel, User, Entry)

Progress = Callable[[int], None]


def import_site(folder: Path, progress: Progress = lambda count: None) -> SiteManifest:
    """Make this site, which must be migrated and empty, the one that was exported into `folder`. Raises `SiteRefused`, and
    leaves the database as it was then; files that were copied stay, and are taken for their own by the next run."""
    with _nobody_serving():
        refuse_unless_empty()
        manifest = read_manifest(folder)
        check_kinds(manifest)
        for part in manifest.parts:
            check_file(folder / part.file, part.size, part.sha256)
        for file in _files(folder, manifest):
            check_blob(folder, file)
        try:
            for file in _files(folder, manifest):
                copy_in(folder, file)
                progress(1)
            if not settings.MEDIA_IN_S3:
                sealed_files(Path(settings.MEDIA_ROOT)).forget()
        except (OSError, S3Away) as error:
            raise SiteRefused(f"A file can't be put in its place: {error}") from error
        _fill(folder, manifest, progress)
    return manifest


@contextmanager
def _nobody_serving() -> Iterator[None]:
    lock = os.open(Path(settings.HOME) / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not try_lock(lock):
            raise SiteRefused("The site is being served; stop it first.")
        yield
    finally:
        os.close(lock)


def refuse_unless_empty() -> None:
    """Raises `SiteRefused` where anything was made here."""
    for model in _SIGNS_OF_LIFE:
        if model._base_manager.exists():
            raise SiteRefused(
                f"This site is not empty: it has {model._meta.db_table}. A site is imported into a new data folder"
                " alone; name one with MEIRI_HOME."
            )


def check_kinds(manifest: SiteManifest) -> None:
    """Raises `SiteRefused` where the export is not of this release's tables."""
    here = {kind.name: sorted(f.attname for f in kind.fields) for kind in site_kinds()}
    for name in sorted(
        manifest.kinds.keys() | here.keys() | {part.kind for part in manifest.parts} - {FILES}
    ):
        fields = manifest.kinds.get(name)
        if not isinstance(fields, list) or sorted(map(str, fields)) != here.get(name):
            raise SiteRefused(
                f"The export was made by another release ({str(manifest.release)[:20]}): its {name[:100]} is not"
                " that of this one. Import it with that release, and upgrade then."
            )


def _files(folder: Path, manifest: SiteManifest) -> Iterator[SiteFile]:
    for part in manifest.of(FILES):
        yield from map(read_file_line, lines_of(folder, part))


def _fill(folder: Path, manifest: SiteManifest, progress: Progress) -> None:
    with transaction.atomic():
        _empty_tables()
        names = TypeNames("default")
        for kind in site_kinds():
            rows = RowLines(kind, names)
            for part in manifest.of(kind.name):
                _insert_part(folder, part, rows, progress)
        _check_relations()
        put_counters(manifest.counters)
        _check_journal(manifest)
    ContentType.objects.clear_cache()


def _empty_tables() -> None:
    """Take away what migrations put there: it comes with the export."""
    models = [kind.model for kind in site_kinds()] + tables_that_stay()
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608


def _insert_part(folder: Path, part: SitePart, rows: RowLines, progress: Progress) -> None:
    lines = lines_of(folder, part)
    inserted = 0
    while batch := list(islice(lines, BATCH)):
        try:
            rows.insert(batch)
        except (ValueError, OverflowError, DatabaseError) as error:
            raise SiteRefused(
                f"{part.file} can't be taken, in lines {inserted + 1} to {inserted + len(batch)}: {error}"
            ) from error
        inserted += len(batch)
        progress(len(batch))
    if inserted != part.rows:
        raise SiteRefused(f"{part.file} has {inserted} lines in place of {part.rows}.")


def _check_relations() -> None:
    try:
        connection.check_constraints()
    except DatabaseError as error:
        raise SiteRefused(f"What the export holds does not belong together: {error}") from error


def _check_journal(manifest: SiteManifest) -> None:
    verified = verify_chain()
    if verified.broken:
        raise SiteRefused(
            f"The journal is not as it was written: entry {verified.broken.sequence}: {verified.broken.reason}."
        )
    if end_of_journal()._asdict() != manifest.journal:
        raise SiteRefused("The journal does not end where the manifest says.")
