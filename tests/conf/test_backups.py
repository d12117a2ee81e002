"""`meiri backup` and `meiri restore`: real processes on real data folders."""

import hashlib
import io
import json
import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
import tarfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest
import zstandard
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from meiri.audience.counts_writer import LOCK
from meiri.conf import backup_places
from meiri.conf.backups import (
    DATABASE,
    MANIFEST,
    UNREADABLE,
    _unpack,
    back_up,
    manifest_of,
    restore,
)
from meiri.conf.database_copies import BackupRefused, _reason
from meiri.file_locks import try_lock
from meiri.journal.log import end_of_journal
from meiri.letters.sealing import seal_contact
from meiri.members.models import ScanRequest, User
from meiri.newsroom.models import Article
from tests.letters.letters_factory import a_letter
from tests.newsroom_factory import an_article

CONTACT = "wangshu-4711@paper.example"
PICTURE = b"\x89PNG" + bytes(range(256)) * 40


def meiri(home: Path, *arguments: str, database: str = "") -> subprocess.CompletedProcess:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MEIRI_")}
    address = {"MEIRI_DATABASE_URL": database} if database else {}
    return subprocess.run(
        [sys.executable, "-m", "meiri.conf.command", *arguments],
        env=clean | address | {"MEIRI_HOME": str(home)},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def newsroom(transactional_db, tmp_path, settings) -> Path:
    """The data folder of a newsroom with an article, a picture and a letter."""
    settings.HOME = tmp_path / "newsroom"
    settings.MEDIA_ROOT = settings.HOME / "media"
    (settings.MEDIA_ROOT / "pictures").mkdir(parents=True)
    (settings.MEDIA_ROOT / "pictures" / "山.png").write_bytes(PICTURE)
    an_article("山里通了班车")
    a_letter(sealed_contact=seal_contact("许望舒", CONTACT))
    return settings.HOME


@pytest.fixture
def backup(newsroom, tmp_path) -> Path:
    path = tmp_path / "site.tar.zst"
    back_up(path)
    return path


def unpacked(path: Path) -> bytes:
    with path.open("rb") as file:
        return zstandard.ZstdDecompressor().stream_reader(file).read()


def packed(path: Path, entries: dict[str, bytes]) -> Path:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, content in entries.items():
            about = tarfile.TarInfo(name)
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    path.write_bytes(zstandard.compress(made.getvalue()))
    return path


def titles(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / "meiri.sqlite3")) as database:
        return [title for (title,) in database.execute("SELECT title FROM newsroom_article")]


only_sqlite = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="sites with a database file of their own"
)


@only_sqlite
def test_a_site_moves_to_an_empty_data_folder(newsroom, backup, tmp_path):
    home = tmp_path / "other"
    done = meiri(home, "restore", str(backup))
    assert done.returncode == 0, done.stderr
    assert titles(home) == ["山里通了班车"]
    assert (home / "media/pictures/山.png").read_bytes() == PICTURE
    assert "letters.key" in done.stderr
    sequence, digest = end_of_journal()
    with closing(sqlite3.connect(home / "meiri.sqlite3")) as database:
        last = "SELECT sequence, digest FROM journal_entry ORDER BY sequence DESC LIMIT 1"
        assert database.execute(last).fetchone() == (sequence, digest)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@only_sqlite
def test_a_site_with_articles_is_replaced_only_when_told_to_and_kept(backup, tmp_path):
    home = tmp_path / "other"
    assert meiri(home, "restore", str(backup)).returncode == 0
    with closing(sqlite3.connect(home / "meiri.sqlite3")) as database:
        database.execute("UPDATE newsroom_article SET title = '后来改的标题'")
        database.commit()
    (home / "media/later.png").write_bytes(b"later")
    refused = meiri(home, "restore", str(backup))
    assert refused.returncode == 1
    assert "--replace" in refused.stderr
    assert titles(home) == ["后来改的标题"]
    assert meiri(home, "restore", "--replace", str(backup)).returncode == 0
    assert titles(home) == ["山里通了班车"]
    assert not (home / "media/later.png").exists()
    (kept,) = home.glob("replaced-*")
    assert titles(kept) == ["后来改的标题"]
    assert (kept / "media/later.png").read_bytes() == b"later"


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="PostgreSQL's programs copy PostgreSQL's databases"
)
def test_a_database_of_postgresql_is_put_back(newsroom, backup):
    Article.objects.update(title="后来改的标题")
    with pytest.raises(BackupRefused, match="--replace"):
        restore(backup, replace=False)
    restore(backup, replace=True)
    assert list(Article.objects.values_list("title", flat=True)) == ["山里通了班车"]


