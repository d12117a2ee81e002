"""A SQLite database is written anew while others read it, write it and copy its write-ahead log."""

import sqlite3
import threading

import pytest
from django.db import OperationalError
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.utils import ConnectionHandler

from meiri.operations.vacuuming import rewrite_sqlite
from tests.trust.traces import files_with

WORDS = "要删去的话"


def opened(path) -> DatabaseWrapper:
    options = {"timeout": 20, "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"}
    return ConnectionHandler(
        {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": options}}
    )["default"]


@pytest.fixture
def database(tmp_path, django_db_blocker):
    # A database of its own.
    with django_db_blocker.unblock():
        yield from made(tmp_path)


def made(tmp_path):
    database = opened(tmp_path / "site.sqlite3")
    with database.cursor() as cursor:
        cursor.execute("CREATE TABLE texts (number INTEGER PRIMARY KEY, text TEXT)")
        cursor.executemany("INSERT INTO texts (text) VALUES (%s)", [(WORDS * 50,)] * 2000)
        cursor.execute("DELETE FROM texts")
        cursor.executemany("INSERT INTO texts (text) VALUES (%s)", [("留下的话" * 50,)] * 2000)
    yield database
    database.close()


def copies_the_log(path, ends: threading.Event, failures: list) -> None:
    """Writes and copies the log without a pause, as a page process and a worker may."""
    try:
        with sqlite3.connect(path, timeout=20, isolation_level=None) as own:
            while not ends.is_set():
                own.execute("UPDATE texts SET text = text || '了' WHERE number % 7 = 0")
                own.execute("PRAGMA wal_checkpoint(PASSIVE)")
    except sqlite3.Error as error:
        failures.append(error)


def test_while_others_write_and_copy_the_log(database, tmp_path):
    ends, failures = threading.Event(), []
    others = [
        threading.Thread(target=copies_the_log, args=(tmp_path / "site.sqlite3", ends, failures))
        for _ in range(3)
    ]
    for one in others:
        one.start()
    try:
        for _ in range(20):
            rewrite_sqlite(database)
    finally:
        ends.set()
        for one in others:
            one.join()
    assert not failures
    assert not files_with(WORDS, tmp_path)


def test_two_at_once(database, tmp_path):
    failures = []

    def rewrite():
        own = opened(tmp_path / "site.sqlite3")
        try:
            rewrite_sqlite(own)
        except OperationalError as error:
            failures.append(error)
        finally:
            own.close()

    both = [threading.Thread(target=rewrite) for _ in range(4)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert not failures
    assert not files_with(WORDS, tmp_path)


def test_one_who_goes_on_reading_is_named(database, tmp_path):
    with sqlite3.connect(tmp_path / "site.sqlite3", isolation_level=None) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM texts").fetchone()
        with pytest.raises(OperationalError, match="read from the write-ahead log"):
            rewrite_sqlite(database, patience=0.5)
        with database.cursor() as cursor:
            assert cursor.execute("PRAGMA busy_timeout").fetchone()[0] == 20_000
