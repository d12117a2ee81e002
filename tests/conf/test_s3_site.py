"""A whole site whose media files, and backups, lie on an S3 server: it is backed up, restored, tried, exported and moved."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from meiri.conf.backup_places import backups_in_s3
from meiri.conf.backups import not_served
from meiri.conf.health import backups_are_young
from meiri.conf.moving import moving_media
from meiri.health_checks import HealthState
from meiri.ingest.leaving.exporting_site import digest_site, export_site
from meiri.ingest.leaving.importing_site import import_site
from meiri.media import bucket_check
from meiri.media.bucket_files import BucketFile
from meiri.media.models import Picture
from meiri.media.stored_media import FileFolder, MediaBucket
from meiri.s3 import S3Away
from tests.conf import test_drill
from tests.conf.test_drill import drilled
from tests.media.stored_names import stored_names
from tests.media.test_removing import a_document, a_picture
from tests.newsroom_factory import an_article
from tests.s3_server import BUCKET, S3Server, use_bucket

sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="sites with a database file of their own")


def said_by(*arguments: str, status: int = 0) -> str:
    out = StringIO()
    ended = 0
    try:
        call_command(*arguments, stdout=out, stderr=out)
    except SystemExit as end:
        ended = end.code
    assert ended == status, out.getvalue()
    return out.getvalue()


def meiri(home: Path, server: S3Server, *arguments: str, **more: str) -> subprocess.CompletedProcess:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MEIRI_")}
    return subprocess.run(
        [sys.executable, "-m", "meiri.conf.command", *arguments],
        env=clean | server.settings() | {"MEIRI_HOME": str(home)} | more,
        capture_output=True,
        text=True,
    )


def rows_of(home: Path) -> dict[str, str]:
    """The keys of the files by their names, in the database of another site."""
    with closing(sqlite3.connect(home / "meiri.sqlite3")) as database:
        return dict(database.execute("SELECT name, key FROM media_bucketfile"))


def contents() -> dict[str, bytes]:
    found = {}
    for name in stored_names():
        with default_storage.open(name) as file:
            found[name] = file.read()
    return found


newsroom = test_drill.newsroom


@pytest.fixture
def site(s3_site) -> S3Server:
    an_article("山里通了班车")
    a_picture(), a_document()
    return s3_site


class TestBackups:
    @sqlite
    def test_a_backup_on_the_server_comes_back_into_a_bucket_or_a_folder(self, site, tmp_path, settings):
        before = contents()
        said = said_by("backup", "s3:")
        assert f"{len(before)} media files and the database" in said
        (backup,) = backups_in_s3()
        assert (f" {backup} " in said, backup.name.startswith("meiri-")) == (True, True)
        # The same server, another data folder: it reads the youngest, and writes its files under keys of its own.
        assert site.content(backup.key).startswith(b"age-encryption.org/v1\n")
        key = str(settings.HOME / "backup.key")
        done = meiri(tmp_path / "other", site, "restore", "s3:", "--key", key)
        assert done.returncode == 0, done.stderr
        rows = rows_of(tmp_path / "other")
        assert {name: site.content(key) for name, key in rows.items()} == before
        assert not set(rows.values()) & set(BucketFile.objects.values_list("key", flat=True))
        assert not (tmp_path / "other" / "media").exists()
        # A site that has backups alone there.
        done = meiri(tmp_path / "local", site, "restore", str(backup), "--key", key, MEIRI_S3_MEDIA="off")
        assert done.returncode == 0, done.stderr
        assert {name: (tmp_path / "local" / "media" / name).read_bytes() for name in before} == before
        assert rows_of(tmp_path / "local") == {}
        # Nobody names the objects of the site that was replaced: they are told, and deleted when they are old and that is asked for.
        assert said_by("bucket").startswith(f"{len(before)} media files, 0 of them missing")

    @sqlite
    def test_a_restoration_that_the_server_ends_changes_nothing(self, site, tmp_path):
        said_by("backup", str(tmp_path / "site.tar.zst"))
        home, keys = tmp_path / "other", site.keys()
        dead = {"MEIRI_S3_ENDPOINT": "http://127.0.0.1:9"}
        done = meiri(home, site, "restore", str(tmp_path / "site.tar.zst"), **dead)
        assert done.returncode == 1
        assert "Media files can't be put into the bucket: http://127.0.0.1:9" in done.stderr
        assert "Traceback" not in done.stderr
        assert not (home / "meiri.sqlite3").exists()
        assert site.keys() == keys

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's database of tests is in memory")
    def test_a_site_on_postgresql_is_replaced_and_its_objects_are_others(self, site):
        before, keys = contents(), set(site.keys())
        said_by("backup", "s3:")
        said_by("restore", "s3:", "--replace")
        rows = dict(BucketFile.objects.values_list("name", "key"))
        assert {name: site.content(key) for name, key in rows.items()} == before
        assert not keys & set(rows.values())

    def test_what_was_altered_in_the_bucket_is_not_in_a_backup_and_is_named(self, site, settings, tmp_path):
        name = Picture.objects.get().file.name
        site.client().put_object(Bucket=BUCKET, Key=BucketFile.objects.get(name=name).key, Body=b"evil")
        use_bucket(settings, site, tmp_path / "node-b")
        assert f"{name} is missing in the bucket, or is not what was stored" in said_by(
            "backup", str(tmp_path / "site.tar.zst")
        )

    def test_the_youngest_are_kept_and_nothing_else_is_deleted(self, site):
        site.client().put_object(Bucket=BUCKET, Key="backups/of-the-year.tar.zst", Body=b"kept")
        for number in range(3):
            said_by("backup", f"s3:meiri-{number}.tar.zst")
        assert "Deleted: s3:meiri-" in said_by("backup", "s3:meiri-3.tar.zst", "--keep", "2")
        names = {one.name for one in backups_in_s3()}
        assert {"of-the-year.tar.zst", "meiri-3.tar.zst"} < names
        assert len(names) == 3
        with pytest.raises(CommandError, match="exists already"):
            call_command("backup", "s3:meiri-3.tar.zst")
        with pytest.raises(CommandError, match="--keep is for backups on the S3 server"):
            call_command("backup", "x.tar.zst", "--keep", "2")

    def test_a_server_that_is_away_is_named_and_nothing_is_noted(self, site, settings, tmp_path):
        use_bucket(settings, site, tmp_path / "node-b")
        site.kill()
        for command in (["backup", "s3:"], ["restore", "s3:"], ["backup", str(settings.HOME / "x")]):
            with pytest.raises(CommandError, match=r"S3 server can't be used|Media files can't be read"):
                call_command(*command)
        assert [told.state for told in backups_are_young()] == [HealthState.WARNING]
        assert not list(Path(settings.HOME).glob("*backup*"))

    def test_without_a_server_the_setting_is_named(self, settings):
        settings.S3 = None
        with pytest.raises(CommandError, match="MEIRI_S3_ENDPOINT"):
            call_command("backup", "s3:")

    @sqlite
    def test_a_drill_tries_the_backup_of_the_bucket_and_leaves_the_bucket_alone(
        self,
        newsroom,
        s3_site,
        settings,
        monkeypatch,
    ):
        use_bucket(settings, s3_site, newsroom)
        for name, value in s3_site.settings().items():
            monkeypatch.setenv(name, value)
        a_picture()
        said_by("backup", "s3:")
        keys = s3_site.keys()
        status, found = drilled()
        assert found["restoration"]["state"] == found["media"]["state"] == "ok", found
        assert status in (0, 1), found
        assert s3_site.keys() == keys
        assert [told.state for told in backups_are_young()] == [HealthState.OK]


class TestMoving:
    def test_media_go_into_the_bucket_and_back_and_are_compared(self, s3_site, settings):
        local(settings)
        a_picture(), a_document()
        before = contents()
        said = said_by("move-media", "s3")
        assert f"{len(before)} files" in said
        assert f"{len(before)} were carried just now" in said
        assert "MEIRI_S3_MEDIA=off" in said
        in_bucket(settings)
        assert contents() == before
        assert "0 were carried just now" in said_by("move-media", "s3")
        # Back, into an empty folder.
        folder = Path(settings.MEDIA_ROOT)
        folder.rename(folder.with_name("old-media"))
        assert f"{len(before)} were carried just now" in said_by("move-media", "folder")
        local(settings)
        assert contents() == before

    def test_an_interrupted_move_goes_on_where_it_ended(self, s3_site, settings, monkeypatch):
        local(settings)
        a_picture(), a_document()
        before = contents()
        put, carried = moving_media.put_path, []

        def breaks_off(file):
            carried.append(file)
            if len(carried) == 4:
                raise S3Away("the server went away")
            return put(file)

        monkeypatch.setattr(moving_media, "put_path", breaks_off)
        with pytest.raises(CommandError, match="Running it again goes on"):
            call_command("move-media", "s3")
        there = BucketFile.objects.count()
        assert there < len(before)
        monkeypatch.setattr(moving_media, "put_path", put)
        assert f"{len(before)} files" in (said := said_by("move-media", "s3"))
        assert f"{len(before) - there} were carried just now" in said
        in_bucket(settings)
        assert contents() == before

    def test_what_differs_is_named(self, s3_site, settings):
        local(settings)
        document = a_document(content=b"right")
        said_by("move-media", "s3")
        key = BucketFile.objects.get(name=document.file.name).key
        s3_site.client().put_object(Bucket=BUCKET, Key=key, Body=b"wrong")
        assert f"DIFFERENT: {document.file.name}" in said_by("move-media", "s3", status=2)

    def test_files_of_the_bucket_alone_are_not_deleted_unasked(self, site, settings):
        keys = site.keys()
        with pytest.raises(CommandError, match="are in the bucket and not in"):
            call_command("move-media", "s3")
        assert site.keys() == keys
        local(settings)
        a_document(content=b"other")
        with pytest.raises(CommandError, match="that the bucket does not have"):
            call_command("move-media", "folder")
        assert "1 files" in said_by("move-media", "s3", "--remove-others")
        assert len(site.keys()) == 1

    def test_a_served_site_is_not_moved(self, site, settings):
        with not_served(Path(settings.HOME)), pytest.raises(CommandError, match="being served"):
            call_command("move-media", "s3")


def local(settings) -> None:
    settings.MEDIA_IN_S3 = False
    storage = {"BACKEND": "meiri.media.sealed_storage.SealedStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": storage}


def in_bucket(settings) -> None:
    settings.MEDIA_IN_S3 = True
    storage = {"BACKEND": "meiri.media.bucket_storage.BucketStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": storage}


class TestLeaving:
    def test_the_content_of_a_site_has_the_same_digest_wherever_its_files_lie(self, s3_site, settings):
        local(settings)
        a_picture(), a_document()
        with transaction.atomic():
            before = digest_site()
        said_by("move-media", "s3")
        in_bucket(settings)
        with transaction.atomic():
            assert digest_site() == before

    def test_a_site_is_exported_from_a_bucket_and_imported_into_another(self, s3_site, tmp_path):
        with transaction.atomic():
            an_article("山里通了班车")
            a_picture(), a_document()
            before = contents()
            export_site(tmp_path / "site")
            transaction.set_rollback(True)
        assert s3_site.keys() == []  # what was rolled back leaves nothing in the bucket
        import_site(tmp_path / "site")
        assert contents() == before
        assert len(s3_site.keys()) == len(before)


class TestStrangers:
    def test_old_objects_without_a_name_are_deleted_when_asked(self, site, monkeypatch):
        site.client().put_object(Bucket=BUCKET, Key="media/ab/left-over", Body=b"left over")
        site.client().put_object(Bucket=BUCKET, Key="backups/meiri-1.tar.zst", Body=b"a backup")
        gone = BucketFile.objects.order_by("name").first()
        assert "nothing names" not in said_by("bucket")  # it may be on its way
        monkeypatch.setattr(bucket_check, "AGE", timedelta(seconds=-5))
        assert "1 objects (0.0 MB) that nothing names: left" in said_by("bucket")
        assert "nothing names: deleted" in said_by("bucket", "--delete-strangers")
        left = site.keys()
        assert ("media/ab/left-over" in left, "backups/meiri-1.tar.zst" in left) == (False, True)
        site.client().delete_object(Bucket=BUCKET, Key=gone.key)
        assert f"MISSING: {gone.name}" in said_by("bucket", status=2)


def test_names_come_in_the_order_of_a_folder(s3_site, settings):
    for name in ("b.txt", "a/2.txt", "a/b/1.txt", "a-b/1.txt", "a.txt", "a/10.txt"):
        default_storage.save(name, ContentFile(b"x"))
    names = list(MediaBucket().names())
    local(settings)
    for name in names:
        default_storage.save(name, ContentFile(b"x"))
    assert list(FileFolder(Path(settings.MEDIA_ROOT)).names()) == names
