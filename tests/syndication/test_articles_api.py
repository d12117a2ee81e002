"""The public API gives what readers see, page by page, to any program."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from meiri.newsroom.publishing import publish, withdraw
from tests.newsroom_factory import a_channel, a_draft, a_station, a_topic, an_article, an_author
from tests.syndication.pictures import a_picture

pytestmark = pytest.mark.django_db
ARTICLES = "/api/v1/articles/"


def walk(client, address: str, between=lambda: None) -> list[int]:
    """The ids of all pages from `address` on; `between` is done after each page."""
    ids: list[int] = []
    while address:
        answer = client.get(address)
        assert answer.status_code == 200
        ids += [line["id"] for line in answer.json()["results"]]
        address = answer.json()["next"]
        between()
    return ids


def test_a_line_tells_what_a_list_shows(client):
    article = an_article(
        summary="摘要。", picture=a_picture(), published_at=datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC)
    )
    answer = client.get(ARTICLES)
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    line = answer.json()["results"][0]
    assert line.pop("picture").startswith(f"{settings.BASE_URL}/media/pictures/")
    assert line == {
        "id": article.pk,
        "title": article.title,
        "url": article.full_url,
        "summary": "摘要。",
        "published_at": "2026-11-20T09:02:03+08:00",
        "channel": "keji",
        "source": "每日新闻网",
        "kind": "report",
        "picture_label": "",
        "ai_use": "",
        "minors_risk": "",
    }


def test_drafts_and_withdrawn_articles_are_not_listed(client):
    kept = an_article()
    a_draft()
    withdraw(an_article(), "来源失实")
    assert walk(client, ARTICLES) == [kept.pk]


def test_a_walk_visits_each_article_once_while_new_ones_arrive(client):
    moment = timezone.now() - timedelta(hours=1)
    # Some at the very same moment, as imports make them.
    articles = [an_article(published_at=moment - timedelta(seconds=n // 3)) for n in range(11)]
    visited = walk(client, f"{ARTICLES}?limit=2", between=an_article)
    assert len(visited) == len(set(visited))
    assert set(visited) == {a.pk for a in articles}


def test_a_walk_goes_on_when_the_article_at_the_page_s_end_is_withdrawn(client):
    now = timezone.now()
    articles = [an_article(published_at=now - timedelta(minutes=n)) for n in range(6)]
    first = client.get(f"{ARTICLES}?limit=3").json()
    withdraw(articles[2], "来源失实")
    assert walk(client, first["next"]) == [a.pk for a in articles[3:]]


def test_filters_narrow_the_list_and_stay_on_the_next_page(client):
    keji, yaowen = a_channel(), a_channel("要闻", "yaowen")
    zhejiang = a_station()
    both = [an_article(channel=keji, stations=[zhejiang]) for _ in range(3)]
    of_channel = an_article(channel=keji)
    of_station = an_article(channel=yaowen, stations=[zhejiang])
    newest_first = [a.pk for a in reversed(both)]
    assert walk(client, f"{ARTICLES}?channel=keji&limit=2") == [of_channel.pk, *newest_first]
    assert walk(client, f"{ARTICLES}?station=zhejiang&limit=2") == [of_station.pk, *newest_first]
    assert walk(client, f"{ARTICLES}?channel=keji&station=zhejiang&limit=2") == newest_first


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("limit=0", 422, "limit"),
        ("limit=101", 422, "limit"),
        ("limit=x", 422, "limit"),
        ("cursor=x", 400, "cursor"),
        ("cursor=%00", 400, "cursor"),
        ("cursor=1-" + "9" * 30, 400, "cursor"),
        ("channel=wu", 400, "没有这个频道：wu"),
        ("station=wu", 400, "没有这个地方站：wu"),
        ("channel=%00", 400, "没有这个频道"),
    ],
)
def test_bad_parameters_are_answered_in_a_chinese_sentence(client, query, status, words):
    answer = client.get(f"{ARTICLES}?{query}")
    assert answer.status_code == status
    assert words in answer.json()["detail"]
    assert answer.json()["detail"].isascii() is False
    assert answer["Access-Control-Allow-Origin"] == "*"


def test_a_page_costs_few_queries_however_long_it_is(client, django_assert_num_queries):
    for _ in range(6):
        an_article(picture=a_picture(), stations=[a_station()])
    for query, most in (
        ("limit=1", 4),
        ("limit=6", 3),
        ("channel=keji&limit=6", 3),
        ("channel=keji&station=zhejiang", 4),
    ):
        with django_assert_num_queries(most) as asked:
            client.get(f"{ARTICLES}?{query}")
        assert not [q for q in asked if "COUNT(" in q["sql"] or "OFFSET" in q["sql"]]


class TestOneArticle:
    def test_is_told_whole(self, client):
        article = an_article(
            authors=[an_author()],
            editor=an_author("沈砚", "shen-yan"),
            stations=[a_station()],
            topics=[a_topic()],
            tags=["湿地"],
            aigc_label="人工智能辅助生成",
            text='见<a href="/about/">说明</a>。',
        )
        told = client.get(f"{ARTICLES}{article.pk}/").json()
        assert told["authors"] == ["林晚舟"]
        assert told["editor"] == "沈砚"
        assert (told["stations"], told["topics"], told["tags"]) == (["zhejiang"], ["qiushou"], ["湿地"])
        assert f'<p>见<a href="{settings.BASE_URL}/about/">说明</a>。</p>' in told["body"]
        assert told["aigc_label"] == "人工智能辅助生成"
        assert told["modified_at"] >= told["published_at"]

    def test_what_editors_are_still_writing_is_not_told(self, client):
        article = an_article("公开的题")
        article.title = "未公开的题"
        article.save_revision()
        assert client.get(f"{ARTICLES}{article.pk}/").json()["title"] == "公开的题"

    def test_that_was_withdrawn_is_gone_with_its_reason(self, client):
        article = an_article()
        withdraw(article, "来源失实")
        answer = client.get(f"{ARTICLES}{article.pk}/")
        assert answer.status_code == 410
        assert answer.json() == {"detail": "这篇稿件已撤回。", "reason": "来源失实"}

    def test_that_was_published_again_is_back(self, client):
        article = an_article()
        withdraw(article, "来源失实")
        article.refresh_from_db()
        publish(article)
        assert client.get(f"{ARTICLES}{article.pk}/").status_code == 200

    def test_that_is_a_draft_or_unknown_is_not_found(self, client):
        for key in (a_draft().pk, 999_999, 0, 10**30):
            answer = client.get(f"{ARTICLES}{key}/")
            assert answer.status_code == 404
            assert "没有这篇稿件" in answer.json()["detail"]

    def test_costs_the_same_however_much_belongs_to_it(self, client):
        def cost(article):
            with CaptureQueriesContext(connection) as queries:
                client.get(f"{ARTICLES}{article.pk}/")
            return len(queries)

        pictures = [("image", {"image": a_picture(), "caption": "", "credit": ""})]
        small = an_article(
            authors=[an_author()], tags=["一"], stations=[a_station()], topics=[a_topic()], text=pictures
        )
        large = an_article(
            authors=[an_author(), an_author("沈砚", "shen-yan")],
            tags=["一", "二", "三"],
            stations=[a_station(), a_station("新疆", "xinjiang")],
            topics=[a_topic()],
            text=pictures * 5,
        )
        assert cost(small) == cost(large) <= 7


class TestSections:
    def test_channels_and_stations_that_readers_see_are_told(self, client, django_assert_num_queries):
        a_channel(description="新发现"), a_channel("内部", "neibu", visible=False), a_station()
        with django_assert_num_queries(4):
            channels = client.get("/api/v1/channels/").json()["results"]
            stations = client.get("/api/v1/stations/").json()["results"]
        base = settings.BASE_URL
        assert channels == [
            {
                "slug": "keji",
                "name": "科技前沿",
                "description": "新发现",
                "url": f"{base}/keji/",
                "feed": f"{base}/keji/rss.xml",
                "subsections": [],
            }
        ]
        assert [(s["slug"], s["region"]) for s in stations] == [("zhejiang", "east")]
        assert client.get(stations[0]["feed"].removeprefix(base)).status_code == 200


class TestTheDocumentation:
    def test_is_served_by_the_site_itself_without_inline_script_or_style(self, client):
        page = client.get("/api/v1/docs")
        text = page.content.decode()
        assert page.status_code == 200
        assert "default-src 'self'" in page["Content-Security-Policy"]
        assert "https://" not in text
        assert "http://" not in text
        assert "<style" not in text
        assert text.count("<script") == text.count("<script src=") + text.count(
            '<script type="application/json"'
        )

    def test_describes_every_address(self, client):
        paths = client.get("/api/v1/openapi.json").json()["paths"]
        assert set(paths) >= {
            f"/api/v1/{part}"
            for part in (
                "articles/",
                "articles/{article_id}/",
                "channels/",
                "stations/",
                "search/",
                "hot/",
                "counts/",
            )
        }

    def test_is_where_the_api_s_own_address_leads(self, client):
        assert client.get("/api/v1/")["Location"] == "/api/v1/docs"


def test_an_address_that_is_not_there_answers_in_json(client):
    answer = client.get("/api/v1/wu/")
    assert answer.status_code == 404
    assert "没有这个接口" in answer.json()["detail"]
    assert client.get("/api/v1/articles")["Location"] == ARTICLES


def test_only_reading_is_open_to_other_sites(client):
    article = an_article()
    assert "Access-Control-Allow-Origin" not in client.post(f"{ARTICLES}{article.pk}/views")
