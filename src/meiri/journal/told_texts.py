"""Is what readers see now what the journal said last of it? For things whose events hold the digest of their text (`text`)."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing

from meiri.journal.events import JournalEvent
from meiri.journal.models import Entry

BATCH = 1000


def altered(events: Iterable[type[JournalEvent]], shown: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The names of the things of which other texts are shown than the newest entry of one of `events` told. `shown`: the name of each thing
    by which the public log holds it, and the digest of its text now. Things that no entry tells a text of are passed over. What has to be
    remembered is in a temporary file."""
    with closing(sqlite3.connect("")) as told:
        told.execute("CREATE TABLE text (thing TEXT PRIMARY KEY, digest TEXT)")
        for entry in Entry.objects.of(*events).order_by("sequence").iterator(chunk_size=BATCH):
            attested, digest = entry.event.attested, entry.payload.get("text")
            if attested and isinstance(digest, str):
                told.execute("INSERT OR REPLACE INTO text VALUES (?, ?)", [attested.thing, digest])
        for thing, digest in shown:
            row = told.execute("SELECT digest FROM text WHERE thing = ?", [thing]).fetchone()
            if row and row[0] != digest:
                yield thing
