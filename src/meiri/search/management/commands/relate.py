"""`meiri relate`: work out related reading for articles that have none."""

import sys
import time

from django.core.management import BaseCommand, CommandError
from tqdm import tqdm

from meiri.search.index import Unavailable
from meiri.search.related_backfill import relate_all


class Command(BaseCommand):
    help = "Work out related reading for published articles that have none, the newest first. Needs the search index."

    def add_arguments(self, parser):
        parser.add_argument("--most", type=int, metavar="N", help="of at most N articles")

    def handle(self, **options):
        if options["most"] is not None and options["most"] < 1:
            raise CommandError("--most takes a number from 1.")
        began = time.monotonic()
        try:
            with tqdm(unit=" articles", disable=not sys.stderr.isatty()) as bar:
                count = relate_all(options["most"], bar.update)
        except Unavailable as error:
            raise CommandError(
                f"The search index can't be used ({error}). Run `meiri reindex` first."
            ) from None
        seconds = time.monotonic() - began
        self.stdout.write(f"Related reading worked out for {count} articles in {seconds:.1f} s.")
