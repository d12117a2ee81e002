"""`meiri sources import FILE` and `meiri sources export FILE`: the register of sources as a CSV file."""

from pathlib import Path

from django.core.management import BaseCommand, CommandError

from meiri.sources.lists import BadList, read_list, take_list, write_list
from meiri.sources.register import SourceListing


class Command(BaseCommand):
    help = "Bring the register of sources that may be reprinted in from a CSV file, or write it to one."

    def add_arguments(self, parser):
        deeds = parser.add_subparsers(dest="deed", required=True)
        taking = deeds.add_parser("import", help="take a list: whole, or nothing of it")
        taking.add_argument("file", type=Path, metavar="FILE")
        taking.add_argument(
            "--edition", default="", metavar="NAME", help="of rows that name none, such as 2025-06"
        )
        taking.add_argument(
            "--whole", action="store_true", help="mark what the file does not have as removed from today on"
        )
        writing = deeds.add_parser("export", help="write the register to a new file")
        writing.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *, deed, file: Path, **options):
        if deed == "export":
            self.export(file)
            return
        try:
            outcome = take_list(read_list(file.read_bytes(), options["edition"][:20]), options["whole"])
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
        except BadList as error:
            raise CommandError("\n".join([f"{file}: nothing was stored.", *error.faults])) from None
        self.stdout.write(
            f"{outcome.added} added, {outcome.changed} changed, {outcome.same} as they were,"
            f" {outcome.removed} removed"
        )

    def export(self, file: Path) -> None:
        listings = SourceListing.objects.order_by("category", "name")
        try:
            with file.open("x", encoding="utf-8", newline="") as out:
                out.writelines(write_list(listings.iterator(chunk_size=500)))
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
        self.stdout.write(f"{listings.count()} bodies written to {file}")
