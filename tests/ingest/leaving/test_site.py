"""A whole site out of one database and into an empty one: the sample newsroom as a first start makes it."""

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import traceback
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from meiri.ingest.leaving.exporting_site import digest_site, export_site
from meiri.ingest.leaving.importing_site import import_site
from meiri.ingest.leaving.row_lines import RowLines, TypeNames
from meiri.ingest.leaving.site_files import SiteFile
from meiri.ingest.leaving.site_folder import FILES, MANIFEST, PROGRESS, SiteRefused, read_manifest
from meiri.ingest.leaving.site_kinds import LEFT_OUT, WITHHELD, reason_to_stay, site_kinds
from meiri.ingest.leaving.site_snapshot import snapshot_file
from meiri.members.models import User
from meiri.newsroom.models import Article
from meiri.newsroom.published_texts import live_articles_are_as_published
from tests.newsroom_factory import an_article
from tests.prepared import begin_started

pytestmark = pytest.mark.django_db
on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="first starts are prepared on SQLite")


@pytest.fixture(scope="module")
def started(request, django_db_setup, tmp_path_factory) -> Path:
    """The data folder of the site that leaves; nobody changes it."""
    home = tmp_path_factory.mktemp("started")
    begin_started(home, request.config)
    return home


@pytest.fixture(scope="module")
def exported(started, django_db_blocker, tmp_path_factory) -> Path:
    """The folder that it leaves in; beside it `cut.json`: what was there after the export had been killed."""
    folder = tmp_path_factory.mktemp("out") / "site"
    with django_db_blocker.unblock(), at_home(started):
        # An export that was begun: its moment is the database that was prepared, and not the one of the tests.
        folder.mkdir(mode=0o700)
        (folder / PROGRESS).touch()
        moment = sqlite3.connect(snapshot_file(str(folder.resolve())))
        with closing(moment), closing(sqlite3.connect(started / "meiri.sqlite3")) as database:
            database.backup(moment)
        if not (child := os.fork()):
            export_and_die(folder, after=4000)
        _, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL
        cut = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
        (folder.parent / "cut.json").write_text(json.dumps(cut))
        export_site(folder)
        assert not snapshot_file(str(folder.resolve())).exists()
    return folder


class at_home:  # noqa: N801
    """Within the block the data folder is `home`."""

    def __init__(self, home: Path):
        self.home = home

    def __enter__(self):
        from django.test import override_settings

        self.settings = override_settings(HOME=self.home, MEDIA_ROOT=self.home / "media")
        self.settings.enable()

    def __exit__(self, *error):
        self.settings.disable()


def export_and_die(folder: Path, after: int) -> None:
    """Export until so many rows are written, and be killed then."""
    written = 0

    def count(more):
        nonlocal written
        written += more
        if written >= after:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        export_site(folder, progress=count)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


@pytest.fixture
def empty_home(tmp_path, settings) -> Path:
    settings.HOME, settings.MEDIA_ROOT = tmp_path / "home", tmp_path / "home" / "media"
    settings.HOME.mkdir()
    return settings.HOME


@pytest.fixture(scope="module")
def small(django_db_setup, django_db_blocker, tmp_path_factory) -> Path:
    """The folder of a site with an article and a file."""
    home, folder = tmp_path_factory.mktemp("small"), tmp_path_factory.mktemp("out") / "small"
    (home / "media").mkdir()
    (home / "media/图.png").write_bytes(b"picture")
    with django_db_blocker.unblock(), at_home(home), transaction.atomic():
        an_article("山里通了班车")
        export_site(folder)
        transaction.set_rollback(True)
    return folder


@pytest.fixture
def copy(small, tmp_path) -> Path:
    """That folder, to be damaged."""
    return Path(shutil.copytree(small, tmp_path / "copy"))


def written_anew(path: Path, content: bytes) -> None:
    path.unlink()
    path.write_bytes(content)


