"""`meiri move-to`: a site goes to PostgreSQL and comes back, by real processes, and nothing is lost or changed."""

import json
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from bench._processes import environment, free_port
from bench.moving import carried_to
from tests.conf.begun_moves import begin_move, end_of_journal
from tests.postgresql import start
from tests.prepared import UnsetSite, begin_database, begin_started

pytestmark = pytest.mark.xdist_group("serving")

# Kinds of columns that the sample newsroom has no value of.
RARE = """
from datetime import time
from decimal import Decimal
from django.utils import timezone
from wagtail.embeds.models import Embed
from meiri.journal.net import paused
from meiri.operations.models import JobRun
from meiri.planning.models import FeeRule, PlanItem
with paused():
    FeeRule.objects.create(kind="flash", origin="wire", points=Decimal("12.50"))
    PlanItem.objects.create(title="防汛", hour=time(9, 30))
    JobRun.objects.create(name="tried", seconds=0.1 + 0.2)
    Embed.objects.create(url="https://example.cn/", hash="0" * 32, type="rich", max_width=640, last_updated=timezone.now())
    gone = PlanItem.objects.create(title="作废")
    print(gone.pk)
    gone.delete()
"""
NEXT_NUMBER = """
from meiri.planning.models import PlanItem
print(PlanItem.objects.create(title="下一个").pk)
"""
# What readers get: lists, and the newest articles with their signed texts.
PAGES = """
import json, re
from django.test import Client
reader = Client(headers={"host": "127.0.0.1"})
home = reader.get("/").content.decode()
articles = re.findall(r'href="(/[a-z]+/\\d{4}/\\d{4}/(\\d+)\\.html)"', home)[:5]
texts = [f"/api/v1/articles/{number}/text" for _, number in articles]
answers = {one: reader.get(one) for one in ["/", "/yaowen/", "/rss.xml", *dict(articles), *texts]}
assert articles and {answer.status_code for answer in answers.values()} == {200}
print(json.dumps({one: answer.content.decode() for one, answer in answers.items()}))
"""
CONTENT = """
from meiri.ingest.leaving.exporting_site import digest_site
print(digest_site(with_media=False))
"""
VERIFIED = """
from django.core.management import call_command
call_command("verify")
"""


@dataclass
class MovingSite(UnsetSite):
    """A site whose database is at `database`, or in its folder."""

    database: str = ""

    @property
    def environment(self) -> dict[str, str]:
        address = {"MEIRI_DATABASE_URL": self.database} if self.database else {}
        return environment(self.home, **address)

    def shell(self, *code: str) -> list[str]:
        """The lines that Python on the site printed."""
        done = self.command("shell", "--no-imports", "-c", "\n".join(code))
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.splitlines()


def dump(path: Path) -> str:
    """All that a database file holds."""
    with closing(sqlite3.connect(path)) as database:
        return "\n".join(database.iterdump())


@pytest.fixture(scope="module")
def cluster() -> str:
    """The address of an empty database of a PostgreSQL of these tests' own."""
    server = start()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE moved")
    return server.replace("/postgres?", "/moved?")


def test_a_site_goes_to_postgresql_and_back(request, tmp_path, django_db_setup, cluster):
    home = tmp_path / "home"
    begin_started(home, request.config)
    site = MovingSite(home, free_port())
    last, before, content = site.shell(RARE, PAGES, CONTENT)
    old = dump(home / "meiri.sqlite3")

    # Killed once on the way.
    secret = cluster.replace("meiri@", "meiri:geheim@")
    first = subprocess.Popen(
        [sys.executable, "-m", "meiri.conf.command", "move-to", secret],
        env=site.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    while first.poll() is None and carried_to(cluster) < 20:
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert carried_to(cluster) >= 20, "it was killed on the way"
    unmoved = MovingSite(home, site.port, database=cluster).command(
        "move-to", f"sqlite:///{tmp_path}/half.sqlite3"
    )
    assert unmoved.returncode == 1
    assert "a move that is not finished" in unmoved.stderr
    there = site.command("move-to", secret)
    assert there.returncode == 0, there.stdout + there.stderr
    assert "geheim" not in there.stdout + there.stderr
    assert "MEIRI_DATABASE_URL=postgresql://meiri:***@" in there.stdout
    assert dump(home / "meiri.sqlite3") == old, "the old site is as it was"
    assert site.command("move-to", secret).returncode == 1, "what is there now is a site"

    moved = MovingSite(home, site.port, database=cluster)
    (tmp_path / "back").mkdir()
    begin_database(tmp_path / "back", request.config)
    copy = tmp_path / "back" / "meiri.sqlite3"
    back = moved.command("move-to", begin_move(copy, end_of_journal(home)))
    assert back.returncode == 0, back.stdout + back.stderr
    digest = re.compile(r"^content: (\w{64})$", re.MULTILINE)
    assert digest.findall(there.stdout) == digest.findall(back.stdout) != []
    assert copy.stat().st_mode & 0o077 == 0

    returned = MovingSite(home, site.port, database=f"sqlite:///{copy}")
    for one in (moved, returned):
        pages, exported, number, *_ = one.shell(PAGES, CONTENT, NEXT_NUMBER, VERIFIED)
        assert exported == content, "an export says the same of it"
        assert json.loads(pages) == json.loads(before)
        assert int(number) == int(last) + 1, "a number is never given twice"
