"""The index of stored pages: which waits for what, whatever the order of events."""

import sqlite3
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meiri.delivery.page_index import JournalOffset, PageIndex


@pytest.fixture
def index(tmp_path):
    return PageIndex(tmp_path / "pages.sqlite3")


def store(index, address, *keys):
    noted = index.snapshot()
    assert index.enter(address, keys, noted)
    assert index.written(address, 10, noted)


def test_a_change_touches_just_the_pages_that_used_its_keys(index):
    store(index, "/keji/", "channel:keji", "article:1")
    store(index, "/wenlv/", "channel:wenlv")
    index.invalidate(["article:1", "tag:9"])
    assert index.dirty_pages() == ["/keji/"]


def test_a_page_that_waits_is_on_the_list_until_it_is_written_again(index):
    store(index, "/", "river")
    index.invalidate(["river"])
    noted = index.snapshot()
    assert index.enter("/", ["river"], noted)
    assert index.dirty_pages() == ["/"]
    index.written("/", 10, noted)
    assert index.dirty_pages() == []


def test_a_page_whose_keys_changed_while_it_was_rendered_is_not_entered(index):
    noted = index.snapshot()
    index.invalidate(["article:1"])
    assert not index.enter("/a/", ["article:1"], noted)
    assert index.enter("/b/", ["article:2"], noted)


def test_a_change_between_entering_and_writing_is_not_lost(index):
    noted = index.snapshot()
    index.enter("/", ["river"], noted)
    index.invalidate(["river"])
    index.written("/", 10, noted)
    assert index.dirty_pages() == ["/"]


def test_a_page_that_was_being_written_when_the_process_died_waits(index):
    index.enter("/", ["river"], index.snapshot())
    assert PageIndex(index.path).dirty_pages() == ["/"]


def test_what_a_page_used_last_is_what_counts(index):
    store(index, "/", "article:1")
    store(index, "/", "article:2")
    index.invalidate(["article:1"])
    assert index.dirty_pages() == []
    index.invalidate(["article:2"])
    assert index.dirty_pages() == ["/"]


def test_what_all_pages_show_begins_a_generation(index):
    store(index, "/keji/2026/1124/1.html", "article:1", "nav", "footer")
    store(index, "/", "river", "nav")
    assert index.keys_of("/") == {"river"}
    index.invalidate(["nav"], everything=True)
    assert index.dirty_pages() == []
    assert index.outdated(5) == ["/keji/2026/1124/1.html", "/"]
    store(index, "/", "river")
    assert index.outdated(5) == ["/keji/2026/1124/1.html"]


def test_the_most_important_pages_come_first(index):
    addresses = ["/tag/水/", "/rss.xml", "/zh-hant/", "/keji/", "/", "/keji/2026/1124/1.html"]
    for address in addresses:
        store(index, address, "river")
    index.invalidate(["river"])
    assert index.dirty_pages() == [
        "/keji/2026/1124/1.html",
        "/",
        "/zh-hant/",
        "/keji/",
        "/rss.xml",
        "/tag/水/",
    ]


def test_the_position_in_the_journal_moves_with_the_marks(index):
    assert index.position is None
    index.invalidate(["river"], position=JournalOffset(7, "ab"))
    assert PageIndex(index.path).position == JournalOffset(7, "ab")


def test_clearing_stops_who_is_rendering(index):
    store(index, "/", "river")
    noted = index.snapshot()
    index.clear()
    assert not index.enter("/", ["river"], noted)
    assert index.position is None
    assert not index.knows("/")


def test_threads_write_at_the_same_time_and_lose_nothing(index):
    def work(number):
        for n in range(20):
            store(index, f"/{number}/{n}/", f"article:{number}")
            index.invalidate([f"tag:{number}"])

    threads = [threading.Thread(target=work, args=[n]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(index.sizes()) == 80
    assert index.snapshot().version == 80
    assert index.total_size() == 800


def test_several_may_open_a_new_index_at_once(tmp_path):
    complaints = []
    for n in range(20):
        index, together = PageIndex(tmp_path / f"{n}.sqlite3"), threading.Barrier(6)

        def opening(index=index, together=together):
            together.wait()
            try:
                index.invalidate(["river"])
            except sqlite3.Error as error:
                complaints.append(error)

        threads = [threading.Thread(target=opening) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert complaints == []


PAGES = ["/a/", "/b/", "/c/"]
KEYS = ["article:1", "article:2", "river"]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("change"), st.sampled_from(KEYS)),
        st.tuples(st.just("read"), st.sampled_from(PAGES)),
        st.tuples(st.just("enter"), st.sampled_from(PAGES)),
        st.tuples(st.just("write"), st.sampled_from(PAGES)),
        st.tuples(st.just("die"), st.sampled_from(PAGES)),
    ),
    max_size=40,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    uses=st.fixed_dictionaries({p: st.sets(st.sampled_from(KEYS), min_size=1) for p in PAGES}), steps=STEPS
)
def test_no_interleaving_leaves_a_stale_page_that_nobody_knows_of(tmp_path_factory, uses, steps):
    """Pages show the versions of their keys. Renderers read, enter, write and die while keys change."""
    index = PageIndex(tmp_path_factory.mktemp("index") / "pages.sqlite3")
    version = dict.fromkeys(KEYS, 0)
    files: dict[str, dict] = {}
    rendering: dict[str, list] = {}
    for step, subject in steps:
        if step == "change":
            version[subject] += 1
            index.invalidate([subject])
        elif step == "read" and subject not in rendering:
            rendering[subject] = [index.snapshot(), {k: version[k] for k in uses[subject]}, False]
        elif step == "enter" and subject in rendering and not rendering[subject][2]:
            noted = rendering[subject][0]
            if index.enter(subject, uses[subject], noted):
                rendering[subject][2] = True
            else:
                del rendering[subject]
        elif step == "write" and rendering.get(subject, [0, 0, False])[2]:
            noted, shown, _ = rendering.pop(subject)
            files[subject] = shown
            index.written(subject, 1, noted)
        elif step == "die":
            rendering.pop(subject, None)
    waiting = set(index.dirty_pages())
    for address, shown in files.items():
        if shown != {k: version[k] for k in uses[address]}:
            assert address in waiting
