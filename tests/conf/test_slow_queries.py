"""A query that takes long is told of with its place in the code, and without what was looked for."""

import logging
import threading

import pytest
from django.db import DatabaseError, connection, transaction
from prometheus_client import REGISTRY

from meiri.conf import slow_queries
from meiri.journal.log import last_sequence
from meiri.newsroom.models import Article
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(settings, caplog, monkeypatch):
    """What is told while every query counts as slow."""
    settings.SLOW_QUERY_SECONDS = 1e-9
    monkeypatch.setattr(slow_queries, "_told", {})
    slow_queries._time_connection(connection)
    caplog.set_level(logging.WARNING, "meiri.conf.slow_queries")
    return lambda: [record.getMessage() for record in caplog.records if "A query took" in record.getMessage()]


def test_the_place_is_the_line_of_our_code(told):
    last_sequence()
    assert "asked by journal/log.py:" in told()[0]
    assert "end_of_journal: SELECT" in told()[0]


def test_what_was_looked_for_is_not_told(told):
    an_article("王某某的电话是一三八")
    told_before = len(told())
    assert told_before > 3
    list(Article.objects.filter(title__contains="王某某"))
    assert not any("王某某" in line for line in told())


def test_a_place_is_told_of_once_a_minute(told):
    for _ in range(50):
        last_sequence()
    assert len(told()) == 1


def test_places_that_are_remembered_are_bounded(told, monkeypatch):
    monkeypatch.setattr(slow_queries, "MOST_PLACES", 3)
    an_article("一篇稿件")
    assert len(slow_queries._told) <= 3


@pytest.mark.parametrize("seconds", [0, 60])
def test_quick_queries_are_not_told_of(told, settings, seconds):
    settings.SLOW_QUERY_SECONDS = seconds
    last_sequence()
    assert told() == []


def test_what_others_ask_is_said_to_be_theirs(told):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert "asked by code of others: SELECT 1" in told()[0]


def test_a_query_that_fails_is_told_of_and_fails(told):
    with (
        pytest.raises(DatabaseError, match="no_such_table"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT * FROM no_such_table")
    assert any("no_such_table" in line for line in told())


@pytest.mark.django_db(transaction=True)
def test_connections_of_every_thread_are_timed():
    before = REGISTRY.get_sample_value("meiri_query_seconds_count")

    def ask():
        last_sequence()
        connection.close()

    other = threading.Thread(target=ask)
    other.start()
    other.join()
    last_sequence()
    assert REGISTRY.get_sample_value("meiri_query_seconds_count") >= before + 2
