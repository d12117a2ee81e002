from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from meiri.journal import consumers
from meiri.journal.log import append
from meiri.journal.models import ConsumerOffset, Entry
from meiri.journal.verification import verify_chain
from tests.journal.entries import published


def write(n=1):
    for i in range(n):
        with transaction.atomic():
            append(published(i), "system")


@pytest.mark.django_db
class TestDelivery:
    def test_a_consumer_takes_all_entries_in_order_and_then_rests(self):
        write(5)
        taken = []
        handler = lambda entries: taken.extend(e.sequence for e in entries)  # noqa: E731
        assert consumers.run_consumer("index", handler, limit=2) == 2
        assert consumers.run_consumer("index", handler, limit=2) == 2
        assert consumers.run_consumer("index", handler, limit=2) == 1
        assert consumers.run_consumer("index", handler, limit=2) == 0
        assert taken == [1, 2, 3, 4, 5]

    def test_a_failure_keeps_the_cursor_says_why_and_waits(self):
        write(3)

        def fails(entries):
            raise OSError("disk full")

        assert consumers.run_consumer("index", fails) == 0
        cursor = ConsumerOffset.objects.get(pk="index")
        assert (cursor.sequence, cursor.failures, cursor.error) == (0, 1, "OSError: disk full")
        assert cursor.retry_at > timezone.now()
        taken = []
        assert consumers.run_consumer("index", taken.extend) == 0, "it is not tried again before its time"
        ConsumerOffset.objects.filter(pk="index").update(retry_at=timezone.now())
        assert consumers.run_consumer("index", taken.extend) == 3
        assert ConsumerOffset.objects.get(pk="index").error == ""

    def test_a31_one_that_goes_on_failing_is_tried_after_growing_pauses(self):
        write(1)

        def fails(entries):
            raise OSError("disk full")

        pauses = []
        for _ in range(12):
            ConsumerOffset.objects.update(retry_at=None)
            before = timezone.now()
            consumers.run_consumer("index", fails)
            pauses.append(round((ConsumerOffset.objects.get(pk="index").retry_at - before).total_seconds()))
        assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]

    def test_one_that_took_a_part_is_given_the_others_again(self):
        write(3)
        taken = []

        def takes_two(entries):
            taken.append([e.sequence for e in entries])
            return 2

        assert consumers.run_consumer("index", takes_two) == 2
        assert consumers.run_consumer("index", takes_two) == 1
        assert taken == [[1, 2, 3], [3]]

    def test_one_that_can_do_nothing_yet_has_not_failed_and_waits_a_little(self, django_assert_num_queries):
        write(2)
        assert consumers.run_consumer("index", lambda entries: 0) == 0
        cursor = ConsumerOffset.objects.get(pk="index")
        assert (cursor.sequence, cursor.failures, cursor.error) == (0, 0, "")
        assert timezone.now() < cursor.retry_at <= timezone.now() + consumers.NOT_YET
        taken = []
        with django_assert_num_queries(2):
            assert consumers.run_consumer("index", taken.extend) == 0
        ConsumerOffset.objects.filter(pk="index").update(retry_at=timezone.now())
        assert consumers.run_consumer("index", taken.extend) == 2

    def test_one_consumer_failing_holds_up_no_other(self):
        write(2)

        def fails(entries):
            raise ValueError

        taken = []
        consumers.run_consumer("index", fails)
        assert consumers.run_consumer("feeds", taken.extend) == 2

    def test_a_consumer_never_runs_twice_at_once(self):
        write(2)
        inner = []

        def outer(entries):
            inner.append(consumers.run_consumer("index", lambda entries: None))

        assert consumers.run_consumer("index", outer) == 2
        assert inner == [0]

    def test_a_dead_process_loses_its_lease_and_nothing_else(self):
        write(2)
        assert consumers.take_lease("index", "of a process that was killed") is not None
        taken = []
        assert consumers.run_consumer("index", taken.extend) == 0
        ConsumerOffset.objects.filter(pk="index").update(leased_until=timezone.now() - timedelta(seconds=1))
        assert consumers.run_consumer("index", taken.extend) == 2

    def test_an_idle_consumer_costs_two_reads(self, django_assert_num_queries):
        write(1)
        consumers.run_consumer("index", lambda entries: None)
        with django_assert_num_queries(2):
            consumers.run_consumer("index", lambda entries: None)


class Killed(BaseException):
    """Stands for the end of a process: nothing of `run` after it happens."""


# What happens, step by step: a writer commits or rolls back, or a consumer takes up to n entries and may be
# killed before, or after, its work on them is done.
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.booleans()),
        st.tuples(
            st.just("consume"), st.integers(1, 4), st.sampled_from(["lives", "killed before", "killed after"])
        ),
    ),
    max_size=40,
)


class Interleavings(TestCase):
    @settings(max_examples=60)
    @given(STEPS)
    def test_writers_and_killed_consumers_lose_and_reorder_nothing(self, steps):
        written, done = [], []
        for step in steps:
            if step[0] == "write":
                with transaction.atomic():
                    entry = append(published(1), "system")
                    if step[1]:
                        written.append(entry.sequence)
                    else:
                        transaction.set_rollback(True)
            else:
                self.consume(done, *step[1:])
        while self.consume(done, 3, "lives"):
            pass
        assert verify_chain().broken is None
        assert list(Entry.objects.order_by("sequence").values_list("sequence", flat=True)) == written
        assert sorted(set(done)) == written, "every entry was delivered"
        firsts = list(dict.fromkeys(done))
        assert firsts == written, "and for the first time in order"

    def consume(self, done, limit, fate):
        def handler(entries):
            if fate == "killed before":
                raise Killed
            done.extend(e.sequence for e in entries)
            if fate == "killed after":
                raise Killed

        try:
            return consumers.run_consumer("index", handler, limit)
        except Killed:
            ConsumerOffset.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
            return 0
