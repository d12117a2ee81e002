"""Feeds tell the newest published articles whole, in forms that programs read, at a fixed cost."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import feedparser
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from wagtail.documents.models import Document

from meiri.delivery.public_addresses import RESERVED_ADDRESSES
from meiri.fronts.initial_pages import create_pages
from meiri.newsroom.publishing import publish, withdraw
from meiri.syndication.feed_formats import AtomFeed, RssFeed
from tests.newsroom_factory import a_channel, a_draft, a_source, a_station, an_article, an_author
from tests.syndication.pictures import a_picture

pytestmark = pytest.mark.django_db
BASE = settings.BASE_URL
ADDRESSES = ["/rss.xml", "/atom.xml", "/feed.json", "/keji/rss.xml", "/difang/zhejiang/rss.xml"]


def titles(client, address: str) -> list[str]:
    """The titles in a feed, in its order. Fails where a program would not understand it."""
    answer = client.get(address)
    assert answer.status_code == 200
    if answer["Content-Type"].startswith("application/feed+json"):
        return [item["title"] for item in json.loads(answer.content)["items"]]
    return [entry.title for entry in parsed(client, address).entries]


def parsed(client, address: str):
    answer = client.get(address)
    feed = feedparser.parse(answer.content, response_headers={"content-type": answer["Content-Type"]})
    assert not feed.bozo, feed.bozo_exception
    return feed


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_feed_has_what_is_published_newest_first(client, address):
    now = timezone.now()
    station = a_station()
    for age in (3, 1, 2):
        an_article(f"{age}小时前", stations=[station], published_at=now - timedelta(hours=age))
    a_draft("未发布", stations=[station])
    assert titles(client, address) == ["1小时前", "2小时前", "3小时前"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_withdrawn_article_leaves_every_feed(client, address):
    station = a_station()
    kept, gone = an_article("留下", stations=[station]), an_article("撤下", stations=[station])
    withdraw(gone, "来源失实")
    assert titles(client, address) == [kept.title]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_feed_without_articles_is_a_feed(client, address):
    a_channel(), a_station()
    assert titles(client, address) == []


def test_a_feed_stops_at_fifty(client):
    now = timezone.now()
    for n in range(52):
        an_article(f"第{n}条", published_at=now - timedelta(minutes=n))
    assert titles(client, "/rss.xml") == [f"第{n}条" for n in range(50)]


def test_sections_have_their_own_articles(client):
    zhejiang = a_station()
    an_article("科技", stations=[zhejiang])
    an_article("要闻", channel=a_channel("要闻", "yaowen"))
    assert titles(client, "/keji/rss.xml") == ["科技"]
    assert titles(client, "/yaowen/rss.xml") == ["要闻"]
    assert titles(client, "/difang/zhejiang/rss.xml") == ["科技"]
    assert titles(client, "/rss.xml") == ["要闻", "科技"]


def test_a_section_that_is_not_there_has_no_feed(client):
    assert client.get("/wu/rss.xml").status_code == 404
    assert client.get("/difang/wu/rss.xml").status_code == 404


@pytest.mark.parametrize("word", sorted(RESERVED_ADDRESSES))
def test_no_channel_feed_stands_in_the_way_of_another_address(word):
    with suppress(Resolver404):
        assert resolve(f"/{word}/rss.xml").url_name != "channel-rss"


@pytest.fixture
def rich_article():
    """One article with everything that a feed can tell."""
    return an_article(
        "黄河湿地迎来今冬首批天鹅 <组图>",
        summary="三百余只 & 更多",
        source=a_source("黄河日报", url="https://example.com/"),
        authors=[an_author(), an_author("周闻远", "zhou-wenyuan")],
        tags=["湿地"],
        picture=a_picture(caption="天鹅 <近景>", credit="林晚舟 摄"),
        published_at=datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC),
        dateline="每日新闻网三门峡11月20日电",
        aigc_label="本文由人工智能辅助生成",
        text=[
            ("text", '<p>面积10<sup>6</sup>亩，<b>见</b><a href="/about/">说明</a>。</p>'),
            ("heading", "巡护 & 记录"),
            ("quote", {"text": "来了。", "speaker": "巡护员"}),
            ("related", {"title": "旧闻", "url": "/keji/2026/1119/1.html"}),
        ],
    )


class TestAnEntry:
    def test_in_rss(self, client, rich_article):
        feed = parsed(client, "/rss.xml")
        entry = feed.entries[0]
        assert feed.feed.language == "zh-cn"
        assert feed.feed.links[1].href == f"{BASE}/rss.xml"
        assert entry.link == BASE + rich_article.get_absolute_url()
        assert entry.published == "Fri, 20 Nov 2026 09:02:03 +0800"
        assert entry.author == "林晚舟、周闻远"
        assert entry.dc_source == "黄河日报"
        assert [t.term for t in entry.tags] == ["科技前沿", "湿地"]
        assert entry.title == "黄河湿地迎来今冬首批天鹅 &lt;组图&gt;"
        assert entry.summary == "三百余只 &amp; 更多"
        assert entry.enclosures[0].href == entry.media_content[0]["url"]
        assert entry.enclosures[0].href.startswith(f"{BASE}/media/pictures/")
        assert entry.guidislink is False

    def test_has_the_body_with_whole_addresses(self, client, rich_article):
        body = parsed(client, "/rss.xml").entries[0].content[0].value
        for part in (
            "面积10<sup>6</sup>亩，<strong>见</strong>",
            f'href="{BASE}/about/"',
            f'href="{BASE}/keji/2026/1119/1.html"',
            "<h2>巡护 &amp; 记录</h2>",
            "<blockquote><p>来了。</p><p>——巡护员</p></blockquote>",
            "天鹅 &lt;近景&gt; 林晚舟 摄",
            "每日新闻网三门峡11月20日电",
            "本文由人工智能辅助生成",
            f'src="{BASE}/media/pictures/',
        ):
            assert part in body
        assert 'href="/' not in body

    def test_in_atom(self, client, rich_article):
        entry = parsed(client, "/atom.xml").entries[0]
        assert entry.published == "2026-11-20T09:02:03+08:00"
        assert entry.updated >= entry.published
        assert entry.title == rich_article.title
        assert [a.name for a in entry.authors] == ["林晚舟、周闻远"]
        assert "<sup>6</sup>" in entry.content[0].value

    def test_in_json(self, client, rich_article):
        feed = client.get("/feed.json").json()
        assert feed["version"] == "https://jsonfeed.org/version/1.1"
        assert (feed["feed_url"], feed["home_page_url"]) == (f"{BASE}/feed.json", f"{BASE}/")
        item = feed["items"][0]
        assert item["title"] == rich_article.title
        assert item["url"] == rich_article.full_url
        assert item["summary"] == rich_article.summary
        assert item["date_published"] == "2026-11-20T09:02:03+08:00"
        assert item["image"].endswith(".jpeg")
        assert item["_meiri"] == {"source": "黄河日报", "ai_label": "本文由人工智能辅助生成"}

    def test_stays_the_same_when_the_article_moves(self, client):
        article = an_article()
        before = parsed(client, "/rss.xml").entries[0]
        article.channel = a_channel("要闻", "yaowen")
        publish(article)
        after = parsed(client, "/rss.xml").entries[0]
        assert after.link != before.link
        assert after.id == before.id


class TestWhatAnEntryCosts:
    def articles(self, count, files=2):
        document = Document.objects.create(title="名单", file="documents/list.pdf")
        page = create_pages()
        for n in range(count):
            an_article(
                authors=[an_author(), an_author("周闻远", "zhou-wenyuan")],
                tags=[f"标签{n}"],
                picture=a_picture(f"题图{n}"),
                text=[
                    ("text", f'<p>见<a linktype="page" id="{page.pk}">首页</a></p>'),
                    ("image", {"image": a_picture(f"图{n}"), "caption": "", "credit": ""}),
                    ("gallery", {"pictures": [{"image": a_picture(), "caption": "", "credit": ""}] * 2}),
                    ("document", document),
                    ("video", {"file": document, "title": "现场", "poster": None, "transcript": "第一行"}),
                ],
            )

    def cost(self, client, address) -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    def test_the_same_for_one_article_and_for_many(self, client):
        self.articles(1)
        self.cost(client, "/rss.xml")
        self.articles(1)
        one = self.cost(client, "/rss.xml")
        self.articles(5)
        assert self.cost(client, "/rss.xml") == one
        assert one <= 15

    def test_little_for_what_was_told_before(self, client):
        self.articles(3)
        self.cost(client, "/rss.xml")
        assert self.cost(client, "/atom.xml") == 2

    def test_few_queries_for_plain_articles(self, client):
        for _ in range(3):
            an_article(authors=[an_author()])
        # The journal's end, what it came to since, and the site's name; the list, the articles, their bylines, their tags, their corrections.
        assert self.cost(client, "/rss.xml") == 9
        # The channel, the list, the journal's end.
        assert self.cost(client, "/keji/rss.xml") == 3

    def test_links_to_pages_and_files_are_whole(self, client):
        self.articles(1)
        body = parsed(client, "/rss.xml").entries[0].content[0].value
        assert f'<a href="{BASE}/">首页</a>' in body
        assert f'附件：<a href="{BASE}/documents/' in body
        assert "视频：" in body
        assert "第一行" in body
        assert body.count("<img") == 4


class TestAskingAgain:
    @pytest.mark.parametrize("address", ADDRESSES)
    def test_costs_no_query_while_nothing_changed(
        self, client, address, stored_pages, django_assert_num_queries
    ):
        an_article(stations=[a_station()])
        first = client.get(address)
        with django_assert_num_queries(0):
            again = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert again.status_code == 304
        assert "max-age=60" in again["Cache-Control"]
        an_article(stations=[a_station()])
        stored_pages.catch_up()
        assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200

    def test_a_corrected_article_is_told(self, client, stored_pages):
        article = an_article("原题")
        tag = client.get("/rss.xml")["ETag"]
        article.title = "新题"
        publish(article)
        stored_pages.catch_up()
        answer = client.get("/rss.xml", headers={"If-None-Match": tag})
        assert "新题" in answer.content.decode()

    def test_only_reading_is_allowed(self, client):
        assert client.post("/rss.xml").status_code == 405
        assert client.head("/rss.xml").status_code == 200


@hypothesis_settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60))
def test_no_title_breaks_a_feed(client, title):
    article = an_article()
    type(article).objects.filter(pk=article.pk).update(title=title, summary=title, dateline=title[:60])
    parsed(client, "/rss.xml")
    parsed(client, "/atom.xml")
    client.get("/feed.json").json()


@pytest.mark.parametrize("format", [RssFeed, AtomFeed])
def test_a_feed_that_holds_nothing_is_the_same_whenever_it_is_asked_for(format):
    feed = format(title="北京", link=BASE, description="")
    assert len({feed.latest_post_date() for _ in range(1000)}) == 1
