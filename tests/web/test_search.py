"""The search page: what it shows, where it leads, and what it never lets through."""

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from meiri.search import directory
from meiri.search.finding import DEEPEST, HitCursor
from meiri.search.index import store
from meiri.web import page_frame
from meiri.web.search import SHOWN, span
from tests.newsroom_factory import a_channel, a_station, an_article

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept():
    for forget in (page_frame.forget_frame, directory.forget_names):
        forget()
    yield
    for forget in (page_frame.forget_frame, directory.forget_names):
        forget()


@pytest.fixture
def page(client, search_index):
    """The main part of a page of results."""

    def ask(query: str = "", edition: str = "", status: int = 200, **asked) -> str:
        search_index.catch_up()
        answer = client.get(f"{edition}/search/{query or '?' + urlencode(asked)}")
        assert answer.status_code == status
        return answer.content.decode().partition("<main")[2].partition("</main>")[0]

    return ask


def links(page: str, text: str) -> list[str]:
    """Where the links with `text` in them lead."""
    found = re.findall(r'<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', page, re.DOTALL)
    return [unescape(address) for address, inside in found if text in re.sub(r"<[^>]*>", "", inside)]


def titles(page: str) -> list[str]:
    return [re.sub(r"<[^>]*>", "", title) for title in re.findall(r"<h3>(.*?)</h3>", page, re.DOTALL)]


class TestPages:
    def test_by_relevance_lead_on_and_back(self, page):
        day = timezone.now() - timedelta(days=1)
        for n in range(2 * SHOWN + 5):
            an_article(f"湿地{n:02}", published_at=day - timedelta(seconds=n))
        first = page(q="湿地")
        second = page(links(first, "下一页")[0])
        third = page(links(second, "下一页")[0])
        assert [len(titles(p)) for p in (first, second, third)] == [SHOWN, SHOWN, 5]
        assert len({t for p in (first, second, third) for t in titles(p)}) == 2 * SHOWN + 5
        assert not links(first, "上一页")
        assert not links(third, "下一页")
        assert titles(page(links(third, "上一页")[0])) == titles(second)
        assert titles(page(links(second, "上一页")[0])) == titles(first)
        assert "第 3 页" in third

    def test_by_time_lead_on_and_to_the_first(self, page):
        for n in range(SHOWN + 5):
            an_article(f"湿地{n:02}")
        first = page(q="湿地", sort="newest")
        assert titles(first)[0] == f"湿地{SHOWN + 4}"
        second = page(links(first, "下一页")[0])
        assert len(titles(second)) == 5
        assert titles(page(links(second, "回到第一页")[0])) == titles(first)

    def test_end_politely(self, page):
        an_article("湿地")
        beyond = page(q="湿地", after=str(HitCursor(DEEPEST, 2**62)))
        assert titles(beyond) == []
        assert "后面没有了" in beyond

    def test_say_how_many_there_are(self, page):
        for _ in range(3):
            an_article("湿地")
        assert "共 <b>3</b> 篇" in page(q="湿地")


class TestNarrowing:
    def test_by_channel_station_and_year(self, page):
        an_article("湿地一", stations=[a_station()], published_at=datetime(2024, 5, 1, tzinfo=UTC))
        an_article("湿地二", channel=a_channel("要闻", "yaowen"), stations=[a_station("新疆", "xinjiang")])
        found = page(q="湿地", sort="newest")
        for name, wanted in (
            ("科技前沿", "湿地一"),
            ("浙江", "湿地一"),
            ("2024年", "湿地一"),
            ("新疆", "湿地二"),
        ):
            address = links(found, name)[0]
            assert "sort=newest" in address
            assert titles(page(address)) == [wanted]

    def test_is_undone_by_one_link_each(self, page):
        an_article("湿地一", stations=[a_station()], published_at=datetime(2024, 5, 1, tzinfo=UTC))
        found = page(
            q="湿地",
            channel="keji",
            station="zhejiang",
            after="x",
            **{"from": "2024-01-01", "to": "2024-12-31"},
        )
        assert (
            links(found, "科技前沿，")[0]
            == "?q=%E6%B9%BF%E5%9C%B0&station=zhejiang&from=2024-01-01&to=2024-12-31"
        )
        assert links(found, "2024年，")[0] == "?q=%E6%B9%BF%E5%9C%B0&channel=keji&station=zhejiang"
        assert links(found, "全部去掉")[0] == "?q=%E6%B9%BF%E5%9C%B0"

    def test_to_days_is_said_in_words(self):
        day, other = datetime(2026, 3, 8).date(), datetime(2026, 4, 1).date()
        assert span(day, other) == "2026年3月8日至2026年4月1日"
        assert (span(day, day), span(day, None), span(None, day)) == (
            "2026年3月8日",
            "2026年3月8日起",
            "2026年3月8日以前",
        )

    def test_by_what_is_not_there_is_left_out(self, page):
        an_article("湿地")
        assert titles(page(q="湿地", channel="wu", station="wu", **{"from": "x"})) == ["湿地"]

    def test_without_words_finds_what_is_of_a_channel(self, page):
        an_article("湿地")
        assert titles(page(channel="keji")) == ["湿地"]


