"""Is each laid-out page what was published? A check of `meiri verify`."""

from collections.abc import Iterator

from wagtail.models import Page

from meiri.fronts.events import FrontMoved, FrontPublished
from meiri.fronts.pages import shown_digest
from meiri.journal.content_keys import PAGE
from meiri.journal.public_models import Public, declaration_of
from meiri.journal.told_texts import altered
from meiri.journal.verification import register_check


@register_check("laid-out pages")
def fronts_are_as_published() -> Iterator[str]:
    for thing in altered([FrontPublished, FrontMoved], _shown()):
        yield f"{thing} is not what was published last"


def _shown() -> Iterator[tuple[str, str]]:
    for page in Page.objects.live().order_by("pk").specific(defer=False).iterator(chunk_size=100):
        if isinstance(declaration_of(type(page)), Public):
            yield PAGE.key(page.pk), shown_digest(page)
