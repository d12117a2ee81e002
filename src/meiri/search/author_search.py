"""Authors as an area of search: by their names, how these are read, what they do. Who has published nothing is not found, and who
carries a press card is looked up under 人员查询 alone, by the exact name or number."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from meiri.delivery.editions import person
from meiri.journal.content_keys import AUTHOR, BYLINE
from meiri.newsroom.models import Author
from meiri.newsroom.place_kinds import PlaceKind
from meiri.newsroom.river import Listing
from meiri.search.areas import FoundThing, SearchArea, register_area
from meiri.search.index_documents import Text


class AuthorArea(SearchArea):
    name, label, unit, order = "authors", "作者", "位", 10

    def keys_after(self, key: int, size: int) -> list[int]:
        found = Author.objects.filter(_has_published(), pk__gt=key).order_by("pk")
        return list(found.values_list("pk", flat=True)[:size])

    def texts_of(self, keys: Sequence[int]) -> list[Text]:
        return [
            Text(
                author.pk,
                newest,
                channel=0,
                source=None,
                title=author.name,
                lead=[author.role] if author.role else [],
                paragraphs=[author.bio] if author.bio else [],
            )
            for author, newest in self._published(keys)
        ]

    def changed(self, keys: Sequence[str]) -> set[int]:
        return {*AUTHOR.numbers(keys), *BYLINE.numbers(keys)}

    def things(self, keys: Sequence[int]) -> dict[int, FoundThing]:
        return {
            author.pk: FoundThing(
                person(author.name),
                author.get_absolute_url(),
                author.bio,
                author.role,
                newest,
                is_person=True,
            )
            for author, newest in self._published(keys)
        }

    @staticmethod
    def _published(keys: Sequence[int]) -> list[tuple[Author, datetime]]:
        """With the time of their newest article. One query."""
        newest = _listings().order_by("-published_at", "-article_id").values("published_at")[:1]
        found = Author.objects.filter(pk__in=keys).annotate(newest=Subquery(newest)).exclude(newest=None)
        return [(author, vars(author)["newest"]) for author in found]


def _listings() -> QuerySet[Listing]:
    return Listing.objects.filter(place_kind=PlaceKind.AUTHOR, place_id=OuterRef("pk"))


def _has_published() -> Exists:
    return Exists(_listings())


register_area(AuthorArea())
