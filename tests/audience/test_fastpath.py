"""What the event loop answers is what Django would answer, to the byte; whatever else is asked is left to Django."""

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meiri.audience import view_log
from meiri.audience.aggregation import aggregate_views
from meiri.audience.counts_writer import keep_counts
from meiri.audience.fastpath import respond
from meiri.audience.models import ArticleViews
from meiri.audience.view_counts import add_views, set_imported
from meiri.delivery.headers import in_order
from tests.audience.asking import FIREFOX, Asked, Heads, view
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db
COUNTS = "/api/v1/counts/"
# The server adds the one to what the event loop answers; Django's answers have an id each, by which the log names them.
ADDED = {"content-length", "x-request-id"}


def same(fast, django) -> None:
    assert fast.status == django.status_code
    assert fast.body == django.content
    theirs = {name.lower(): value for name, value in django.items() if name.lower() not in ADDED}
    # The middleware writes the directives of the policy in another order in each process.
    theirs["content-security-policy"] = in_order(theirs["content-security-policy"])
    assert dict(fast.headers) == theirs
    assert len(fast.headers) == len(theirs)


def counts(query):
    return respond(Asked(COUNTS, query_string=query))


@pytest.fixture
def articles():
    found = [an_article().pk for _ in range(3)]
    add_views(found[0], 7)
    set_imported(found[1], 2**33)
    keep_counts()
    return found


@pytest.mark.parametrize(
    "query",
    [
        "ids=1,2,3",
        "ids=1%2C2",
        "ids= 1 , 2",
        "ids=1&ids=2",
        "ids=0",
        "ids=123456789",
        "ids=",
        "ids=1,x",
        "ids=-1",
        "ids=%EF%BC%91",
        "ids=" + ",".join(str(n) for n in range(100)),
        "ids=" + ",".join(str(n) for n in range(101)),
        "other=2&ids=5",
    ],
)
def test_counts_are_answered_as_django_answers_them(client, articles, query):
    same(counts(query), client.get(f"{COUNTS}?{query}"))


def test_counts_are_those_of_the_database(client, articles):
    query = "ids=" + ",".join(map(str, articles))
    same(counts(query), client.get(f"{COUNTS}?{query}"))
    assert b'"views": 8589934592' in counts(query).body


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.sampled_from("0123456789, %&=ids１x"), max_size=40))
def test_any_question_for_counts_is_answered_alike_or_left_to_django(articles, text):
    fast = counts(f"ids={text}")
    if fast is not None:
        same(fast, Client().get(f"{COUNTS}?ids={text}"))


def test_views_are_answered_as_django_answers_them(client):
    article = an_article().pk
    for number, browser in ((article, FIREFOX), (article, "curl/8"), (0, FIREFOX), (10**29, FIREFOX)):
        address = f"/api/v1/articles/{number}/views"
        same(view(number, browser), client.post(address, headers={"User-Agent": browser}))


def test_a_full_disk_is_told_as_django_tells_it(client, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(view_log.os, "write", full)
    same(view(1), client.post("/api/v1/articles/1/views", headers={"User-Agent": FIREFOX}))


@pytest.mark.parametrize(
    "asked",
    [
        Asked("/"),
        Asked("/api/v1/counts", query_string="ids=1"),
        Asked(COUNTS),
        Asked(COUNTS, query_string="idz=1"),
        Asked(COUNTS, "HEAD", "ids=1"),
        Asked(COUNTS, "POST", "ids=1"),
        Asked("/api/v1/articles/7/views"),
        Asked("/api/v1/articles/x/views", "POST"),
        Asked("/api/v1/articles/７/views", "POST"),
        Asked("/api/v1/articles/7/views/", "POST"),
        Asked("/api/v1/articles/7", "POST"),
    ],
)
def test_what_is_not_plainly_ours_is_left_to_django(articles, asked):
    assert respond(asked) is None


def test_without_a_file_of_counts_django_answers(own_home):
    assert counts("ids=1") is None


def test_without_a_place_in_the_file_django_answers(articles):
    assert counts(f"ids={2**40}") is None


def test_it_asks_no_database(articles, django_assert_num_queries):
    with django_assert_num_queries(0):
        counts(f"ids={articles[0]}")


@pytest.mark.parametrize(
    ("forwarded", "client", "other"),
    [
        # Each pair is one reader.
        ((), "203.0.113.7:1", ("203.0.113.7:2", ())),
        (("203.0.113.7",), "127.0.0.1:1", ("203.0.113.7:2", ())),
        # What a visitor wrote stands in a header before the proxy's own.
        (("198.51.100.1", "203.0.113.7"), "127.0.0.1:1", ("203.0.113.7:2", ())),
        (("198.51.100.1",), "203.0.113.7:1", ("203.0.113.7:2", ())),
        ((), "[2001:db8:1:2::3]:1", ("[2001:db8:1:2::4]:1", ())),
        ((), "2001:db8:1:2::3:40000", ("[2001:db8:1:2::4]:1", ())),
    ],
)
def test_a_reader_is_known_by_the_nearest_address_that_is_no_proxy(forwarded, client, other):
    article = an_article().pk
    for who, headers in ((client, forwarded), other):
        pairs = [("user-agent", FIREFOX), *(("x-forwarded-for", value) for value in headers)]
        path = f"/api/v1/articles/{article}/views"
        assert respond(Asked(path, "POST", client=who, headers=Heads(*pairs))).status == 202
    aggregate_views()
    assert ArticleViews.objects.get().total == 1
