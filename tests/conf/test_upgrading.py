"""A data folder of an earlier release, served by this one: `tests/releases/` keeps a database of each, as its `meiri sample` and a
little work of the newsroom left it (a withdrawal, corrections, reports, drafts), without keys and media."""

import json
import lzma
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from html import escape

import pytest

from bench._processes import free_port
from bench.killing import Site, wait_until
from meiri.delivery.page_index import PageIndex
from tests.conftest import PROJECT
from tests.prepared import collected
from tests.site_shell import Shell

pytestmark = pytest.mark.xdist_group("serving")

RELEASES = sorted((PROJECT / "tests" / "releases").glob("*.sqlite3.xz"))
PASSWORD = "newsroom-of-0-1-0"
REVISIONS = """
import json
from meiri.newsroom.models import Article
drafts = Article.objects.filter(has_unpublished_changes=True).order_by("pk")
seen = [a.get_latest_revision_as_object() for a in drafts]
print(json.dumps([[a.title, "".join(str(block.render()) for block in a.body)] for a in seen]))
"""
SIGNED_IN = f"""
from django.contrib.auth import authenticate
print([name for name in ("admin", "chenyu") if authenticate(None, username=name, password={PASSWORD!r})])
"""


@pytest.fixture(scope="module", params=RELEASES, ids=lambda path: path.name.removesuffix(".sqlite3.xz"))
def upgraded(request, tmp_path_factory) -> Iterator[Site]:
    """A site that this release serves for the first time; `before.sqlite3` in its folder is as the earlier one left it."""
    home = tmp_path_factory.mktemp("upgraded")
    (home / "before.sqlite3").write_bytes(lzma.decompress(request.param.read_bytes()))
    shutil.copyfile(home / "before.sqlite3", home / "meiri.sqlite3")
    shutil.copytree(collected(request.config.cache.mkdir("collected")), home / "static")
    site = Site(home, free_port())
    try:
        site.start()
        yield site
    finally:
        site.stop()


def before(site: Site, query: str) -> list[tuple]:
    """What the database of the earlier release answers."""
    with closing(sqlite3.connect(site.home / "before.sqlite3")) as database:
        return database.execute(query).fetchall()


def test_every_published_article_is_read_at_its_address(upgraded):
    published = before(
        upgraded,
        "SELECT a.id, a.title, c.slug FROM newsroom_article a JOIN sections_channel c ON c.id = channel_id WHERE live",
    )
    assert len(published) > 50
    for number, title, channel in published:
        answer = upgraded.get(f"/api/v1/articles/{number}/")
        assert answer[0] == 200, answer[2]
        told = json.loads(answer[2])
        assert told["title"] == title
        address = told["url"].removeprefix(f"http://127.0.0.1:{upgraded.port}")
        assert address.startswith(f"/{channel}/")
        status, _, page = upgraded.get(address)
        assert status == 200
        assert escape(title.split()[0], quote=False) in page.decode().replace("&#34;", '"')


def test_fronts_lists_and_services_stand(upgraded):
    channels = before(upgraded, "SELECT slug FROM sections_channel")
    addresses = [f"/{slug}/" for (slug,) in channels]
    for address in [
        "/",
        "/difang/",
        "/zhuanti/",
        "/zazhi/",
        "/letters/",
        "/corrections/",
        "/rss.xml",
        *addresses,
    ]:
        assert upgraded.get(address)[0] == 200, address


def test_what_was_withdrawn_and_corrected_stays_so(upgraded):
    [(number, reason, slug, day)] = before(
        upgraded,
        "SELECT a.id, withdrawal_reason, slug, date(published_at, '+8 hours') FROM newsroom_article a"
        " JOIN sections_channel c ON c.id = channel_id WHERE withdrawal_reason != ''",
    )
    year, month, day = day.split("-")
    status, _, page = upgraded.get(f"/{slug}/{year}/{month}{day}/{number}.html")
    assert status == 410
    assert reason in page.decode()
    corrections = upgraded.get("/corrections/")[2].decode()
    for wrong, right in before(upgraded, 'SELECT wrong, "right" FROM newsroom_correction'):
        assert wrong in corrections
        assert right in corrections


def test_drafts_and_accounts_are_as_they_were_left(upgraded):
    shell = Shell(upgraded.environment)
    try:
        drafts = dict(json.loads(shell.run(REVISIONS)))
        assert "第二稿。" in drafts["升级之后仍在的草稿（改）"]
        assert any(title.endswith("（待发的新稿）") for title in drafts)
        assert shell.run(SIGNED_IN).strip() == "['admin', 'chenyu']"
    finally:
        shell.end()


def test_the_journal_goes_on_and_everything_is_as_it_was_written(upgraded):
    wait_until(lambda: PageIndex(upgraded.home / "delivery" / "pages.sqlite3").pending() == 0)
    [(sequence, digest)] = before(
        upgraded, "SELECT sequence, digest FROM journal_entry ORDER BY sequence DESC LIMIT 1"
    )
    verified = subprocess.run(
        [sys.executable, "-m", "meiri.conf.command", "verify", "--expect", f"{sequence}:{digest}"],
        env=upgraded.environment,
        capture_output=True,
        text=True,
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr
