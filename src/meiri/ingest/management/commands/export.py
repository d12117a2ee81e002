"""`meiri export`: published articles as JSON lines, the whole site as documented files, or articles in formats of other systems."""

import os
import sys
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import zstandard
from django.core.management import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from meiri.audience.view_counts import views_of
from meiri.ingest.leaving.chosen_articles import ChosenArticles
from meiri.ingest.leaving.exporting_articles import OPEN_FORMATS, export_articles
from meiri.ingest.leaving.exporting_site import digest_site, export_site
from meiri.ingest.leaving.site_folder import SiteRefused
from meiri.ingest.records import extras_of, record_of
from meiri.s3 import S3Away
from meiri.sections.models import Channel, Station

BATCH = 200
SITE = "site"


class Command(BaseCommand):
    help = (
        "Write published articles to FILE (.jsonl or .jsonl.zst), newest first, one JSON record a line; or, with --to FOLDER, the"
        " whole site, which `meiri import-site` reads, or articles in formats of other systems. An export into a folder that was interrupted goes on when it is run again."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", nargs="?")
        parser.add_argument(
            "--to",
            metavar="FOLDER",
            help="the folder to write; beside FILE the last day of the articles (YYYY-MM-DD), as --until",
        )
        parser.add_argument(
            "--format",
            choices=[SITE, *OPEN_FORMATS],
            default=SITE,
            help="of what is written to FOLDER: the whole site, or published articles for other systems",
        )
        parser.add_argument(
            "--digest", action="store_true", help="write nothing; print one digest of all content"
        )
        parser.add_argument(
            "--no-media", action="store_true", help="of a site the rows alone, without its media files"
        )
        parser.add_argument("--channel", metavar="SLUG")
        parser.add_argument("--station", metavar="SLUG")
        parser.add_argument("--from", "--since", metavar="YYYY-MM-DD", dest="start", type=date.fromisoformat)
        parser.add_argument(
            "--until", metavar="YYYY-MM-DD", dest="end", type=date.fromisoformat, help="with that day"
        )

    def handle(self, *, file, to, digest, no_media, **options):
        if sum(map(bool, (file, to and not file, digest))) != 1:
            raise CommandError("Name one of FILE, --to FOLDER and --digest.", returncode=2)
        if file and to:
            options["end"] = day_of(to)
        if file:
            self.write_records(Path(file), chosen(options))
            return
        if to and options["format"] != SITE:
            self.write_articles(Path(to), options["format"], chosen(options))
            return
        if any(options[name] for name in ("channel", "station", "start", "end")):
            raise CommandError("A site leaves whole: filters are for FILE and other formats.", returncode=2)
        if digest:
            self.stdout.write(digest_site(with_media=not no_media))
        else:
            self.write_site(Path(to), not no_media)

    def write_records(self, path: Path, articles: ChosenArticles) -> None:
        count = 0
        with written(path) as out:
            for _, batch in articles.batches(BATCH):
                views = views_of([a.pk for a in batch])
                for article in batch:
                    record = record_of(article, views.get(article.pk), status="imported")
                    out.write((record.as_json(**extras_of(article)) + "\n").encode())
                count += len(batch)
        self.stderr.write(f"{count} articles written to {path}.")

    def write_articles(self, folder: Path, name: str, articles: ChosenArticles) -> None:
        with refusals(folder), self.bar("articles") as bar:
            count = export_articles(folder, name, articles, bar.update)
        self.stderr.write(f"{count} articles written to {folder}.")

    def bar(self, unit: str) -> tqdm:
        return tqdm(unit=f" {unit}", file=sys.stderr, disable=not sys.stderr.isatty())

    def write_site(self, folder: Path, with_media: bool) -> None:
        with refusals(folder), self.bar("rows") as bar:
            manifest = export_site(folder, with_media, bar.update)
        self.stdout.write(
            f"{manifest.rows()} rows of {len(manifest.kinds)} kinds, to entry {manifest.journal['sequence']} of the journal, are in"
            f" {folder}. Content: {manifest.content}"
        )
        self.stderr.write(
            "Passwords, second factors and keys are not in it; what readers wrote in confidence is sealed."
        )


@contextmanager
def refusals(folder: Path):
    """What stops an export, as a sentence."""
    try:
        yield
    except SiteRefused as error:
        raise CommandError(str(error)) from None
    except S3Away as error:
        raise CommandError(f"Media files can't be read: {error}") from error
    except OSError as error:
        raise CommandError(f"{folder} could not be written: {error.strerror or error}.") from error


def chosen(options: dict) -> ChosenArticles:
    return ChosenArticles(
        named(Channel, options["channel"]),
        named(Station, options["station"]),
        options["start"],
        options["end"],
    )


def named(model, slug: str | None):
    if slug is None:
        return None
    found = model.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f"There is no {model.__name__.lower()} “{slug}”.", returncode=2)
    return found


def day_of(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(
            "Beside FILE, --to is the last day of the articles: YYYY-MM-DD.", returncode=2
        ) from None


@contextmanager
def written(path: Path):
    """A file that appears whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{timezone.now():%f}")
    try:
        with draft.open("wb") as raw:
            if path.suffix == ".zst":
                with zstandard.ZstdCompressor(level=9).stream_writer(raw, closefd=False) as out:
                    yield out
            else:
                yield raw
        draft.replace(path)
    except OSError as error:
        raise CommandError(f"{path} can't be written: {error.strerror or error}.", returncode=1) from error
    finally:
        draft.unlink(missing_ok=True)
