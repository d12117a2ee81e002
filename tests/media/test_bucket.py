"""Media files on an S3 s3_site: what readers and editors see of it, whatever becomes of the s3_site."""

import hashlib
import io
import json
import os
import sqlite3
import time
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from PIL import Image
from wagtail.documents.models import Document

from meiri import s3
from meiri.health_checks import HealthState
from meiri.media import bucket_storage, node_cache
from meiri.media.bucket_files import BucketFile, RemovedObject
from meiri.media.bucket_health import media_are_where_they_belong
from meiri.media.bucket_upkeep import delete_removed_objects, sweep_node_cache
from meiri.media.models import Picture
from meiri.media.node_cache import MediaObject, NodeCache
from meiri.media.removing import take_down
from meiri.operations.alterations import folder, waiting_alterations
from tests.media.stored_names import stored_names
from tests.media.test_removing import a_document, a_picture
from tests.newsroom_factory import an_article
from tests.s3_server import BUCKET, use_bucket

on_postgresql = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="on SQLite files are sent once the transaction is committed"
)


@pytest.fixture
def desk(client, django_user_model, s3_site):
    client.force_login(django_user_model.objects.create_superuser("zhubian", "z@example.com", "x"))
    client.raise_request_exception = False
    return client


@pytest.fixture
def patience(monkeypatch):
    """The s3_site has half a second for an answer."""
    monkeypatch.setattr(s3, "ANSWER_WITHIN", 0.5)
    s3._bucket.cache_clear()


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def address(picture: Picture) -> str:
    return f"/media/{next(picture.stored_sizes().names())}"


def another_node(settings, s3_site, tmp_path) -> None:
    """From now on the process is a node that has nothing at hand."""
    use_bucket(settings, s3_site, tmp_path / "node-b")


def the_key(name: str) -> str:
    return BucketFile.objects.get(name=name).key


def copies(home: Path) -> list[Path]:
    return [path for path in (home / "media-cache").glob("??/*") if path.is_file()]


class TestReadersAndEditors:
    def test_an_uploaded_picture_lies_in_the_bucket_and_has_the_same_addresses(self, desk, s3_site, settings):
        file = SimpleUploadedFile("林晚舟.png", content := picture_bytes())
        answer = desk.post("/admin/images/add/", {"title": "山", "file": file, "caption": "", "credit": ""})
        assert answer.status_code == 302
        picture = Picture.objects.get()
        sizes = picture.stored_sizes()
        assert {picture.file.name, *sizes.names(), *sizes.manifests()} <= stored_names()
        keys = s3_site.keys()
        assert all(key.startswith("media/") for key in keys)
        assert not [key for key in keys if "林" in key or "pictures" in key]
        assert not Path(settings.MEDIA_ROOT).exists()
        for name in sizes.names():
            answer = desk.get(f"/media/{name}")
            assert answer.status_code == 200
            assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
            assert body(answer) == s3_site.content(the_key(name))
        assert len(content) > 100

    def test_parts_of_a_document_are_sent_by_a_node_that_has_nothing_at_hand(
        self, client, s3_site, settings, tmp_path
    ):
        document = a_document(content=b"%PDF-1.4 " + bytes(range(256)) * 20)
        another_node(settings, s3_site, tmp_path)
        answer = client.get(document.url, headers={"Range": "bytes=9-12"})
        assert (answer.status_code, body(answer)) == (206, bytes(range(4)))
        assert answer["ETag"] == f'"{document.file_hash}"'
        assert client.get(document.url, headers={"If-None-Match": answer["ETag"]}).status_code == 304
        assert client.get(f"{document.url}x").status_code == 404

    def test_what_nobody_entered_is_never_served(self, client, s3_site):
        s3_site.client().put_object(Bucket=BUCKET, Key="media/pictures/1/evil.png", Body=b"evil")
        s3_site.client().put_object(Bucket=BUCKET, Key="pictures/1/evil.png", Body=b"evil")
        assert client.get("/media/pictures/1/evil.png").status_code == 404
        assert client.get("/media/pictures/../evil.png").status_code == 404

    def test_a_picture_costs_the_database_one_query_and_the_server_none(
        self, client, s3_site, django_assert_num_queries
    ):
        picture = a_picture()
        client.get(address(picture))
        s3_site.kill()
        with django_assert_num_queries(1):
            assert client.get(address(picture)).status_code == 200


