"""`meiri bucket`: is in the S3 bucket what the database says, and nothing else?"""

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from meiri.media.bucket_check import check_bucket
from meiri.s3 import S3Away, S3Object, s3_bucket


class Command(BaseCommand):
    help = (
        "Compare the list of the S3 bucket with the media files that the database names. Exit status 0: all are there; 1: the server does not do its"
        " work; 2: some are missing."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--delete-strangers",
            action="store_true",
            help="delete objects that nothing names and that are older than a day: what a restoration replaced, what was interrupted",
        )

    def handle(self, *, delete_strangers, **options):
        if not settings.MEDIA_IN_S3:
            raise CommandError("Media files of this site lie in the data folder.")

        def delete(found: S3Object) -> None:
            if delete_strangers:
                s3_bucket().delete(found.key)

        try:
            counts = check_bucket(delete)
        except S3Away as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"{counts.files} media files, {counts.missing_files} of them missing in the bucket."
        )
        for name in counts.missing:
            self.stdout.write(f"MISSING: {name}")
        deed = "deleted" if delete_strangers else "left; --delete-strangers deletes them"
        if counts.strangers:
            self.stdout.write(
                f"{counts.strangers} objects ({counts.strangers_size / 1e6:.1f} MB) that nothing names: {deed}."
            )
        if counts.missing_files:
            raise SystemExit(2)