def put_part(folder: Path, name: str, content: bytes) -> None:
    """Put `content` into a part, as if it had been exported so."""
    written_anew(folder / name, content)
    said = json.loads((folder / MANIFEST).read_text())
    for part in said["parts"]:
        if part["file"] == name:
            part |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            part["rows"] = content.count(b"\n")
    written_anew(folder / MANIFEST, json.dumps(said).encode())


def rows_of(database, table: str, columns: list[str], key: str) -> list[tuple]:
    names = ", ".join(f'"{name}"' for name in columns)
    return [tuple(row) for row in database.execute(f'SELECT {names} FROM "{table}" ORDER BY "{key}"')]  # noqa: S608


@on_sqlite
class TestTheSampleNewsroom:
    def test_comes_back_row_by_row_and_file_by_file(self, started, exported, empty_home):
        manifest = import_site(exported)
        assert digest_site() == manifest.content
        assert digest_site(with_media=False) != manifest.content
        # And beyond what the export itself says: each table, as the database has it.
        seen = 0
        here = connection.connection
        with closing(
            sqlite3.connect(started / "meiri.sqlite3", detect_types=sqlite3.PARSE_DECLTYPES)
        ) as there:
            for kind in site_kinds():
                model = kind.model
                columns = [field.column for field in kind.fields]
                before = rows_of(there, model._meta.db_table, columns, model._meta.pk.column)
                after = rows_of(here, model._meta.db_table, columns, model._meta.pk.column)
                assert after == before, kind.name
                seen += len(after)
        assert seen == manifest.rows() > 3000
        assert list(live_articles_are_as_published()) == []
        for folder in ("media", "originals"):
            assert files_below(empty_home / folder) == files_below(started / folder)
        assert not any(user.has_usable_password() for user in User.objects.all())
        assert Article.objects.filter(live=True).exists()

    def test_leaves_no_secret_behind(self, started, exported):
        with closing(sqlite3.connect(started / "meiri.sqlite3")) as database:
            hashes = [row[0] for row in database.execute("SELECT password FROM members_user")]
        written = b"".join(path.read_bytes() for path in exported.glob("*.jsonl"))
        assert hashes
        assert not any(one.encode() in written for one in hashes if not one.startswith("!"))
        assert not {path.name for path in exported.rglob("*.key")}
        assert exported.stat().st_mode & 0o077 == 0

    def test_went_on_where_it_was_killed(self, exported):
        cut = json.loads((exported.parent / "cut.json").read_text())
        assert MANIFEST not in cut
        parts = {name: time for name, time in cut.items() if name.endswith(".jsonl") and name[0] != "."}
        assert len(parts) > 4
        assert PROGRESS in parts
        now = {name: (exported / name).stat().st_mtime_ns for name in parts if name != PROGRESS}
        assert now == {name: time for name, time in parts.items() if name != PROGRESS}
        assert not list(exported.glob(".*.draft"))

    def test_is_not_exported_over(self, exported, tmp_path, empty_home):
        with pytest.raises(CommandError, match="holds a whole export already"):
            call_command("export", "--to", str(exported))
        (tmp_path / "letters.txt").write_text("mine")
        with pytest.raises(CommandError, match="not empty"):
            call_command("export", "--to", str(tmp_path))

    def test_comes_by_the_command_and_not_twice(self, exported, empty_home, capsys, monkeypatch):
        monkeypatch.setattr("meiri.delivery.page_store.PageStore.start_over", lambda store: None)
        call_command("import-site", str(exported))
        told = capsys.readouterr()
        assert "whose chain was verified" in told.out
        assert "letters.key" in told.err
        call_command("export", "--digest")
        assert capsys.readouterr().out.strip() == read_manifest(exported).content
        with pytest.raises(CommandError, match="not empty"):
            call_command("import-site", str(exported))


