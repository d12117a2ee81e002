"""`meiri restore FILE`: the site of a backup in the place of this one."""

from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from meiri.conf.backups import BackupRefused, restore
from meiri.delivery.page_store import page_store
from meiri.letters.sealing import key_file
from meiri.media.sealed_storage import sealed_files


class Command(BaseCommand):
    help = "Put the site of a backup in the place of this one, which must not be served meanwhile. A damaged FILE changes nothing."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--replace",
            action="store_true",
            help="also where this site has articles; its files are kept in a folder replaced-… of the data folder",
        )

    def handle(self, *, file, replace, **options):
        try:
            manifest = restore(file, replace)
        except BackupRefused as error:
            raise CommandError(str(error)) from None
        call_command("migrate", verbosity=0, interactive=False)
        sealed_files(Path(settings.MEDIA_ROOT)).forget()
        if settings.PAGE_FILES:
            page_store().start_over()
        self.stdout.write(
            f"The site of {manifest['made']}, to entry {manifest['journal']['sequence']} of the journal, is in its place."
            " Start it with `meiri serve --prepare`; `meiri verify` checks it."
        )
        if not key_file().exists():
            self.stderr.write(
                f"There is no {key_file()}: put the old one there, or nobody can open the letters that readers have sent."
            )
