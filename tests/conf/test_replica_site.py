"""A site that is served with a replica loses its machine, and goes on from the replica on another."""

import shutil
import subprocess
import sys
import time
from datetime import datetime

import pytest

from bench._processes import free_port, take_step
from bench.killing import wait_until
from bench.replica import KEYS, MODULE, ReplicatedSite, is_complete, lose_and_go_on
from meiri.operations.replication.generations import generations_at
from meiri.operations.replication.targets import FolderTarget
from tests.site_shell import Shell

pytestmark = pytest.mark.xdist_group("machines")

WORDS = "梧桐街七号的证人顾某某"
ARTICLE = """
from django.utils import timezone
from meiri.newsroom.models import Article, Source
from meiri.newsroom.publishing import publish
from meiri.review.chains import ReviewChain
from meiri.sections.models import Channel
ReviewChain.objects.update(active=False)
article = Article(title={title!r}, channel=Channel.objects.visible()[0], source=Source.objects.first())
article.published_at, article.body = timezone.now(), [("text", "<p>正文。</p>")]
publish(article)
print(article.pk)
"""
TITLES = """
from meiri.newsroom.models import Article
print(*Article.objects.order_by("-pk").values_list("title", flat=True)[:3])
"""


def meiri(site: ReplicatedSite, *arguments: str, **more: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "meiri.conf.command", *arguments],
        env=site.environment | more,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def site(tmp_path):
    site = ReplicatedSite(tmp_path / "home", free_port(), replica=tmp_path / "replica")
    yield site
    site.stop()


def test_a_moment_an_erasure_and_a_machine_that_is_lost(site, tmp_path):
    site.home.mkdir()
    take_step(MODULE, site.home, "prepare", "20")
    site.start()
    wait_until(lambda: is_complete(site), 60)
    shell = Shell(site.environment)
    shell.run(ARTICLE.format(title="早上的稿件"))
    time.sleep(1)  # a moment is told apart to some tenths of a second
    before = datetime.now().astimezone()
    time.sleep(1)
    number = shell.run(ARTICLE.format(title=WORDS)).strip()
    other = ReplicatedSite(tmp_path / "other", free_port(), replica=site.replica)
    keys = tmp_path / "keys"
    for folder in (other.home, keys):
        folder.mkdir()
        for key in site.home.glob(KEYS):
            shutil.copy(key, folder)

    def restored(*arguments: str) -> str:
        done = meiri(other, "restore", *arguments, "--replace")
        assert done.returncode == 0, done.stderr
        return Shell(other.environment).run(TITLES)

    wait_until(lambda: WORDS in restored("--to", "now"), 60)
    earlier = restored("--to", before.isoformat())
    assert "早上的稿件" in earlier
    assert WORDS not in earlier

    for arguments, words in (
        (["--to", "now"], "give --replace"),
        (["--to", "2020-01-01", "--replace"], "goes back to"),
        (["--to", "now", "--from", str(tmp_path / "nothing"), "--replace"], "no replica"),
        (["--to", "now", "--key", str(tmp_path / "none"), "--replace"], "can't be read"),
    ):
        refused = meiri(other, "restore", *arguments)
        assert refused.returncode == 1
        assert words in refused.stderr
    (tmp_path / "strange").write_text("AGE-SECRET-KEY-1")
    assert (
        "no private key"
        in meiri(other, "restore", "--to", "now", "--key", str(tmp_path / "strange"), "--replace").stderr
    )
    assert "is being served" in meiri(site, "restore", "--to", "now", "--replace").stderr
    assert "早上的稿件" in Shell(other.environment).run(TITLES)

    # After an erasure by order the replica has nothing of it, at no moment.
    old = generations_at(FolderTarget(site.replica))
    erased = meiri(site, "erase", number, "--order", "某院某号", "--reason", "保护证人")
    assert erased.returncode == 0, erased.stderr
    wait_until(
        lambda: not set(old) & set(generations_at(FolderTarget(site.replica))) and is_complete(site), 60
    )
    assert WORDS not in restored("--to", "now")
    assert "goes back to" in meiri(other, "restore", "--to", before.isoformat(), "--replace").stderr
    assert "kept up at" in meiri(site, "doctor").stdout

    loss = lose_and_go_on(site, keys, life=2.0)
    assert loss.acknowledged > 2
    # What was acknowledged in the last second may be lost.
    assert loss.seconds <= 1


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"MEIRI_REPLICATE_TO": "elsewhere"}, "no absolute path"),
        ({"MEIRI_REPLICATE_TO": "/mnt/elsewhere", "MEIRI_BACKUP_RECIPIENTS": "age1"}, "no public key"),
        ({"MEIRI_REPLICATE_TO": ""}, "is not set"),
    ],
)
def test_settings_that_can_not_be_followed_are_named(site, settings, words):
    site.home.mkdir()
    refused = meiri(site, "replicate", **settings)
    assert refused.returncode == 1
    assert words in refused.stderr