def files_below(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


class TestWhatIsRefused:
    def refused(self, folder: Path) -> str:
        with pytest.raises(SiteRefused) as refusal:
            import_site(folder)
        assert not Article.objects.exists()
        assert not User.objects.exists()
        assert not list(Path(connection_home()).glob("media/*"))
        return str(refusal.value)

    def test_a_site_that_has_anything(self, copy, empty_home):
        an_article("已有的稿件")
        with pytest.raises(SiteRefused, match="not empty"):
            import_site(copy)
        assert Article.objects.count() == 1

    def test_a_folder_that_is_none(self, tmp_path, empty_home):
        assert "manifest.json is missing" in self.refused(tmp_path)
        (tmp_path / MANIFEST).write_text("[" * 100_000)
        assert "can't be read" in self.refused(tmp_path)
        (tmp_path / MANIFEST).write_text('{"format": 2}')
        assert "not known to this release" in self.refused(tmp_path)

    def test_a_changed_byte(self, copy, empty_home):
        path = copy / "newsroom.article.00001.jsonl"
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        written_anew(path, bytes(content))
        assert "newsroom.article.00001.jsonl is damaged" in self.refused(copy)

    def test_a_cut_file(self, copy, empty_home):
        path = copy / "wagtailcore.revision.00001.jsonl"
        written_anew(path, path.read_bytes()[:-5])
        assert "is damaged" in self.refused(copy)

    def test_a_missing_or_changed_picture(self, copy, empty_home):
        blob = next((copy / "media").glob("*/*"))
        content = blob.read_bytes()
        written_anew(blob, content[:-1] + b"?" if content[-1:] != b"?" else content[:-1] + b"!")
        assert "is damaged" in self.refused(copy)
        blob.unlink()
        assert "can't be read" in self.refused(copy)

    def test_a_link_in_the_place_of_a_file(self, copy, empty_home, tmp_path):
        path = copy / "newsroom.article.00001.jsonl"
        path.rename(tmp_path / "elsewhere.jsonl")
        path.symlink_to(tmp_path / "elsewhere.jsonl")
        assert "can't be read" in self.refused(copy)
        path.unlink()
        os.mkfifo(path)
        assert "can't be read" in self.refused(copy)

    @pytest.mark.parametrize(
        "path",
        [
            "media/../../x",
            "/etc/passwd",
            "media",
            "../x",
            "media//x",
            "media/.x",
            "static/x",
            "media/a\0b",
            "media/\ud800",
        ],
    )
    def test_a_file_that_leads_elsewhere(self, copy, empty_home, path):
        name = f"{FILES}.00001.jsonl"
        first = json.loads((copy / name).read_bytes().splitlines()[0])
        put_part(copy, name, json.dumps({**first, "path": path}).encode() + b"\n")
        assert "no file of a site" in self.refused(copy)

    @pytest.mark.parametrize("name", ["../x.00001.jsonl", "/x.00001.jsonl", "x", 7, "a.b.00001.jsonl/../x"])
    def test_a_part_that_leads_elsewhere(self, copy, empty_home, name):
        said = json.loads((copy / MANIFEST).read_text())
        said["parts"][0]["file"] = name
        written_anew(copy / MANIFEST, json.dumps(said).encode())
        assert "no name of a file of rows" in self.refused(copy)

    def test_a_line_that_is_no_row(self, copy, empty_home):
        put_part(copy, "newsroom.source.00001.jsonl", b"null\n")
        with (
            pytest.raises(
                SiteRefused, match=r"newsroom\.source\.00001\.jsonl can't be taken, in lines 1 to 1"
            ),
            transaction.atomic(),
        ):
            import_site(copy)
        assert not Article.objects.exists()

    def test_rows_that_lead_nowhere(self, copy, empty_home):
        put_part(copy, "newsroom.source.00001.jsonl", b"")
        with pytest.raises(SiteRefused, match="does not belong together"), transaction.atomic():
            import_site(copy)

    def test_a_journal_that_was_altered(self, copy, empty_home):
        name = "journal.entry.00001.jsonl"
        lines = (copy / name).read_bytes().splitlines(keepends=True)
        entry = json.loads(lines[0])
        lines[0] = json.dumps({**entry, "actor": "user:4711"}).encode() + b"\n"
        put_part(copy, name, b"".join(lines))
        with (
            pytest.raises(SiteRefused, match="journal is not as it was written: entry 1"),
            transaction.atomic(),
        ):
            import_site(copy)

    def test_another_release(self, copy, empty_home):
        said = json.loads((copy / MANIFEST).read_text())
        said["kinds"]["newsroom.article"].remove("kicker")
        written_anew(copy / MANIFEST, json.dumps(said).encode())
        assert "another release" in self.refused(copy)

    def test_filters(self, tmp_path, empty_home):
        with pytest.raises(CommandError, match="leaves whole"):
            call_command("export", "--to", str(tmp_path / "new"), "--since", "2026-01-01")
        with pytest.raises(CommandError, match="Name one"):
            call_command("export")


def connection_home() -> Path:
    from django.conf import settings

    return settings.HOME


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[" * 100_000,
        b'{"id": 1}',
        b'{"id": "1", "name": "x", "url": "", "licence": ""}',
        b'{"id": 99999999999999999999, "name": "x", "url": "", "licence": ""}',
        b'{"id": true, "name": "x", "url": "", "licence": ""}',
        b'{"id": 1, "name": "\\ud800", "url": "", "licence": ""}',
        b'{"id": 1, "name": null, "url": "", "licence": ""}',
        b'{"id": 1, "name": ["x"], "url": "", "licence": ""}',
    ],
)
def test_what_is_no_row_is_refused(line):
    kind = next(kind for kind in site_kinds() if kind.name == "newsroom.source")
    with pytest.raises(ValueError, match=r"\w"):
        RowLines(kind, TypeNames("default")).insert([line])


