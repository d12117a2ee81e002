"""`meiri generate N`: a synthetic archive, for scale tests."""

import sys
import time

from django.core.management import BaseCommand, CommandError
from tqdm import tqdm

from meiri.sample.generating import generate


class Command(BaseCommand):
    help = "Add N synthetic published articles to the archive. Each run adds as many again. For scale tests only."

    def add_arguments(self, parser):
        parser.add_argument("count", type=int, metavar="N", help="how many articles to add")

    def handle(self, *, count, **options):
        if count < 1:
            raise CommandError("N must be at least 1.")
        began = time.monotonic()
        with tqdm(total=count, unit="articles", disable=not sys.stderr.isatty()) as bar:
            generate(count, bar.update)
        seconds = time.monotonic() - began
        self.stdout.write(f"{count} articles added in {seconds:.1f} s ({count / seconds:.0f} a second).")
