"""A PostgreSQL that follows the site's answers readers, and nobody sees what is old or loses a second where it can't."""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench._processes import environment
from bench._servers import PostgresServer
from bench.killing import wait_until
from meiri.journal.bounded_postgresql.base import LONGEST_ANSWER
from meiri.journal.read_replica import LagClock, ServerState, why_unfit
from meiri.journal.read_replica_settings import read_replica_settings
from tests.prepared import begin_in_server, collected
from tests.site_shell import Shell
from tests.standby_server import StandbyServer

pytestmark = pytest.mark.xdist_group("machines")

WITH = "from tests.journal.replica_reader import an_article, asked, say, told\n"
MIGRATE = "from django.core.management import call_command; call_command('migrate', verbosity=0)"
FOUND = """
from django.db import connections
from meiri.journal.read_replica_health import read_replica_follows
connections["read_replica"].close()
connections["read_replica"].settings_dict["OPTIONS"]["host"] = {host!r}
say(" ".join(f"{{one.state.name}}: {{one.what}}" for one in read_replica_follows()))
connections["read_replica"].close()
"""
LIST = "/api/v1/articles/"
# Seconds that an answer takes at most on a machine with much else to do, while nobody waits for the replica.
LONG = 10


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

    def run(self, code: str) -> str:
        return self.shell.run(WITH + code)

    def ask(self, address: str, **more: str) -> dict:
        return json.loads(self.run(f"say(asked({address!r}, **{more!r}))"))

    def is_answered_by_replica(self) -> bool:
        before = self.ask(LIST)["by"][0]
        return self.ask(LIST)["by"][0] == before + 1

    def publish(self, title: str) -> None:
        self.run(f"an_article({title!r})")

    def found(self, host: Path | None = None) -> str:
        """What `meiri doctor` finds of the replica; with `host`, of another server in its place."""
        return json.loads(self.run(FOUND.format(host=str(host or self.standby.folder))))

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
        try:
            shutil.copytree(collected(request.config.cache.mkdir("collected")), home / "static")
            begin_in_server(primary, request.config, lambda: site.shell.run(MIGRATE))
            standby.begin()
            site.run("for n in range(45): an_article(f'旧闻{n}')")
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
    kept_site.sql(kept_site.standby, "SELECT pg_wal_replay_resume() WHERE pg_is_in_recovery()")


def test_it_answers_readers_and_nobody_else(site):
    assert "旧闻44" in site.ask(LIST)["text"]
    told = site.standby.statements()
    assert "newsroom_listing" in told
    assert "BEGIN" not in told
    cursor = json.loads(site.ask(LIST)["text"])["next"].partition("=")[2]
    assert site.ask("/keji/")["status"] == 200
    site.standby.statements()
    assert "旧闻" in site.ask("/rss.xml")["text"]
    assert "newsroom" not in site.standby.statements()  # a page that is stored
    assert "旧闻2" in site.ask(f"/keji/?before={cursor}")["text"]
    assert "newsroom_listing" in site.standby.statements()
    # Who is signed in, what is written, and who is asked for.
    site.ask(LIST, HTTP_COOKIE="sessionid=abc")
    site.ask("/staff/?q=林一一")
    site.ask("/comments/1/")
    site.ask("/letters/")
    assert re.findall(r"newsroom|members_|session|letters_|staff_|comments_", site.standby.statements()) == []
    assert site.found().startswith("OK: PostgreSQL")


def test_what_was_published_is_seen_at_once_while_it_lags(site):
    site.sql(site.standby, "SELECT pg_wal_replay_pause()")
    site.publish("刚刚的消息")
    answer = site.ask(LIST)
    assert "刚刚的消息" in answer["text"]
    assert answer["seconds"] < LONG
    assert not site.is_answered_by_replica()
    assert "刚刚的消息" in site.ask("/feed.json")["text"]
    assert site.found().startswith("WARNING: it is more than 5 s")
    site.sql(site.standby, "SELECT pg_wal_replay_resume()")
    wait_until(site.is_answered_by_replica, 20)
    # What it answers, and what is kept of it, is no older.
    assert "刚刚的消息" in site.ask(LIST)["text"]
    assert "刚刚的消息" in site.ask("/atom.xml")["text"]


def test_it_dies_and_comes_back(site):
    site.run("told.clear()")
    site.standby.stop("immediate")
    answers = json.loads(site.run("say([asked('/api/v1/articles/') for _ in range(5)])"))
    assert {answer["status"] for answer in answers} == {200}
    assert all("旧闻44" in answer["text"] for answer in answers)
    assert max(answer["seconds"] for answer in answers) < LONG
    wait_until(lambda: site.ask("/readyz")["text"].count("read replica") == 1, 20)
    assert [line.partition(":")[0] for line in json.loads(site.run("say(told)"))] == [
        "The read replica is not used, the primary answers readers"
    ]
    assert site.found().startswith("BROKEN: does not answer")
    site.standby.start()
    wait_until(site.is_answered_by_replica, 20)
    assert json.loads(site.ask("/readyz")["text"]) == {"status": "ready"}
    assert json.loads(site.run("say(told[1:])")) == ["The read replica answers readers again."]


def test_it_hangs_and_one_reader_waits_a_second(site):
    site.standby.pause()
    first, *others = [site.ask(LIST) for _ in range(5)]
    assert {answer["status"] for answer in (first, *others)} == {200}
    assert first["seconds"] < LONG
    # Whoever comes after does not wait for an answer.
    assert min(answer["seconds"] for answer in others) < LONGEST_ANSWER
    assert site.ask("/readyz")["text"].count("read replica") == 1
    site.standby.resume()
    wait_until(site.is_answered_by_replica, 20)


def test_a_view_that_writes_or_fails_there_is_answered_by_the_primary(site):
    site.shell.run(
        """
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from meiri.journal.read_replica import reads_replica
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
    assert site.found().startswith("BROKEN: it can be written")
    assert site.found(site.primary.folder).startswith("BROKEN: it can be written")
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
        assert "its system identifier is not the primary's" in site.found(other.folder)
    finally:
        other.stop("immediate")
    assert site.found() != ""  # its own address again
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
    assert words in why_unfit(PRIMARY, replica)
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
