"""Views are counted once a reader and half hour, for people who look at the page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meiri.audience.counting import add, set_imported, views_of
from meiri.audience.models import ArticleViews, HourViews
from meiri.newsroom.publishing import withdraw
from meiri.visitors.models import Visit
from tests.newsroom_factory import a_draft, an_article

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"


def view(client, article_id, browser=FIREFOX, **headers):
    return client.post(f"/api/v1/articles/{article_id}/views", headers={"User-Agent": browser, **headers})


def test_a_reader_counts_once_in_half_an_hour(client):
    article = an_article()
    assert view(client, article.pk).json() == {"views": 1}
    assert view(client, article.pk).json() == {"views": 1}
    assert view(client, article.pk, FIREFOX + " another").json() == {"views": 2}
    assert HourViews.objects.get().count == 2


def test_the_same_reader_counts_again_when_the_window_is_over(client):
    article = an_article()
    view(client, article.pk)
    Visit.objects.all().delete()
    assert view(client, article.pk).json() == {"views": 2}


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
def test_robots_and_prefetches_do_not_count(client, headers):
    article = an_article()
    assert view(client, article.pk, **headers).json() == {"views": 0}
    assert not ArticleViews.objects.exists()


def test_a_telephone_called_cubot_is_no_robot(client):
    assert view(client, an_article().pk, "Mozilla/5.0 (Linux; CUBOT NOTE 50)").json() == {"views": 1}


def test_what_readers_cannot_see_is_not_counted(client):
    gone = an_article()
    withdraw(gone, "来源失实")
    for number in (a_draft().pk, gone.pk, 0, 10**30, 999_999):
        answer = view(client, number)
        assert answer.status_code == 404
        assert "没有这篇稿件" in answer.json()["detail"]


def test_imported_views_are_taken_over_once(client):
    article = an_article()
    add(article.pk, 5)
    set_imported(article.pk, 12_840)
    set_imported(article.pk, 12_840)
    assert views_of([article.pk]) == {article.pk: 12_845}
    set_imported(article.pk, 100)
    assert views_of([article.pk]) == {article.pk: 105}


def test_a_view_costs_few_queries(client):
    article = an_article()
    view(client, article.pk)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        view(client, article.pk, "another browser")
    # The article, the visitor, the total, the hour, the answer; and the transaction around them.
    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) == 5


def test_counts_of_many_articles_come_at_once(client, django_assert_num_queries):
    articles = [an_article() for _ in range(3)]
    add(articles[0].pk, 7)
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
