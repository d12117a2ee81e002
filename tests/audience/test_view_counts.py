"""Views are counted once a reader and half hour, for people who look at the page."""

import time

import pytest

from meiri.audience import view_counts, view_log
from meiri.audience.aggregation import aggregate_views
from meiri.audience.models import ArticleViews, DayViews, HourViews, QuarterViews
from meiri.audience.readers import is_robot
from meiri.audience.view_counts import WINDOW, add_views, set_imported, views_of
from meiri.newsroom.publishing import withdraw
from tests.audience import asking
from tests.audience.asking import FIREFOX, document
from tests.newsroom_factory import a_draft, an_article

pytestmark = pytest.mark.django_db


class ByDjango:
    """The view behind the address, as plain WSGI gives it."""

    def __init__(self, client):
        self.client = client

    def view(self, article_id, browser=FIREFOX, **headers):
        return self.client.post(
            f"/api/v1/articles/{article_id}/views", headers={"User-Agent": browser, **headers}
        )

    @staticmethod
    def said(answer):
        return answer.status_code, answer.json()


class OnTheEventLoop:
    @staticmethod
    def view(article_id, browser=FIREFOX, **headers):
        return asking.view(article_id, browser, **headers)

    @staticmethod
    def said(answer):
        return answer.status, document(answer)


@pytest.fixture(params=["django", "event loop"])
def way(request, client):
    """Both ways that a view can come in."""
    return ByDjango(client) if request.param == "django" else OnTheEventLoop()


def test_a_reader_counts_once_in_half_an_hour(way):
    article = an_article()
    assert way.said(way.view(article.pk)) == (202, {"counted": True})
    way.view(article.pk)
    aggregate_views()
    way.view(article.pk)
    way.view(article.pk, FIREFOX + " another")
    aggregate_views()
    assert views_of([article.pk]) == {article.pk: 2}
    assert [model.objects.get().count for model in (QuarterViews, HourViews, DayViews)] == [2, 2, 2]


def test_each_article_is_counted_by_itself(way):
    one, other = an_article(), an_article()
    way.view(one.pk)
    way.view(other.pk)
    aggregate_views()
    assert views_of([one.pk, other.pk]) == {one.pk: 1, other.pk: 1}


def test_the_same_reader_counts_again_when_the_window_is_over(way, monkeypatch):
    article, now = an_article(), time.time_ns()
    way.view(article.pk)
    monkeypatch.setattr(view_counts.time, "time_ns", lambda: now + WINDOW * 10**9)
    way.view(article.pk)
    aggregate_views()
    assert views_of([article.pk]) == {article.pk: 2}


def test_both_ways_know_the_same_reader(client):
    article = an_article()
    asking.view(article.pk, client="127.0.0.1:5000")
    ByDjango(client).view(article.pk)
    aggregate_views()
    assert views_of([article.pk]) == {article.pk: 1}


@pytest.mark.parametrize(
    "headers",
    [
        {"browser": "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"},
        {"browser": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        {"browser": "Mozilla/5.0 (Linux) Mobile; Bytespider"},
        {"browser": "curl/8.0"},
        {"browser": "python-requests/2.34"},
        {"browser": ""},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Moz": "prefetch"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_robots_and_prefetches_do_not_count(way, headers):
    article = an_article()
    assert way.said(way.view(article.pk, **headers)) == (202, {"counted": False})
    aggregate_views()
    assert not ArticleViews.objects.exists()


@pytest.mark.parametrize(
    "browser",
    [
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1 Safari/538.1",
        "okhttp/4.12.0",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36 Playwright/1.49",
    ],
)
def test_a30_a_browser_that_nobody_looks_at_does_not_count(browser):
    assert is_robot({"user-agent": browser})


@pytest.mark.parametrize(
    "browser",
    [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.53",
        "Mozilla/5.0 (Linux; Android 14; zh-cn) AppleWebKit/537.36 Chrome/114.0.0.0 HuaweiBrowser/15.0 Mobile",
    ],
)
def test_a30_browsers_of_people_count(browser):
    assert not is_robot({"user-agent": browser})


def test_a_telephone_called_cubot_is_no_robot(way):
    assert way.said(way.view(an_article().pk, "Mozilla/5.0 (Linux; CUBOT NOTE 50)"))[1] == {"counted": True}


def test_what_readers_cannot_see_is_not_counted(way):
    gone = an_article()
    withdraw(gone, "来源失实")
    for number in (a_draft().pk, gone.pk, 999_999):
        assert way.said(way.view(number))[0] == 202
    aggregate_views()
    assert not ArticleViews.objects.exists()
    assert not HourViews.objects.exists()


@pytest.mark.parametrize("number", [0, 2**63, 10**29])
def test_a_number_that_no_article_can_have_is_refused_in_words(way, number):
    status, said = way.said(way.view(number))
    assert status == 404
    assert "没有这篇稿件" in said["detail"]


def test_a_full_disk_is_told_in_words(way, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(view_log.os, "write", full)
    status, said = way.said(way.view(an_article().pk))
    assert status == 503
    assert "请稍后再试" in said["detail"]


def test_taking_a_view_asks_no_database(client, django_assert_num_queries):
    article = an_article()
    with django_assert_num_queries(0):
        asking.view(article.pk)
        ByDjango(client).view(article.pk)


def test_nothing_in_the_log_tells_who_it_was(own_home):
    asking.view(an_article().pk, client="203.0.113.7:1")
    [path] = view_log.log_files(own_home / "views")
    assert b"203.0.113.7" not in path.read_bytes()
    assert b"Firefox" not in path.read_bytes()


def test_imported_views_are_taken_over_once():
    article = an_article()
    add_views(article.pk, 5)
    set_imported(article.pk, 12_840)
    set_imported(article.pk, 12_840)
    assert views_of([article.pk]) == {article.pk: 12_845}
    set_imported(article.pk, 100)
    assert views_of([article.pk]) == {article.pk: 105}


def test_counts_of_many_articles_come_at_once(client, django_assert_num_queries):
    articles = [an_article() for _ in range(3)]
    add_views(articles[0].pk, 7)
    ids = ",".join(str(a.pk) for a in articles)
    with django_assert_num_queries(2):
        answer = client.get(f"/api/v1/counts/?ids={ids},{articles[0].pk},987654321")
    assert answer.json()[str(articles[0].pk)] == {"views": 7, "comments": 0}
    assert answer.json()["987654321"] == {"views": 0, "comments": 0}
    assert len(answer.json()) == 4


@pytest.mark.parametrize("ids", ["", "1,x", "1,,2", "-1", "9" * 40, "１", ",".join(["1"] * 101)])
def test_a_bad_list_of_ids_is_refused_in_words(client, ids):
    answer = client.get("/api/v1/counts/", {"ids": ids})
    assert answer.status_code == 400
    assert "稿件" in answer.json()["detail"]
