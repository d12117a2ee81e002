"""What a served site does while its disk is full, its clock is wrong, its database is slow or can't be written, and after it: docs/reliability.md."""

import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from bench._processes import environment, free_port
from bench.killing import Site, wait_until
from tests.conf.faults import SlowDatabase, at_another_time, full, small_disk
from tests.prepared import begin_folder
from tests.site_shell import Shell

pytestmark = [
    pytest.mark.xdist_group("machines"),
    pytest.mark.skipif(os.getuid() != 0, reason="root alone mounts disks and gives up rights"),
]

BEGIN = """
from meiri.conf.preparation import note_prepared
from meiri.fronts.initial_pages import create_pages
from meiri.sample.generating import generate
generate(20)
create_pages()
note_prepared()
"""
PUBLISH = """
from django.utils import timezone
from meiri.newsroom.models import Article, Source
from meiri.newsroom.publishing import publish
from meiri.sections.models import Channel
article = Article(title={title!r}, channel=Channel.objects.visible()[0], source=Source.objects.first())
article.published_at, article.body = timezone.now(), [("text", "<p>正文。</p>")]
publish(article)
print(article.get_absolute_url())
"""
TITLES = """
from meiri.newsroom.models import Article
print(*Article.objects.order_by("-pk").values_list("title", flat=True)[:50], sep="\\n")
"""


DATABASE = """
from meiri.health_checks import DATABASE, examine_all
print(next(examine_all()))
"""
OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


class FaultySite(Site):
    database: str = ""

    @property
    def environment(self) -> dict[str, str]:
        more = {"MEIRI_DATABASE_URL": self.database} if self.database else {}
        return environment(self.home, MEIRI_BASE_URL=f"http://127.0.0.1:{self.port}", **more)

    def command(self, *arguments: str, **more: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", "meiri.conf.command", *arguments],
            env=self.environment | more,
            capture_output=True,
            text=True,
        )

    def doctor(self, part: str, **more: str) -> str:
        """What `meiri doctor` says of a part: states and sentences."""
        lines = map(json.loads, self.command("doctor", "--json", **more).stdout.splitlines())
        return "; ".join(f"{line['state']}: {line['what']}" for line in lines if line["part"] == part)

    def readiness(self) -> tuple[int, list[str]]:
        status, _, body = self.get("/readyz")
        return status, json.loads(body).get("reasons", [])

    def publish(self, shell: Shell, title: str) -> str:
        """The address of an article that was published just now. Raises `RuntimeError` where it was not."""
        return shell.run(PUBLISH.format(title=title)).strip()

    def shows(self, address: str, words: str) -> bool:
        status, _, body = self.get(address)
        return status == 200 and words in body.decode()

    def holds(self, titles: list[str]) -> bool:
        """Whether nothing of what was published is missing, and all is as the journal says."""
        status, told = self.verify()
        assert status == 0, told
        known = Shell(self.environment).run(TITLES)
        return all(title in known for title in titles)


def publish_without_end(site: FaultySite, shell: Shell) -> None:
    """Some still fit into what SQLite's log has room for."""
    for number in range(2000):
        site.publish(shell, f"磁盘满之时{number}")


def begun(site: FaultySite, config) -> FaultySite:
    begin_folder(site.home, config)
    Shell(site.environment).run(BEGIN)
    site.start()
    return site


@pytest.fixture(scope="module")
def on_small_disk(tmp_path_factory, pytestconfig, django_db_setup):
    """A site whose data folder is on a disk of a gigabyte."""
    home = tmp_path_factory.mktemp("small") / "home"
    with small_disk(home, "1g"):
        site = FaultySite(home, free_port())
        try:
            yield begun(site, pytestconfig)
        finally:
            site.stop()


def test_the_disk_is_full(on_small_disk):
    site, shell = on_small_disk, Shell(on_small_disk.environment)
    before = site.publish(shell, "磁盘满之前")
    wait_until(lambda: site.shows(before, "磁盘满之前"))
    with full(site.home):
        assert site.readiness() == (503, ["disk", "pages"])
        assert "broken:" in site.doctor("disk")
        assert "GiB left" in site.doctor("disk")
        with pytest.raises(RuntimeError, match=r"disk is full|No space left|disk I/O error"):
            publish_without_end(site, shell)
        # Readers go on reading.
        assert site.shows(before, "磁盘满之前")
        assert site.get("/")[0] == 200
    wait_until(lambda: site.readiness() == (200, []))
    after = site.publish(shell, "磁盘有了地方")
    wait_until(lambda: site.shows(after, "磁盘有了地方"))
    assert site.holds(["磁盘满之前", "磁盘有了地方"])


def test_the_clock_is_set_back(on_small_disk):
    site, behind = on_small_disk, at_another_time(-10)
    address = site.publish(Shell(site.environment | behind), "时钟拨慢十分钟")
    wait_until(lambda: site.shows(address, "时钟拨慢十分钟"))
    site.publish(Shell(site.environment), "时钟又准了")
    told = site.doctor("clock", **behind)
    assert "broken:" in told
    assert "still to come" in told
    assert site.holds(["时钟拨慢十分钟", "时钟又准了"])


