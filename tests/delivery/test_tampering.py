"""Pages that somebody changes on the disk: no reader gets them from Meiri, they are put right, and it is told."""

import gzip
import json
import os
import random
import shutil
import time
from io import StringIO
from itertools import count
from multiprocessing import get_context
from threading import Event, Thread
from types import SimpleNamespace

import brotli
import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.http import HttpResponse

from bench.tampering import CHANGES, Attacker
from meiri.delivery import page_store
from meiri.delivery.checked_pages import INSPECTED_IN, this_boot
from meiri.delivery.fastpath import StoredPages
from meiri.delivery.page_guard import GuardedPages
from meiri.delivery.page_index import JournalOffset
from meiri.delivery.page_store import PageStore
from meiri.delivery.rendering import Rendered
from meiri.delivery.verifying import stale_pages
from meiri.newsroom.today import warnings
from meiri.operations.alterations import FileChange, waiting_alterations
from meiri.operations.file_guard import FileGuard
from meiri.security.tampering import recent_tampering, tell_alterations
from tests.newsroom_factory import an_article

ENCODINGS = {"": "", "br": ".br", "gzip": ".gz"}


class Site:
    """Stored pages, a reader of each way to them, and what each page held before anybody touched it."""

    def __init__(self, stored_pages, client):
        self.pages, self.store, self.client = stored_pages, stored_pages.store, client
        self.fast = StoredPages(self.store.files, self.store.is_own)
        self.articles = [an_article(f"第{number}篇") for number in range(3)]
        self.addresses = [*(article.get_absolute_url() for article in self.articles), "/keji/", "/rss.xml"]
        for address in self.addresses:
            assert client.get(address).status_code == 200
        stored_pages.catch_up()
        for address in self.addresses:
            client.get(address)
        self.store.inspect(0)
        self.right = {address: self.store.files.read(address).content for address in self.addresses}

    def read(self, address: str, encoding: str = "") -> bytes | None:
        """What a reader gets by the event loop or, where that leaves it to Django, by Django; None for no page."""
        scope = SimpleNamespace(
            method="GET", path=address, query_string="", headers={"accept-encoding": encoding}
        )
        answer = self.fast.respond(scope)
        if answer is not None:
            return unpacked(answer.body, dict(answer.headers).get("content-encoding", ""))
        response = self.client.get(address, headers={"accept-encoding": encoding})
        content = b"".join(response) if response.streaming else response.content
        return (
            unpacked(content, response.get("Content-Encoding", "")) if response.status_code == 200 else None
        )

    def path(self, address: str, encoding: str = "") -> str:
        return f"{self.store.files.path(address)}{ENCODINGS[encoding]}"

    def changes(self) -> list[FileChange]:
        return [found.change for found in waiting_alterations()]


def unpacked(content: bytes, encoding: str) -> bytes:
    return {"br": brotli.decompress, "gzip": gzip.decompress}.get(encoding, bytes)(content)


@pytest.fixture
def site(stored_pages, client) -> Site:
    return Site(stored_pages, client)


def test_a_hundred_random_changes_reach_no_reader(site):
    """A reader has each page in memory, or not, when it is changed; the times of the file are set back where that can be."""
    attacker = Attacker(site.store.files.folder, random.Random(75))
    addresses = [a for a in site.addresses for _ in range(20)]
    for number, address in enumerate(addresses):
        encoding = list(ENCODINGS)[number % 3]
        if number % 2:
            site.read(address, encoding)
        added = attacker.change(CHANGES[number % len(CHANGES)], site.path(address, encoding))
        for asked in (encoding, ""):
            assert site.read(address, asked) == site.right[address], (number, address)
        if added:
            assert site.read(added) is None
    site.pages.catch_up()
    site.store.inspect(0)
    assert list(stale_pages(site.store)) == []
    assert site.changes()


def test_the_times_of_a_file_can_be_set_back_and_it_is_seen_all_the_same(site):
    address = site.addresses[0]
    assert site.read(address) == site.right[address]
    status = os.stat(site.path(address))
    with open(site.path(address), "r+b") as file:
        file.write(b"!")
    os.utime(site.path(address), ns=(status.st_atime_ns, status.st_mtime_ns))
    assert site.read(address) == site.right[address]
    assert site.changes() == [FileChange.CHANGED]


def test_what_is_no_file_keeps_nobody_waiting(site):
    address = site.addresses[0]
    os.unlink(site.path(address))
    os.mkfifo(site.path(address))
    assert site.read(address) == site.right[address]


def test_a_folder_that_leads_elsewhere_is_not_followed(site, tmp_path):
    folder = os.path.dirname(site.path("/keji/"))
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(folder, elsewhere)
    (elsewhere / "index.html").write_bytes(b"bad")
    shutil.rmtree(folder)
    os.symlink(elsewhere, folder)
    assert site.read("/keji/") == site.right["/keji/"]
    site.store.inspect(0)
    assert not os.path.islink(folder)
    assert (elsewhere / "index.html").read_bytes() == b"bad"


