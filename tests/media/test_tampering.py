"""Media files and static files that somebody changes on the disk: they are put right from a copy, or not there."""

import os
import random
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from bench.tampering import CHANGES, Attacker
from meiri.media.sealed_storage import SealedStorage
from meiri.operations import sealed_files
from meiri.operations.alterations import FileChange, waiting_alterations
from meiri.operations.sealed_files import SealedFiles

NAMES = ("documents/a.pdf", "pictures/7-x.avif", "original_images/b.jpg")


@pytest.fixture
def home(tmp_path, settings) -> Path:
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture
def storage(home) -> SealedStorage:
    found = SealedStorage(home / "media")
    for name in NAMES:
        assert found.save(name, ContentFile(content_of(name))) == name
    found.sealed.inspect()
    return found


def content_of(name: str) -> bytes:
    return random.Random(name).randbytes(5000)


def changes() -> list[FileChange]:
    return [found.change for found in waiting_alterations()]


def test_a_hundred_random_changes_are_read_by_nobody(storage):
    attacker, chance = Attacker(Path(storage.location), random.Random(1)), random.Random(2)
    for number in range(100):
        name = chance.choice(NAMES)
        added = attacker.change(CHANGES[number % len(CHANGES)], storage.path(name))
        if number % 3 == 0:
            storage.sealed.inspect()
        with storage.open(name) as file:
            assert file.read() == content_of(name)
        if added:
            with pytest.raises(FileNotFoundError):
                storage.open(added[1:])
    storage.sealed.inspect()
    found = {str(p.relative_to(storage.location)) for p in Path(storage.location).rglob("*") if p.is_file()}
    assert found == set(NAMES)
    assert len(changes()) >= 100


def test_without_a_copy_a_changed_file_is_not_there(home, settings):
    settings.MEDIA_COPIES = False
    storage = SealedStorage(home / "media")
    storage.save("a.pdf", ContentFile(b"right"))
    Path(storage.path("a.pdf")).write_bytes(b"wrong")
    with pytest.raises(FileNotFoundError):
        storage.open("a.pdf")
    assert changes() == [FileChange.CHANGED]
    Path(storage.path("a.pdf")).write_bytes(b"right")  # from a backup
    assert storage.open("a.pdf").read() == b"right"


def test_copies_never_fill_the_disk(home, monkeypatch):
    monkeypatch.setattr(sealed_files, "FICLONE", 0)  # as on ext4, where a copy takes room
    storage = SealedStorage(home / "media")
    storage.save("a.pdf", ContentFile(b"right"))
    monkeypatch.setattr(sealed_files, "LEFT_FREE", 1)
    storage.save("b.pdf", ContentFile(b"right too"))
    copies = home / "delivery" / "copies" / "media"
    assert [path.name for path in copies.rglob("*")] == ["a.pdf"]
    assert storage.open("b.pdf").read() == b"right too"
    Path(storage.path("b.pdf")).write_bytes(b"wrong")
    with pytest.raises(FileNotFoundError):
        storage.open("b.pdf")


def test_what_meiri_does_itself_accuses_nobody(storage):
    storage.delete(NAMES[0])
    assert storage.save(NAMES[1], ContentFile(b"other")) != NAMES[1]
    assert storage.get_available_name("half.jpg") == "half.jpg"
    Path(storage.path("half.jpg")).write_bytes(b"a process died here")
    Path(storage.path(NAMES[2])).chmod(0o600)
    storage.sealed.inspect()
    assert changes() == []


def test_where_several_nodes_share_the_folder_nothing_is_done(storage):
    storage.sealed.watch_over(False)
    os.unlink(storage.path(NAMES[0]))
    Path(storage.path("of-another-node.jpg")).write_bytes(b"right")
    storage.sealed.inspect()
    assert storage.open("of-another-node.jpg").read() == b"right"
    assert not storage.exists(NAMES[0])
    storage.sealed.watch_over(True)
    storage.sealed.inspect()
    assert changes() == []


def test_what_was_there_before_becomes_known(home):
    (home / "media").mkdir()
    (home / "media" / "old.jpg").write_bytes(b"old")
    storage = SealedStorage(home / "media")
    assert storage.open("old.jpg").read() == b"old"
    storage.sealed.inspect()
    (home / "media" / "old.jpg").write_bytes(b"bad")
    assert storage.open("old.jpg").read() == b"old"


def test_a_folder_that_leads_elsewhere_is_taken_away(storage, tmp_path):
    folder = Path(storage.path("documents"))
    folder.rename(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "a.pdf").write_bytes(b"bad")
    folder.symlink_to(tmp_path / "elsewhere")
    storage.sealed.inspect()
    assert storage.open(NAMES[0]).read() == content_of(NAMES[0])
    assert not folder.is_symlink()


def test_what_is_collected_anew_becomes_known_in_the_end(home):
    files = SealedFiles(home / "static")
    files.folder.mkdir()
    (files.folder / "site.css").write_bytes(b"old")
    files.inspect()
    with files.open_to_change():
        (files.folder / "site.css").write_bytes(b"new")
        (files.folder / "more.css").write_bytes(b"more")
        files.inspect()
        assert files.is_own("site.css")
    files.inspect()
    os.unlink(files.folder / "more.css")
    files.inspect()
    assert (files.folder / "site.css").read_bytes() == b"new"
    assert (files.folder / "more.css").read_bytes() == b"more"
    assert changes() == [FileChange.DELETED]


def test_a_static_file_that_was_changed_is_sent_as_it_was_collected(home, settings, rf):
    from django.http import HttpResponseNotFound

    from meiri.conf import static_files
    from meiri.conf.static_files import CheckedStaticFiles

    settings.STATIC_ROOT, settings.WHITENOISE_AUTOREFRESH = home / "static", False
    static_files.static_files.cache_clear()
    (home / "static").mkdir()
    (home / "static" / "site.css").write_bytes(b"right")
    static_files.static_files().inspect()
    middleware = CheckedStaticFiles(lambda request: HttpResponseNotFound(), settings)
    for change in (lambda path: path.write_bytes(b"wrong"), lambda path: path.unlink()):
        change(home / "static" / "site.css")
        response = middleware(rf.get("/static/site.css"))
        assert b"".join(response) == b"right"
    static_files.static_files.cache_clear()