def test_files_belong_to_somebody_else(on_small_disk):
    site = on_small_disk
    site.stop()
    strange = site.home / "letters.key"
    strange.write_bytes(b"") if not strange.exists() else None
    os.chown(strange, 65534, 65534)
    # Root may read everything; without these rights it may not.
    as_others = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner", "--inh-caps", "-all"]
    done = subprocess.run(
        [*as_others, sys.executable, "-m", "meiri.conf.command", "serve", "--port", str(site.port)],
        env=site.environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert "letters.key belongs to somebody else" in done.stderr
    os.chown(strange, 0, 0)
    site.start()
    assert site.holds([])


def test_a_migration_is_killed(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    site = FaultySite(home, free_port())
    migrating = subprocess.Popen(
        [sys.executable, "-m", "meiri.conf.command", "migrate", "--verbosity", "0"], env=site.environment
    )
    database = home / "meiri.sqlite3"
    wait_until(lambda: database.exists() and has_migrated(database, random.Random(5).randint(20, 120)))
    migrating.kill()
    migrating.wait()
    assert "migrations wait" in site.doctor("database")
    assert site.command("migrate", "--verbosity", "0").returncode == 0
    assert site.doctor("database").startswith("ok: SQLite")


def has_migrated(database: Path, number: int) -> bool:
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as opened:
            return opened.execute("SELECT count(*) FROM django_migrations").fetchone()[0] >= number
    except sqlite3.OperationalError:
        return False


@pytest.fixture(scope="module")
def on_slow_database(tmp_path_factory, pytestconfig):
    """A site on a PostgreSQL of its own, and what stands before that."""
    from tests.postgresql import start

    folder = tmp_path_factory.mktemp("slow")
    address = start()
    behind = Path(address.partition("host=")[2]) / ".s.PGSQL.5432"
    slow = SlowDatabase(folder / "socket", behind)
    site = FaultySite(folder / "home", free_port())
    site.home.mkdir()
    site.database = f"postgresql://meiri@/postgres?host={slow.folder}"
    try:
        assert site.command("migrate", "--verbosity", "0").returncode == 0
        yield begun(site, pytestconfig), slow
    finally:
        site.stop()
        slow.close()


def test_the_database_takes_a_second_for_each_answer(on_slow_database):
    site, slow = on_slow_database
    shell = Shell(site.environment)
    address = site.publish(shell, "数据库很慢之前")
    wait_until(lambda: site.shows(address, "数据库很慢之前"))
    slow.delay = 1.0
    try:
        began = time.monotonic()
        assert site.shows(address, "数据库很慢之前")
        assert time.monotonic() - began < 1
        assert "it takes 1." in shell.run(DATABASE)
        assert site.readiness() == (200, [])
        # Who asks for what is not stored waits, or is asked to come back.
        status, headers, _ = site.get("/search/?q=北门", patience=60)
        assert status in (200, 503)
        assert status == 200 or "retry-after" in headers
    finally:
        slow.delay = 0.0
    after = site.publish(shell, "数据库又快了")
    wait_until(lambda: site.shows(after, "数据库又快了"))
    assert site.holds(["数据库很慢之前", "数据库又快了"])


def test_the_database_can_not_be_written(on_slow_database):
    site, _ = on_slow_database
    shell = Shell(site.environment)
    address = site.publish(shell, "只读之前")
    wait_until(lambda: site.shows(address, "只读之前"))
    shell.run(
        "from django.db import connection\nconnection.cursor().execute('ALTER DATABASE postgres SET default_transaction_read_only = on')"
    )
    forget_connections(shell)
    try:
        assert "it can be read and not written" in site.doctor("database")
        assert site.readiness() == (503, ["database"])
        assert site.shows(address, "只读之前")
        with pytest.raises(RuntimeError, match="read-only transaction"):
            site.publish(Shell(site.environment), "只读之时")
    finally:
        forget_connections(
            shell,
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE; ALTER DATABASE postgres RESET default_transaction_read_only",
        )
    wait_until(lambda: site.readiness() == (200, []))
    after = site.publish(Shell(site.environment), "又可以写了")
    wait_until(lambda: site.shows(after, "又可以写了"))
    assert site.holds(["只读之前", "又可以写了"])


@pytest.mark.parametrize("minutes", [10, -10])
def test_the_clock_is_not_the_databases(on_slow_database, minutes):
    site, moved = on_slow_database[0], at_another_time(minutes)
    title = f"时钟差了{minutes}分钟"
    address = site.publish(Shell(site.environment | moved), title)
    wait_until(lambda: site.shows(address, title))
    assert re.search(
        r"broken: this machine and the database are (599|600)\.\d s apart", site.doctor("clock", **moved)
    )
    assert site.holds([title])


def forget_connections(shell: Shell, first: str = "SELECT 1") -> None:
    """End all connections but the shell's own, after a statement of it."""
    for statement in (*first.split(";"), OTHERS):
        shell.run(f"from django.db import connection\nconnection.cursor().execute({statement!r})")