def picture_bytes() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((400, 300), 80).convert("RGB").save(out, "PNG")
    return out.getvalue()


class TestTheServerIsAway:
    def test_what_is_at_hand_is_served_and_the_rest_is_asked_for_again(
        self, client, s3_site, settings, tmp_path
    ):
        client.raise_request_exception = False
        near, far = a_picture("近"), a_picture("远", colour="blue")
        another_node(settings, s3_site, tmp_path)
        first = body(client.get(address(near)))
        s3_site.kill()
        assert body(client.get(address(near))) == first
        answer = client.get(address(far))
        assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "10", "no-store")
        assert "暂时没有回应" in answer.content.decode()
        assert client.get("/readyz").json().get("degraded", []) == ["s3"]
        s3_site.start()
        # Nobody waits for a s3_site that was just away; after a while it is asked again.
        s3.s3_bucket()._rests_until = 0
        assert client.get(address(far)).status_code == 404  # the s3_site of the test has forgotten it
        assert "degraded" not in client.get("/readyz").json()

    def test_an_upload_is_refused_in_words_and_nothing_is_half_stored(self, desk, s3_site):
        s3_site.kill()
        for path, name in (("/admin/images/add/", "a.png"), ("/admin/documents/add/", "a.txt")):
            content = picture_bytes() if name == "a.png" else b"words"
            answer = desk.post(path, {"title": "山", "file": SimpleUploadedFile(name, content)})
            assert answer.status_code == 200
            assert "文件没有保存" in answer.content.decode()
        many = desk.post(
            "/admin/images/multiple/add/",
            {"title": "山", "files[]": SimpleUploadedFile("a.png", picture_bytes())},
            headers={"X-Requested-With": "XMLHttpRequest"},
        ).json()
        assert not many["success"]
        assert "文件没有保存" in json.dumps(many, ensure_ascii=False)
        assert [Picture.objects.exists(), Document.objects.exists(), BucketFile.objects.exists()] == [
            False
        ] * 3

    @on_postgresql
    def test_one_that_goes_while_sizes_are_made_leaves_nothing(self, s3_site, monkeypatch):
        stored = bucket_storage.put_object
        put = []

        def third_fails(name, *rest):
            if len(put) == 3:
                s3_site.kill()
            put.append(name)
            return stored(name, *rest)

        monkeypatch.setattr(bucket_storage, "put_object", third_fails)
        with pytest.raises(s3.S3Away), transaction.atomic():
            a_picture()
        assert len(put) == 4
        assert [Picture.objects.exists(), BucketFile.objects.exists()] == [False] * 2

    def test_a_server_that_says_nothing_holds_nobody_for_long(
        self, client, s3_site, settings, tmp_path, patience
    ):
        client.raise_request_exception = False
        near, far = a_picture("近"), a_picture("远", colour="blue")
        another_node(settings, s3_site, tmp_path)
        client.get(address(near))
        s3_site.pause()
        began = time.monotonic()
        assert client.get(address(far)).status_code == 503
        assert time.monotonic() - began < 5
        began = time.monotonic()
        assert client.get(address(far)).status_code == 503
        assert client.get(address(near)).status_code == 200
        assert time.monotonic() - began < 1

    def test_a_poster_is_not_made_without_its_picture(self, client, s3_site, settings, tmp_path):
        client.raise_request_exception = False
        article = an_article("山里通了班车", picture=a_picture())
        another_node(settings, s3_site, tmp_path)
        there = settings.S3
        settings.S3 = replace(there, endpoint="http://127.0.0.1:9")
        assert client.get(f"/poster/{article.pk}.jpg").status_code == 503
        settings.S3 = there
        assert client.get(f"/poster/{article.pk}.jpg").status_code == 200

    def test_pictures_are_sent_while_the_database_is_away_too(self, client, s3_site, monkeypatch):
        picture = a_picture()
        client.get(address(picture))

        def away(storage, name):
            raise OperationalError

        monkeypatch.setattr(bucket_storage.BucketStorage, "_row", away)
        assert client.get(address(picture)).status_code == 200


