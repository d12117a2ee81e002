"""`meiri import-site FOLDER`: an exported site into an empty one."""

import sys
from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from tqdm import tqdm

from meiri.delivery.page_store import page_store
from meiri.ingest.leaving.importing_site import import_site
from meiri.ingest.leaving.site_folder import SiteRefused, read_manifest
from meiri.journal.heads import set_aside
from meiri.letters.sealing import key_file
from meiri.members.models import User
from meiri.newsroom.erasing_again import NotErasedAgain
from meiri.newsroom.erasure_list import UnreadableList, list_file, read_given_list, read_list
from meiri.newsroom.erasure_upkeep import erase_in_restored


class Command(BaseCommand):
    help = (
        "Put the site that `meiri export --to FOLDER` wrote into this one, which must be empty and not be served meanwhile. A damaged"
        " FOLDER changes nothing."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("folder", metavar="FOLDER", type=Path)
        parser.add_argument(
            "--erasures",
            type=Path,
            metavar="LIST",
            help="erasures.jsonl of the site, which may be newer than the export",
        )

    def handle(self, *, folder, erasures, **options):
        try:
            erased = [*read_list(list_file()), *read_given_list(erasures)]
            read_manifest(folder)
            call_command("migrate", verbosity=0, interactive=False)
            with tqdm(unit=" rows", file=sys.stderr, disable=not sys.stderr.isatty()) as bar:
                manifest = import_site(folder, bar.update)
        except (SiteRefused, UnreadableList, OSError) as error:
            raise CommandError(str(error)) from None
        set_aside()
        try:
            erase_in_restored(erased, self.stdout.write)
        except NotErasedAgain as error:
            raise CommandError(str(error)) from None
        if settings.PAGE_FILES:
            page_store().start_over()
        call_command("update_index", verbosity=0)
        self.stdout.write(
            f"{manifest.rows()} rows of the site of {manifest.made} are here, to entry {manifest.journal['sequence']} of the"
            " journal, whose chain was verified. Start it with `meiri serve --prepare`; `meiri reindex` makes the search index anew."
        )
        self.stderr.write(
            f"None of the {User.objects.count()} accounts has a password: `meiri changepassword NAME` gives an administrator one."
        )
        if not key_file().exists():
            self.stderr.write(
                f"There is no {key_file()}: put the old one there, or nobody can open the letters that readers have sent."
            )
