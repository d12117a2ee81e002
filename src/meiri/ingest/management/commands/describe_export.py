"""`meiri describe_export FILE`: write the tables of what an exported site has into docs/export.md."""

from pathlib import Path

from django.core.management.base import BaseCommand

from meiri.ingest.leaving.describing_site import SITE_TABLES
from meiri.journal.describing import described


class Command(BaseCommand):
    help = "Write the tables of the files and fields of an exported site into a document that has a place for them."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="docs/export.md")

    def handle(self, *, file: Path, **options):
        file.write_text(described(file.read_text(), SITE_TABLES))