class TestSomebodyElseWrites:
    def test_a_swapped_object_is_not_served_and_is_told(self, client, s3_site, settings, tmp_path):
        picture = a_picture()
        name = next(picture.stored_sizes().names())
        right = body(client.get(address(picture)))
        s3_site.client().put_object(Bucket=BUCKET, Key=the_key(name), Body=b"<script>evil</script>")
        assert body(client.get(address(picture))) == right  # this node has the right one
        another_node(settings, s3_site, tmp_path)
        assert client.get(address(picture)).status_code == 404
        assert client.get(address(picture)).status_code == 404
        (told,) = waiting_alterations()
        assert (told.path, told.change) == (f"s3/{the_key(name)}", "changed")
        assert (folder() / told.evidence).read_bytes() == b"<script>evil</script>"

    def test_one_of_the_same_size_is_found_too(self, client, s3_site, settings, tmp_path):
        document = a_document(content=b"right")
        s3_site.client().put_object(Bucket=BUCKET, Key=the_key(document.file.name), Body=b"wrong")
        another_node(settings, s3_site, tmp_path)
        assert client.get(document.url).status_code == 404
        assert [told.change for told in waiting_alterations()] == ["changed"]

    def test_a_deleted_object_is_told_once(self, client, s3_site, settings, tmp_path):
        picture = a_picture()
        s3_site.client().delete_object(Bucket=BUCKET, Key=the_key(next(picture.stored_sizes().names())))
        another_node(settings, s3_site, tmp_path)
        assert [client.get(address(picture)).status_code for _ in range(2)] == [404, 404]
        assert [told.change for told in waiting_alterations()] == ["deleted"]

    def test_a_copy_that_was_changed_on_the_disk_is_put_away_and_fetched_again(
        self, client, s3_site, settings
    ):
        document = a_document(content=b"right")
        (copy,) = copies(settings.HOME)
        copy.write_bytes(b"wrong")
        assert body(client.get(document.url)) == b"right"
        assert copy.read_bytes() == b"right"
        (told,) = waiting_alterations()
        assert told.path.startswith("media-cache/")
        assert (folder() / told.evidence).read_bytes() == b"wrong"


