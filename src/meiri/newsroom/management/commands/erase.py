"""`meiri erase`: erase an article, or the text of one of its versions, by order."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.db import DatabaseError

from meiri.newsroom.erasing import erase, erase_version
from meiri.newsroom.erasing_again import NotErasedAgain, erase_again
from meiri.newsroom.erasure_list import UnreadableList, keep_erasures, list_file, read_given_list, read_list
from meiri.newsroom.erasure_upkeep import newest_erasure
from meiri.newsroom.models import Article
from meiri.operations.vacuuming import rewrite_database


class Command(BaseCommand):
    help = (
        "Erase an article, or the text of one of its versions, because of an order; or, with --again, all that the list of erasures"
        " names. docs/trust.md says what stays and what to do beside it."
    )

    def add_arguments(self, parser):
        parser.add_argument("article", type=int, nargs="?", help="the number at the end of its address")
        parser.add_argument(
            "--version-number", type=int, metavar="N", help="as its history counts them; else all of it"
        )
        parser.add_argument("--order", help="what orders it, as it is cited: who, and the file number")
        parser.add_argument("--reason", help="why; readers are told it")
        parser.add_argument(
            "--again",
            type=Path,
            nargs="?",
            const=list_file(),
            metavar="LIST",
            help="erase what a list of erasures names, after a restoration by other means; the data folder's where none is given",
        )
        parser.add_argument(
            "--later",
            action="store_true",
            help="leave rewriting the database to the worker, which does it at night",
        )

    def handle(self, *, article, version_number, order, reason, again, later, **options):
        if again is not None:
            self.erase_listed(again)
        else:
            self.erase_one(article, version_number, order or "", reason or "")
        if later:
            return
        try:
            rewrite_database(newest_erasure())
        except DatabaseError as error:
            raise CommandError(
                f"It is erased, but the database could not be rewritten: {error} The worker tries again."
            ) from error
        self.stdout.write("The database was rewritten: its free pages hold nothing any more.")

    def erase_listed(self, file: Path) -> None:
        try:
            named = read_list(file) if file == list_file() else read_given_list(file)
            keep_erasures(named)
        except (UnreadableList, OSError) as error:
            raise CommandError(str(error)) from None
        try:
            erase_again(named, self.stdout.write)
        except NotErasedAgain as error:
            raise CommandError(str(error)) from None

    def erase_one(self, article: int | None, version: int | None, order: str, reason: str) -> None:
        found = Article.objects.filter(pk=article).first() if article else None
        if found is None:
            raise CommandError(f"There is no article {article}.")
        try:
            done = (
                erase(found, order, reason)
                if version is None
                else erase_version(found, version, order, reason)
            )
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from None
        what = f"Article {article}" if version is None else f"Version {version} of article {article}"
        self.stdout.write(
            f"{what} is erased; {done.leaves} leaves of the public log can't be opened any more."
        )
        for other in done.others():
            self.stdout.write(f"Article {other.pk} says the same and stands: {other.full_url or 'withdrawn'}")
