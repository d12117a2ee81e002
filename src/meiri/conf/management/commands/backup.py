"""`meiri backup FILE`: a copy of the site in one file."""

from django.core.management import BaseCommand, CommandError

from meiri.conf.backup_places import InS3, keep_newest, new_place
from meiri.conf.backups import back_up
from meiri.conf.database_copies import BackupRefused


class Command(BaseCommand):
    help = "Write the database and the media files to FILE, also while the site is being served. Keys are not in it."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "file",
            metavar="FILE",
            help="such as meiri-2026-11-28.tar.zst, or with .age behind it to be encrypted; s3: for the S3 server, under a name of the moment, or s3:NAME",
        )
        parser.add_argument(
            "--keep",
            type=int,
            metavar="N",
            help="of the backups on the S3 server keep the N youngest, 1 at least, and delete the others",
        )

    def handle(self, *, file, keep, **options):
        try:
            target = new_place(file)
            if keep is not None and (keep < 1 or not isinstance(target, InS3)):
                raise CommandError("--keep is for backups on the S3 server (s3:), and at least 1.")
            made = back_up(target)
            gone = [] if keep is None else keep_newest(keep)
        except BackupRefused as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"{file} could not be written: {error.strerror or error}") from error
        self.stdout.write(
            f"{len(made.manifest['files']) - 1} media files and the database, to entry {made.manifest['journal']['sequence']} of"
            f" the journal, are in {target} ({made.size / 1e6:.1f} MB). Keep letters.key and secret.key of the data"
            " folder elsewhere: they are not in it."
        )
        for name in made.missing:
            self.stderr.write(
                f"{name} is missing in the bucket, or is not what was stored; it is not in the backup."
            )
        if gone:
            self.stdout.write(f"Deleted: {', '.join(map(str, gone))}.")
