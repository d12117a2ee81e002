"""The entries of the journal that tell of certain things: for deeds that are rare, since nothing finds them but a walk."""

from collections.abc import Iterator, Sequence

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from meiri.journal.content_keys import ContentKey
from meiri.journal.models import Entry


def entries_naming(keys: Sequence[ContentKey]) -> Iterator[Entry]:
    """The entries that name any of these content keys, the oldest first. It reads the keys of the whole journal: about a second for a
    million entries."""
    condition = Q()
    for key in keys:
        condition |= Q(written__contains=f'"{key}"')
    named = Entry.objects.alias(written=Cast("keys", TextField())).filter(condition)
    yield from named.order_by("sequence").iterator(chunk_size=500)
