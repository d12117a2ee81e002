"""The index follows the journal, and stands up again whatever happens to its files."""

import shutil
import time
from pathlib import Path
from threading import Event

import pytest
import tantivy

from meiri.journal.content_keys import NAV
from meiri.journal.log import append, last_sequence
from meiri.newsroom.publishing import withdraw
from meiri.search import index as indexes
from meiri.search.finding import find
from meiri.search.index import Unavailable, open_index, position_of
from meiri.search.indexing import Indexer, Writer, bring_up_to_date
from meiri.search.query import parse
from meiri.search.rebuilding import RebuildRunning, rebuild
from meiri.search.tantivy_files import damaged_file
from tests.journal.entries import naming
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db


def titles(text: str) -> list[str]:
    return [hit.article.title for hit in find(parse(text)).hits]


def test_entries_that_come_twice_change_nothing(search_index):
    kept = an_article("湿地一")
    gone = an_article("湿地二")
    search_index.catch_up()
    folder = search_index.store.current
    before = position_of(folder)
    withdraw(gone, "来源失实")
    search_index.catch_up()
    indexes.keep_position(folder, before)  # as if it had died before it could keep the new one
    search_index.catch_up()
    assert titles("湿地") == [kept.title]
    assert position_of(folder).sequence == last_sequence()


def test_what_is_published_is_found_at_once_while_parts_of_the_index_are_merged(search_index):
    with search_index.store.alone("writing") as alone, Writer(search_index.store) as writer:
        assert alone
        for number in range(20):
            article = an_article(f"湿地{number}号")
            assert writer.catch_up()
            assert titles(f"湿地{number}号")[0] == article.title
        until = time.monotonic() + 20
        while parts_of_index(search_index.store) > 10 and time.monotonic() < until:
            time.sleep(0.01)
    assert parts_of_index(search_index.store) <= 10
    assert len(titles("湿地")) == 20


def parts_of_index(store) -> int:
    return indexes.reader_of(store).searcher().num_segments


def test_a_writer_follows_the_index_that_answers(search_index):
    with search_index.store.alone("writing"), Writer(search_index.store) as writer:
        an_article("湿地一")
        writer.catch_up()
        rebuild(search_index.store)
        an_article("湿地二")
        writer.catch_up()
        assert set(titles("湿地")) == {"湿地一", "湿地二"}


def test_a_writer_that_could_not_write_lets_go(search_index, monkeypatch):
    an_article("湿地一")
    with search_index.store.alone("writing"), Writer(search_index.store) as writer:
        with monkeypatch.context() as broken:
            broken.setattr("meiri.search.indexing.document_of", lambda fields: 1 / 0)
            with pytest.raises(ZeroDivisionError) as error:
                writer.catch_up()
        writer.catch_up()
        assert error
        assert titles("湿地") == ["湿地一"]


def test_what_is_written_halfway_is_not_there(search_index):
    an_article("湿地一")
    search_index.catch_up()
    folder = search_index.store.current
    writer = open_index(folder).writer(indexes.SMALL_HEAP, 1)
    writer.delete_all_documents()
    del writer  # without a commit, as when it is killed
    assert titles("湿地") == ["湿地一"]
    an_article("湿地二")
    search_index.catch_up()
    assert set(titles("湿地")) == {"湿地一", "湿地二"}


def test_readers_search_the_old_index_until_the_new_one_is_whole(search_index):
    an_article("湿地")
    search_index.catch_up()
    old = search_index.store.current
    asked = []
    rebuild(search_index.store, lambda articles: asked.append((titles("湿地"), search_index.store.current)))
    assert asked == [(["湿地"], old)]
    assert search_index.store.current != old
    assert not old.exists()
    assert titles("湿地") == ["湿地"]


def test_a_rebuild_that_fails_leaves_the_old_index(search_index):
    an_article("湿地")
    search_index.catch_up()
    old = search_index.store.current

    def stop(articles):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(search_index.store, stop)
    assert [p for p in search_index.store.folder.iterdir() if p.is_dir()] == [old]
    assert titles("湿地") == ["湿地"]


def test_two_do_not_build_at_once(search_index):
    with search_index.store.alone("building") as alone:
        assert alone
        with pytest.raises(RebuildRunning):
            rebuild(search_index.store)


def test_what_is_published_while_an_index_is_built_is_in_it_afterwards(search_index):
    an_article("湿地一")
    rebuild(search_index.store, lambda articles: an_article("湿地二"))
    search_index.catch_up()
    assert set(titles("湿地")) == {"湿地一", "湿地二"}


def cut_off(folder: Path) -> None:
    path = max(folder.glob("*.idx"), key=lambda p: p.stat().st_size)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def overwrite(folder: Path) -> None:
    path = max(folder.glob("*.term"), key=lambda p: p.stat().st_size)
    content = bytearray(path.read_bytes())
    content[10:40] = bytes(30)
    path.write_bytes(content)


def lose_a_file(folder: Path) -> None:
    next(folder.glob("*.fast")).unlink()


def lose_the_list(folder: Path) -> None:
    (folder / "meta.json").unlink()


def lose_the_position(folder: Path) -> None:
    (folder / "position.json").write_text("{}")


def lose_the_folder(folder: Path) -> None:
    shutil.rmtree(folder)


def be_of_an_older_version(folder: Path) -> None:
    older = folder.with_name(f"{indexes.FORMAT - 1}-7")
    folder.rename(older)
    (folder.parent / "current").write_text(older.name)


def be_of_other_fields(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()
    fields = tantivy.SchemaBuilder()
    fields.add_text_field("title")
    tantivy.Index(fields.build(), path=str(folder)).writer().commit()


HARM = [
    cut_off,
    overwrite,
    lose_a_file,
    lose_the_list,
    lose_the_position,
    lose_the_folder,
    be_of_an_older_version,
    be_of_other_fields,
]


@pytest.mark.parametrize("harm", HARM)
def test_a_harmed_index_is_built_anew(search_index, client, harm):
    an_article("湿地")
    search_index.catch_up()
    folder = search_index.store.current
    indexes.reader_of.cache_clear()  # as in a process that starts now
    harm(folder)
    answer = client.get("/search/", {"q": "湿地"})
    assert answer.status_code in (200, 503)
    indexer = Indexer(search_index.store, Event())
    current = search_index.store.current
    assert current is None or not indexer._is_usable(current)
    rebuild(search_index.store)
    assert titles("湿地") == ["湿地"]
    assert damaged_file(search_index.store.current) == ""


def test_an_index_of_another_journal_is_built_anew(search_index):
    an_article("湿地")
    search_index.catch_up()
    folder = search_index.store.current
    indexes.keep_position(folder, position_of(folder)._replace(digest="f" * 64))
    an_article("湿地二")
    assert bring_up_to_date(search_index.store)
    assert search_index.store.current != folder
    assert set(titles("湿地")) == {"湿地", "湿地二"}


def test_without_an_index_nothing_is_found_and_it_is_said(search_index):
    shutil.rmtree(search_index.store.folder)
    with pytest.raises(Unavailable):
        find(parse("湿地"))
    with pytest.raises(Unavailable):
        Writer(search_index.store).catch_up()


def test_entries_about_other_things_only_move_the_position(search_index, django_assert_max_num_queries):
    before = {p.name for p in search_index.store.current.iterdir()}
    append(naming(NAV), "system")
    search_index.catch_up()
    assert position_of(search_index.store.current).sequence == last_sequence()
    assert {p.name for p in search_index.store.current.iterdir()} == before
