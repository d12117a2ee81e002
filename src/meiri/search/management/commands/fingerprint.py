"""`meiri fingerprint`: the fingerprints that are missing, by which near-duplicates are found."""

import sys
import time

from django.core.management import BaseCommand
from tqdm import tqdm

from meiri.newsroom.models import Article
from meiri.search.fingerprints import store_missing_fingerprints


class Command(BaseCommand):
    help = (
        "Make the fingerprints of articles that have none, as in an archive of an older release. "
        "It can be stopped and run again, while editors work."
    )

    def handle(self, **options):
        began = time.monotonic()
        # The highest key, for the bar: counting a large archive takes long.
        last = Article.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        with tqdm(total=last, unit="articles", disable=not sys.stderr.isatty()) as bar:
            made = store_missing_fingerprints(bar.update)
        self.stdout.write(f"{made} fingerprints made in {time.monotonic() - began:.1f} s.")