def test_what_postgresql_complains_of_is_told_and_not_the_command_that_failed():
    said = (
        "pg_restore: error: could not execute query: ERROR:  out of shared memory\n"
        "HINT:  You might need to increase max_locks_per_transaction.\n"
        "Command was: CREATE INDEX a ON public.b USING btree (\n  c\n);\n"
    )
    assert _reason(said).endswith("ERROR:  out of shared memory")
    assert (_reason("no such host\n"), _reason("")) == ("no such host", "")


def test_a_backup_tells_nobody_who_wrote_a_letter(newsroom, backup):
    content = unpacked(backup)
    key = (newsroom / "letters.key").read_bytes().strip()
    assert "山里通了班车".encode() in content or connection.vendor != "sqlite"
    assert CONTACT.encode() not in content
    assert key not in content
    assert backup.stat().st_mode & 0o077 == 0


# The digest of what a QR code holds that somebody is being signed in by.
SCANNED = "5ca1ab1e" * 8


@pytest.fixture
def signed_in(newsroom, client) -> str:
    """The key of the session of somebody who is signed in."""
    client.force_login(User.objects.create_user("lin", password="a long password 7"))
    ScanRequest.objects.create(
        token_digest=SCANNED,
        number="4711",
        device="Edge",
        confirmed_by=Session.objects.get(),
        ends_at=timezone.now() + timedelta(minutes=1),
    )
    return client.session.session_key


def test_b8_nothing_in_a_backup_signs_anybody_in(signed_in, tmp_path):
    stored = Session.objects.get().pk
    assert stored != signed_in
    back_up(tmp_path / "site.tar.zst")
    with closing(tarfile.open(fileobj=io.BytesIO(unpacked(tmp_path / "site.tar.zst")))) as archive:
        content = archive.extractfile(DATABASE).read()
    assert signed_in.encode() not in content
    assert stored.encode() not in content
    assert SCANNED.encode() not in content


def test_b8_a_restoration_signs_everybody_out(signed_in, tmp_path, monkeypatch):
    # A backup of an older release has the sessions.
    with monkeypatch.context() as older:
        older.setattr("meiri.conf.database_copies.SESSIONS", ())
        back_up(tmp_path / "site.tar.zst")
    if connection.vendor == "postgresql":
        restore(tmp_path / "site.tar.zst", replace=True)
        assert not Session.objects.exists()
        return
    home = tmp_path / "other"
    assert meiri(home, "restore", str(tmp_path / "site.tar.zst")).returncode == 0
    with closing(sqlite3.connect(home / "meiri.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM django_session").fetchone() == (0,)
        assert database.execute("SELECT count(*) FROM members_scanrequest").fetchone() == (0,)
        assert database.execute("SELECT username FROM members_user").fetchall() == [("lin",)]
    assert stat.S_IMODE((home / "meiri.sqlite3").stat().st_mode) == 0o600


def test_b8_a_backup_is_its_owners_alone(backup):
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def test_a_backup_replaces_no_file_and_leaves_none_behind(newsroom, backup, tmp_path):
    before = backup.read_bytes()
    with pytest.raises(BackupRefused, match="exists already"):
        back_up(backup)
    with pytest.raises(BackupRefused, match="no folder"):
        back_up(tmp_path / "nowhere" / "site.tar.zst")
    assert backup.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["newsroom", "site.tar.zst"]


def test_a_site_that_is_served_is_left_alone(newsroom, backup):
    with (newsroom / LOCK).open("w") as lock:
        assert try_lock(lock)
        with pytest.raises(BackupRefused, match="being served"):
            restore(backup, replace=True)
    assert Article.objects.get().title == "山里通了班车"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"engine": "oracle"}, "oracle"),
        ({"format": 99}, "format 99"),
        ({"migrations": ["newsroom.9999_later"]}, "newsroom.9999_later"),
        ({"files": {}}, "not those"),
    ],
)
def test_a_backup_of_another_kind_of_site_is_refused(newsroom, backup, tmp_path, change, words):
    with tarfile.open(fileobj=io.BytesIO(unpacked(backup))) as archive:
        entries = {about.name: archive.extractfile(about).read() for about in archive}
    entries[MANIFEST] = json.dumps(json.loads(entries[MANIFEST]) | change).encode()
    with pytest.raises(BackupRefused, match=words):
        restore(packed(tmp_path / "changed.tar.zst", entries), replace=True)
    assert Article.objects.get().title == "山里通了班车"
    assert not list(newsroom.glob(".restoring-*"))


@pytest.mark.parametrize(
    "name", ["../out", "media/../../out", "/out", "media//out", "./media/out", "letters.key", "media"]
)
def test_names_that_lead_elsewhere_are_refused(tmp_path, name):
    home = tmp_path / "home"
    home.mkdir()
    with pytest.raises(ValueError, match="does not belong there"):
        _unpack(packed(tmp_path / "made.tar.zst", {DATABASE: b"x", name: b"x"}), home)
    assert [path.name for path in tmp_path.iterdir() if path.name == "out"] == []


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BackupRefused, match=r"There is no file .*missing"):
        restore(tmp_path / "missing", replace=True)


