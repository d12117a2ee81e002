"""What one address or one network adds: so many views count, and ever fewer of them move an article up the hot list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meiri.audience.aggregation import aggregate_views
from meiri.audience.hot import make_hot_list
from meiri.audience.models import CountedView, HourViews
from meiri.audience.reader_number import (
    FREE_OF_ADDRESS,
    MOST_OF_ADDRESS,
    adds_to_lists,
    of_address,
    of_network,
    reader_number,
)
from meiri.audience.view_counts import views_of
from tests.audience.asking import view
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db


def hottest() -> list[int]:
    return [entry.article.pk for entry in make_hot_list() if entry.views]


def in_lists(article) -> int:
    return sum(HourViews.objects.filter(article=article).values_list("count", flat=True))


def test_b16_three_hundred_browsers_behind_one_address_do_not_lead_the_hot_list():
    pushed, read = an_article(), an_article()
    for n in range(300):
        view(pushed.pk, browser=f"Mozilla/5.0 (Android 15; Mobile) {n}", client="203.0.113.7:1")
    for n in range(20):
        view(read.pk, client=f"198.51.{n}.9:1")
    aggregate_views()
    assert hottest() == [read.pk, pushed.pk]
    assert views_of([pushed.pk]) == {pushed.pk: MOST_OF_ADDRESS}
    assert in_lists(pushed) == FREE_OF_ADDRESS + 2  # the twentieth and the fortieth


@pytest.mark.parametrize("batches", [1, 7])
def test_b16_the_bound_holds_over_batches(batches):
    article = an_article()
    for n in range(140):
        view(article.pk, browser=f"Mozilla/5.0 {n}", client="203.0.113.7:1")
        if n % (140 // batches) == 0:
            aggregate_views()
    aggregate_views()
    assert views_of([article.pk]) == {article.pk: MOST_OF_ADDRESS}
    assert CountedView.objects.count() <= 140


def test_b16_a_whole_network_read_by_one_reader_an_address_counts_whole():
    article = an_article()
    for n in range(256):
        view(article.pk, client=f"203.0.113.{n}:1")
    aggregate_views()
    assert views_of([article.pk]) == {article.pk: 256}
    assert in_lists(article) == 256


def test_b16_one_prefix_of_ipv6_is_one_network(monkeypatch):
    monkeypatch.setattr("meiri.audience.aggregation.MOST_OF_NETWORK", 30)
    article = an_article()
    for n in range(60):
        view(article.pk, client=f"[2001:db8:7:{n:x}::1]:1")
    aggregate_views()
    assert views_of([article.pk]) == {article.pk: 30}


addresses = st.ip_addresses(v=4).map(str) | st.ip_addresses(v=6).map(lambda a: f"{a.exploded[:19]}::/64")


@given(addresses, addresses, st.text(max_size=8), st.text(max_size=8), st.binary(min_size=32, max_size=32))
def test_b16_readers_of_one_address_and_network_stand_side_by_side(one, other, browser, another, key):
    first, second = (reader_number(7, one, name, key) for name in (browser, another))
    assert 0 <= first < 1 << 63
    assert of_address(first) == of_address(second)
    assert (first == second) == (browser == another)
    if of_address(first) == of_address(reader_number(7, other, browser, key)):
        assert of_network(first) == of_network(reader_number(7, other, browser, key))


@given(st.integers(1, 100_000), st.integers(1, 500))
def test_b16_what_a_network_adds_falls_off(readers, free):
    added = sum(adds_to_lists(nth, free) for nth in range(1, min(readers, 5_000) + 1))
    assert added <= free + 13
