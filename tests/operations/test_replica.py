"""The parts of a replica: its encryption, its folder, what copies files, its generations, and who may stop it."""

import errno
import io
import os
import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyrage
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bench.killing import wait_until
from meiri.file_locks import try_lock
from meiri.operations.replication import file_copier, generations
from meiri.operations.replication.encryption import (
    WrongKey,
    decrypt,
    encrypt,
    own_recipients,
    read_key,
    recipients_of,
)
from meiri.operations.replication.file_copier import FileCopier
from meiri.operations.replication.gone_files import gone_files
from meiri.operations.replication.litestream import NotRestored
from meiri.operations.replication.pausing import (
    FOLDER,
    RUNNING,
    StillReplicated,
    open_lock,
    replication_paused,
)
from meiri.operations.replication.restoring import fetch_site
from meiri.operations.replication.targets import FolderTarget, target_of

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)


@pytest.fixture
def key() -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.generate()


@pytest.fixture
def target(tmp_path) -> FolderTarget:
    return FolderTarget(tmp_path / "elsewhere")


def opened(content: bytes, key) -> bytes:
    out = io.BytesIO()
    decrypt(io.BytesIO(content), out, key)
    return out.getvalue()


@hypothesis_settings(max_examples=30)
@given(st.binary(max_size=200_000), st.integers(0, 2**32), st.integers(1, 255))
def test_what_is_encrypted_comes_back_and_is_refused_once_it_was_changed(content, at, change):
    key, packed = pyrage.x25519.Identity.generate(), io.BytesIO()
    encrypt(io.BytesIO(content), packed, [key.to_public()])
    assert opened(packed.getvalue(), key) == content
    damaged = bytearray(packed.getvalue())
    damaged[at % len(damaged)] ^= change
    with pytest.raises(WrongKey):
        opened(bytes(damaged), key)
    with pytest.raises(WrongKey):
        opened(packed.getvalue(), pyrage.x25519.Identity.generate())


def test_a_site_makes_its_key_once_and_reads_what_age_writes(tmp_path, key):
    made = own_recipients(tmp_path, [])
    assert (
        str(made[0])
        == str(own_recipients(tmp_path, [])[0])
        == str(read_key(tmp_path / "backup.key").to_public())
    )
    assert (tmp_path / "backup.key").stat().st_mode & 0o777 == 0o600
    written = tmp_path / "written"
    written.write_text(f"# created: 2026-11-28T09:30:00+08:00\n# public key: {key.to_public()}\n{key}\n")
    assert str(read_key(written)) == str(key)


def test_with_public_keys_no_private_one_is_made(tmp_path, key):
    assert str(own_recipients(tmp_path, [str(key.to_public())])[0]) == str(key.to_public())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("written", ["", "age1qqqq", "AGE-SECRET-KEY-1QQQ", "\x00\xff", "# nothing\n"])
def test_what_is_no_key_is_named(tmp_path, written):
    (tmp_path / "backup.key").write_text(written)
    with pytest.raises(WrongKey):
        read_key(tmp_path / "backup.key")
    with pytest.raises(WrongKey):
        recipients_of([written])


def test_a_target_is_an_absolute_path():
    assert isinstance(target_of("/mnt/elsewhere"), FolderTarget)
    for wrong in ("elsewhere", "~/replica"):
        with pytest.raises(ValueError, match="no absolute path"):
            target_of(wrong)


def test_a_folder_keeps_files_whole_and_no_empty_folders(target):
    target.put("media/a/b.jpg", io.BytesIO(b"one"))
    target.put("media/a/b.jpg", io.BytesIO(b"two"))

    class Breaks(io.BytesIO):
        def read(self, size=-1):
            raise OSError("The line broke.")

    with pytest.raises(OSError, match="line broke"):
        target.put("media/a/c.jpg", Breaks())
    assert list(target.names("media/")) == ["media/a/b.jpg"]
    assert target.open("media/a/b.jpg").read() == b"two"
    target.delete("media/a/b.jpg")
    target.delete("media/a/b.jpg")
    assert list(target.names("media/")) == []
    assert not (target.root / "media").exists()
    with pytest.raises(FileNotFoundError):
        target.open("media/a/b.jpg")


