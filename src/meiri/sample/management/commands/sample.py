"""`meiri sample`: load the sample newsroom."""

import sys

from django.core.management import BaseCommand
from tqdm import tqdm

from meiri.sample.loading import load


class Command(BaseCommand):
    help = "Load the sample newsroom: channels, stations, people, articles, pictures. Adds only what is not there."

    def handle(self, **options):
        self.stdout.write("Loading the sample newsroom …")

        def progress(items, **words):
            return tqdm(items, disable=not sys.stderr.isatty(), **words)

        added = load(progress)
        self.stdout.write(f"Sample newsroom: {added} articles added.")
