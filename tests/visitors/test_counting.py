"""Visitors are told apart while a window lasts, and forgotten after it."""

from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from meiri.visitors.address import address_of
from meiri.visitors.counting import forget_visits, times, times_by
from meiri.visitors.models import Salt, Visit

HOUR = timedelta(hours=1)


def a_request(address="203.0.113.7", browser="Firefox", forwarded=""):
    headers = {"User-Agent": browser} | ({"X-Forwarded-For": forwarded} if forwarded else {})
    return RequestFactory().get("/", REMOTE_ADDR=address, headers=headers)


@pytest.mark.django_db
def test_each_visitor_and_each_deed_has_a_count_of_its_own():
    assert [times(a_request(), "comment", HOUR) for _ in range(3)] == [1, 2, 3]
    assert times(a_request(), "letter", HOUR) == 1
    assert times(a_request("203.0.113.8"), "comment", HOUR) == 1


@pytest.mark.django_db
def test_two_browsers_behind_one_address_are_two_only_where_asked():
    assert times(a_request(browser="Firefox"), "read 1", HOUR, by_browser=True) == 1
    assert times(a_request(browser="Safari"), "read 1", HOUR, by_browser=True) == 1
    assert times(a_request(browser="Firefox"), "comment", HOUR) == 1
    assert times(a_request(browser="Safari"), "comment", HOUR) == 2


@pytest.mark.django_db
def test_nothing_kept_tells_the_address_and_ended_windows_are_deleted():
    times(a_request("203.0.113.7"), "comment", HOUR)
    visit = Visit.objects.get()
    assert "203.0.113.7" not in str(visit.__dict__)
    long_ago = timezone.now() - timedelta(days=1)
    Visit.objects.update(until=long_ago)
    Salt.objects.update(until=long_ago)
    forget_visits()
    assert not Visit.objects.exists()
    assert not Salt.objects.exists()


@pytest.mark.django_db
def test_counting_costs_one_query_once_the_window_is_open(django_assert_num_queries):
    times_by("lin", "login", HOUR)
    with django_assert_num_queries(1):
        times_by("lin", "login", HOUR)


@pytest.mark.parametrize(
    ("address", "forwarded", "expected"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # nobody trusts a stranger's header
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),  # what the visitor wrote stands to the left
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("::ffff:203.0.113.7", "", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        ("", "", ""),
    ],
)
def test_the_address_is_the_nearest_that_is_not_a_proxy_of_ours(address, forwarded, expected):
    assert address_of(a_request(address, forwarded=forwarded)) == expected


@given(st.text(alphabet=st.characters(codec="latin-1", exclude_categories=["Cc"])))
def test_any_forwarded_header_is_survived(text):
    address_of(a_request("127.0.0.1", forwarded=text))
