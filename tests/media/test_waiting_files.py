"""Media files of an SQLite site on their way to the bucket: a slow server holds up nobody who writes, and nothing is lost on the way."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from bench._processes import environment
from bench.killing import wait_until
from meiri import s3
from meiri.health_checks import HealthState
from meiri.media import waiting_files
from meiri.media.bucket_check import check_bucket
from meiri.media.bucket_files import BucketFile, RemovedObject
from meiri.media.bucket_health import media_are_where_they_belong
from meiri.media.bucket_upkeep import delete_removed_objects, send_waiting_files
from meiri.media.models import Picture
from tests.media.test_removing import a_document, a_picture
from tests.prepared import begin_database
from tests.s3_server import S3Server, an_s3_server
from tests.site_shell import Shell

pytestmark = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="on PostgreSQL a transaction that waits holds up no other"
)


def waiting(home: Path) -> list[Path]:
    return sorted((home / "media-waiting").glob("*-*"))


def away(monkeypatch) -> None:
    """From now on nobody answers this process."""
    monkeypatch.setattr(s3.S3Bucket, "put", lambda *rest: (_ for _ in ()).throw(s3.S3Away("nobody answers")))


class TestOneProcess:
    def test_what_was_stored_lies_in_the_bucket_and_nowhere_else(self, s3_site, settings):
        document = a_document(content=b"words")
        (row,) = BucketFile.objects.all()
        assert s3_site.content(row.key) == b"words"
        assert waiting(settings.HOME) == []
        assert document.file.name == row.name

    def test_it_is_sent_once_the_transaction_is_committed(self, s3_site, settings):
        with transaction.atomic():
            document = a_document(content=b"words")
            assert s3_site.keys() == []
            assert document.file.read() == b"words"
        assert len(s3_site.keys()) == 1

    def test_a_rollback_leaves_nothing(self, s3_site, settings):
        with transaction.atomic():
            a_picture()
            assert waiting(settings.HOME)
            transaction.set_rollback(True)
        assert waiting(settings.HOME) == []
        assert s3_site.keys() == []
        assert not Picture.objects.exists()

    def test_while_the_server_is_away_it_is_kept_and_served_and_then_sent(
        self, client, s3_site, settings, monkeypatch
    ):
        with monkeypatch.context() as patch:
            away(patch)
            document = a_document(content=b"words")
            picture = a_picture()
        count = len(waiting(settings.HOME))
        assert count == BucketFile.objects.count() > 5
        assert s3_site.keys() == []
        from meiri.media.bucket_storage import node_cache

        node_cache().forget_all()
        assert b"".join(client.get(document.url).streaming_content) == b"words"
        assert check_bucket().missing == []
        for path in waiting(settings.HOME):
            os.utime(path, (timezone.now().timestamp() - 400,) * 2)
        told = [found.what for found in media_are_where_they_belong() if found.state == HealthState.WARNING]
        assert f"{count} files wait on this machine" in told[0]
        send_waiting_files()
        assert waiting(settings.HOME) == []
        assert len(s3_site.keys()) == count
        for name in picture.stored_sizes().names():
            with default_storage.open(name) as file:
                assert file.read() == s3_site.content(BucketFile.objects.get(name=name).key)

    def test_what_is_deleted_before_it_was_sent_never_gets_there(self, s3_site, settings, monkeypatch):
        with monkeypatch.context() as patch:
            away(patch)
            document = a_document()
        document.delete()
        assert waiting(settings.HOME) == []
        send_waiting_files()
        assert s3_site.keys() == []
        # It might have been on its way: it is deleted once more.
        assert not RemovedObject.objects.get().is_gone
        RemovedObject.objects.update(removed_at=timezone.now() - timezone.timedelta(hours=1))
        delete_removed_objects()
        assert RemovedObject.objects.get().is_gone

    def test_one_that_is_deleted_while_it_is_sent_is_deleted_there(self, s3_site, settings, monkeypatch):
        put = s3.S3Bucket.put

        def deleted_meanwhile(bucket, *rest):
            put(bucket, *rest)
            BucketFile.objects.all().delete()

        with monkeypatch.context() as patch:
            patch.setattr(s3.S3Bucket, "put", deleted_meanwhile)
            a_document()
        assert (s3_site.keys(), waiting(settings.HOME)) == ([], [])

    def test_one_that_was_changed_on_the_disk_is_not_sent(self, s3_site, settings, monkeypatch, caplog):
        with monkeypatch.context() as patch:
            away(patch)
            a_document(content=b"right")
        (path,) = waiting(settings.HOME)
        path.write_bytes(b"wrong")
        send_waiting_files()
        assert s3_site.keys() == []
        assert "is not as it was stored" in caplog.text

    def test_what_a_dead_transaction_left_goes_after_a_while(self, s3_site, settings):
        path = settings.HOME / "media-waiting/ab-cdef.jpg"
        path.parent.mkdir()
        path.write_bytes(b"half")
        send_waiting_files()
        assert path.exists()
        os.utime(path, (timezone.now().timestamp() - waiting_files.ABANDONED - 60,) * 2)
        send_waiting_files()
        assert not path.exists()


@pytest.fixture
def server() -> Iterator[S3Server]:
    with an_s3_server() as running:
        yield running


WRITES = """
import json, time
from meiri.journal.models import ConsumerOffset
longest = 0
for number in range(20):
    began = time.perf_counter()
    ConsumerOffset.objects.update_or_create(name="writer", defaults={"sequence": number})
    longest = max(longest, time.perf_counter() - began)
print(json.dumps(longest))
"""
STORES = "from tests.media.test_removing import a_document; a_document(content=b'words' * 1000)"


def test_a_slow_server_holds_up_nobody_who_writes_and_a_process_that_dies_loses_nothing(
    server, tmp_path, request, django_db_setup
):
    home = tmp_path / "home"
    home.mkdir()
    begin_database(home, request.config)
    given = environment(home, **server.settings())
    storing, writing = Shell(given), Shell(given)
    writing.run("import meiri.media.bucket_upkeep")
    storing.run("import tests.media.test_removing")
    server.pause()

    def store() -> None:
        with suppress(RuntimeError):
            storing.run(STORES)

    thread = Thread(target=store, daemon=True)
    thread.start()
    try:
        wait_until(lambda: bool(waiting(home)), 20)
        longest = json.loads(writing.run(WRITES))
        assert longest < 5  # who waited for the server would wait for ever
        assert thread.is_alive()  # the server has not answered yet
        storing._process.send_signal(signal.SIGKILL)
        thread.join(20)
    finally:
        server.resume()
    assert len(waiting(home)) == 1
    printed = writing.run(
        "from meiri.media.bucket_files import BucketFile\nfrom meiri.media.bucket_upkeep import send_waiting_files\n"
        "send_waiting_files(); print(BucketFile.objects.get().key)"
    )
    assert server.content(printed.strip()) == b"words" * 1000
    assert waiting(home) == []
    writing.end()
