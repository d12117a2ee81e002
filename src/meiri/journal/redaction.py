"""Takes words out of entries by order, and leaves the chain: an entry keeps its digest, and names the later entry that says so.

Nobody can recompute the digest of such an entry. So `verify_chain` takes it only where the entry that it names is in the chain, comes
after it, and tells of it (`JournalEvent.redacts`).
"""

from collections.abc import Mapping
from typing import Any

from django.db import models

from meiri.journal.models import Entry

# In the payload of an entry that lost words: the number of the entry that says so.
REDACTED_BY = "redacted_by"


def redact(payloads: Mapping[int, Mapping[str, Any]], by: Entry) -> None:
    """Let each entry, named by its sequence, have what stays of its payload. `by` is the entry that tells of it, in this transaction.

    Raises `ValueError` where `by` tells of others than these.
    """
    if set(by.event.redacts) != payloads.keys():
        raise ValueError(f"Entry {by.sequence} tells of {list(by.event.redacts)}, not of {list(payloads)}.")
    for sequence, payload in payloads.items():
        kept = {**payload, REDACTED_BY: by.sequence}
        # The rows refuse to be changed by anybody else.
        models.QuerySet.update(Entry.objects.filter(sequence=sequence), payload=kept)


def redacted_by(entry: Entry) -> int | None:
    """The number of the entry that says why this one lost words; None where it has all of them."""
    found = entry.payload.get(REDACTED_BY) if isinstance(entry.payload, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None
