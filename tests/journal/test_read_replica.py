"""A PostgreSQL that follows the site's answers readers, and nobody sees what is old or loses a second where it can't."""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench._processes import environment
from bench._servers import PostgresServer
from bench.killing import wait_until
from meiri.journal.read_replica import LagClock, ServerState, why_unfit
from meiri.journal.read_replica_settings import read_replica_settings
from tests.database import digest
from tests.site_shell import Shell
from tests.standby_server import StandbyServer

pytestmark = pytest.mark.xdist_group("machines")

BEGIN = """
import logging, sys, time
from django.core.management import call_command
from django.db import close_old_connections
from django.test import Client
from meiri.journal.read_replica import read_replica, reads_replica
from tests.newsroom_factory import an_article
logging.getLogger("meiri.journal.read_replica").addHandler(logging.StreamHandler(sys.stdout))
def asked(address, **more):
    began = time.perf_counter()
    answer = Client(SERVER_NAME="127.0.0.1").get(address, **more)
    seconds = time.perf_counter() - began
    by = [int(one._value.get()) for one in (read_replica().by_replica, read_replica().by_primary)]
    return {"status": answer.status_code, "text": answer.content.decode(), "seconds": seconds, "by": by}
"""
ASKED = "import json; print(json.dumps(asked({address!r}, **{more!r})))"
LIST = "/api/v1/articles/"


@dataclass
class ReadSite:
    """A site on PostgreSQL with a replica, asked in a process of its own."""

    home: Path
    primary: PostgresServer
    standby: StandbyServer
    shell: Shell

    @property
    def settings(self) -> dict[str, str]:
        return {"MEIRI_DATABASE_URL": self.primary.address, "MEIRI_REPLICA_URL": self.standby.address}

    def ask(self, address: str, **more: str) -> dict:
        return json.loads(self.shell.run(ASKED.format(address=address, more=more)).splitlines()[-1])

    def is_answered_by_replica(self) -> bool:
        before = self.ask(LIST)["by"][0]
        return self.ask(LIST)["by"][0] == before + 1

    def publish(self, title: str) -> None:
        self.shell.run(f"an_article({title!r})")

    def doctor(self, **more: str) -> dict:
        """What `meiri doctor` finds of the replica."""
        done = subprocess.run(
            [sys.executable, "-m", "meiri.conf.command", "doctor", "--json"],
            env=environment(self.home, **self.settings | more),
            capture_output=True,
            text=True,
        )
        found = [json.loads(line) for line in done.stdout.splitlines()]
        return next(one for one in found if one["part"] == "read replica")

    def sql(self, server: PostgresServer, text: str) -> None:
        server.run(
            "psql",
            "--host",
            str(server.folder),
            "--username",
            "meiri",
            "--quiet",
            "--command",
            text,
            "postgres",
        )


