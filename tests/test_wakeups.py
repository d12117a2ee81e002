"""Processes that wait are woken by what is committed, and by nothing else."""

import os
import subprocess
import sys
from threading import Event, Thread
from time import monotonic

import pytest
from django.db import transaction

from meiri.journal.log import append
from meiri.review.events import SheetKeyMade
from meiri.wakeups import FOLDER, Wakeups, wake

# Far longer than anything here takes: who waits so long was not woken.
LONG = 60


@pytest.fixture
def stopping() -> Event:
    return Event()


@pytest.fixture
def listening(settings, tmp_path, stopping):
    settings.HOME = tmp_path
    woken = Wakeups()
    woken.listen(stopping)
    yield woken
    stopping.set()


def seconds_of(deed) -> float:
    began = monotonic()
    deed()
    return monotonic() - began


def test_who_sleeps_is_woken(listening, stopping):
    seen = listening.number
    sleeper = Thread(target=listening.sleep, args=[seen, LONG, stopping])
    sleeper.start()
    wake()
    sleeper.join(LONG / 2)
    assert not sleeper.is_alive()


def test_a_wake_up_before_the_sleep_is_not_lost(listening, stopping):
    seen = listening.number
    wake()
    assert seconds_of(lambda: listening.sleep(seen, LONG, stopping)) < LONG / 2


def test_who_is_to_stop_is_woken_and_leaves_no_pipe(listening, stopping, tmp_path):
    sleeper = Thread(target=listening.sleep, args=[listening.number, LONG, stopping])
    sleeper.start()
    stopping.set()
    sleeper.join(LONG / 2)
    assert not sleeper.is_alive()
    until = monotonic() + LONG
    while list((tmp_path / FOLDER).iterdir()) and monotonic() < until:
        wake()
    assert not list((tmp_path / FOLDER).iterdir())


def test_another_process_wakes(listening, stopping, tmp_path):
    seen = listening.number
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MEIRI_")}
    subprocess.run(
        [sys.executable, "-c", "from meiri.wakeups import wake; wake()"], check=True, timeout=LONG,
        env=environment | {"MEIRI_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "meiri.conf.settings"},
    )  # fmt: skip
    assert seconds_of(lambda: listening.sleep(seen, LONG, stopping)) < LONG / 2


def test_who_is_about_to_listen_is_not_taken_for_dead(settings, tmp_path, stopping, monkeypatch):
    settings.HOME = tmp_path
    make = os.mkfifo

    def make_while_another_wakes(*arguments, **options):
        make(*arguments, **options)
        wake()

    monkeypatch.setattr(os, "mkfifo", make_while_another_wakes)
    listening = Wakeups()
    listening.listen(stopping)
    seen = listening.number
    wake()
    assert seconds_of(lambda: listening.sleep(seen, LONG, stopping)) < LONG / 2
    stopping.set()


def test_nobody_waits_for_who_does_not_read_and_who_died_is_forgotten(settings, tmp_path):
    settings.HOME = tmp_path
    wake()  # nobody has ever listened
    folder = tmp_path / FOLDER
    folder.mkdir()
    os.mkfifo(folder / "1")
    busy = os.open(folder / "1", os.O_RDWR | os.O_NONBLOCK)
    os.write(busy, b"\0" * 65_536)  # as much as a pipe holds
    wake()
    os.mkfifo(folder / "2")  # nobody reads this one
    wake()
    assert [path.name for path in folder.iterdir()] == ["1"]
    os.close(busy)


@pytest.mark.django_db
class TestCommits:
    def test_a_commit_wakes_once_whatever_it_appended(
        self, settings, tmp_path, django_capture_on_commit_callbacks
    ):
        settings.HOME = tmp_path
        with django_capture_on_commit_callbacks() as due, transaction.atomic():
            for _ in range(5):
                append(SheetKeyMade(public_key="k"), "system")
        assert due.count(wake) == 1

    def test_what_was_rolled_back_wakes_nobody(self, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks() as due:
            append_and_roll_back()
        assert wake not in due


def append_and_roll_back() -> None:
    with transaction.atomic():
        append(SheetKeyMade(public_key="k"), "system")
        transaction.set_rollback(True)
