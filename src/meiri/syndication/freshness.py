"""Answer 304 to whoever has the newest state already, at the cost of one query."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from meiri import __version__
from meiri.journal.models import Entry

# The entries after which a list of articles may read differently.
ARTICLES = (
    *("article.published", "article.withdrawn"),
    *(f"{model}.{deed}" for model in ("channel", "station", "source", "author") for deed in ("changed", "deleted")),
)  # fmt: skip
# … and a list of sections and pages.
SECTIONS = (
    *("front.published", "front.withdrawn"),
    *(f"{model}.{deed}" for model in ("channel", "station") for deed in ("created", "changed", "deleted")),
)  # fmt: skip


def newest_of(kinds: tuple[str, ...]) -> tuple[int, datetime | None]:
    """Number and time of the newest journal entry of `kinds`; (0, None) where there is none. One query."""
    # One look-up in the index for each kind, instead of a sort of them all.
    newest = (Entry.objects.filter(kind=kind).order_by("-sequence").values("sequence")[:1] for kind in kinds)
    found = Entry.objects.filter(sequence=Greatest(*(Coalesce(Subquery(n), 0) for n in newest)))
    return found.values_list("sequence", "at").first() or (0, None)


def fresh(kinds: tuple[str, ...], max_age: int) -> Callable:
    """Decorate a view whose answer changes with journal entries of `kinds` alone; caches keep it `max_age` seconds."""

    def state(request):
        if not hasattr(request, "newest_entry"):
            request.newest_entry = newest_of(kinds)
        return request.newest_entry

    def etag(request, *args, **kwargs):
        return f'"{__version__}-{state(request)[0]}"'

    def last_modified(request, *args, **kwargs):
        _, at = state(request)
        # The header counts whole seconds: another entry may still come in the present one.
        return at if at and at < timezone.now().replace(microsecond=0) else None

    def decorate(view):
        conditional = condition(etag_func=etag, last_modified_func=last_modified)(view)
        return require_safe(cache_control(public=True, max_age=max_age)(conditional))

    return decorate
