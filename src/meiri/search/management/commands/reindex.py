"""`meiri reindex`: build this node's search index anew; readers search the old one meanwhile."""

import sys
import time

from django.core.management import BaseCommand, CommandError
from tqdm import tqdm

from meiri.search.index import store
from meiri.search.rebuilding import RebuildRunning, rebuild


class Command(BaseCommand):
    help = "Build this node's search index anew. The old one answers until the new one is complete."
    # It must do without the apps that would be checked (`meiri.conf.command`).
    requires_system_checks = ()

    def handle(self, **options):
        began = time.monotonic()
        try:
            with tqdm(unit=" articles", disable=not sys.stderr.isatty()) as bar:
                count = rebuild(store(), bar.update)
        except RebuildRunning as error:
            raise CommandError(str(error)) from None
        seconds = time.monotonic() - began
        self.stdout.write(
            f"{count} articles indexed in {seconds:.1f} s ({count / max(seconds, 0.001):.0f} a second)."
        )
