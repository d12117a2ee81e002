"""Check the chain, and whatever else can be checked against what should be."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Max, Subquery

from meiri.journal.altered_bytes import altered_place
from meiri.journal.encoding import encode_entry
from meiri.journal.models import GENESIS, Entry, Head
from meiri.journal.redaction import redacted_by


@dataclass(frozen=True)
class Broken:
    """The first entry that is not as it was written; `sequence` is its number."""

    sequence: int
    reason: str


@dataclass(frozen=True)
class Verified:
    entries: int
    broken: Broken | None = None


def verify_chain(batch: int = 2000, using: str = DEFAULT_DB_ALIAS) -> Verified:
    """Walk the chain of the database `using` from its first entry to the head of this moment, in bounded memory. What is appended
    meanwhile is left to the next time."""
    heads, entries = Head.objects.using(using), Entry.objects.using(using)
    head = heads.annotate(newest=_newest_sequence()).values_list("sequence", "digest", "newest").first()
    sequence, end, newest = head or (0, GENESIS, entries.aggregate(newest=Max("sequence"))["newest"])
    expected, previous = 1, GENESIS
    redacted: dict[int, set[int]] = {}
    for entry in entries.filter(sequence__lte=newest or 0).order_by("sequence").iterator(chunk_size=batch):
        if reason := fault(entry, expected, previous):
            return Verified(expected - 1, Broken(min(entry.sequence, expected), reason))
        if by := redacted_by(entry):
            redacted.setdefault(by, set()).add(entry.sequence)
        if entry.sequence in redacted and redacted[entry.sequence] <= set(entry.event.redacts):
            del redacted[entry.sequence]
        expected, previous = entry.sequence + 1, entry.digest
    if (sequence, end) != (expected - 1, previous):
        return Verified(expected - 1, Broken(expected, f"the head says that entry {sequence} is the last"))
    # An order that came meanwhile is looked at the next time.
    if untold := [one for by, entries in redacted.items() if by < expected for one in entries]:
        return Verified(expected - 1, Broken(min(untold), "it lost words that no order tells of"))
    return Verified(expected - 1)


def _newest_sequence() -> Subquery:
    """The number of the newest entry, as of the same moment as the row that it is asked with."""
    return Subquery(Entry.objects.order_by("-sequence").values("sequence")[:1])


def fault(entry: Entry, expected: int, previous: str) -> str:
    """What is wrong with `entry`, which should be number `expected` after `previous`, with the byte of its canonical encoding that was
    altered, where it is one; empty where nothing is. Of one that lost words by order, its place in the chain alone can be told."""
    if entry.sequence != expected:
        return f"entry {expected} is missing"
    if entry.previous != previous:
        return "it does not follow the entry before it"
    if by := redacted_by(entry):
        return "" if by > entry.sequence else "it lost words that no order tells of"
    try:
        encoded = encode_entry(
            entry.previous, entry.sequence, entry.at, entry.kind, entry.keys, entry.payload, entry.actor
        )
    except ValueError as error:
        return f"its content can't be encoded: {error}"
    if hashlib.sha256(encoded).hexdigest() == entry.digest:
        return ""
    place = altered_place(encoded, entry.digest)
    return f"its content was altered: {place}" if place else "its content was altered"


# A check takes nothing and yields a sentence for each fault it finds.
Check = Callable[[], Iterable[str]]
_checks: dict[str, Check] = {}


def register_check(name: str) -> Callable[[Check], Check]:
    """Register a further check for `meiri verify`."""

    def register(function: Check) -> Check:
        _checks[name] = function
        return function

    return register


@register_check("journal")
def chain_is_whole() -> Iterable[str]:
    verified = verify_chain()
    if verified.broken:
        yield f"entry {verified.broken.sequence}: {verified.broken.reason}"


def run_checks() -> Iterable[tuple[str, list[str]]]:
    """Run every check; its name and the faults it found, at most 100 of each."""
    for name, function in sorted(_checks.items()):
        faults = []
        for sentence in function():
            faults.append(sentence)
            if len(faults) == 100:
                break
        yield name, faults