@pytest.fixture(scope="module")
def kept_site(request) -> Iterator[ReadSite]:
    with tempfile.TemporaryDirectory(prefix="meiri-read-replica-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL's own user passes through
        home = folder / "home"
        home.mkdir()
        primary = PostgresServer(folder / "primary")
        primary.start()
        standby = StandbyServer(folder / "standby", primary)
        site = ReadSite(home, primary, standby, Shell({}))
        site.shell = Shell(environment(home, **site.settings))
        dump = request.config.cache.mkdir("migrated") / f"{digest()}.dump"
        try:
            if dump.exists():
                with dump.open("rb") as file:
                    host = f"--host={primary.folder}"
                    command = [
                        *primary._as_owner,
                        "pg_restore",
                        host,
                        "--username=meiri",
                        "--no-owner",
                        "--dbname=postgres",
                    ]
                    subprocess.run(command, stdin=file, check=True)
            standby.begin()
            site.shell.run(BEGIN)
            site.shell.run("call_command('migrate', verbosity=0)\nfor n in range(45): an_article(f'旧闻{n}')")
            yield site
        finally:
            site.shell.end()
            standby.end()
            primary.stop("immediate")


@pytest.fixture
def site(kept_site) -> Iterator[ReadSite]:
    wait_until(kept_site.is_answered_by_replica, 20)
    kept_site.standby.statements()
    yield kept_site
    kept_site.standby.resume()


def test_it_answers_readers_and_nobody_else(site):
    assert "旧闻44" in site.ask(LIST)["text"]
    told = site.standby.statements()
    assert "newsroom_listing" in told
    assert "newsroom_article" in told
    older = re.search(r"before=[^\"&]+", site.ask("/gundong/")["text"])
    assert "newsroom" not in site.standby.statements()  # a page that is stored
    assert older
    assert site.ask(f"/gundong/?{older[0]}")["status"] == 200
    assert "newsroom_article" in site.standby.statements()
    # Who is signed in, what is written, and who is asked for.
    site.ask(LIST, HTTP_COOKIE="sessionid=abc")
    site.ask("/staff/?q=林一一")
    site.ask("/comments/1/")
    site.ask("/letters/")
    assert re.findall(r"newsroom|members_|session|letters_|staff_|comments_", site.standby.statements()) == []
    assert site.doctor()["state"] == "ok"


def test_what_was_published_is_seen_at_once_while_it_lags(site):
    site.sql(site.standby, "SELECT pg_wal_replay_pause()")
    site.publish("刚刚的消息")
    answer = site.ask(LIST)
    assert "刚刚的消息" in answer["text"]
    assert answer["seconds"] < 1
    assert not site.is_answered_by_replica()
    assert "刚刚的消息" in site.ask("/gundong/")["text"]
    lagging = site.doctor()
    assert (lagging["state"], "behind" in lagging["what"]) == ("warning", True)
    site.sql(site.standby, "SELECT pg_wal_replay_resume()")
    wait_until(site.is_answered_by_replica, 20)
    # What it answers, and what is kept of it, is no older.
    assert "刚刚的消息" in site.ask(LIST)["text"]
    assert "刚刚的消息" in site.ask("/gundong/")["text"]


def test_it_dies_and_comes_back(site):
    site.standby.stop("immediate")
    printed = site.shell.run(
        "import json; print(json.dumps([asked('/api/v1/articles/') for _ in range(5)]))\ntime.sleep(1.2)"
    )
    answers = json.loads(next(line for line in printed.splitlines() if line.startswith("[")))
    assert {answer["status"] for answer in answers} == {200}
    assert all("旧闻44" in answer["text"] for answer in answers)
    assert max(answer["seconds"] for answer in answers) < 1
    assert printed.count("The read replica is not used") == 1
    assert site.doctor()["state"] == "broken"
    site.standby.start()
    wait_until(site.is_answered_by_replica, 20)
    assert json.loads(site.shell.run("print(Client().get('/readyz').content.decode())"))["status"] == "ready"


def test_it_hangs_and_one_reader_waits_a_second(site):
    site.standby.pause()
    first, second = site.ask(LIST), site.ask(LIST)
    assert [first["status"], second["status"]] == [200, 200]
    assert first["seconds"] < 2.5
    assert second["seconds"] < 0.5
    assert site.ask("/readyz")["text"].count("read replica") == 1
    site.standby.resume()
    wait_until(site.is_answered_by_replica, 20)


def test_a_view_that_writes_or_fails_there_is_answered_by_the_primary(site):
    site.shell.run(
        """
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from meiri.sections.models import Channel
def view(request):
    names.append(connection.alias)
    Channel.objects.filter(slug="keji").update(description="写过了")
    return HttpResponse(Channel.objects.get(slug="keji").description)
names = []
answer = reads_replica(view)(RequestFactory().get("/"))
assert names == ["read_replica", "default"], names
assert answer.content.decode() == "写过了"
assert connection.alias == "default"
"""
    )
    wait_until(site.is_answered_by_replica, 20)


def test_one_that_was_promoted_or_is_another_is_not_asked(site):
    site.standby.promote()
    site.publish("升级之后")
    answer = site.ask(LIST)
    assert (answer["status"], "升级之后" in answer["text"]) == (200, True)
    assert not site.is_answered_by_replica()
    found = site.doctor()
    assert (found["state"], "can be written" in found["what"]) == ("broken", True)
    assert "can be written" in site.doctor(MEIRI_REPLICA_URL=site.primary.address)["what"]
    refused = site.shell.run(
        """
from django.db import connections, DatabaseError
try:
    connections["read_replica"].cursor().execute("UPDATE journal_head SET sequence = 0")
except DatabaseError as error:
    print(error)
"""
    )
    assert "read-only" in refused
    other = PostgresServer(site.home.parent / "other")
    other.start()
    try:
        assert "system identifier" in site.doctor(MEIRI_REPLICA_URL=other.address)["what"]
    finally:
        other.stop("immediate")
    site.standby.begin_again()
    wait_until(site.is_answered_by_replica, 20)


PRIMARY = ServerState(False, 15, 7, 100)


@pytest.mark.parametrize(
    ("replica", "words"),
    [
        (ServerState(True, 15, 7, 90), ""),
        (ServerState(True, 16, 7, 90), "PostgreSQL 16"),
        (ServerState(True, 15, 8, 90), "system identifier"),
        (ServerState(False, 15, 7, 90), "can be written"),
    ],
)
def test_what_is_no_replica_is_named(replica, words):
    assert (words in why_unfit(PRIMARY, replica)) == bool(words)
    assert bool(why_unfit(PRIMARY, replica)) == bool(words)


def test_lag_is_the_age_of_the_oldest_that_is_missing():
    clock = LagClock()
    assert clock.lag(100, 100, 0.0) == 0
    assert clock.lag(200, 100, 1.0) == 0
    assert clock.lag(300, 150, 3.0) == 2
    assert clock.lag(300, 200, 4.0) == 1
    assert clock.lag(300, 300, 9.0) == 0


POSTGRESQL = {"ENGINE": "django.db.backends.postgresql", "NAME": "meiri"}


@pytest.mark.parametrize(
    ("replica", "primary", "words"),
    [
        (POSTGRESQL, {"ENGINE": "django.db.backends.sqlite3", "NAME": "a"}, "names no PostgreSQL"),
        ({"ENGINE": "django.db.backends.sqlite3", "NAME": "a"}, POSTGRESQL, "not understood"),
        (POSTGRESQL | {"NAME": "other"}, POSTGRESQL, "names of what it follows"),
    ],
)
def test_settings_that_fit_nothing_are_refused(replica, primary, words):
    with pytest.raises(ValueError, match=words):
        read_replica_settings(replica, primary)
