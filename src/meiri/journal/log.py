"""Append to the journal, and ask what is at its end."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from meiri.journal.encoding import canonical, digest
from meiri.journal.events import JournalEvent, UnknownKind, is_declared
from meiri.journal.models import GENESIS, Entry, Head
from meiri.journal.net import is_looked_into
from meiri.journal.notifications import is_listening, notify
from meiri.wakeups import wake

KIND = re.compile(r"[a-z][a-z0-9]*(\.[a-z][a-z0-9_]*)+")
KEY = re.compile(r"[a-z][a-z0-9-]*(:[^\s:][^\s]*)?")
MOST_KEYS = 10_000
LARGEST_PAYLOAD = 256 * 1024
HEAD = 1


class NotInTransaction(RuntimeError):
    """`append` was called outside a transaction: the change and its entry could come apart."""


class EntryContent(NamedTuple):
    """What an entry says, as it is stored."""

    kind: str
    keys: list[str]
    payload: dict


def append(event: JournalEvent, actor: str) -> Entry:
    """Append the entry of `event` inside the caller's transaction and return it.

    `actor`: `user:3`, `system`.
    Raises `NotInTransaction`, `UnknownKind`, `ValueError` for keys or a payload that no entry can have, and, in development and
    tests, `Misfit` for those that are not what the class of the event declares. From here to the end of the transaction no
    other process can append, so entries are ordered as their transactions are.
    """
    return append_all([event], actor)[0]


def append_all(events: Sequence[JournalEvent], actor: str) -> list[Entry]:
    """As `append`, several entries in their order."""
    if not transaction.get_connection().in_atomic_block:
        kinds = ", ".join(dict.fromkeys(event.kind for event in events))
        raise NotInTransaction(f"append({kinds!r}) needs the transaction of the change that it records.")
    if not events:
        return []
    new = [_content_of(event) for event in events]
    for one in new:
        check_form(one.kind, one.keys, one.payload, actor)
    head, _ = Head.objects.select_for_update().get_or_create(
        pk=HEAD, defaults={"sequence": 0, "digest": GENESIS}
    )
    entries = []
    for one in new:
        at = timezone.now()
        head.sequence += 1
        entry = Entry(
            sequence=head.sequence,
            at=at,
            kind=one.kind,
            keys=one.keys,
            payload=one.payload,
            actor=actor,
            previous=head.digest,
        )
        head.digest = entry.digest = digest(
            entry.previous, entry.sequence, at, one.kind, one.keys, one.payload, actor
        )
        entry.save()
        entries.append(entry)
    Head.objects.filter(pk=HEAD).update(sequence=head.sequence, digest=head.digest)
    _wake_on_commit()
    if known := _known.get():
        known.clear()
    return entries


def _wake_on_commit() -> None:
    """Wake who follows the journal, on this node and on others, once for the transaction."""
    if not any(waiting[1] is wake for waiting in connection.run_on_commit):
        transaction.on_commit(wake, robust=True)
        notify()


def _content_of(event: JournalEvent) -> EntryContent:
    if not is_declared(event):
        raise UnknownKind(f"No app declares {type(event).__name__} as the kind {event.kind!r}.")
    if is_looked_into():
        event.check()
    return EntryContent(event.kind, list(dict.fromkeys(event.keys)), event.payload)


def check_form(kind: str, keys: list[str], payload: dict, actor: str) -> None:
    if not KIND.fullmatch(kind) or len(kind) > 60:
        raise ValueError(f"{kind!r} is no kind: it must be dotted words such as article.published.")
    if len(keys) > MOST_KEYS:
        raise ValueError(f"{len(keys)} keys in one entry; {MOST_KEYS} at most.")
    for key in keys:
        if not KEY.fullmatch(key):
            raise ValueError(f"{key!r} is no content key: it must be a word or word:name.")
    if not isinstance(payload, dict):
        raise ValueError("The payload must be an object.")
    if len(canonical(payload)) > LARGEST_PAYLOAD:
        raise ValueError(f"The payload is over {LARGEST_PAYLOAD} bytes.")
    if not actor or len(actor) > 60:
        raise ValueError("An entry needs an actor of at most 60 characters.")


class End(NamedTuple):
    """The end of the journal: the number and the digest of its newest entry, 0 and `GENESIS` where there is none."""

    sequence: int
    digest: str


# Where the journal of each database ended when the present moment began.
_known: ContextVar[dict[str, End] | None] = ContextVar("known", default=None)


@contextmanager
def journal_snapshot() -> Iterator[None]:
    """Within the block `end` is looked up once, until something is appended in it. What is read in it may be newer. A block
    inside another one is of its moment."""
    known = _known.get()
    token = _known.set({} if known is None else known)
    try:
        yield
    finally:
        _known.reset(token)


def end_of_journal() -> End:
    """Where the journal ends. One look-up of one row; pages ask several times, so it is asked without the ORM."""
    known, database = _known.get(), str(connection.settings_dict["NAME"])
    if known and database in known:
        return known[database]
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequence, digest FROM journal_head WHERE id = %s", [HEAD])
        found = End(*(cursor.fetchone() or (0, GENESIS)))
    if known is not None:
        known[database] = found
    return found


def idle_seconds() -> float:
    """How long who follows the journal waits for a wake-up before it looks by itself: a short while where other nodes may commit,
    which PostgreSQL allows, and this process is not told of it."""
    return 0.1 if connection.vendor == "postgresql" and not is_listening() else 1.0


def last_sequence(*events: type[JournalEvent]) -> int:
    """The number of the newest entry of these kinds (of all, where none is given); 0 where there is none."""
    if not events:
        return end_of_journal().sequence
    entries = Entry.objects.order_by("-sequence").values_list("sequence", flat=True)
    # One look-up in the index for each kind, instead of a sort of them all.
    newest = [entries.filter(kind=event.kind)[:1] for event in events]
    return max((sequence for found in newest for sequence in found), default=0)


def has_entries_since(sequence: int, events: Iterable[type[JournalEvent]]) -> bool:
    """Whether an entry of one of these kinds comes after `sequence`."""
    return Entry.objects.of(*events).filter(sequence__gt=sequence).exists()


def actor(user) -> str:
    """How the journal names a user; `system` for None."""
    return f"user:{user.pk}" if user is not None and user.pk else "system"
