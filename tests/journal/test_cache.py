"""What is kept in a process goes when the journal names what it was made of."""

import pytest
from django.db import transaction

from meiri.journal.cache import InvalidatingCache
from meiri.journal.log import append, journal_snapshot
from tests.journal.entries import naming

pytestmark = pytest.mark.django_db


def tell(*keys):
    with transaction.atomic():
        append(naming(*keys), "system")


class Maker:
    """Makes a value for each name, one more each time, from the key `article:NAME`."""

    def __init__(self):
        self.made = []

    def __call__(self, names):
        self.made.append(list(names))
        return {name: (f"{name} {len(self.made)}", [f"article:{name}"]) for name in names}


def test_a_value_is_made_once_while_nothing_changes(django_assert_num_queries):
    kept, make = InvalidatingCache(10), Maker()
    assert kept.get([1, 2], make) == {1: "1 1", 2: "2 1"}
    with django_assert_num_queries(1):
        assert kept.get([1, 2], make) == {1: "1 1", 2: "2 1"}
    assert make.made == [[1, 2]]


def test_an_entry_makes_go_just_what_it_names():
    kept, make = InvalidatingCache(10), Maker()
    kept.get([1, 2], make)
    tell("article:2", "river")
    assert kept.get([1, 2, 3], make) == {1: "1 1", 2: "2 2", 3: "3 2"}


def test_what_everything_shows_makes_all_go():
    kept, make = InvalidatingCache(10, ["nav"]), Maker()
    kept.get([1, 2], make)
    tell("nav")
    assert kept.get([1, 2], make) == {1: "1 2", 2: "2 2"}


def test_a_journal_that_went_back_makes_all_go():
    kept, make = InvalidatingCache(10), Maker()
    tell("article:9")
    with transaction.atomic():
        tell("article:8")
        kept.get([1], make)
        transaction.set_rollback(True)
    assert kept.get([1], make) == {1: "1 2"}


def test_another_journal_of_the_same_length_makes_all_go():
    kept, make = InvalidatingCache(10), Maker()
    with transaction.atomic():
        tell("article:1")
        kept.get([1], make)
        transaction.set_rollback(True)
    tell("article:2")
    assert kept.get([1], make) == {1: "1 2"}


def test_more_entries_than_are_worth_reading_make_all_go():
    kept, make = InvalidatingCache(10), Maker()
    kept.get([1], make)
    for _ in range(201):
        tell("article:9")
    assert kept.get([1], make) == {1: "1 2"}


def test_no_more_is_kept_than_was_said():
    kept, make = InvalidatingCache(2), Maker()
    kept.get([1, 2, 3], make)
    kept.get([3], make)
    assert make.made == [[1, 2, 3]]
    kept.get([1], make)
    assert make.made == [[1, 2, 3], [1]]


def test_one_value_is_kept_by_its_own_keys():
    kept, made = InvalidatingCache(2), []

    def make():
        made.append(len(made))
        return made[-1], ["topics"]

    assert [kept.one("topics", make) for _ in range(2)] == [0, 0]
    tell("article:1")
    assert kept.one("topics", make) == 0
    tell("topics")
    assert kept.one("topics", make) == 1


def test_in_one_moment_the_journal_is_looked_at_once(django_assert_num_queries):
    kept, others, make = InvalidatingCache(10), InvalidatingCache(10), Maker()
    kept.get([1], make)
    others.get([1], make)
    with journal_snapshot():
        with django_assert_num_queries(1):
            kept.get([1], make)
            others.get([1], make)
        tell("article:1")
        assert kept.get([1], make) == {1: "1 3"}
    assert others.get([1], make) == {1: "1 4"}


def test_what_there_is_nothing_of_is_asked_for_again():
    kept = InvalidatingCache(2)
    assert kept.get([7], lambda names: {}) == {}
    assert kept.get([7], Maker()) == {7: "7 1"}


def test_a31_a_value_made_while_another_thread_saw_the_journal_go_on_is_not_kept():
    kept, make = InvalidatingCache(10), Maker()

    def while_the_journal_goes_on(names):
        made = make(names)  # from what is stored before the entry
        tell("article:1")
        kept.get([2], make)  # another thread looks, and has passed the entry
        return made

    kept.get([1], while_the_journal_goes_on)
    assert kept.get([1], make)[1] == "1 3"
