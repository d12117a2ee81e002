"""Counting what the log holds: every view once, into the hour in which it was taken, whoever dies meanwhile."""

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meiri.audience import aggregation, view_log
from meiri.audience.aggregation import aggregate_file, aggregate_views, forget_counted_views
from meiri.audience.models import AggregatedLog, ArticleViews, CountedView, DayViews, HourViews, QuarterViews
from meiri.audience.view_counts import WINDOW, views_of
from meiri.audience.view_log import SIZE, View, ViewLog, log_files, pack_view
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db
NOW = time.time_ns() // 1000


@pytest.fixture
def log(own_home):
    log = ViewLog(own_home / view_log.FOLDER)
    yield log
    log.close()


def test_a_view_counts_in_the_quarter_hour_and_day_when_it_was_taken(log):
    article = an_article()
    taken = datetime(2026, 11, 20, 16, 50, tzinfo=UTC)
    log.append(View(article.pk, int(taken.timestamp()) * 1_000_000, 1))
    aggregate_views()
    assert QuarterViews.objects.get().start == taken.replace(minute=45)
    assert HourViews.objects.get().start == taken.replace(minute=0)
    assert str(DayViews.objects.get().start) == "2026-11-21"  # in Beijing it is past midnight


def test_a_clock_that_was_ahead_fills_no_hour_to_come(log):
    log.append(View(an_article().pk, NOW + 86_400_000_000, 1))
    aggregate_views()
    assert HourViews.objects.get().start <= timezone.now()


def test_nothing_is_counted_twice_by_folding_again(log):
    article = an_article()
    log.append(View(article.pk, NOW, 1))
    assert [aggregate_views(), aggregate_views()] == [1, 0]
    log.append(View(article.pk, NOW, 2))
    assert aggregate_views() == 1
    assert views_of([article.pk]) == {article.pk: 2}


def test_a_file_that_ended_is_deleted_with_what_is_known_of_it(log):
    log.append(View(an_article().pk, NOW, 1))
    aggregate_views()
    assert AggregatedLog.objects.get().end == SIZE
    log.close()
    aggregate_views()
    assert log_files(log.folder) == []
    assert not AggregatedLog.objects.exists()


def test_where_the_transaction_fails_all_of_it_is_done_again(log, monkeypatch):
    article = an_article()
    log.append(View(article.pk, NOW, 1))

    def dies(*_):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(aggregation, "add_views_of_all", dies)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            aggregate_views()
    assert not AggregatedLog.objects.exists()
    assert not CountedView.objects.exists()
    aggregate_views()
    assert views_of([article.pk]) == {article.pk: 1}


def test_of_two_that_fold_the_same_records_one_counts_them(log, monkeypatch):
    article = an_article()
    log.append(View(article.pk, NOW, 1))
    [path] = log_files(log.folder)
    read = view_log.read_records

    def read_while_another_folds(*arguments):
        records = read(*arguments)
        monkeypatch.setattr(view_log, "read_records", read)
        aggregate_file(path)
        return records

    monkeypatch.setattr(view_log, "read_records", read_while_another_folds)
    assert aggregate_file(path) == 0
    assert views_of([article.pk]) == {article.pk: 1}


def test_damage_is_passed_over_and_told(log, caplog):
    article = an_article()
    log.append(View(article.pk, NOW, 1))
    [path] = log_files(log.folder)
    log.close()
    path.write_bytes(b"?" * 45 + path.read_bytes() + b"?" * 20)
    aggregate_views()
    assert views_of([article.pk]) == {article.pk: 1}
    assert "45 bytes are no records" in caplog.text
    assert log_files(log.folder) == []


def test_a_file_of_nothing_but_damage_is_deleted(log, own_home):
    folder = own_home / view_log.FOLDER
    folder.mkdir()
    (folder / "x.log").write_bytes(b"?" * 3 * aggregation.BATCH * SIZE)
    for _ in range(5):
        aggregate_views()
    assert log_files(folder) == []


def test_counted_readers_are_forgotten_some_time_after_their_window(log):
    article = an_article()
    log.append(View(article.pk, NOW - WINDOW * 3 * 1_000_000, 1))
    log.append(View(article.pk, NOW, 2))
    aggregate_views()
    # What is counted late is still compared with what was counted just before.
    assert CountedView.objects.count() == 2
    CountedView.objects.filter(reader=1).update(until=timezone.now() - timedelta(seconds=1))
    forget_counted_views()
    assert CountedView.objects.get().reader == 2


def test_the_queries_of_a_batch_do_not_grow_with_it(log, django_assert_max_num_queries):
    articles = [an_article().pk for _ in range(3)]
    for n in range(900):
        log.append(View(articles[n % 3], NOW, n << 41))
    with django_assert_max_num_queries(24):
        aggregate_views()
    assert sum(views_of(articles).values()) == 900


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("view"), st.integers(0, 2), st.integers(0, 2), st.integers(0, 9)),
        st.tuples(st.just("damage"), st.integers(0, 2), st.binary(min_size=1, max_size=40)),
        st.tuples(st.just("fold"), st.integers(1, 4)),
        st.tuples(st.just("die in folding")),
        st.tuples(st.just("end"), st.integers(0, 2)),
    ),
    max_size=40,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_in_whatever_order_writers_write_end_and_folders_fold_and_die(own_home, steps):
    """Three writers, of which any ends at any moment; damage between their records; batches of any size."""
    ArticleViews.objects.all().delete()
    CountedView.objects.all().delete()
    articles = [an_article().pk for _ in range(3)]
    folder = own_home / view_log.FOLDER
    writers = [ViewLog(folder) for _ in range(3)]
    seen: set[tuple[int, int]] = set()
    for deed, *what in steps:
        if deed == "view":
            writer, article, reader = what
            writers[writer].append(View(articles[article], NOW, 10 * article + reader))
            seen.add((article, reader))
        elif deed == "damage":
            _damage(writers[what[0]], what[1])
        elif deed == "fold":
            for path in log_files(folder):
                aggregate_file(path, what[0])
        elif deed == "die in folding":
            _die_in_folding(folder)
        else:
            writers[what[0]].close()
    for writer in writers:
        writer.close()
    while aggregate_views() or log_files(folder):
        pass
    counted = Counter(article for article, _ in seen)
    assert views_of(articles) == {articles[a]: n for a, n in counted.items()}


def _damage(writer: ViewLog, content: bytes) -> None:
    if writer._file != view_log._NONE:
        view_log.os.write(writer._file, content)


def _die_in_folding(folder: Path) -> None:
    class Death(Exception):
        pass

    try:
        with transaction.atomic():
            for path in log_files(folder):
                # As `fold_file`, up to the end of its transaction: a file is deleted after that.
                start = AggregatedLog.objects.filter(pk=path.name).values_list("end", flat=True).first() or 0
                aggregation._count(path.name, start, view_log.read_records(path, start, 100))
            raise Death
    except Death:
        pass


def test_records_of_one_size_fill_pages_without_crossing_them():
    assert 4096 % len(pack_view(View(1, 2, 3))) == 0