class Media:
    """A folder of media, and what copies it."""

    def __init__(self, folder: Path, target: FolderTarget, key, exact: bool = False):
        self.folder, self.target, self.key = folder / "media", target, key
        self.folder.mkdir()
        noted = folder / "copied-media"
        self.copier = FileCopier(self.folder, target, "media/", [key.to_public()], exact=exact, noted=noted)

    def write(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.copier.look_at(str(path))

    def delete(self, name: str) -> None:
        (self.folder / name).unlink()
        self.copier.look_at(str(self.folder / name))

    def copy(self) -> None:
        while self.copier.waits_for():
            self.copier.copy_waiting(0)

    def copied(self) -> dict[str, bytes]:
        return {
            name.removeprefix("media/").removesuffix(".age"): opened(self.target.open(name).read(), self.key)
            for name in self.target.names("media/")
        }


@pytest.fixture
def media(tmp_path, target, key) -> Media:
    return Media(tmp_path, target, key)


def test_files_are_copied_as_they_come_and_change(media):
    media.write("pictures/山.jpg", b"one")
    media.write("half.tmp", b"not yet")
    media.copy()
    media.write("pictures/山.jpg", b"two")
    media.write("note.txt", b"")
    media.copy()
    assert media.copied() == {"pictures/山.jpg": b"two", "note.txt": b""}


def test_what_is_written_again_while_it_is_copied_is_copied_again(media):
    put = media.target.put

    def write_and_put(name, content):
        media.target.put = put
        media.write("a.txt", b"two")
        put(name, content)

    media.target.put = write_and_put
    media.write("a.txt", b"one")
    media.copy()
    assert media.copied() == {"a.txt": b"two"}


def test_a_defect_of_the_target_ends_nothing(media):
    stopping, put = threading.Event(), media.target.put

    def break_once(name, content):
        media.target.put = put
        raise RuntimeError("a defect")

    media.target.put = break_once
    media.write("a.txt", b"a")
    copying = threading.Thread(target=media.copier.run, args=[stopping])
    copying.start()
    try:
        wait_until(lambda: media.copied() == {"a.txt": b"a"}, 10)
    finally:
        stopping.set()
        copying.join()
    assert media.copier.problem == ""


def test_what_was_there_before_and_what_changed_while_nobody_looked_is_found(media):
    media.write("old.txt", b"old")
    media.copy()
    (media.folder / "missed.txt").write_bytes(b"missed")
    (media.folder / "old.txt").write_bytes(b"changed")
    os.symlink("/etc/hostname", media.folder / "link.txt")
    media.copier.inspect(0.0)
    media.copy()
    assert media.copied() == {"missed.txt": b"missed", "old.txt": b"changed"}


def test_what_is_gone_is_marked_and_forgotten_later(media):
    media.write("a.txt", b"a")
    media.write("b.txt", b"b")
    media.copy()
    media.delete("a.txt")
    media.copy()
    media.copier.let_go(60)
    assert not gone_files(media.target, "media/")
    media.copier.let_go(0)
    assert list(gone_files(media.target, "media/")) == ["media/a.txt"]
    media.copier.forget_gone(1)
    assert set(media.copied()) == {"a.txt", "b.txt"}
    media.copier.forget_gone(0)
    assert set(media.copied()) == {"b.txt"}
    assert not gone_files(media.target, "media/")


def test_what_comes_back_is_not_gone(media):
    media.write("a.txt", b"a")
    media.copy()
    media.delete("a.txt")
    media.copy()
    media.copier.let_go(0)
    media.write("a.txt", b"again")
    media.copy()
    media.copier.forget_gone(0)
    assert media.copied() == {"a.txt": b"again"}


def test_a_folder_that_is_deleted_as_a_whole_does_not_take_its_copy_along(media):
    media.write("a.txt", b"a")
    media.copy()
    shutil.rmtree(media.folder)
    media.copier.inspect(0.0)
    media.copy()
    assert media.copied() == {"a.txt": b"a"}
    assert not gone_files(media.target, "media/")


def test_at_once_too(media):
    """After an erasure nothing waits a minute; a disk that is not mounted is no erasure all the same."""
    media.write("a.txt", b"a")
    media.copy()
    shutil.rmtree(media.folder)
    for begin_again in (lambda: None, media.folder.mkdir):
        begin_again()
        media.copier.inspect(0.0)
        media.copy()
        media.copier.let_go(0)
        media.copier.forget_gone(0)
        assert media.copied() == {"a.txt": b"a"}


def test_one_file_that_can_not_be_read_keeps_no_other_waiting(media, monkeypatch):
    opens = Path.open

    def broken_disk(path, *arguments, **more):
        if path.name == "bad.txt":
            raise OSError(errno.EIO, "Input/output error")
        return opens(path, *arguments, **more)

    media.write("bad.txt", b"bad")
    media.write("good.txt", b"good")
    monkeypatch.setattr(Path, "open", broken_disk)
    media.copy()
    assert media.copied() == {"good.txt": b"good"}
    assert "1 files can't be read, such as media/bad.txt" in media.copier.problem
    monkeypatch.undo()
    media.copier.inspect(0.0)
    media.copy()
    assert media.copied() == {"bad.txt": b"bad", "good.txt": b"good"}
    media.copier.note_watched(0.0, everything=True)
    assert media.copier.problem == ""


def test_folders_that_nobody_watches_are_looked_through(media, monkeypatch):
    monkeypatch.setattr(file_copier, "LOOKED_THROUGH", 0.2)
    (media.folder / "untold.txt").write_bytes(b"untold")
    media.copier.note_watched(0.0, everything=False)
    stopping = threading.Event()
    copying = threading.Thread(target=media.copier.run, args=[stopping])
    copying.start()
    try:
        wait_until(lambda: media.copied() == {"untold.txt": b"untold"}, 10)
    finally:
        stopping.set()
        copying.join()


def test_files_of_litestream_are_deleted_and_not_written_anew(tmp_path, target, key):
    spool = Media(tmp_path, target, key, exact=True)
    spool.write("ltx/0/1.ltx", b"one")
    spool.write("ltx/0/2.ltx", b"two")
    spool.copy()
    before = (target.root / "media/ltx/0/2.ltx.age").read_bytes()
    spool.delete("ltx/0/1.ltx")
    spool.copier.inspect(0.0)
    spool.copy()
    spool.copier.let_go(0)
    assert set(spool.copied()) == {"ltx/0/2.ltx"}
    assert (target.root / "media/ltx/0/2.ltx.age").read_bytes() == before


def test_what_could_not_be_copied_waits(media):
    media.target.root.write_text("a file in the place of the folder")
    media.write("a.txt", b"a")
    with pytest.raises(NotADirectoryError):
        media.copier.copy_waiting(0)
    media.copier.inspect(0.0)
    with pytest.raises(NotADirectoryError):
        media.copier.copy_waiting(0)
    assert media.copier.waits_for() > 0
    media.copier.note_watched(5.0, everything=True)
    assert media.copier.watched_until() == 0.0
    media.target.root.unlink()
    media.copy()
    media.copier.note_watched(5.0, everything=True)
    assert media.copied() == {"a.txt": b"a"}
    assert media.copier.watched_until() == 5.0


def generation(target, began: datetime, snapshot: bool = True) -> generations.Generation:
    made = generations.begin(began)
    level = generations.SNAPSHOT_LEVEL if snapshot else "0"
    target.put(f"{made.prefix}ltx/{level}/1-1.ltx.age", io.BytesIO(b""))
    return made


def test_generations_last_as_long_as_a_moment_in_them_can_be_asked_for(target):
    first, second, third = (generation(target, NOW - timedelta(hours=ago)) for ago in (100, 50, 2))
    # Erased once more before its snapshot came: it holds the whole database too.
    broken_off = generation(target, NOW - timedelta(hours=3), snapshot=False)
    generation(target, NOW, snapshot=False)
    assert generations.generations_at(target) == [first, second, third]
    generations.forget_older(target, third, 60, NOW)
    assert generations.generations_at(target) == [first, second, third]
    generations.forget_older(target, third, 49, NOW)
    assert generations.generations_at(target) == [second, third]
    generations.forget_older(target, third, 0, NOW)
    assert generations.generations_at(target) == [third]
    assert not list(target.names(broken_off.prefix))


def test_a_generation_goes_on_until_the_file_is_another(tmp_path):
    database = tmp_path / "site.sqlite3"
    database.write_bytes(b"")
    first = generations.current(tmp_path, database, NOW)
    assert generations.current(tmp_path, database, NOW + timedelta(hours=1)) == first
    other = tmp_path / "other"
    other.write_bytes(b"")
    other.replace(database)
    second = generations.current(tmp_path, database, NOW + timedelta(hours=2))
    assert second > first
    with replication_paused(tmp_path):
        assert not (tmp_path / FOLDER / "spool").exists()
    assert generations.current(tmp_path, database, NOW + timedelta(hours=3)) > second


def test_nobody_writes_the_database_anew_under_litestream(tmp_path):
    (tmp_path / FOLDER).mkdir()
    with open_lock(tmp_path / FOLDER / RUNNING) as number:
        assert try_lock(number)
        with pytest.raises(StillReplicated), replication_paused(tmp_path, forget_older=True, patience=0.2):
            pytest.fail("It was written anew.")
    assert not (tmp_path / FOLDER / "forget-older").exists()


def test_there_is_nothing_to_restore_or_not_so_early(target, key, tmp_path):
    with pytest.raises(NotRestored, match="no replica"):
        fetch_site(target, None, key, tmp_path)
    generation(target, NOW)
    with pytest.raises(NotRestored, match="goes back to 2026-11-28 09:30:00 UTC"):
        fetch_site(target, NOW - timedelta(seconds=1), key, tmp_path)


@pytest.mark.parametrize("name", ["media/../../elsewhere.age", "media/plain.txt"])
def test_files_that_do_not_belong_into_a_replica_are_refused(target, key, tmp_path, name):
    class Hostile(FolderTarget):
        def names(self, prefix):
            return iter([f"{generations.DATABASES}{made.name}/ltx/9/1.ltx.age", name])

    made = generations.begin(NOW)
    with pytest.raises(NotRestored, match="does not belong"):
        fetch_site(Hostile(target.root), None, key, tmp_path / "new")