class TestDeletion:
    def test_what_is_taken_down_is_nowhere(self, client, s3_site, settings, tmp_path):
        a, b = tmp_path / "node-a", tmp_path / "node-b"
        picture, stays = a_picture(), a_picture("留", colour="blue")
        another_node(settings, s3_site, tmp_path)
        sweep_node_cache()
        client.get(address(picture)), client.get(address(stays))
        assert len(copies(b)) == 2
        before = len(s3_site.keys())
        gone = len({picture.file.name, *picture.stored_sizes().names(), *picture.stored_sizes().manifests()})
        shown = address(picture)
        use_bucket(settings, s3_site, a)
        take_down(picture, "侵权")
        assert len(s3_site.keys()) == before - gone
        assert len(copies(a)) == before - gone
        use_bucket(settings, s3_site, b)
        # The other node answers with what the database says at once, and deletes its copy within seconds.
        assert client.get(shown).status_code == 404
        sweep_node_cache()
        assert len(copies(b)) == 1
        assert client.get(address(stays)).status_code == 200
        assert b"pictures/" in index_of(b)
        assert Path(shown).name.encode() not in index_of(b)
        RemovedObject.objects.update(removed_at=timezone.now() - timedelta(days=3))
        delete_removed_objects()
        assert not RemovedObject.objects.exists()

    def test_while_the_server_is_away_it_is_deleted_later(self, client, s3_site, settings):
        document = a_document()
        url, key, there = document.url, the_key(document.file.name), settings.S3
        settings.S3 = replace(there, endpoint="http://127.0.0.1:9")  # nobody answers
        document.delete()
        assert client.get(url).status_code == 404
        settings.S3 = there
        assert s3_site.keys() == [key]
        assert [told.state for told in media_are_where_they_belong()] == [HealthState.OK]
        RemovedObject.objects.update(removed_at=timezone.now() - timedelta(hours=2))
        assert HealthState.WARNING in [told.state for told in media_are_where_they_belong()]
        delete_removed_objects()
        assert s3_site.keys() == []
        assert RemovedObject.objects.get().is_gone

    def test_one_that_the_server_refuses_to_delete_holds_up_no_other(self, s3_site, settings):
        there = settings.S3
        settings.S3 = replace(there, endpoint="http://127.0.0.1:9")  # nobody answers
        refused, younger = "media/aa/refused", "media/bb/younger"
        for age, key in ((2, refused), (1, younger)):
            s3_site.client().put_object(Bucket=BUCKET, Key=key, Body=b"old")
            RemovedObject.objects.create(key=key, removed_at=timezone.now() - timedelta(hours=age))
        delete_removed_objects()
        assert s3_site.keys() == [refused, younger]
        settings.S3 = there
        with s3_site.refusing_to_delete(refused):
            delete_removed_objects()
        assert s3_site.keys() == [refused]
        assert RemovedObject.objects.get(is_gone=False).key == refused
        delete_removed_objects()
        assert s3_site.keys() == []

    def test_a_node_that_was_away_for_long_forgets_all(self, s3_site, settings):
        a_picture()
        sweep_node_cache()  # a new node has nothing that could be old
        a_document()
        assert len(copies(settings.HOME)) == 1
        bucket_storage.node_cache().note_swept(time.time() - timedelta(days=3).total_seconds())
        sweep_node_cache()
        assert copies(settings.HOME) == []

    def test_a_file_that_takes_the_place_of_another_leaves_one_object(self, s3_site):
        for content in (b"old", b"new"):
            if default_storage.exists("identity/a.txt"):
                default_storage.delete("identity/a.txt")
            default_storage.save("identity/a.txt", ContentFile(content))
        assert list(map(s3_site.content, s3_site.keys())) == [b"new"]


def index_of(home: Path) -> bytes:
    path = home / "media-cache" / "index.sqlite3"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.read_bytes()


class TestBoundedCache:
    def test_what_was_asked_for_least_recently_goes_first(self, tmp_path, monkeypatch, settings):
        settings.HOME = tmp_path
        monkeypatch.setattr(node_cache, "IN_USE", 0)
        monkeypatch.setattr(node_cache, "TOUCHED_EVERY", 0)
        cache = NodeCache(tmp_path / "media-cache", 10_000)
        for number in range(9):
            cache.take(an_object(number), [content_of(number)])
        assert cache.find("0")
        for number in range(9, 12):
            cache.take(an_object(number), [content_of(number)])
        kept = {number for number in range(12) if cache.find(str(number))}
        assert cache.size() == sum(len(content_of(number)) for number in kept) <= 10_000
        assert {0, 10, 11} <= kept
        assert not {1, 2} & kept
        assert len(copies(tmp_path)) == len(kept)

    def test_what_is_being_sent_stays(self, tmp_path, settings):
        settings.HOME = tmp_path
        cache = NodeCache(tmp_path / "media-cache", 1500)
        paths = [cache.take(an_object(number), [content_of(number)]) for number in range(3)]
        assert all(map(os.path.exists, paths))

    def test_half_a_file_and_another_one_are_not_kept(self, tmp_path, settings):
        settings.HOME = tmp_path
        cache = NodeCache(tmp_path / "media-cache", 10_000)
        for wrong in ([content_of(1)[:500]], [content_of(1), b"more"], [content_of(2)], []):
            with pytest.raises(FileNotFoundError):
                cache.take(an_object(1), wrong)
        assert (cache.find("1"), cache.size()) == (None, 0)

        def breaks_off():
            yield content_of(1)[:500]
            raise TimeoutError

        with pytest.raises(TimeoutError):
            cache.take(an_object(1), breaks_off())
        assert list((tmp_path / "media-cache" / "drafts").iterdir()) == []


