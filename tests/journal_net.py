"""While a test runs, a change of what readers see that the journal is not told of raises; what fixtures prepare may. At its end every
entry of the journal is as its class declares it."""

import pytest

MOST_CHECKED = 500


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    from meiri.journal import net

    net.stretch()
    with net.paused():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    from django.db import connection

    from meiri.journal import net

    # A database has its net from the beginning, but for what tests of migrations do to it.
    if uses_database(item) and connection.vendor == "sqlite" and not net.is_whole(connection):
        net.install(connection)
    with net.looking():
        result = yield
    if uses_database(item):
        check_entries()
    return result


def check_entries() -> None:
    """Every entry that the test left is of a kind that an app declares, and as its class declares it."""
    from django.db import connection

    from meiri.journal.models import Entry

    if not connection.needs_rollback:
        for entry in Entry.objects.order_by("-sequence")[:MOST_CHECKED]:
            entry.event.check()


def uses_database(item) -> bool:
    from django.test import TransactionTestCase

    if item.cls is not None and issubclass(item.cls, TransactionTestCase):
        return True
    fixtures = {"db", "transactional_db", "live_server"}
    return item.get_closest_marker("django_db") is not None or not fixtures.isdisjoint(item.fixturenames)
