"""`meiri move-to URL`: the site in another database."""

import sys

from django.core.management import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError

from meiri.conf.moving.move_target import MoveRefused, said_by, without_password
from meiri.conf.moving.moving_site import move_site
from meiri.conf.moving.progress_bars import ProgressBars


class Command(BaseCommand):
    help = (
        "Carry this site, which must not be served meanwhile, to the empty database at URL, and compare both. Running it again goes on where it"
        " ended. Nothing of this site is changed. Exit status 0: both are equal; 1: it was not moved; 2: they differ."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "url",
            metavar="URL",
            help="postgresql://USER:PASSWORD@HOST:5432/NAME or sqlite:////FOLDER/FILE; `-` reads it from the standard input",
        )

    def handle(self, *, url, **options):
        if url == "-":
            url = sys.stdin.readline(2000).strip()
        try:
            with ProgressBars(" rows") as bars:
                moved = move_site(url, bars.begin)
        except MoveRefused as error:
            raise CommandError(str(error)) from None
        except (DatabaseError, InterfaceError, OSError) as error:
            raise CommandError(
                f"It was interrupted: {said_by(error)}. Running it again goes on behind what is there."
            ) from None
        for name in moved.strangers:
            self.stderr.write(f"{name} is no table of Meiri's; it was not carried.")
        for fault in moved.faults:
            self.stdout.write(f"DIFFERENT: {fault}")
        if moved.faults:
            self.stdout.write("Go on with the site as it is; empty that database and try again.")
            raise SystemExit(2)
        self.stdout.write(
            f"{moved.rows} rows of {moved.tables} tables, to entry {moved.sequence} of the journal, are there and equal; both chains are whole."
        )
        self.stdout.write(f"content: {moved.digest}")
        self.stdout.write(
            f"To go on there, set MEIRI_DATABASE_URL={without_password(moved.url)} and start with `meiri serve`."
        )