@pytest.fixture
def impatient(monkeypatch):
    """Nobody waits for who holds the index; whoever asked for a copy asks again at once."""
    monkeypatch.setattr(node_cache, "PATIENCE", 0)
    monkeypatch.setattr(node_cache, "TOUCHED_EVERY", -1)


@contextmanager
def held_index(home: Path):
    """Somebody writes into the index and does not come to an end."""
    with closing(sqlite3.connect(home / "media-cache" / "index.sqlite3", isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")


class TestTheIndexFails:
    def test_while_it_is_held_files_are_sent_stored_and_deleted(self, client, s3_site, settings, impatient):
        client.raise_request_exception = False
        sweep_node_cache()
        document = a_document(content=b"near")
        url = document.url
        with held_index(settings.HOME):
            assert body(client.get(url)) == b"near"
            late = a_document(content=b"late")
            assert s3_site.content(the_key(late.file.name)) == b"late"
            assert len(copies(settings.HOME)) == 1  # none that the index does not know
            assert client.get(late.url).status_code == 503
            document.delete()
            assert s3_site.keys() == [the_key(late.file.name)]
            assert client.get(url).status_code == 404
        assert body(client.get(late.url)) == b"late"
        sweep_node_cache()
        assert [copy.read_bytes() for copy in copies(settings.HOME)] == [b"late"]
        assert bucket_storage.node_cache().size() == len(b"late")

    @pytest.mark.parametrize("damage", [b"no database at all" * 400, None])
    def test_a_damaged_one_is_made_anew(self, client, s3_site, settings, damage):
        client.raise_request_exception = False
        near, far = a_document(content=b"near"), a_document(content=b"far")
        index = settings.HOME / "media-cache" / "index.sqlite3"
        whole = index_of(settings.HOME)
        bucket_storage._cache_in.cache_clear()  # a process that starts
        # Every page but the first, which says that this is a database.
        index.write_bytes(damage or whole[:4096] + b"\xff" * (len(whole) - 4096))
        assert body(client.get(near.url)) == b"near"
        assert [copy.read_bytes() for copy in copies(settings.HOME)] == [b"near"]
        assert body(client.get(far.url)) == b"far"
        s3_site.kill()
        assert [body(client.get(kept.url)) for kept in (near, far)] == [b"near", b"far"]

    def test_processes_that_have_the_damaged_one_open_go_on_with_the_new(self, tmp_path, settings):
        settings.HOME = tmp_path
        first, other = (NodeCache(tmp_path / "media-cache", 10_000) for _ in range(2))
        first.take(an_object(1), [content_of(1)])
        assert other.find("1")
        index = tmp_path / "media-cache" / "index.sqlite3"
        index_of(tmp_path)
        index.write_bytes(b"no database at all" * 400)
        starting = NodeCache(tmp_path / "media-cache", 10_000)
        assert (starting.find("1"), copies(tmp_path)) == (None, [])
        path = other.take(an_object(2), [content_of(2)])
        assert [cache.find("2") for cache in (first, other, starting)] == [path] * 3


def content_of(number: int) -> bytes:
    return b"%02d" % number * 500


def an_object(number: int) -> MediaObject:
    content = content_of(number)
    digest = hashlib.sha256(content).digest()
    return MediaObject(f"{number}.txt", str(number), digest, len(content), time.time())
