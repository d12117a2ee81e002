"""Entries that were written before events had classes: entries_before.jsonl, a chain of one entry for each kind and payload that
the tests of that release made, with the digests that it computed."""

import json
from datetime import datetime

import pytest
from django.db import transaction
from hypothesis import given

from meiri.journal.encoding import canonical, digest
from meiri.journal.events import UnknownEvent, read_event
from meiri.journal.log import append
from meiri.journal.models import Entry, Head
from meiri.journal.verification import verify_chain
from tests.conftest import PROJECT
from tests.journal.test_log import VALUES

BEFORE = [
    json.loads(line) for line in (PROJECT / "tests/journal/entries_before.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize("before", BEFORE, ids=lambda before: f"{before['sequence']}-{before['kind']}")
def test_an_entry_of_before_is_an_event_that_says_the_same(before):
    event = read_event(before["kind"], before["keys"], before["payload"])
    event.check()
    assert not isinstance(event, UnknownEvent)
    # Also in the order in which the database holds it.
    assert json.dumps(event.payload) == json.dumps(before["payload"])
    assert list(event.keys) == before["keys"]


@pytest.mark.django_db
def test_a_journal_of_before_is_whole_and_goes_on():
    for before in BEFORE:
        Entry(**before | {"at": datetime.fromisoformat(before["at"])}).save()
    Head.objects.create(pk=1, sequence=BEFORE[-1]["sequence"], digest=BEFORE[-1]["digest"])
    assert verify_chain().broken is None
    events = [entry.event for entry in Entry.objects.order_by("sequence")]
    with transaction.atomic():
        again = [append(event, "system") for event in events]
    assert [(entry.kind, entry.keys, entry.payload) for entry in again] == [
        (before["kind"], before["keys"], before["payload"]) for before in BEFORE
    ]
    assert verify_chain().broken is None


@pytest.mark.parametrize("before", BEFORE, ids=lambda before: str(before["sequence"]))
def test_digests_are_those_of_before(before):
    at = datetime.fromisoformat(before["at"])
    rest = [before[name] for name in ("kind", "keys", "payload", "actor")]
    assert digest(before["previous"], before["sequence"], at, *rest) == before["digest"]


def sorted_by_utf16(value):
    if isinstance(value, dict):
        return {k: sorted_by_utf16(value[k]) for k in sorted(value, key=lambda k: k.encode("utf-16-be"))}
    return [sorted_by_utf16(v) for v in value] if isinstance(value, list) else value


@given(VALUES)
def test_the_bytes_of_any_value_are_those_of_before(value):
    before = json.dumps(sorted_by_utf16(value), ensure_ascii=False, separators=(",", ":")).encode()
    assert canonical(value) == before
