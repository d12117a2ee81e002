"""The hot list: what is read most lately."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from meiri.audience import hot
from meiri.audience.hot import WINDOWS, ago, in_words, make_hot_list
from meiri.audience.models import DayViews, HotRule, HourViews, QuarterViews
from meiri.audience.view_counts import KEPT, add_views, forget_old_views
from meiri.newsroom.publishing import withdraw
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db


def read(article, count, hours_ago=0.0):
    """Each stretch as `add` fills it, at a moment in the middle of the quarter."""
    add_views(article.pk, count, timezone.now() - timedelta(hours=hours_ago))


def test_a_fresh_reading_weighs_more_than_an_old_one():
    old, fresh, ancient = an_article("旧闻"), an_article("新闻"), an_article("昨日")
    read(old, 150, hours_ago=12)
    read(fresh, 100)
    read(ancient, 10_000, hours_ago=25)
    titles = [e.article.title for e in make_hot_list()]
    assert titles[:2] == ["新闻", "旧闻"]


def test_each_line_says_why_and_whether_it_rose():
    first = an_article(published_at=timezone.now() - timedelta(hours=5, minutes=3))
    second = an_article(published_at=timezone.now() - timedelta(hours=7, minutes=3))
    read(first, 1206, hours_ago=5)
    read(second, 21_000)
    read(second, 1, hours_ago=5)
    assert [(e.article, e.why, e.rose, e.views, e.pinned) for e in make_hot_list()] == [
        (second, "24 小时 2.1 万次，7 小时前发布", True, 21_001, False),
        (first, "24 小时 1,206 次，5 小时前发布", False, 1206, False),
    ]


def test_the_hour_the_day_and_the_week_have_lists_of_their_own():
    now, today, lately = an_article("此刻"), an_article("今天"), an_article("本周")
    read(lately, 100_000, hours_ago=26)
    read(today, 1_000, hours_ago=2)
    read(now, 10)
    tops = {name: make_hot_list(window)[0] for name, window in WINDOWS.items()}
    assert {name: e.article.title for name, e in tops.items()} == {
        "hour": "此刻",
        "day": "今天",
        "week": "本周",
    }
    assert {name: e.why.split(" ")[0] for name, e in tops.items()} == {"hour": "1", "day": "24", "week": "7"}


def test_where_too_little_was_read_the_newest_fill_the_list():
    articles = [an_article(f"第{n}篇") for n in range(12)]
    read(articles[0], 1)
    entries = make_hot_list()
    assert len(entries) == 10
    assert entries[0].article == articles[0]
    assert [e.article for e in entries[1:]] == articles[:2:-1]
    assert entries[1].why == "最新，刚刚发布"


def test_a_withdrawn_article_leaves_the_list():
    article = an_article()
    read(article, 100)
    withdraw(article, "来源失实")
    assert make_hot_list() == []


@pytest.mark.parametrize("window", WINDOWS.values(), ids=WINDOWS)
def test_the_list_costs_few_queries(django_assert_max_num_queries, window):
    for n in range(15):
        read(an_article(), n + 1)
    with django_assert_max_num_queries(7):
        make_hot_list(window)


def test_it_looks_at_the_most_read_alone(monkeypatch):
    """However many articles were read, so many of each hour compete, and are counted whole."""
    monkeypatch.setattr(hot, "HEADS", 2)
    articles = [an_article() for _ in range(5)]
    for n, article in enumerate(articles):
        read(article, 10 + n)
        read(article, 50 - n, hours_ago=1)
    heads = hot._heads(hot.DAY, hot.DAY.starts(timezone.now()))
    assert len(heads) <= 4
    entry = make_hot_list()[0]
    assert entry.views == 60


def test_the_fragment_and_the_api_answer_from_a_list_that_is_kept(client, django_assert_num_queries):
    article = an_article("<b>多人</b>在读")
    add_views(article.pk, 3)
    page = client.get("/fragments/hot/")
    text = page.content.decode()
    assert "&lt;b&gt;多人" in text
    assert "24 小时 3 次，刚刚发布" in text
    assert "<html" not in text
    assert "max-age=60" in page["Cache-Control"]
    with django_assert_num_queries(1):  # how far the journal is: who was withdrawn leaves the list at once
        line = client.get("/api/v1/hot/").json()["results"][0]
    assert line["title"] == "<b>多人</b>在读"
    assert line["url"].endswith(article.get_absolute_url())
    assert client.get("/api/v1/hot/?window=day").json()["results"] == [line]


def test_the_api_gives_the_lists_of_an_hour_and_a_week(client):
    add_views(an_article().pk, 3)
    whys = [client.get(f"/api/v1/hot/?window={w}").json()["results"][0]["why"] for w in ("hour", "week")]
    assert [why.partition("，")[0] for why in whys] == ["1 小时 3 次", "7 天 3 次"]
    refused = client.get("/api/v1/hot/?window=year")
    assert refused.status_code == 422
    assert "window" in refused.json()["detail"]


def test_who_follows_the_link_gets_a_page_with_the_three_lists(client):
    add_views(an_article("多人在读").pk, 3)
    page = client.get("/hot/").content.decode()
    assert "<html" in page
    assert page.count("多人在读") == 3
    for name in WINDOWS:
        assert f'id="{name}"' in page


def test_stretches_that_no_list_asks_for_are_deleted():
    article = an_article()
    for _, kept in KEPT:
        read(article, 1, hours_ago=(kept + timedelta(days=1)) / timedelta(hours=1))
    read(article, 1)
    forget_old_views()
    assert QuarterViews.objects.count() == 1
    assert HourViews.objects.count() == 2
    assert DayViews.objects.count() == 3


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 "), (9_999, "9,999 "), (10_000, "1 万"), (21_480, "2.1 万"), (130_000_000, "1.3 亿")],
)
def test_numbers_are_written_as_in_a_headline(number, words):
    assert in_words(number) == words


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=59), "刚刚"),
        (timedelta(seconds=60), "1 分钟前"),
        (timedelta(minutes=59, seconds=59), "59 分钟前"),
        (timedelta(hours=23, minutes=59), "23 小时前"),
        (timedelta(days=29), "29 天前"),
        (timedelta(days=31), "2026年10月24日"),
        (timedelta(hours=-1), "刚刚"),
    ],
)
def test_how_long_ago_is_said_in_words(before, words):
    now = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    assert ago(now - before, now) == words


class TestA27AWithdrawalIsEverywhereAtOnce:
    """Also where a process keeps for some seconds who competes."""

    @pytest.fixture
    def read_most(self, client):
        article = an_article("撤下的稿件", published_at=timezone.now() - timedelta(hours=1))
        for n in range(12):
            an_article(f"第{n}篇", published_at=timezone.now() - timedelta(hours=n + 2))
        add_views(article.pk, 1000)
        assert "撤下的稿件" in client.get("/fragments/hot/").content.decode()
        assert client.get("/api/v1/hot/").json()["results"][0]["id"] == article.pk
        return article

    def test_a27_from_the_hot_list_in_both_editions_and_the_api(self, client, read_most):
        withdraw(read_most, "来源失实")
        for address in ("/fragments/hot/", "/zh-hant/fragments/hot/", "/hot/"):
            page = client.get(address).content.decode()
            assert "撤下的稿件" not in page
            assert page.count('class="why"') % 10 == 0, "the place is taken by the next"
        lines = client.get("/api/v1/hot/").json()["results"]
        assert [line["number"] for line in lines] == list(range(1, 11))
        assert read_most.pk not in [line["id"] for line in lines]

    def test_a27_what_editors_keep_off_leaves_it_too(self, client, read_most):
        HotRule.objects.create(article=read_most, deed=HotRule.Deed.KEEP_OFF, reason="重复")
        assert "撤下的稿件" not in client.get("/fragments/hot/").content.decode()
