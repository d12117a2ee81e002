"""Several processes at once, on the database that the tests run on."""

import os
import signal
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from meiri.journal.log import last_sequence
from meiri.journal.models import ConsumerOffset, Entry
from tests.forking import ForkServer

PROCESS = Path(__file__).with_name("process.py")


@pytest.fixture
def start(database_address, tmp_path):
    """Start tests/journal/process.py with some arguments."""
    settings = {"MEIRI_DATABASE_URL": database_address, "MEIRI_HOME": str(tmp_path)}
    with closing(ForkServer(os.environ | settings)) as server:
        yield partial(server.run, PROCESS)


def test_entries_of_concurrent_writers_are_in_one_unbroken_order(start):
    writers = [start("write", 40) for _ in range(3)]
    assert [w.wait(120) for w in writers] == [0, 0, 0]
    assert start("count").communicate(timeout=60)[0].strip() == "120 whole"


def test_a_consumer_killed_in_its_work_goes_on_where_it_was(start, tmp_path):
    assert start("write", 20).wait(120) == 0
    log = tmp_path / "delivered"
    victim = start("consume", log, "stop-at", 7)
    assert victim.stdout.readline().strip() == "stopped at 7"
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    assert start("expire").wait(60) == 0
    assert start("consume", log).wait(60) == 0
    delivered = [int(line) for line in log.read_text().split()]
    assert list(dict.fromkeys(delivered)) == list(range(1, 21))


@pytest.mark.django_db
def test_the_database_of_this_run_is_the_one_asked_for(request):
    wanted = "postgresql" if request.config.getoption("--postgresql") else "sqlite"
    assert connection.vendor == wanted
    assert settings.DATABASES["default"]["ENGINE"].endswith(wanted if wanted == "postgresql" else "sqlite3")
    assert (last_sequence(), Entry.objects.count(), ConsumerOffset.objects.count()) == (0, 0, 0)
