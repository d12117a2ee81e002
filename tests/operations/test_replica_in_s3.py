"""A replica on an S3 server: what may be named, what becomes of files there, and a site that comes back from it."""

import io
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime

import pyrage
import pytest

from bench._processes import environment, free_port
from bench.killing import Site, wait_until
from meiri import s3
from meiri.operations.replication.generations import generations_at
from meiri.operations.replication.replicating import replica_state
from meiri.operations.replication.targets import BucketTarget, TargetAway, target_of
from tests.operations.test_replica import Media
from tests.prepared import begin_folder
from tests.s3_server import BUCKET, S3Server, address_of
from tests.site_shell import Shell

SECONDS_TOLD_APART = 1.5
ARTICLE = "from tests.newsroom_factory import an_article; an_article({title!r})"


@pytest.fixture
def server(running_s3, settings, tmp_path) -> S3Server:
    if not running_s3.is_running:
        running_s3.start()
    running_s3.empty()
    s3._bucket.cache_clear()
    settings.S3, settings.HOME = address_of(running_s3), tmp_path
    yield running_s3
    running_s3.resume()
    s3._bucket.cache_clear()


@pytest.fixture
def target(server) -> BucketTarget:
    return target_of("s3:")


class TestNames:
    def test_of_places(self, server, settings):
        assert str(target_of("s3:")) == f"s3://{BUCKET}/replica"
        assert str(target_of("s3://other-bucket/a/b")) == "s3://other-bucket/a/b"
        settings.S3 = address_of(server, PREFIX="sites/meiri", BACKUP_BUCKET="meiri-backups")
        assert str(target_of("s3:")) == "s3://meiri-backups/sites/meiri/replica"

    @pytest.mark.parametrize("wrong", ["s3:name", "s3://", "s3://bucket", "s3://Bucket/a", "s3://bucket/../a", "s3:///a"])  # fmt: skip
    def test_what_is_no_place_is_refused(self, server, wrong):
        with pytest.raises(ValueError, match="not understood"):
            target_of(wrong)

    @pytest.mark.parametrize("name", ["sites", "sites/meiri", "sites/meiri/media", "sites/meiri/media/ab"])
    def test_it_never_lies_among_the_media(self, server, settings, name):
        settings.S3 = address_of(server, PREFIX="sites/meiri")
        with pytest.raises(ValueError, match="where media files lie"):
            target_of(f"s3://{BUCKET}/{name}")

    def test_it_never_lies_among_backups(self, server, settings):
        settings.S3 = address_of(server, PREFIX="sites/meiri", BACKUP_BUCKET="kept-elsewhere")
        with pytest.raises(ValueError, match="where backups lie"):
            target_of("s3://kept-elsewhere/sites/meiri/backups/replica")
        assert target_of(f"s3://{BUCKET}/sites/meiri/replica").prefix == "sites/meiri/replica/"

    def test_without_a_server_there_is_none(self, settings):
        settings.S3 = None
        with pytest.raises(ValueError, match="MEIRI_S3_ENDPOINT"):
            target_of("s3:")


def test_it_keeps_files_by_their_names(target, server):
    names = ["media/山 里/a+b%20.jpg.age", "media/b.jpg.age"]
    for name in names:
        target.put(name, io.BytesIO(name.encode()))
    target.put(names[1], io.BytesIO(b""))
    assert sorted(target.names("media/")) == sorted(names)
    with target.open(names[0]) as file:
        assert file.read() == names[0].encode()
    with target.open(names[1]) as file:
        assert file.read() == b""
    assert {key.partition("/")[0] for key in server.keys()} == {"replica"}  # noqa: SIM118 a list
    for name in (*names, names[0]):
        target.delete(name)
    assert server.keys() == []
    with pytest.raises(FileNotFoundError):
        target.open(names[0])


