"""`meiri move-media s3|folder`: the media files in the S3 bucket, or back in the data folder."""

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from meiri.conf.moving.move_target import MoveRefused
from meiri.conf.moving.moving_media import move_media
from meiri.conf.moving.progress_bars import ProgressBars
from meiri.s3 import S3Away


class Command(BaseCommand):
    help = (
        "Carry the media files of this site, which must not be served meanwhile, into the S3 bucket or back into the data folder, and compare both."
        " Running it again goes on where it ended. What they were carried from stays. Exit status 0: both are equal; 1: they were not moved; 2: they"
        " differ."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("to", choices=["s3", "folder"])
        parser.add_argument(
            "--remove-others",
            action="store_true",
            help="with s3: delete from the bucket what the folder does not have",
        )

    def handle(self, *, to, remove_others, **options):
        if remove_others and to != "s3":
            raise CommandError("--remove-others is for moving to s3.")
        try:
            with ProgressBars(" files") as bars:
                moved = move_media(to, bars.begin, remove_others)
        except MoveRefused as error:
            raise CommandError(str(error)) from None
        except (S3Away, OSError) as error:
            raise CommandError(
                f"It was interrupted: {error}. Running it again goes on behind what is there."
            ) from None
        for fault in moved.faults:
            self.stdout.write(f"DIFFERENT: {fault}")
        if moved.faults:
            self.stdout.write("Go on with the site as it is; see to what is named, and try again.")
            raise SystemExit(2)
        self.stdout.write(
            f"{moved.files} files, {moved.size / 1e6:.1f} MB, are there and equal; {moved.carried} were carried just now."
        )
        if to == "folder":
            self.stdout.write(
                "To go on with them, set MEIRI_S3_MEDIA=off, or take the settings MEIRI_S3_… away, and start with `meiri serve`. What is erased"
                " from now on stays in the bucket: empty it once a backup was made."
            )
        else:
            setting = "" if settings.MEDIA_IN_S3 else "take MEIRI_S3_MEDIA=off away, and "
            self.stdout.write(
                f"To go on there, {setting}start with `meiri serve`. What is erased from now on stays in {settings.MEDIA_ROOT}: delete"
                " that folder once a backup was made."
            )
