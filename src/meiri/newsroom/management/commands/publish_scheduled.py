"""`meiri publish_scheduled`: publish what is due now, as the worker does each second."""

from django.core.management import BaseCommand

from meiri.newsroom.scheduling import publish_scheduled


class Command(BaseCommand):
    help = "Publish what is due and end what was to end, once; the worker does so by itself."

    def handle(self, **options):
        publish_scheduled()
