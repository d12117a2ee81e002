"""Whoever else follows the journal leaves the processor to the makers of pages."""

from threading import Event

import pytest

from meiri.delivery.invalidation import let_pages_go_first
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db


class Waits(Event):
    """An event that nobody sets; it counts for how long it was waited for, and does something meanwhile."""

    def __init__(self, meanwhile=lambda: None) -> None:
        super().__init__()
        self.count, self.meanwhile = 0, meanwhile

    def wait(self, timeout: float | None = None) -> bool:
        self.count += 1
        self.meanwhile()
        return super().wait(timeout)


@pytest.fixture
def a_page_that_waits(stored_pages, client):
    """The stored page of an article that is published once more."""
    article = an_article("试发")
    stored_pages.catch_up()
    assert client.get(article.get_absolute_url()).status_code == 200
    article.save_revision().publish()
    return stored_pages


def test_nobody_waits_where_pages_show_all(stored_pages):
    stored_pages.catch_up()
    waits = Waits()
    let_pages_go_first(waits)
    assert not waits.count


def test_nobody_waits_where_pages_are_not_stored(db):
    an_article("试发")
    waits = Waits()
    let_pages_go_first(waits)
    assert not waits.count


def test_one_waits_until_the_page_is_made(a_page_that_waits):
    waits = Waits(a_page_that_waits.catch_up)
    let_pages_go_first(waits)
    assert waits.count == 1


def test_one_waits_while_an_entry_is_not_followed_yet(stored_pages):
    stored_pages.catch_up()
    an_article("试发")
    waits = Waits(stored_pages.catch_up)
    let_pages_go_first(waits)
    assert waits.count == 1


def test_one_does_not_wait_for_ever(a_page_that_waits):
    waits = Waits()
    let_pages_go_first(waits)
    assert waits.count > 1
    assert not waits.is_set()


def test_one_who_is_told_to_stop_waits_no_more(a_page_that_waits):
    waits = Waits()
    waits.set()
    let_pages_go_first(waits)
    assert waits.count == 1