@pytest.mark.parametrize(
    "name", ["evil.html", "evil/index.html", ".hidden", "keji/bad\x01.html", b"\xff.html"]
)
def test_what_is_added_is_taken_away(site, name):
    path = os.path.join(os.fsencode(site.store.files.folder), os.fsencode(name))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(b"bad")
    site.store.inspect(0)
    assert not os.path.exists(path)
    assert site.changes() == [FileChange.ADDED]


def test_after_power_was_lost_nobody_is_accused(site):
    site.store.index.keep(INSPECTED_IN, "another run of the machine")
    with open(site.path(site.addresses[0]), "wb") as file:
        file.write(b"half a pa")
    site.store.inspect(0)
    assert site.changes() == []
    assert site.read(site.addresses[0]) == site.right[site.addresses[0]]
    assert site.store.index.recall(INSPECTED_IN) == this_boot()


class TestTheGuard:
    @pytest.fixture
    def guarded(self, site):
        stopping = Event()
        began = time.time()
        guard = FileGuard([GuardedPages(site.store)], stopping)
        Thread(target=guard.run, daemon=True).start()
        wait_until(lambda: GuardedPages(site.store).watched_until() > began - 10)
        yield site
        stopping.set()
        # It sleeps until something happens.
        (site.store.files.folder / "last").mkdir()

    def test_takes_a_change_away_that_nobody_asks_for(self, guarded):
        address = guarded.addresses[1]
        with open(guarded.path(address), "ab") as file:
            file.write(b"bad")
        wait_until(lambda: not os.path.exists(guarded.path(address)))
        wait_until(lambda: guarded.store.index.is_dirty(address))

    def test_sees_what_comes_in_a_new_folder_and_what_goes_with_one(self, guarded, tmp_path):
        folder = guarded.store.files.folder
        (tmp_path / "new" / "deep").mkdir(parents=True)
        (tmp_path / "new" / "deep" / "evil.html").write_bytes(b"bad")
        (tmp_path / "new").rename(folder / "new")
        wait_until(lambda: not (folder / "new" / "deep" / "evil.html").exists())
        (folder / "keji").rename(tmp_path / "gone")
        wait_until(lambda: all(map(guarded.store.index.is_dirty, guarded.addresses[:4])))

    def test_says_nothing_of_what_meiri_does_itself(self, guarded):
        guarded.pages.store.index.invalidate([article.content_key for article in guarded.articles])
        guarded.pages.catch_up()
        guarded.store.drop(guarded.addresses[0])
        guarded.store.start_over()
        (guarded.store.files.folder / "evil.html").write_bytes(b"bad")
        guarded.read("/keji/")
        wait_until(lambda: not (guarded.store.files.folder / "evil.html").exists())
        assert guarded.changes() == []


def wait_until(true, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.005)


def write_and_drop(store, monkeypatch) -> None:
    """Write pages, each time others, and throw one away, without end."""
    for number in count():
        content = f"<p>{number}" * 3000
        monkeypatch.setattr(page_store, "render", lambda _, c=content: Rendered(HttpResponse(c), frozenset()))
        for address in ("/a/", "/b/", "/c/d/"):
            with store.locked(address):
                store._make(address)
        store.drop("/c/d/")


def test_a_process_that_is_killed_while_it_writes_accuses_nobody(tmp_path, settings, monkeypatch):
    settings.HOME = tmp_path
    store = PageStore(tmp_path)
    store.index.invalidate([], position=JournalOffset(0, ""))
    store.inspect(0)
    for number in range(5):
        writing = get_context("fork").Process(target=write_and_drop, args=[PageStore(tmp_path), monkeypatch])
        writing.start()
        wait_until(lambda least=30 * (number + 1): store.index.rendered > least)
        time.sleep(0.037 * number)
        writing.kill()
        writing.join()
        store.inspect(0)
    assert waiting_alterations() == []
    assert store.files.holds("/a/")


def test_it_is_told_to_those_who_must_know(site):
    with open(site.path(site.addresses[0]), "wb") as file:
        file.write(b"bad")
    site.store.inspect(0)
    tell_alterations()
    assert waiting_alterations() == []
    (event,) = recent_tampering()
    assert event.details["change"] == "changed"
    assert event.details["size"] == 3
    kept = site.store.work.parent / "alterations" / event.details["evidence"]
    assert kept.read_bytes() == b"bad"
    (told,) = (warning for warning in warnings(get_user_model()()) if "网页篡改" in warning)
    assert event.about in told
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("incident", "--json", stdout=out)
    (line,) = out.getvalue().splitlines()
    told = json.loads(line)
    assert told["path"] == event.about
    assert told["views"] == 0
    assert told["since"] <= told["until"]
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("incident", stdout=out)
    assert "GB/T 20986" in out.getvalue()