def test_what_is_copied_there_is_encrypted_and_waits_while_the_server_is_away(target, server, tmp_path):
    key = pyrage.x25519.Identity.generate()
    media = Media(tmp_path, target, key)
    media.write("a.txt", b"a secret")
    media.copy()
    (stored,) = server.keys()
    assert server.content(stored).startswith(b"age-encryption.org/v1\n")
    assert b"a secret" not in server.content(stored)
    endpoint, target.bucket = (
        target.bucket,
        s3.S3Bucket(address_of(server, ENDPOINT="http://127.0.0.1:9"), BUCKET),
    )
    media.write("b.txt", b"b")
    with pytest.raises(TargetAway):
        media.copier.copy_waiting(0)
    assert media.copier.waits_for() > 0
    target.bucket = endpoint
    media.copy()
    assert media.copied() == {"a.txt": b"a secret", "b.txt": b"b"}


@dataclass
class SiteInS3(Site):
    """A site whose replica is on an S3 server."""

    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.home, MEIRI_REPLICATE_TO="s3:", MEIRI_S3_MEDIA="off", **self.settings)

    def meiri(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", "meiri.conf.command", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
        )

    def finding(self) -> str:
        return next(
            line for line in self.meiri("doctor").stdout.splitlines() if "replica" in line and "s3:" in line
        )


@pytest.mark.xdist_group("machines")
def test_a_site_comes_back_from_it_as_it_was_at_a_moment(server, target, tmp_path, request, django_db_setup):
    site = SiteInS3(tmp_path / "home", free_port(), settings=server.settings())
    site.home.mkdir()
    begin_folder(site.home, request.config)
    shell = Shell(site.environment)
    shell.run(ARTICLE.format(title="早上的稿件"))
    replicating = subprocess.Popen(
        [sys.executable, "-m", "meiri.conf.command", "replicate"],
        env=site.environment,
        stderr=subprocess.DEVNULL,
    )
    other = SiteInS3(tmp_path / "other", free_port(), settings=server.settings())
    other.home.mkdir()

    def restored(moment: str) -> set[str]:
        done = other.meiri("restore", "--to", moment, "--replace")
        assert done.returncode == 0, done.stderr
        with closing(sqlite3.connect(other.home / "meiri.sqlite3")) as database:
            return {title for (title,) in database.execute("SELECT title FROM newsroom_article")}

    try:
        wait_until(lambda: bool(generations_at(target)), 60)
        wait_until(lambda: stands_well(site), 30)
        before, known = datetime.now().astimezone(), set(target.names("database/"))
        time.sleep(SECONDS_TOLD_APART)
        (site.home / "media").mkdir(exist_ok=True)
        (site.home / "media/a.txt").write_text("a")
        shell.run(ARTICLE.format(title="中午的稿件"))
        wait_until(lambda: "media/a.txt.age" in set(target.names("media/")), 20)
        wait_until(lambda: set(target.names("database/")) - known and stands_well(site), 20)
        time.sleep(SECONDS_TOLD_APART)
        for key in site.home.glob("*.key"):
            shutil.copy(key, other.home)
        assert {"早上的稿件", "中午的稿件"} <= restored("now")
        assert (other.home / "media/a.txt").read_text() == "a"
        earlier = restored(before.isoformat())
        assert ("早上的稿件" in earlier, "中午的稿件" in earlier) == (True, False)
        server.kill()
        shell.run(ARTICLE.format(title="晚上的稿件"))
        wait_until(lambda: "not kept up: http://127.0.0.1" in site.finding(), 60)
    finally:
        replicating.terminate()
        replicating.wait(60)
        shell.end()


def stands_well(site: SiteInS3) -> bool:
    state = replica_state(site.home)
    return state is not None and not (state.late or state.problem)


def test_a_setting_that_can_not_be_followed_is_named(tmp_path):
    site = SiteInS3(tmp_path, free_port())
    refused = site.meiri("replicate")
    assert (refused.returncode, "MEIRI_S3_ENDPOINT" in refused.stderr) == (1, True)
