"""While a test runs, a change of what readers see that the journal is not told of raises; what fixtures prepare may."""

import pytest


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
        return (yield)


def uses_database(item) -> bool:
    from django.test import TransactionTestCase

    if item.cls is not None and issubclass(item.cls, TransactionTestCase):
        return True
    fixtures = {"db", "transactional_db", "live_server"}
    return item.get_closest_marker("django_db") is not None or not fixtures.isdisjoint(item.fixturenames)
