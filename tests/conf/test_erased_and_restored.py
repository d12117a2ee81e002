"""What was erased by order is in no file of the data folder, and an old backup does not bring it back."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from meiri.conf.backups import back_up
from meiri.newsroom.erasing import erase_version
from meiri.newsroom.erasure_list import list_file
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import publish
from tests.conf.test_backups import meiri
from tests.newsroom_factory import an_article
from tests.trust.traces import files_with, tables_with

SECRET = "住在梧桐街七号的证人顾某"
ORDER = "某市中级人民法院（2026）某 01 民终 7 号"
only_sqlite = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="files of the data folder hold SQLite's database alone"
)


@pytest.fixture
def article(transactional_db, tmp_path, settings) -> Article:
    """An article with two versions, of which the first says too much."""
    settings.HOME = tmp_path / "newsroom"
    settings.MEDIA_ROOT = settings.HOME / "media"
    settings.MEDIA_ROOT.mkdir(parents=True)
    article = an_article("一桩旧案", text=f"法院昨天开庭。{SECRET}说明了经过。")
    back_up(tmp_path / "first.tar.zst")
    article.body, article.change_reason = [("text", "<p>法院昨天开庭。</p>")], "保护证人"
    publish(article)
    back_up(tmp_path / "second.tar.zst")
    return article


def run(home: Path, *arguments: str) -> str:
    done = meiri(home, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def broken(home: Path) -> str:
    """What is wrong with the journal of a site, and with the public log's leaves."""
    code = (
        "import django; django.setup(); from meiri.journal.verification import run_checks;"
        "print([f for name, found in run_checks() if name in ('journal', 'articles', 'public log') for f in found])"
    )
    environment = {**os.environ, "MEIRI_HOME": str(home), "DJANGO_SETTINGS_MODULE": "meiri.conf.settings"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    return done.stdout.strip() or done.stderr


@only_sqlite
def test_no_file_holds_what_was_erased_and_neither_backup_nor_export_brings_it_back(article, tmp_path):
    home, other, export = tmp_path / "site", tmp_path / "other", tmp_path / "export"
    run(home, "restore", str(tmp_path / "second.tar.zst"))
    run(home, "export", "--to", str(export))
    assert "meiri.sqlite3" in files_with(SECRET, home)
    erased = ("erase", str(article.pk), "--version-number", "1", "--order", ORDER, "--reason", "保护证人")
    assert "Version 1 of article" in run(home, *erased)
    assert files_with(SECRET, home) == set()
    assert "保护证人" in (home / "erasures.jsonl").read_text()

    # From after the change: version 2 stands, version 1 is erased once more.
    said = run(home, "restore", "--replace", str(tmp_path / "second.tar.zst"))
    assert f"version 1 of article {article.pk} is erased again." in said
    assert files_with(SECRET, home) == set()
    # From before it: what the order is about was live.
    said = run(home, "restore", "--replace", str(tmp_path / "first.tar.zst"))
    assert "the article is withdrawn" in said
    assert files_with(SECRET, home) == set()
    assert broken(home) == "[]"
    with closing(sqlite3.connect(home / "meiri.sqlite3")) as database:
        live, reason = database.execute("SELECT live, withdrawal_reason FROM newsroom_article").fetchone()
    assert (live, reason) == (0, "保护证人")

    # On another machine the list has to come along.
    run(other, "import-site", str(export), "--erasures", str(home / "erasures.jsonl"))
    assert files_with(SECRET, other) == set()


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="PostgreSQL's programs copy PostgreSQL's databases"
)
def test_a_restored_database_of_postgresql_has_it_no_more(article, tmp_path):
    erase_version(article, 1, ORDER, "保护证人")
    assert tables_with(SECRET) == set()
    assert list_file().exists()
    call_command("restore", tmp_path / "second.tar.zst", replace=True)
    assert tables_with(SECRET) == set()
    assert Article.objects.get(pk=article.pk).live
    call_command("restore", tmp_path / "first.tar.zst", replace=True)
    assert tables_with(SECRET) == set()
    assert not Article.objects.get(pk=article.pk).live
