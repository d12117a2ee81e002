"""A node of several is told of what another commits."""

from threading import Event, Thread

import pytest
from django.db import connection, transaction

from meiri.journal.log import append, idle_seconds
from meiri.journal.notifications import is_listening, listen, notify
from meiri.review.events import SheetKeyMade

# Far longer than anything here takes.
LONG = 30


def test_on_sqlite_nobody_is_told(db):
    if connection.vendor == "sqlite":
        notify()
        assert idle_seconds() == 1.0


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL alone tells")
def test_another_node_is_told_of_a_commit_and_not_of_what_is_rolled_back(transactional_db):
    stopping, told = Event(), Event()
    assert idle_seconds() < 1
    listener = Thread(target=listen, args=[stopping, told.set])
    listener.start()
    try:
        assert told.wait(LONG)  # what was committed before it listened
        assert is_listening()
        assert idle_seconds() == 1.0
        told.clear()
        with transaction.atomic():
            append(SheetKeyMade(public_key="k"), "system")
            assert not told.is_set()
            transaction.set_rollback(True)
        assert not told.wait(0.2)
        with transaction.atomic():
            append(SheetKeyMade(public_key="k"), "system")
        assert told.wait(LONG)
    finally:
        stopping.set()
        notify()
        listener.join(LONG)
    assert not is_listening()
