"""The hot list: what is read most lately."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from meiri.audience.counting import add, forget_old_hours
from meiri.audience.hot import in_words, make_hot_list
from meiri.audience.models import HourViews
from meiri.newsroom.publishing import withdraw
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_list():
    cache.clear()


def read(article, count, hours_ago=0):
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours_ago)
    HourViews.objects.create(article=article, hour=hour, count=count)


def test_a_fresh_reading_weighs_more_than_an_old_one():
    old, fresh, ancient = an_article("旧闻"), an_article("新闻"), an_article("昨日")
    read(old, 150, hours_ago=12)
    read(fresh, 100)
    read(ancient, 10_000, hours_ago=25)
    titles = [e.article.title for e in make_hot_list()]
    assert titles[:2] == ["新闻", "旧闻"]


def test_each_line_says_why_and_whether_it_rose():
    first, second = an_article(), an_article()
    read(first, 12, hours_ago=5)
    read(second, 21_000)
    read(second, 1, hours_ago=5)
    hot = make_hot_list()
    assert [(e.article, e.why, e.rose, e.views) for e in hot] == [
        (second, "3 小时 2.1 万次", True, 21_001),
        (first, "24 小时 12 次", False, 12),
    ]


def test_where_too_little_was_read_the_newest_fill_the_list():
    articles = [an_article(f"第{n}篇") for n in range(12)]
    read(articles[0], 1)
    hot = make_hot_list()
    assert len(hot) == 10
    assert hot[0].article == articles[0]
    assert [e.article for e in hot[1:]] == articles[:2:-1]
    assert hot[1].why == "最新"


def test_a_withdrawn_article_leaves_the_list():
    article = an_article()
    read(article, 100)
    withdraw(article, "来源失实")
    assert make_hot_list() == []


def test_the_list_costs_few_queries(django_assert_max_num_queries):
    for n in range(15):
        read(an_article(), n + 1)
    with django_assert_max_num_queries(2):
        make_hot_list()


def test_the_fragment_and_the_api_answer_from_a_list_kept_a_minute(client, django_assert_num_queries):
    article = an_article("<b>多人</b>在读")
    add(article.pk, 3)
    page = client.get("/fragments/hot/")
    text = page.content.decode()
    assert "&lt;b&gt;多人" in text
    assert "3 小时 3 次" in text
    assert "<html" not in text
    assert "max-age=60" in page["Cache-Control"]
    with django_assert_num_queries(0):
        line = client.get("/api/v1/hot/").json()["results"][0]
    assert line["title"] == "<b>多人</b>在读"
    assert line["url"].endswith(article.get_absolute_url())


def test_who_follows_the_link_gets_a_page(client):
    assert "<html" in client.get("/fragments/hot/", headers={"Sec-Fetch-Mode": "navigate"}).content.decode()


def test_hours_that_no_list_asks_for_are_deleted():
    read(an_article(), 1, hours_ago=24 * 40)
    read(an_article(), 1)
    forget_old_hours()
    assert HourViews.objects.count() == 1


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 "), (9_999, "9999 "), (10_000, "1 万"), (21_480, "2.1 万"), (130_000_000, "1.3 亿")],
)
def test_numbers_are_written_as_in_a_headline(number, words):
    assert in_words(number) == words
