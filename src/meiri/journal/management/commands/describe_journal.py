"""`meiri describe_journal FILE`: write the tables of content keys and kinds of entries into docs/journal.md."""

from pathlib import Path

from django.core.management.base import BaseCommand

from meiri.journal.describing import described


class Command(BaseCommand):
    help = "Write the tables of content keys and kinds of entries into a document that has a place for them."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="docs/journal.md")

    def handle(self, *, file: Path, **options):
        file.write_text(described(file.read_text()))
