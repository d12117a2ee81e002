"""The journal as auditors read it in the admin: newest first, by sequence, without a count."""

import json
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import TextField, Value
from django.db.models.functions import Cast, StrIndex
from django.urls import reverse
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from meiri.asked_numbers import asked_number
from meiri.journal.events import label_of
from meiri.journal.log import last_sequence
from meiri.journal.models import Entry
from meiri.policy.checked_view import CheckedView

PAGE = 50
# Keys have no index (it would be ten times the journal itself): one page looks through this many entries.
SEARCHED = 50_000
SHOWN_KEYS = 6
# Every kind there is, each found by one step in the index on kinds.
KINDS = """
    WITH RECURSIVE kinds(kind) AS (
        SELECT MIN(kind) FROM journal_entry
        UNION ALL
        SELECT (SELECT MIN(kind) FROM journal_entry WHERE kind > kinds.kind) FROM kinds
        WHERE kinds.kind IS NOT NULL
    )
    SELECT kind FROM kinds WHERE kind IS NOT NULL
"""


@dataclass(frozen=True)
class Stretch:
    """A stretch of the journal, from sequence `oldest` to `newest`, and those of its entries that were asked for."""

    entries: list[Entry]
    oldest: int
    newest: int
    end: int

    @property
    def has_older(self) -> bool:
        return self.oldest > 1

    @property
    def has_newer(self) -> bool:
        return self.newest < self.end


@dataclass(frozen=True)
class EntryRow:
    """An entry as one line of the list."""

    entry: Entry
    kind: str
    actor: str
    summary: str

    @property
    def keys(self) -> list[str]:
        return self.entry.keys[:SHOWN_KEYS]

    @property
    def further_keys(self) -> int:
        return max(len(self.entry.keys) - SHOWN_KEYS, 0)


def stretch(
    kind: str = "", key: str = "", before: int | None = None, after: int | None = None, size: int = PAGE
) -> Stretch:
    """At most `size` entries older than sequence `before`, else those that follow `after`, else the newest.

    With a `key` it looks through the next `SEARCHED` entries: it may find few and have older ones all the same.
    """
    entries = Entry.objects.filter(kind=kind) if kind else Entry.objects.all()
    end = last_sequence()
    if before is None and after is not None:
        oldest = min(after, end) + 1
        newest = min(oldest + SEARCHED - 1, end) if key else end
    else:
        newest = min(before - 1, end) if before is not None else end
        oldest = max(newest - SEARCHED + 1, 1) if key else 1
    backwards = before is None and after is not None
    entries = entries.filter(sequence__range=(oldest, newest))
    entries = entries.order_by("sequence" if backwards else "-sequence")
    found = list((with_key(entries, key) if key else entries)[: size + 1])
    more, found = len(found) > size, found[:size]
    if more and backwards:
        newest = found[-1].sequence
    elif more:
        oldest = found[-1].sequence
    return Stretch(found[::-1] if backwards else found, oldest, newest, end)


def with_key(entries, key: str):
    if connection.features.supports_json_field_contains:
        return entries.filter(keys__contains=[key])
    return entries.alias(found=StrIndex(Cast("keys", TextField()), Value(json.dumps(key)))).filter(
        found__gt=0
    )


def kinds() -> list[str]:
    """Every kind of entry in the journal, in the order of their names in code. One query."""
    with connection.cursor() as cursor:
        cursor.execute(KINDS)
        return [kind for (kind,) in cursor.fetchall()]


def rows(entries: list[Entry]) -> list[EntryRow]:
    """The entries with their actors by name. One query."""
    ids = {e.actor.removeprefix("user:") for e in entries if e.actor.startswith("user:")}
    users = get_user_model().objects.in_bulk([int(i) for i in ids if i.isdecimal()])
    names = {f"user:{pk}": str(user) for pk, user in users.items()} | {"system": "系统"}
    return [EntryRow(e, label_of(e.kind), names.get(e.actor, e.actor), e.event.summary) for e in entries]


class JournalView(CheckedView):
    page_title = "日志"
    header_icon = "history"
    template_name = "journal/list.html"
    breadcrumbs_items = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": "日志"}]

    deed, thing = "see", Entry

    def get(self, request):
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs):
        asked = self.request.GET
        # No database compares with NUL.
        kind, key = (asked.get(word, "").replace("\0", "").strip()[:200] for word in ("kind", "key"))
        page = stretch(kind, key, asked_number(asked.get("before")), asked_number(asked.get("after")))
        return super().get_context_data(
            rows=rows(page.entries),
            page=page,
            kind=kind,
            key=key,
            kinds=[(k, label_of(k)) for k in kinds()],
            older_url=address(kind, key, before=page.oldest) if page.has_older else "",
            newer_url=address(kind, key, after=page.newest) if page.has_newer else "",
            list_url=reverse("journal_list"),
            **kwargs,
        )


def address(kind: str = "", key: str = "", **position: int) -> str:
    """The list's address with these filters at this position."""
    given = {"kind": kind, "key": key, **position}
    return f"?{urlencode({k: v for k, v in given.items() if v != ''})}"