class TestNothingFound:
    def test_asks_what_was_meant_and_keeps_the_filters(self, page):
        an_article("科技创新大会")
        found = page(q="科计创新", channel="keji", sort="newest")
        assert "您是不是要找" in found
        address = links(found, "科技创新")[0]
        assert "channel=keji" in address
        assert titles(page(address)) == ["科技创新大会"]

    def test_in_the_traditional_edition(self, page):
        an_article("台湾软件发展")
        found = page(q="臺灣軟體發斬", edition="/zh-hant")
        assert "您是不是要找" in found
        address = links(found, "臺灣")[0]
        assert titles(page(address, edition="/zh-hant")) == ["臺灣軟體發展"]

    def test_shows_what_has_some_of_it_under_a_heading_of_its_own(self, page):
        an_article("湿地天鹅")
        found = page(q="湿地 白鹭")
        assert "没有找到与“湿地 白鹭”完全相符的稿件" in found
        assert titles(found.partition("只含部分检索词的稿件")[2]) == ["湿地天鹅"]

    def test_helps_on(self, page):
        a_channel()
        found = page(q="无", channel="keji")
        assert links(found, "去掉频道、地方站和日期的限制") == ["?q=%E6%97%A0"]
        assert "检索技巧" in found

    @pytest.mark.parametrize("query", ["", "?q=", "?q=%20", "?q=%00", "?q=%22%22", "?q=-", "?q=的"])
    def test_of_nothing_asked_is_no_error(self, page, query):
        assert "检索技巧" in page(query or "?")


class TestTrouble:
    def test_too_much_is_refused_politely(self, page):
        found = page(q="很" * 10_000, status=400)
        assert "请控制在 200 个字以内" in found
        assert len(found) < 20_000

    @pytest.mark.parametrize(
        "asked",
        [
            '"',
            "标题:",
            "((",
            "日期:2026-99",
            "a" * 200,
            "-" * 200,
            "科:技",
            "AND OR",
            "\\",
            "%",
            "标题:标题:x",
        ],
    )
    def test_no_text_breaks_the_page(self, page, asked):
        page(q=asked)
        page(q=asked, edition="/zh-hant")

    def test_while_the_index_is_built_the_page_says_how_far_it_is(self, client, tmp_path, settings):
        settings.HOME = tmp_path
        with store().alone("building"):
            store().keep_progress(0.42)
            answer = client.get("/search/", {"q": "水"})
        assert answer.status_code == 503
        assert answer["Retry-After"] == "60"
        assert "检索正在重建，已完成 42%，请稍后再试" in answer.content.decode()


class TestMarkup:
    def test_of_titles_and_queries_is_only_ever_text(self, page, shared_data):
        texts = json.loads((shared_data / "security/big-list-of-naughty-strings/blns.json").read_text())
        payloads = [text for text in texts if "<" in text or '"' in text][:60]
        assert len(payloads) == 60
        for n, text in enumerate(payloads[:20]):
            an_article(f"湿地{n}{text}"[:120], summary=f"湿地{text}"[:300])
        found = page(q="湿地")
        allowed = page(q="无")
        for payload in payloads:
            found += page(q=payload[:200]) + page(q=f"湿地 {payload}"[:200])
        for tag in (
            "script",
            "img",
            "svg",
            "iframe",
            "body",
            "video",
            "audio",
            "object",
            "embed",
            "style",
            "input",
        ):
            elements = set(re.findall(rf"<{tag}\b[^>]*>", found)) - set(
                re.findall(rf"<{tag}\b[^>]*>", allowed)
            )
            assert all('id="q"' in element for element in elements), elements
        assert not re.search(r"<[^>]*\son\w+\s*=", re.sub(r'"[^"]*"', '""', found))
        assert "javascript:" not in " ".join(re.findall(r'(?:href|src)="([^"]*)"', found))

    def test_inside_marks_is_only_ever_text(self, page):
        an_article("<b>湿地</b>&amp;<i>")
        assert "&lt;b&gt;<mark>湿地</mark>&lt;/b&gt;&amp;amp;&lt;i&gt;" in page(q="湿地")
        found = page(q="b 湿地")
        assert "&lt;<mark>b</mark>&gt;" in found


def test_d17_hits_in_two_channels_and_of_no_station_are_shown(page):
    for name, slug in (("科技前沿", "keji"), ("文化·旅游", "wenlv")):
        an_article(f"{name}湿地", channel=a_channel(name, slug))
    assert links(page(q="湿地"), "科技前沿")


def test_its_queries_do_not_grow_with_what_is_found(client, search_index, django_assert_max_num_queries):
    for n in range(30):
        an_article(f"湿地{n}", stations=[a_station()], channel=a_channel(f"频道{n % 12}", f"c-{n % 12}"))
    search_index.catch_up()
    for _ in range(2):
        client.get("/search/?q=湿地")
    with django_assert_max_num_queries(8):
        assert client.get("/search/?q=湿地").status_code == 200
    with django_assert_max_num_queries(35):
        assert client.get("/search/?q=师地").status_code == 200
