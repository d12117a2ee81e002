"""Is each printed letter, with its answer, what was published? A check of `meiri verify`."""

from collections.abc import Iterator

from meiri.journal.told_texts import altered
from meiri.journal.verification import register_check
from meiri.letters.events import LetterPublished, LetterRestored
from meiri.letters.models import Letter
from meiri.letters.published_letters import printed_digest


@register_check("letters")
def letters_are_as_published() -> Iterator[str]:
    printed = Letter.objects.filter(published_at__isnull=False).order_by("pk").iterator(chunk_size=500)
    shown = ((str(letter.content_key), printed_digest(letter)) for letter in printed)
    for thing in altered([LetterPublished, LetterRestored], shown):
        yield f"{thing} is not what was published last"
