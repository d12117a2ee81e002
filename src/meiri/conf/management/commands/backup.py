"""`meiri backup FILE`: a copy of the site in one file."""

from pathlib import Path

from django.core.management import BaseCommand, CommandError

from meiri.conf.backups import BackupRefused, back_up


class Command(BaseCommand):
    help = "Write the database and the media files to FILE, also while the site is being served. Keys are not in it."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", type=Path, help="such as meiri-2026-11-28.tar.zst")

    def handle(self, *, file, **options):
        try:
            manifest = back_up(file.resolve())
        except BackupRefused as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"{file} could not be written: {error.strerror or error}") from error
        self.stdout.write(
            f"{len(manifest['files']) - 1} media files and the database, to entry {manifest['journal']['sequence']} of the"
            f" journal, are in {file} ({file.stat().st_size / 1e6:.1f} MB). Keep letters.key and secret.key of the data"
            " folder elsewhere: they are not in it."
        )
