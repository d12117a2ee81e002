"""What `meiri move-to` does not do, and says why; and the form in which rows of two databases are compared."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from bench._processes import environment
from meiri.audience.counts_writer import LOCK
from meiri.conf.database import MOVE
from meiri.conf.moving.move_target import in_batches, without_password
from meiri.conf.moving.site_tables import tables_of_site
from meiri.conf.preparation import prepare_database
from meiri.file_locks import try_lock
from meiri.ingest.leaving.row_lines import canonical_json
from meiri.journal.net import paused
from meiri.newsroom.models import Article
from meiri.operations.models import Node
from tests.conf.begun_moves import begin_move, end_of_journal
from tests.conftest import PROJECT
from tests.newsroom_factory import an_article
from tests.prepared import begin_database

pytestmark = pytest.mark.django_db


@dataclass
class OldSite:
    """A site with an article in a folder of its own, and a database to which its move was begun: the tables are there."""

    home: Path
    begun: Path

    def meiri(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", "meiri.conf.command", *arguments],
            cwd=PROJECT,
            env=environment(self.home),
            capture_output=True,
            text=True,
        )

    def refused(self, url: str) -> str:
        """What an operator reads who wants to move it there."""
        done = self.meiri("move-to", url)
        assert (done.returncode, done.stdout) == (1, ""), done.stdout
        return done.stderr

    def begin(self, *triggers: str) -> str:
        """Begin the move of this site. The address."""
        return begin_move(self.begun, end_of_journal(self.home), *triggers)


@pytest.fixture(autouse=True)
def _home_of_its_own(settings, tmp_path_factory):
    """Another test, here or beside this one, may keep the folder of all tests as a site that is served does."""
    settings.HOME = tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def newsroom(request, tmp_path_factory, django_db_setup) -> Path:
    """The data folder of a site with an article."""
    home = tmp_path_factory.mktemp("newsroom")
    begin_database(home, request.config)
    if not (home / "meiri.sqlite3").exists():
        pytest.skip("the migrated file is of SQLite")
    code = "from tests.newsroom_factory import an_article; an_article('山里通了班车')"
    done = OldSite(home, home).meiri("shell", "--no-imports", "-c", code)
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture
def old_site(request, newsroom, tmp_path) -> OldSite:
    shutil.copytree(newsroom, tmp_path / "home")
    (tmp_path / "begun").mkdir()
    begin_database(tmp_path / "begun", request.config)
    return OldSite(tmp_path / "home", tmp_path / "begun" / "meiri.sqlite3")


def refused(url: str | Path) -> str:
    with pytest.raises(CommandError) as told:
        call_command("move-to", str(url), stdout=StringIO(), stderr=StringIO())
    assert told.value.returncode == 1
    return str(told.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "postgres",
        "mysql://root@127.0.0.1/meiri",
        "sqlite://:memory:",
        "sqlite://",
        "postgresql://",
        "http://[",
        "postgresql://u:geheim@h:port/n",
    ],
)
def test_what_is_no_address_is_named_without_its_password(url):
    said = refused(url)
    assert said.startswith("That is no address of a database")
    assert "geheim" not in said


def test_a_database_that_can_t_be_reached_or_holds_something_is_named_without_its_password(
    old_site, tmp_path
):
    said = old_site.refused("postgresql://meiri:geheim@127.0.0.1:1/meiri")
    assert "postgresql://meiri:***@127.0.0.1:1/meiri can't be opened" in said
    assert "geheim" not in said
    assert "There is no folder" in old_site.refused(f"sqlite:///{tmp_path}/none/site.sqlite3")
    (tmp_path / "a folder").mkdir()
    assert "can't be opened" in old_site.refused(f"sqlite:///{tmp_path}/a folder")
    assert "which the site has already" in old_site.refused(f"sqlite:///{old_site.home}/meiri.sqlite3")
    path = tmp_path / "full.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE somebody_s (name TEXT)")
    assert "not empty" in old_site.refused(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("somebody_s",)]


def test_a_site_that_is_written_to_is_left_alone(old_site, tmp_path):
    with closing(sqlite3.connect(old_site.home / "meiri.sqlite3", isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        said = old_site.refused(f"sqlite:///{tmp_path}/site.sqlite3")
    assert "Somebody writes to the site's database" in said
    assert not (tmp_path / "site.sqlite3").exists()


def test_a_site_that_is_served_is_left_alone(tmp_path, settings):
    lock = os.open(Path(settings.HOME) / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        assert try_lock(lock)
        assert "being served" in refused(f"sqlite:///{tmp_path}/site.sqlite3")
    finally:
        os.close(lock)
    Node.objects.create(name="another-machine", release="", seen_at=timezone.now() - timedelta(seconds=30))
    assert "another-machine" in refused(f"sqlite:///{tmp_path}/site.sqlite3")
    assert not (tmp_path / "site.sqlite3").exists()


def test_a_site_that_is_half_there_is_not_moved_on(tmp_path):
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {MOVE} (name varchar(200) PRIMARY KEY, value text NOT NULL)")
    assert "a move that is not finished" in refused(f"sqlite:///{tmp_path}/site.sqlite3")


def test_a_site_that_is_half_there_is_not_served():
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {MOVE} (name varchar(200) PRIMARY KEY, value text NOT NULL)")
    with pytest.raises(CommandError, match="Not all of the site has come"):
        prepare_database(StringIO())


def test_a_database_of_another_release_is_left_alone(tmp_path):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('newsroom', '9999_of_tomorrow', '2026-11-30')"
        )
    assert "newsroom.9999_of_tomorrow" in refused(f"sqlite:///{tmp_path}/site.sqlite3")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app IN ('polls', 'newsroom') AND name LIKE '%'")
    assert "older release" in refused(f"sqlite:///{tmp_path}/site.sqlite3")


def test_a_begun_move_goes_on_and_one_of_another_state_does_not(old_site):
    assert "an earlier state" in old_site.refused(begin_move(old_site.begun, [0, "0" * 64]))
    done = old_site.meiri("move-to", old_site.begin())
    assert done.returncode == 0, done.stderr
    assert "are there and equal" in done.stdout
    with closing(sqlite3.connect(old_site.begun)) as database:
        assert database.execute("SELECT title FROM newsroom_article").fetchall() == [("山里通了班车",)]
        assert not database.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [MOVE]).fetchall()


def test_what_was_altered_or_lost_on_the_way_is_found(old_site):
    altered = (
        "CREATE TRIGGER alter_it AFTER INSERT ON newsroom_article"
        " BEGIN UPDATE newsroom_article SET title = '另一个标题' WHERE id = NEW.id; END"
    )
    lost = "CREATE TRIGGER lose_it AFTER INSERT ON journal_entry BEGIN DELETE FROM journal_entry; END"
    done = old_site.meiri("move-to", old_site.begin(altered, lost))
    assert done.returncode == 2, done.stderr
    assert "DIFFERENT: the rows of newsroom_article are not the same here and there" in done.stdout
    assert "DIFFERENT: journal_entry has" in done.stdout
    assert "DIFFERENT: the journal's chain is broken there" in done.stdout
    assert "MEIRI_DATABASE_URL" not in done.stdout


def test_a_row_that_is_not_taken_or_leads_nowhere_is_named(old_site):
    full = "CREATE TRIGGER refuse AFTER INSERT ON newsroom_article BEGIN SELECT RAISE(ABORT, 'no room for it'); END"
    said = old_site.refused(old_site.begin(full))
    assert "Row 1 of newsroom_article is not taken by that database: no room for it" in said
    with closing(sqlite3.connect(old_site.begun)) as database:
        database.execute("DROP TRIGGER refuse")
        database.execute(
            "CREATE TRIGGER lose AFTER INSERT ON sections_channel BEGIN DELETE FROM sections_channel; END"
        )
    assert "of sections_channel that is not there" in old_site.refused(f"sqlite:///{old_site.begun}")


def test_every_table_of_a_model_is_carried():
    carried = {table.name for table in tables_of_site()}
    left = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.db_table not in carried
    }
    of_sqlite = {"wagtailsearch_indexentry_fts"} if connection.vendor == "sqlite" else set()
    assert left == {"wagtailsearch_indexentry"} | of_sqlite
    assert all(
        table.key and {*table.key} <= {column.name for column in table.columns} for table in tables_of_site()
    )


def test_rows_are_read_behind_a_key():
    first, second, third = (an_article(f"稿件{number}") for number in range(3))
    (table,) = (table for table in tables_of_site() if table.name == "newsroom_article")
    found = [row for rows in table.read(connection, [first.pk]) for row in rows]
    assert [table.key_of(row) for row in found] == [[second.pk], [third.pk]]
    digest = table.digest(connection, lambda rows: None)
    assert digest.rows == 3
    with paused():
        Article.objects.filter(pk=second.pk).update(title="改了")
    assert table.digest(connection, lambda rows: None).digest != digest.digest


values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)),
    max_leaves=12,
)


def turned(value):
    if isinstance(value, dict):
        return {name: turned(value[name]) for name in reversed(list(value))}
    return [turned(item) for item in value] if isinstance(value, list) else value


@given(values)
def test_json_is_compared_without_regard_to_its_form(value):
    plain = canonical_json(json.dumps(value))
    assert plain == canonical_json(json.dumps(turned(value), ensure_ascii=False, indent=2))
    assert json.loads(plain) == value


def test_numbers_are_compared_by_what_they_are():
    assert canonical_json("[1e2, 1.50, -0.0, 0.1]") == canonical_json("[100, 1.5, 0.0, 0.10]")
    assert canonical_json("[1]") != canonical_json("[true]")


@given(st.lists(st.lists(st.tuples(st.integers(), st.text(max_size=30)), max_size=6), max_size=8))
def test_batches_are_bounded_and_whole(found):
    batches = list(in_batches(found, most_rows=5, most_size=40))
    assert [row for batch in batches for row in batch] == [row for rows in found for row in rows]
    assert all(1 <= len(batch) <= 5 for batch in batches)
    assert all(sum(len(text) for _, text in batch[:-1]) < 40 for batch in batches)


@given(st.text(st.characters(categories=["L", "N"]), min_size=4))
def test_a_password_is_never_shown(password):
    shown = without_password(f"postgresql://meiri:x{password}@db.example.cn:5432/site?host=/run")
    assert shown == "postgresql://meiri:***@db.example.cn:5432/site?host=/run"
    assert without_password("sqlite:////srv/site.sqlite3") == "sqlite:////srv/site.sqlite3"
