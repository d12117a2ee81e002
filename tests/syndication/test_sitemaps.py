"""Sitemaps name every published article once, in maps of bounded size, and cost the same in a large archive."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from meiri.fronts.initial_pages import create_pages
from meiri.newsroom.place_kinds import PlaceKind
from meiri.newsroom.publishing import withdraw
from meiri.newsroom.river import DayCount
from meiri.syndication.sitemaps import MOST, PART, parts_of
from tests.newsroom_factory import a_channel, a_draft, a_station, an_article

pytestmark = pytest.mark.django_db
BASE = settings.BASE_URL
NAMES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "n": "http://www.google.com/schemas/sitemap-news/0.9",
}


@pytest.fixture(scope="session")
def schema(shared_data) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(shared_data / "validate" / "sitemap.xsd"))


def tree(client, address: str):
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/xml; charset=utf-8"
    return etree.fromstring(answer.content)


def locations(root) -> list[str]:
    return [loc.text.removeprefix(BASE) for loc in root.iterfind(".//s:loc", NAMES)]


def in_month(year: int, month: int, day: int = 15):
    return datetime(year, month, day, 4, tzinfo=UTC)


def test_every_published_article_stands_in_the_map_of_its_month(client, schema):
    autumn = [an_article(published_at=in_month(2026, 9, day)) for day in (1, 2, 30)]
    winter = an_article(published_at=in_month(2025, 12))
    a_draft("未发布")
    withdraw(an_article(published_at=in_month(2026, 8)), "来源失实")
    index = locations(tree(client, "/sitemap.xml"))
    assert index == ["/sitemaps/sections.xml", "/sitemaps/2026-09.xml", "/sitemaps/2025-12.xml"]
    september = tree(client, "/sitemaps/2026-09.xml")
    schema.assertValid(september)
    assert locations(september) == [a.get_absolute_url() for a in reversed(autumn)]
    assert locations(tree(client, "/sitemaps/2025-12.xml")) == [winter.get_absolute_url()]
    assert client.get("/sitemaps/2026-08.xml").status_code == 404


def test_a_month_begins_and_ends_at_midnight_in_beijing(client):
    eve = an_article(published_at=datetime(2026, 8, 31, 15, 59, 59, tzinfo=UTC))
    first = an_article(published_at=datetime(2026, 8, 31, 16, tzinfo=UTC))
    assert locations(tree(client, "/sitemaps/2026-08.xml")) == [eve.get_absolute_url()]
    assert locations(tree(client, "/sitemaps/2026-09.xml")) == [first.get_absolute_url()]


def test_an_entry_says_when_the_article_last_changed(client):
    article = an_article(published_at=in_month(2026, 9))
    article.refresh_from_db()
    changed = tree(client, "/sitemaps/2026-09.xml").findtext(".//s:lastmod", namespaces=NAMES)
    assert changed == timezone.localtime(article.last_published_at).isoformat(timespec="seconds")


def test_the_parts_of_a_month_hold_each_article_once(client, schema):
    articles = [an_article(published_at=in_month(2026, 9, 1 + n)) for n in range(7)]
    parts = [f"/sitemaps/2026-09-{part}of3.xml" for part in (1, 2, 3)]
    found = []
    for part in parts:
        root = tree(client, part)
        schema.assertValid(root)
        found += locations(root)
    assert sorted(found) == sorted(a.get_absolute_url() for a in articles)


@pytest.mark.parametrize(
    ("articles", "maps"), [(MOST, ["2026-09"]), (MOST + 1, [f"2026-09-{n}of3" for n in (1, 2, 3)])]
)
def test_a_large_month_is_listed_in_parts(client, articles, maps):
    an_article(published_at=in_month(2026, 9))
    DayCount.objects.filter(place_kind=PlaceKind.SITE).update(articles=articles)
    assert locations(tree(client, "/sitemap.xml"))[1:] == [f"/sitemaps/{name}.xml" for name in maps]


@given(st.integers(1, 30_000_000))
def test_the_parts_of_any_month_have_room_for_it(articles):
    addresses = parts_of(in_month(2026, 9).date(), articles)
    assert len(addresses) * MOST >= articles
    if len(addresses) > 1:
        assert len(addresses) * PART >= articles
        assert len(addresses) % 2 == 1


@pytest.mark.parametrize(
    "name",
    ["2026-13", "2026-00", "0001-01", "9999-12", "2026-09-0of3", "2026-09-4of3", "2026-09-1of99999", "x"],
)
def test_a_map_that_is_not_there_is_not_found(client, name):
    an_article(published_at=in_month(2026, 9))
    assert client.get(f"/sitemaps/{name}.xml").status_code == 404


def test_no_map_counts_or_skips_rows(client, django_assert_num_queries):
    for n in range(5):
        an_article(published_at=in_month(2026, 9, 1 + n))
        an_article()
    # The newest day, the oldest, the journal's end; the days of the month, the journal's end or the part; the articles
    # of two days, the journal's end.
    for address, most in (
        ("/sitemap.xml", 3),
        ("/sitemaps/2026-09.xml", 2),
        ("/sitemaps/2026-09-1of3.xml", 2),
        ("/news-sitemap.xml", 2),
    ):
        client.get(address)
        with django_assert_num_queries(most) as asked:
            client.get(address)
        assert not [q for q in asked if "COUNT(" in q["sql"] or "OFFSET" in q["sql"]]


def test_maps_need_not_be_read_again_while_nothing_changed(client, stored_pages, django_assert_num_queries):
    an_article(published_at=in_month(2026, 9))
    create_pages()
    for address in ("/sitemap.xml", "/sitemaps/2026-09.xml", "/sitemaps/sections.xml"):
        tag = client.get(address)["ETag"]
        with django_assert_num_queries(0):
            assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


class TestTheSectionsMap:
    def test_has_visible_sections_and_published_pages(self, client, schema):
        create_pages()
        a_channel(), a_station(), a_channel("内部", "neibu", visible=False)
        root = tree(client, "/sitemaps/sections.xml")
        schema.assertValid(root)
        found = locations(root)
        assert {"/", "/keji/", "/difang/", "/difang/zhejiang/"} <= set(found)
        assert "/neibu/" not in found
        assert len(found) == len(set(found))

    def test_costs_the_same_with_many_sections(self, client, django_assert_max_num_queries):
        create_pages()
        for n in range(10):
            a_channel(f"频道{n}", f"c{n}")
        client.get("/sitemaps/sections.xml")
        with django_assert_max_num_queries(6):
            client.get("/sitemaps/sections.xml")


class TestTheNewsMap:
    def test_has_the_articles_of_two_days(self, client, schema):
        now = timezone.now()
        new = an_article("新闻 & <事实>", published_at=now - timedelta(hours=47))
        an_article("旧闻", published_at=now - timedelta(hours=49))
        a_draft("未发布")
        withdraw(an_article("撤下"), "来源失实")
        root = tree(client, "/news-sitemap.xml")
        assert locations(root) == [new.get_absolute_url()]
        assert root.findtext(".//n:title", namespaces=NAMES) == new.title
        assert root.findtext(".//n:language", namespaces=NAMES) == "zh-cn"
        assert root.findtext(".//n:name", namespaces=NAMES) == settings.WAGTAIL_SITE_NAME
        published = datetime.fromisoformat(root.findtext(".//n:publication_date", namespaces=NAMES))
        assert published == new.published_at.replace(microsecond=0)
        # The schema at hand doesn't know Google's part; without it the map must be valid.
        for news in root.findall(".//n:news", NAMES):
            news.getparent().remove(news)
        schema.assertValid(root)

    def test_survives_characters_that_xml_does_not_hold(self, client):
        article = an_article()
        type(article).objects.update(title="标\x0b题\uffff")
        assert tree(client, "/news-sitemap.xml").findtext(".//n:title", namespaces=NAMES) == "标题"


def test_robots_txt_closes_what_is_not_for_crawlers_and_names_the_maps(client):
    answer = client.get("/robots.txt")
    lines = answer.content.decode().splitlines()
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert lines[0] == "User-agent: *"
    assert {"Disallow: /admin/", "Disallow: /search/", "Disallow: /api/"} <= set(lines)
    assert [x for x in lines if x.startswith("Sitemap:")] == [
        f"Sitemap: {BASE}/sitemap.xml",
        f"Sitemap: {BASE}/news-sitemap.xml",
    ]
