"""Published letters as an area of search: what was printed of them, and nothing else."""

from collections.abc import Sequence

from django.urls import reverse

from meiri.journal.content_keys import LETTER
from meiri.letters.models import Letter
from meiri.search.areas import FoundThing, SearchArea, register_area, text_of_thing
from meiri.search.index_documents import Text


class LetterArea(SearchArea):
    name, label, unit, order = "letters", "群众来信", "封", 30

    def keys_after(self, key: int, size: int) -> list[int]:
        found = Letter.objects.published().filter(pk__gt=key).order_by("pk")
        return list(found.values_list("pk", flat=True)[:size])

    def texts_of(self, keys: Sequence[int]) -> list[Text]:
        return [
            Text(
                letter.pk,
                letter.published_at,
                channel=0,
                source=None,
                title=letter.published_subject,
                lead=[],
                paragraphs=[letter.published_text, letter.published_answer],
                source_name=letter.published_unit,
                stations=[letter.station_id] if letter.station_id else [],
            )
            for letter in self._published(keys)
            if letter.published_at
        ]

    def changed(self, keys: Sequence[str]) -> set[int]:
        return set(LETTER.numbers(keys))

    def things(self, keys: Sequence[int]) -> dict[int, FoundThing]:
        return {
            letter.pk: FoundThing(
                letter.published_subject,
                reverse("letter-published", args=[letter.pk]),
                text_of_thing([letter.published_text, letter.published_answer]),
                letter.published_unit or (letter.station.name if letter.station else ""),
                letter.published_at,
            )
            for letter in self._published(keys)
        }

    @staticmethod
    def _published(keys: Sequence[int]):
        return Letter.objects.published().as_printed().filter(pk__in=keys)


register_area(LetterArea())
