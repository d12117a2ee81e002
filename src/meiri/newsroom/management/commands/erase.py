"""`meiri erase`: delete an article with all its versions, by order."""

from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError

from meiri.newsroom.erasing import erase
from meiri.newsroom.models import Article


class Command(BaseCommand):
    help = "Erase an article and all its versions because of an order; docs/trust.md says what stays and what to do beside it."

    def add_arguments(self, parser):
        parser.add_argument("article", type=int, help="the number at the end of its address")
        parser.add_argument("--order", required=True, help="what orders it, as it is cited")
        parser.add_argument("--reason", required=True, help="why; readers are told it at its address")

    def handle(self, article: int, order: str, reason: str, **options):
        found = Article.objects.filter(pk=article).first()
        if found is None:
            raise CommandError(f"There is no article {article}.")
        try:
            leaves = erase(found, order, reason)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from None
        self.stdout.write(
            f"Article {article} is erased; {leaves} leaves of the public log can't be opened any more."
        )
