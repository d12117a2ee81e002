"""What a process that dies, a full disk or two threads at once could leave behind, each moment on its own."""

import os
import shutil
import threading

import pytest

from meiri.delivery.invalidation import bring_up_to_date, start_following
from meiri.delivery.page_files import PageFiles
from meiri.delivery.page_index import PageIndex
from meiri.delivery.verifying import stale_pages
from meiri.journal.cache import InvalidatingCache
from meiri.newsroom.publishing import withdraw
from meiri.web import page_frame
from tests.newsroom_factory import an_article


class Killed(BaseException):
    pass


class Mortal(PageFiles):
    """Dies when it has put so many files in their places, or removed them."""

    lives = 99

    def _place(self, draft, path):
        if self.lives == 0:
            raise Killed
        self.lives -= 1
        super()._place(draft, path)


@pytest.fixture
def files(tmp_path):
    found = Mortal(tmp_path / "pages", tmp_path / "drafts")
    found.prepare()
    return found


def variants(files) -> set[bytes]:
    return {files.read("/", encoding).content for encoding in ("", "br", "gzip")}


@pytest.mark.parametrize("placed", [0, 1, 2])
@pytest.mark.parametrize("then", [b"old page", b"new page", b"another"])
def test_whenever_writing_stops_the_next_writing_makes_all_variants_right(files, tmp_path, placed, then):
    files.write("/", b"old page")
    files.lives = placed
    with pytest.raises(Killed):
        files.write("/", b"new page")
    assert list(files.drafts.iterdir()) == []
    files.lives = 99
    files.write("/", then)
    whole = PageFiles(tmp_path / "whole", tmp_path / "drafts")
    whole.prepare()
    whole.write("/", then)
    assert variants(files) == variants(whole)
    assert len({os.stat(files.path("/") + suffix).st_mtime for suffix in ("", ".br", ".gz")}) == 1


def test_no_variant_is_left_of_a_page_whose_plain_file_is_gone(files):
    files.write("/a/", b"page")
    os.remove(files.path("/a/"))
    assert list(files.addresses()) == ["/a/"]
    files.remove("/a/")
    assert list(files.addresses()) == []


def test_a_page_that_was_removed_and_made_again_at_once_has_another_etag(files):
    files.write("/", b"one")
    before = files.read("/").etag
    changed = files.remove("/")
    files.write("/", b"two", after=changed)
    assert files.read("/").etag != before


def test_who_asks_in_the_second_before_the_time_of_a_page_has_asked(files):
    files.write("/", b"page")
    status = os.stat(files.path("/"))
    os.utime(files.path("/"), ns=(status.st_mtime_ns - 10**9 + 5, status.st_mtime_ns))
    assert files.asked_at("/") > 0


def test_an_index_that_was_deleted_is_made_anew_by_who_had_it_open(tmp_path):
    mine, others = PageIndex(tmp_path / "i" / "pages.sqlite3"), PageIndex(tmp_path / "i" / "pages.sqlite3")
    mine.expect("/")
    for file in mine.path.parent.iterdir():
        file.unlink()
    others.expect("/keji/")
    assert mine.dirty_pages() == ["/keji/"]
    mine.expect("/")
    assert others.dirty_pages() == ["/", "/keji/"]


@pytest.mark.django_db
class TestPages:
    def test_one_that_the_disk_won_t_take_is_not_served_as_it_was(self, stored_pages, client):
        article = an_article("旧标题")
        address = article.get_absolute_url()
        assert "旧标题" in client.get(address).content.decode()
        drafts = stored_pages.store.files.drafts
        drafts.rmdir()
        drafts.write_text("")
        an_article_retitled(article, "新标题")
        assert not bring_up_to_date(stored_pages.store, patience=1)
        assert not stored_pages.store.files.holds(address)
        assert "新标题" in client.get(address).content.decode()
        drafts.unlink()

    def test_whose_lock_can_t_be_had_is_rendered_all_the_same(self, stored_pages, client):
        locks = stored_pages.store.work / "locks"
        for lock in locks.iterdir():
            lock.unlink()
        locks.rmdir()
        locks.write_text("")
        assert client.get(an_article("一篇").get_absolute_url()).status_code == 200

    def test_with_a_variant_of_another_state_are_stale(self, stored_pages, client):
        address = an_article("一篇").get_absolute_url()
        client.get(address)
        stored_pages.catch_up()
        client.get(address)
        store = stored_pages.store
        shutil.copy(f"{store.files.path('/404.html')}.br", f"{store.files.path(address)}.br")
        assert list(stale_pages(store)) == [address]

    def test_are_thrown_away_with_an_index_that_was_deleted(self, stored_pages, client):
        address = an_article("一篇").get_absolute_url()
        client.get(address)
        for file in stored_pages.store.work.glob("pages.sqlite3*"):
            file.unlink()
        stored_pages.catch_up()
        assert address not in set(stored_pages.store.files.addresses())

    def test_a_withdrawal_stands_though_its_page_can_t_be_taken_away(
        self, stored_pages, client, django_capture_on_commit_callbacks
    ):
        article = an_article("一篇")
        address = article.get_absolute_url()
        client.get(address)
        locks = stored_pages.store.work / "locks"
        aside = locks.rename(locks.with_name("aside"))
        locks.write_text("")
        with django_capture_on_commit_callbacks(execute=True):
            withdraw(article, "来源失实")
        locks.unlink()
        aside.rename(locks)
        stored_pages.catch_up()
        assert client.get(address).status_code == 410

    def test_the_page_for_unknown_addresses_is_there_before_anybody_asks(self, stored_pages, client):
        start_following(stored_pages.store)
        stored_pages.catch_up()
        assert {"/404.html", "/zh-hant/404.html"} <= set(stored_pages.store.files.addresses())


def an_article_retitled(article, title):
    from meiri.newsroom.publishing import publish

    article.title = title
    publish(article)


@pytest.mark.django_db
def test_what_a_slow_thread_has_read_is_not_kept_past_a_change_that_another_has_seen():
    kept = InvalidatingCache(10)

    def slow(names):
        """Reads; then the journal goes on, and another thread sees that it did."""
        an_article("新的")
        kept.get(["other"], lambda _: {"other": ("value", [])})
        return {"name": ("old", ["river"])}

    assert kept.get(["name"], slow) == {"name": "old"}
    assert kept.get(["name"], lambda _: {"name": ("new", ["river"])}) == {"name": "new"}


@pytest.mark.django_db
def test_no_thread_notes_what_another_kept_as_newer_than_it_is(monkeypatch):
    """One thread keeps what it read long ago while another is between its look at the journal and its answer."""
    page_frame.forget_frame()
    page_frame.current_frame()
    old = page_frame._kept
    an_article("新的")
    asked = page_frame.changed_since

    def meanwhile(kept, sequence):
        found = asked(kept, sequence)
        page_frame._kept = old
        return found

    monkeypatch.setattr(page_frame, "changed_since", meanwhile)
    page_frame.current_frame()
    assert old.sequence < page_frame._kept.sequence or page_frame._kept is old
    assert page_frame._kept is not old or old.sequence == 0
    page_frame.forget_frame()


def test_threads_that_wait_for_a_page_find_it_made(tmp_path, settings):
    from meiri.delivery.page_store import PageStore

    store, entered = PageStore(tmp_path), []

    def enter():
        with store.locked("/"):
            entered.append(threading.get_ident())

    threads = [threading.Thread(target=enter) for _ in range(8)]
    with store.locked("/"):
        for thread in threads:
            thread.start()
        assert entered == []
    for thread in threads:
        thread.join(10)
    assert len(entered) == 8
