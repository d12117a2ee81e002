"""A whole site into a folder of documented files; its content as one digest.

An export that was interrupted goes on after the last file that is whole. On SQLite it goes on with the same moment of the site; on
PostgreSQL, which keeps no moment for later, it begins anew but for media that were copied.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.utils import timezone

from meiri import __version__
from meiri.file_modes import FILE, FOLDER
from meiri.ingest.leaving.row_lines import RowLines, TypeNames
from meiri.ingest.leaving.site_counters import read_counters
from meiri.ingest.leaving.site_files import SiteFile, copy_out, describe, found_files
from meiri.ingest.leaving.site_folder import (
    FILES,
    MANIFEST,
    PROGRESS,
    ROWS_A_PART,
    PartWriter,
    SiteManifest,
    SitePart,
    SiteRefused,
    content_digest,
    finished_parts,
    make_folder,
    note_progress,
    part_name,
    write_manifest,
)
from meiri.ingest.leaving.site_kinds import SiteKind, site_kinds
from meiri.ingest.leaving.site_snapshot import forget_snapshot, is_kept, site_snapshot
from meiri.journal.models import GENESIS, Entry

# Called with how many rows or files were written since the last time.
Progress = Callable[[int], None]


def export_site(
    folder: Path, with_media: bool = True, progress: Progress = lambda count: None
) -> SiteManifest:
    """Write this site into `folder`, which must be empty or hold an interrupted export. Raises `SiteRefused`."""
    purpose = str(folder.resolve())
    _begin(folder, purpose)
    with site_snapshot(purpose) as using:
        names = TypeNames(using)
        manifest = SiteManifest(
            made=timezone.localtime().isoformat(timespec="seconds"),
            release=__version__,
            journal=_end_of_journal(using),
            with_media=with_media,
            kinds={kind.name: [f.attname for f in kind.fields] for kind in site_kinds()},
            counters=read_counters(using),
        )
        done = finished_parts(folder)
        for kind in site_kinds():
            known = [part for part in done if part.kind == kind.name]
            manifest.parts += known
            manifest.parts += _write_rows(folder, kind, RowLines(kind, names, using), known, progress)
    if with_media:
        manifest.parts += _write_files(folder, progress)
    manifest.content = content_digest(manifest.parts)
    write_manifest(folder, manifest)
    (folder / PROGRESS).unlink(missing_ok=True)
    forget_snapshot(purpose)
    return manifest


def _begin(folder: Path, purpose: str) -> None:
    make_folder(folder)
    if (folder / MANIFEST).exists():
        raise SiteRefused(f"{folder} holds a whole export already; an export replaces nothing.")
    if (folder / PROGRESS).exists():
        if not is_kept(purpose):
            _forget_parts(folder)
        return
    if any(path.name[0] != "." for path in folder.iterdir()):
        raise SiteRefused(f"{folder} is not empty, and what is in it is no interrupted export.")
    folder.chmod(FOLDER)
    forget_snapshot(purpose)
    (folder / PROGRESS).touch(mode=FILE)


def _forget_parts(folder: Path) -> None:
    """What an earlier run wrote of another moment."""
    for part in finished_parts(folder):
        (folder / part.file).unlink(missing_ok=True)
    (folder / PROGRESS).write_bytes(b"")


def _end_of_journal(using: str) -> dict[str, Any]:
    last = Entry.objects.using(using).order_by("-sequence").values("sequence", "digest").first()
    return {**last} if last else {"sequence": 0, "digest": GENESIS}


def _write_rows(
    folder: Path, kind: SiteKind, rows: RowLines, known: list[SitePart], progress: Progress
) -> Iterator[SitePart]:
    """Write the parts of a kind that are not there yet."""
    if known and known[-1].rows < ROWS_A_PART:
        return
    after, number = known[-1].last if known else None, len(known)
    while True:
        number += 1
        part = PartWriter(folder, part_name(kind.name, number))
        try:
            for key, line in rows.lines(after, ROWS_A_PART):
                after = key
                part.write(line, rows.canonical(line))
                if part.rows % 1000 == 0:
                    progress(1000)
        except BaseException:
            part.give_up()
            raise
        if not part.rows and number > 1:
            part.give_up()
            return
        written = part.finish(kind.name, after)
        note_progress(folder, asdict(written))
        progress(written.rows % 1000)
        yield written
        if written.rows < ROWS_A_PART:
            return


def _write_files(folder: Path, progress: Progress) -> Iterator[SitePart]:
    """Copy the files that the site keeps, and list them. What was copied before is not copied again; the list is made anew."""
    part, number = PartWriter(folder, part_name(FILES, 1)), 1
    try:
        for path in found_files():
            if (file := copy_out(path, folder)) is None:
                continue
            if part.rows == ROWS_A_PART:
                yield part.finish(FILES, None)
                number += 1
                part = PartWriter(folder, part_name(FILES, number))
            part.write(file.line, file.line)
            progress(1)
        yield part.finish(FILES, None)
    finally:
        part.give_up()


def digest_site(with_media: bool = True) -> str:
    """The digest of this site's content, equal to `content` of the manifest of its export. Nothing is written but a copy of the
    database of the moment."""
    purpose = "digest"
    forget_snapshot(purpose)
    parts: list[SitePart] = []
    try:
        with site_snapshot(purpose) as using:
            names = TypeNames(using)
            for kind in site_kinds():
                rows = RowLines(kind, names, using)
                parts += _digested(kind.name, (rows.canonical(line) for _, line in rows.lines()))
    finally:
        forget_snapshot(purpose)
    if with_media:
        files = (describe(path) for path in found_files())
        parts += _digested(FILES, (file.line for file in files if isinstance(file, SiteFile)))
    return content_digest(parts)


def _digested(kind: str, lines: Iterator[bytes]) -> Iterator[SitePart]:
    """The parts that lines would be written in whose canonical forms these are, by their content."""
    number, rows, digest = 1, 0, hashlib.sha256()
    for line in lines:
        if rows == ROWS_A_PART:
            yield SitePart(part_name(kind, number), kind, rows, 0, digest.hexdigest())
            number, rows, digest = number + 1, 0, hashlib.sha256()
        digest.update(line)
        rows += 1
    yield SitePart(part_name(kind, number), kind, rows, 0, digest.hexdigest())
