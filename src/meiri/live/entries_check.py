"""Is each entry of a coverage what was published? A check of `meiri verify`."""

from collections.abc import Iterator

from meiri.journal.content_keys import COVERAGE
from meiri.journal.told_texts import altered
from meiri.journal.verification import register_check
from meiri.live.events import LiveEntryCorrected, LiveEntryPublished, LiveEntryRestored
from meiri.live.models import EntryState, LiveEntry
from meiri.live.reporting import entry_digest


@register_check("live entries")
def entries_are_as_published() -> Iterator[str]:
    entries = LiveEntry.objects.filter(state=EntryState.SHOWN).order_by("pk").iterator(chunk_size=500)
    shown = ((f"{COVERAGE.key(one.coverage_id)}/{one.number}", entry_digest(one)) for one in entries)
    for thing in altered([LiveEntryPublished, LiveEntryCorrected, LiveEntryRestored], shown):
        yield f"entry {thing} is not what was published last"
