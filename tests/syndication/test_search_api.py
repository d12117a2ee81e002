"""The search that other people's scripts rely on."""

import shutil
from datetime import UTC, datetime

import pytest
from django.test import Client

from meiri.newsroom.publishing import withdraw
from tests.newsroom_factory import a_channel, a_draft, a_station, an_article
from tests.syndication.test_articles_api import walk

SEARCH = "/api/v1/search/"


@pytest.fixture
def client(client, search_index):
    """Asks a search that knows whatever was published until then."""
    ask = client.get

    def get(*args, **kwargs):
        search_index.catch_up()
        return ask(*args, **kwargs)

    client.get = get
    return client


def found(client, **asked) -> list[str]:
    answer = client.get(SEARCH, asked)
    assert answer.status_code == 200
    return [hit["title"] for hit in answer.json()["results"]]


def test_the_answer_has_the_form_that_was_agreed(client):
    article = an_article(
        "湿地迎来天鹅", summary="三百余只。", published_at=datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC)
    )
    answer = client.get(SEARCH, {"q": "湿地"})
    assert answer["Access-Control-Allow-Origin"] == "*"
    score = answer.json()["results"][0].pop("score")
    assert isinstance(score, float)
    assert score > 0
    assert answer.json() == {
        "total": 1,
        "results": [
            {
                "id": article.pk,
                "title": "湿地迎来天鹅",
                "url": article.full_url,
                "summary": "三百余只。",
                "highlight": "<mark>湿地</mark>迎来天鹅",
                "published_at": "2026-11-20T09:02:03+08:00",
                "channel": "keji",
                "source": "每日新闻网",
            }
        ],
        "next": None,
    }


def test_drafts_and_withdrawn_articles_are_not_found(client):
    an_article("湿地")
    a_draft("湿地未发布")
    withdraw(an_article("湿地撤下"), "来源失实")
    assert found(client, q="湿地") == ["湿地"]


def test_the_best_comes_first_or_the_newest(client):
    an_article("湿地天鹅", published_at=datetime(2026, 11, 1, tzinfo=UTC))
    an_article("湿地保护条例今起施行", published_at=datetime(2026, 11, 2, tzinfo=UTC))
    assert found(client, q="湿地") == ["湿地天鹅", "湿地保护条例今起施行"]
    assert found(client, q="湿地", sort="relevance") == ["湿地天鹅", "湿地保护条例今起施行"]
    assert found(client, q="湿地", sort="newest") == ["湿地保护条例今起施行", "湿地天鹅"]


def test_filters_narrow_the_search(client):
    an_article("湿地一", stations=[a_station()], published_at=datetime(2026, 11, 1, 15, 59, tzinfo=UTC))
    an_article(
        "湿地二", channel=a_channel("要闻", "yaowen"), published_at=datetime(2026, 11, 1, 16, tzinfo=UTC)
    )
    assert found(client, q="湿地", channel="yaowen") == ["湿地二"]
    assert found(client, q="湿地", station="zhejiang") == ["湿地一"]
    assert found(client, q="湿地", station="zhejiang", channel="yaowen") == []
    assert found(client, q="湿地", to="2026-11-01") == ["湿地一"]
    assert found(client, **{"q": "湿地", "from": "2026-11-02", "to": "2026-11-02"}) == ["湿地二"]
    assert found(client, **{"q": "湿地", "from": "", "to": "", "channel": "", "sort": ""}) == [
        "湿地二",
        "湿地一",
    ]


@pytest.mark.parametrize("sort", ["relevance", "newest"])
def test_the_pages_hold_each_hit_once_while_new_ones_arrive(client, sort):
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    articles = [an_article("湿地" + "观" * (n % 3), published_at=moment) for n in range(7)]
    first = client.get(SEARCH, {"q": "湿地", "limit": 2, "sort": sort}).json()
    assert first["total"] == 7
    assert first["next"].startswith(f"{SEARCH}?")
    visited = walk(client, f"{SEARCH}?q=湿地&limit=2&sort={sort}", between=lambda: an_article("湿地"))
    assert len(visited) == len(set(visited))
    assert {a.pk for a in articles} <= set(visited)


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("", 422, "q"),
        ("q=", 400, "检索词"),
        ("q=%20%00", 400, "检索词"),
        ("q=" + "长" * 201, 400, "200"),
        ("q=x&limit=0", 422, "limit"),
        ("q=x&limit=1000", 422, "limit"),
        ("q=x&from=昨天", 400, "from"),
        ("q=x&to=2026-02-30", 400, "to"),
        ("q=x&sort=best", 400, "sort"),
        ("q=x&cursor=1", 400, "cursor"),
        ("q=x&channel=wu", 400, "没有这个频道"),
        ("q=x&station=wu", 400, "没有这个地方站"),
    ],
)
def test_bad_parameters_are_answered_in_a_chinese_sentence(client, query, status, words):
    answer = client.get(f"{SEARCH}?{query}")
    assert answer.status_code == status
    assert words in answer.json()["detail"]


def test_days_at_the_ends_of_time_are_days(client):
    an_article("湿地")
    assert found(client, **{"q": "湿地", "from": "0001-01-01", "to": "9999-12-31"}) == ["湿地"]


def test_what_a_search_costs_does_not_grow_with_the_hits(client, search_index, django_assert_max_num_queries):
    for _ in range(4):
        an_article("湿地")
    found(client, q="湿地")
    with django_assert_max_num_queries(6):
        found(client, q="湿地")


def test_while_there_is_no_index_it_says_that_one_is_built(client, search_index):
    an_article("湿地")
    search_index.catch_up()
    shutil.rmtree(search_index.store.folder)
    answer = Client().get(SEARCH, {"q": "湿地"})
    assert answer.status_code == 503
    assert "重建" in answer.json()["detail"]


def test_wildcards_of_the_database_are_letters_like_others(client):
    an_article("增长5%")
    an_article("增长5成")
    assert set(found(client, q="5%")) == {"增长5%", "增长5成"}
    assert found(client, q='"增长5成"') == ["增长5成"]
    assert found(client, q="_") == []