def test_links_are_refused(tmp_path):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        link = tarfile.TarInfo("media/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    (tmp_path / "made.tar.zst").write_bytes(zstandard.compress(made.getvalue()))
    with pytest.raises(ValueError, match="does not belong there"):
        _unpack(tmp_path / "made.tar.zst", tmp_path)


CONTENT = random.Random(4).randbytes(3000)
ENTRIES = {DATABASE: {"size": 3000, "sha256": hashlib.sha256(CONTENT).hexdigest()}}


def whole_or_refused(path: Path, place: Path) -> bool:
    place.mkdir()
    try:
        manifest = _unpack(path, place)
    except UNREADABLE:
        return True
    return manifest["files"] == ENTRIES and (place / DATABASE).read_bytes() == CONTENT


@given(st.integers(0, 10_000), st.integers(0, 255))
@settings(max_examples=60)
def test_what_is_read_out_of_a_damaged_or_cut_file_is_whole_or_refused(tmp_path_factory, at, change):
    folder = tmp_path_factory.mktemp("damaged")
    manifest = json.dumps({"format": 1, "files": ENTRIES}).encode()
    path = packed(folder / "backup", {DATABASE: CONTENT, MANIFEST: manifest})
    content = bytearray(path.read_bytes())
    at %= len(content)
    if change:
        content[at] ^= change
    else:
        del content[at:]
    path.write_bytes(content)
    assert whole_or_refused(path, folder / "place")
    shutil.rmtree(folder)


def test_an_encrypted_backup_is_opened_by_its_key_alone(newsroom, tmp_path):
    """By the data folder's own key, or another that is given; by nobody else, and not once it was changed."""
    plain, sealed = tmp_path / "a.tar.zst", tmp_path / "b.tar.zst.age"
    back_up(plain)
    made = back_up(sealed)
    assert made.size == sealed.stat().st_size > plain.stat().st_size
    assert sealed.stat().st_mode & 0o077 == 0
    assert sealed.read_bytes().startswith(b"age-encryption.org/v1\n")
    assert manifest_of(sealed) == made.manifest
    assert not list(tmp_path.glob(".backup-*"))

    new = tmp_path / "new"
    new.mkdir()
    refused = meiri(new, "restore", str(sealed))
    assert refused.returncode == 1
    assert "is encrypted" in refused.stderr
    assert "--key FILE" in refused.stderr
    (new / "backup.key").write_text(f"{pyrage.x25519.Identity.generate()}\n")
    refused = meiri(new, "restore", str(sealed))
    assert "can't be opened with this key" in refused.stderr
    damaged = tmp_path / "damaged.age"
    damaged.write_bytes(sealed.read_bytes()[:-20])
    assert "is encrypted" in meiri(new, "restore", str(damaged), "--key", str(newsroom / "backup.key")).stderr
    if connection.vendor == "sqlite":
        assert not (new / "meiri.sqlite3").exists()
        restored = meiri(new, "restore", str(sealed), "--key", str(newsroom / "backup.key"))
        assert restored.returncode == 0, restored.stderr
        assert titles(new) == ["山里通了班车"]


def test_nothing_of_an_encrypted_backup_is_in_clear_beside_it(newsroom, tmp_path, monkeypatch):
    """The folder may be another machine's."""
    elsewhere, seen = tmp_path / "elsewhere", set()
    elsewhere.mkdir()
    put = backup_places.put_backup

    def look_and_put(draft, target):
        seen.update(path for path in elsewhere.rglob("*"))
        put(draft, target)

    monkeypatch.setattr("meiri.conf.backups.put_backup", look_and_put)
    back_up(elsewhere / "a.tar.zst.age")
    assert seen == set()
    assert [path.name for path in elsewhere.iterdir()] == ["a.tar.zst.age"]
    assert not [path for path in newsroom.iterdir() if path.name.startswith(".backup-")]


def test_a_machine_without_a_private_key_makes_backups_that_another_opens(newsroom, tmp_path, settings):
    key = pyrage.x25519.Identity.generate()
    settings.BACKUP_RECIPIENTS = [str(key.to_public())]
    back_up(tmp_path / "a.age")
    assert not (newsroom / "backup.key").exists()
    with pytest.raises(BackupRefused, match=r"backup\.key can't be read"):
        manifest_of(tmp_path / "a.age")
    settings.BACKUP_RECIPIENTS = ["age1wrong"]
    with pytest.raises(BackupRefused, match="no public key"):
        back_up(tmp_path / "b.age")
    assert not (tmp_path / "b.age").exists()