def test_a_site_comes_back_on_each_database(empty_home, tmp_path):
    with transaction.atomic():
        article = an_article("山里通了班车", tags=["交通"], kicker="“村村通”")
        article.save_revision()
        an_article("将要删除的稿件").delete()
        (empty_home / "media").mkdir()
        (empty_home / "media/图.png").write_bytes(b"picture")
        kept = export_site(tmp_path / "out")
        address, numbered = article.full_url, Article.objects.order_by("-pk")[0].pk
        transaction.set_rollback(True)
    (empty_home / "media/图.png").unlink()
    import_site(tmp_path / "out")
    assert digest_site() == kept.content
    assert (empty_home / "media/图.png").read_bytes() == b"picture"
    assert Article.objects.get().full_url == address
    assert Article.objects.get().latest_revision.as_object().kicker == "“村村通”"
    assert an_article("后来的稿件").pk == numbered + 2


def test_the_digest_follows_every_change():
    before = digest_site()
    article = an_article("一篇稿件")
    after = digest_site()
    assert before != after == digest_site()
    Article.objects.filter(pk=article.pk).update(dateline="杭州")
    assert digest_site() != after


def test_every_table_leaves_or_says_why_not():
    assert [kind.name for kind in site_kinds() if len(kind.model._meta.pk_fields) != 1] == []
    labels = {kind.model._meta.label: kind for kind in site_kinds()}
    for label, fields in WITHHELD.items():
        names = {field.attname for field in labels[label].model._meta.local_concrete_fields}
        assert fields.keys() <= names
    assert not LEFT_OUT.keys() & labels.keys()
    # Whatever is called a secret stays: a new one has to be decided on.
    words = ("password", "secret", "token", "session")
    named = {
        f"{k.name}.{f.attname}" for k in site_kinds() for f in k.fields if any(w in f.attname for w in words)
    }
    # Digests of what readers hold, by which their own receipts are found again.
    assert named == {
        "comments.comment.token_digest",
        "letters.letter.token_digest",
        "letters.message.token_digest",
        "members.manuscript.token_digest",
    }
    assert reason_to_stay(User) is None


def test_a_line_of_a_file_is_read_as_it_is_written():
    file = SiteFile("media/图.png", 3, "0" * 64)
    assert json.loads(file.line) == {"path": "media/图.png", "size": 3, "sha256": "0" * 64}
