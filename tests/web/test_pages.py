"""The reader's pages: what they show, to whom, and how many queries they take."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from meiri.fronts.initial_pages import create_pages
from meiri.newsroom.models import Article
from meiri.newsroom.publishing import withdraw
from meiri.sections.models import Region
from meiri.web import article as article_page
from meiri.web import page_frame
from tests.headlines import unbroken
from tests.newsroom_factory import a_channel, a_draft, a_station, an_article, an_author

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept():
    page_frame.forget_frame()
    yield
    page_frame.forget_frame()


@pytest.fixture(scope="module")
def initial_data(shared_database):
    """Three channels and two stations with two dozen articles, and a front page over them."""
    channels = [a_channel("要闻", "yaowen"), a_channel("快讯", "kuaixun"), a_channel()]
    stations = [a_station(), a_station("新疆", "xinjiang", region=Region.NORTHWEST)]
    author = an_author()
    articles = [
        an_article(
            channel=channels[n % 3],
            stations=[stations[n % 2]] if n % 4 == 0 else [],
            tags=["生态"] if n % 5 == 0 else [],
            authors=[author] if n % 3 == 0 else [],
            summary=f"第{n}篇的提要。",
            published_at=timezone.now() - timedelta(hours=n),
        )
        for n in range(24)
    ]
    create_pages()
    return [article.pk for article in articles]


@pytest.fixture
def newsroom(initial_data):
    """The articles, each test's own objects."""
    found = Article.objects.in_bulk(initial_data)
    return [found[key] for key in initial_data]


def text(response) -> str:
    return response.content.decode()


class TestAnArticle:
    def test_shows_what_a_reader_needs_to_judge_it(self, client):
        article = an_article(
            "黄河湿地迎来今冬首批天鹅",
            kicker="迁徙时节",
            subtitle="巡护员记录到三百余只",
            authors=[an_author()],
            editor=an_author("沈砚", "shen-yan"),
            tags=["湿地"],
            published_at=datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC),
        )
        page = text(client.get(article.get_absolute_url()))
        for part in (
            *("黄河湿地迎来今冬首批天鹅", "迁徙时节", "巡护员记录到三百余只", "来源：每日新闻网"),
            *("2026-11-20 09:02:03", "点击：", "林晚舟", "责任编辑：沈砚", "湿地", "正文第一段。"),
            f'<link rel="canonical" href="{article.full_url}">',
            '"@type":"NewsArticle"',
            '"@type":"BreadcrumbList"',
        ):
            assert part in page

    @pytest.mark.parametrize("address", ["/yaowen/{y}/{d}/{id}.html", "/keji/2001/0101/{id}.html"])
    def test_redirects_to_its_own_address(self, client, address):
        article = an_article()
        a_channel("要闻", "yaowen")
        own = article.get_absolute_url()
        year, day = own.split("/")[2:4]
        answer = client.get(address.format(y=year, d=day, id=article.pk))
        assert (answer.status_code, answer["Location"]) == (301, own)

    def test_is_gone_with_its_reason_once_withdrawn(self, client):
        article = an_article()
        withdraw(article, "图片来源有误，核实后重发。", by=None)
        answer = client.get(article.get_absolute_url())
        assert answer.status_code == 410
        assert "图片来源有误，核实后重发。" in text(answer)
        assert "正文第一段" not in text(answer)

    def test_is_not_found_while_it_is_a_draft(self, client):
        draft = a_draft(published_at=timezone.now())
        assert client.get(draft.get_absolute_url()).status_code == 404

    @pytest.mark.parametrize("number", [0, 999_999, 2**63, 10**30])
    def test_with_an_unknown_number_is_not_found(self, client, number):
        a_channel()
        assert client.get(f"/keji/2026/1123/{number}.html").status_code == 404

    def test_carries_markup_only_as_text(self, client):
        article = an_article("<script>alert(1)</script>")
        page = text(client.get(article.get_absolute_url()))
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page


class TestTheCodeOfAnArticle:
    def test_leads_to_it_and_is_drawn_once_for_each_address(self, client):
        article_page.drawn_code.cache_clear()
        one, other = an_article(), an_article()
        first, again, another = (client.get(f"/qr/{article.pk}.svg").content for article in (one, one, other))
        assert first == again == article_page.drawn_code(one.full_url) != another
        assert article_page.drawn_code.cache_info().misses == 2


class TestLists:
    def test_a_published_article_stands_on_home_channel_station_day_author_and_tag(self, client, newsroom):
        article = newsroom[0]
        day = timezone.localtime(article.published_at).strftime("%Y/%m/%d/")
        for address in (
            "/",
            "/yaowen/",
            "/difang/zhejiang/",
            f"/yaowen/{day}",
            "/author/lin-wanzhou/",
            "/tag/生态/",
        ):
            assert article.title in unbroken(text(client.get(address))), address

    def test_the_lead_of_a_channel_without_a_picture_is_summed_up_once(self, client, newsroom):
        blocks = text(client.get("/")).split('<section class="channel-block shape-lead"')[1:]
        leads = [block.partition('<ul class="lines">')[0] for block in blocks]
        assert leads
        assert [lead.count("的提要。") for lead in leads] == [1] * len(leads)

    def test_older_pages_follow_without_a_gap_and_stay_when_news_arrives(self, client):
        channel = a_channel()
        made = [an_article(published_at=timezone.now() - timedelta(hours=n)) for n in range(70)]
        seen, address = [], "/keji/"
        while address:
            page = text(client.get(address))
            seen += [
                a.pk for a in made if f"/{a.pk}.html" in page.partition("<main")[2].partition("</main>")[0]
            ]
            an_article(channel=channel)
            _, found, rest = page.partition('href="?before=')
            address = f"/keji/?before={rest.partition(chr(34))[0]}" if found else ""
        assert seen == [a.pk for a in made]

    @pytest.mark.parametrize(
        "address", ["/keji/?before=x", "/keji/2026/13/", "/keji/2026/02/30/", "/keji/2999/01/"]
    )
    def test_what_cannot_be_read_is_not_found(self, client, address):
        a_channel()
        create_pages()
        answer = client.get(address)
        assert answer.status_code == 404
        assert "没有找到这个页面" in text(answer)

    def test_a_calendar_leads_to_the_days_that_have_articles(self, client):
        an_article(published_at=datetime(2026, 3, 5, 4, tzinfo=UTC))
        page = text(client.get("/keji/2026/03/"))
        assert 'href="/keji/2026/03/05/"' in page
        assert 'href="/keji/2026/03/06/"' not in page


class TestSearch:
    def test_finds_words_and_marks_nothing_as_markup(self, client, search_index):
        an_article("水库蓄水过八成")
        an_article("雪场迎客")
        search_index.catch_up()
        page = text(client.get("/search/", {"q": "水库"}))
        assert "<mark>水库</mark>蓄水过八成" in page
        assert "雪场迎客" not in page.partition("<main")[2]
        assert "<b>x" not in text(client.get("/search/", {"q": "<b>x"}))

    def test_says_so_when_nothing_is_found_or_too_much_is_asked(self, client, search_index):
        assert "没有找到" in text(client.get("/search/", {"q": "不存在的词"}))
        assert client.get("/search/", {"q": "很" * 500}).status_code == 400
        odd = {"q": "水", "from": "昨天", "channel": "x", "sort": "?", "after": "?"}
        assert client.get("/search/", odd).status_code == 200

    def test_says_that_the_index_is_being_built(self, client, tmp_path, settings):
        settings.HOME = tmp_path
        answer = client.get("/search/", {"q": "水"})
        assert answer.status_code == 503
        assert answer["Retry-After"]
        assert "检索正在重建" in text(answer)


class TestQueries:
    """Each page takes as many queries with two dozen articles as with a few, and no more than it says here."""

    MOST = {
        "/": 14,
        "/yaowen/": 6,
        "/difang/zhejiang/": 6,
        "/difang/": 6,
        "/author/lin-wanzhou/": 6,
        "/tag/生态/": 6,
        "/search/?q=稿件": 8,
        "/zhuanti/": 8,
        "/zazhi/": 8,
        "/about/": 8,
    }

    @pytest.mark.parametrize("address", MOST)
    def test_of_a_front(self, client, newsroom, search_index, address, django_assert_max_num_queries):
        search_index.catch_up()
        client.get("/keji/")
        with django_assert_max_num_queries(self.MOST[address]):
            assert client.get(address).status_code == 200

    def test_of_an_article(self, client, newsroom, django_assert_max_num_queries):
        address = newsroom[0].get_absolute_url()
        client.get(newsroom[1].get_absolute_url())
        with django_assert_max_num_queries(12):
            assert client.get(address).status_code == 200

    def test_no_page_counts_or_skips_rows(self, client, newsroom, django_assert_max_num_queries):
        with django_assert_max_num_queries(400) as asked:
            for address in [*self.MOST, newsroom[0].get_absolute_url()]:
                client.get(address)
        assert [q["sql"] for q in asked if "COUNT(" in q["sql"] or " OFFSET " in q["sql"]] == []
