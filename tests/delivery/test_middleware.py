"""The traditional-script edition as its readers get it."""

import json
import re
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from meiri.delivery.keys import collecting
from meiri.delivery.middleware import PageEditions
from meiri.delivery.models import ProtectedTerm
from meiri.fronts.initial_pages import create_pages
from meiri.newsroom.publishing import withdraw
from meiri.staff.models import PressCard
from meiri.web import page_frame
from meiri.web.bundles import bundle
from tests.headlines import unbroken
from tests.newsroom_factory import a_channel, a_source, an_article, an_author

pytestmark = pytest.mark.django_db
TITLE = "台湾软件发展面面观"


@pytest.fixture(autouse=True)
def nothing_kept():
    page_frame.forget_frame()
    yield
    page_frame.forget_frame()


@pytest.fixture
def article():
    return an_article(
        TITLE,
        text="余秋明说，业余时间他位于海边。<code>头发</code><a href='/keji/'>网络</a>",
        summary="头发 & <发展>",
        tags=["网络"],
        source=a_source("云上周刊"),
        authors=[an_author("余秋明", "yu-qiuming")],
        editor=an_author("范伟", "fan-wei"),
    )


def text(response) -> str:
    return response.content.decode()


def unmarked(page: str) -> str:
    """A page of results without the marks around what was asked for, its headlines unbroken."""
    return unbroken(page.replace("<mark>", "").replace("</mark>", ""))


def main_of(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


def traditional(client, address: str, **headers) -> str:
    return text(client.get(f"/zh-hant{address}", headers=headers))


def queries_of(client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
        return len(asked)


class TestAnArticle:
    def test_is_converted_by_phrase(self, client, article):
        page = traditional(client, article.get_absolute_url())
        assert "臺灣軟體發展面面觀" in page
        assert "點擊：" in page
        assert '<html lang="zh-Hant"' in page
        assert "<code>头发</code>" in page
        assert 'content="頭髮 &amp; &lt;發展&gt;"' in page

    def test_names_its_people_rightly_in_signature_text_and_structured_data(self, client, article):
        page = traditional(client, article.get_absolute_url())
        assert page.count("責任編輯：范偉") == 2
        assert ">余秋明</a>" in page
        assert "余秋明說，業餘時間他位於海邊。" in page
        assert '"author":[{"@type":"Person","name":"余秋明"}]' in page

    def test_tells_search_engines_of_both_editions(self, client, article):
        address = article.get_absolute_url()
        hant = f"{settings.BASE_URL}/zh-hant{address}"
        alternates = {"zh-Hans": article.full_url, "zh-Hant": hant, "x-default": article.full_url}
        for path, own in ((address, article.full_url), (f"/zh-hant{address}", hant)):
            page = text(client.get(path, {"utm_source": "x"}))
            assert re.findall('<link rel="canonical" href="([^"]*)">', page) == [own]
            assert dict(re.findall('hreflang="([^"]*)" href="(http[^"]*)">', page)) == alternates

    def test_has_structured_data_that_is_json(self, client, article):
        page = traditional(client, article.get_absolute_url())
        blocks = [
            json.loads(b) for b in re.findall('<script type="application/ld.json">(.*?)</script>', page)
        ]
        assert [b["@type"] for b in blocks] == ["NewsArticle", "BreadcrumbList"]
        assert blocks[0]["headline"] == "臺灣軟體發展面面觀"
        assert blocks[0]["inLanguage"] == "zh-Hant"
        assert blocks[0]["mainEntityOfPage"] == f"{settings.BASE_URL}/zh-hant{article.get_absolute_url()}"

    def test_leads_on_within_the_edition_and_back_to_the_other(self, client, article):
        address = article.get_absolute_url()
        page = traditional(client, address)
        links = re.findall('<a [^>]*href="(/[^"]*)"', page)
        # A poster is a picture: it has no edition.
        pages = [link for link in links if not link.startswith("/poster/")]
        assert [link for link in pages if not link.startswith("/zh-hant/")] == [
            address,
            "/zhangbei" + address,
        ]
        assert f'<a href="{address}" hreflang="zh-Hans" lang="zh-Hans">简体</a>' in page
        assert 'data-fragment="/zh-hant/fragments/hot/"' in page
        assert f'data-copy="{settings.BASE_URL}/zh-hant{address}"' in page
        assert f'src="/qr/{article.pk}.svg"' in page
        assert "繁體</a>" in text(client.get(address))

    def test_moves_to_its_own_address_within_the_edition(self, client, article):
        a_channel("要闻", "yaowen")
        answer = client.get(f"/zh-hant/yaowen/2001/0101/{article.pk}.html")
        assert (answer.status_code, answer["Location"]) == (301, f"/zh-hant{article.get_absolute_url()}")

    def test_is_gone_in_words_of_the_edition(self, client, article):
        withdraw(article, "图片来源有误，核实后重发。", by=None)
        answer = client.get(f"/zh-hant{article.get_absolute_url()}")
        assert answer.status_code == 410
        assert "圖片來源有誤，核實後重發。" in text(answer)

    def test_has_scripts_that_speak_its_script(self, client, article):
        page = traditional(client, article.get_absolute_url())
        (address,) = re.findall('src="(/assets/article-hant[^"]*)"', page)
        script = text(client.get(address))
        assert "分鐘前" in script
        (late,) = re.findall('="(/assets/tools-hant[^"]*)"', page)
        assert "已複製" in text(client.get(late))
        assert "已复制" not in text(client.get(late))
        assert bundle("article.js").url not in page
        assert bundle("preferences.js").url in page

    def test_costs_one_query_more(self, client, article):
        address = article.get_absolute_url()
        for _ in range(2):  # the first reading founds the site's settings, which all pages show
            client.get(address)
        assert queries_of(client, f"/zh-hant{address}") == queries_of(client, address) + 1


@pytest.mark.parametrize(
    "address", ["/", "/keji/", "/difang/", "/search/", "/letters/", "/members/login/", "/author/fan-wei/"]
)
def test_every_kind_of_page_has_its_edition(client, article, address):
    create_pages()
    answer = client.get(f"/zh-hant{address}")
    assert answer.status_code == 200
    page = text(answer)
    assert '<html lang="zh-Hant"' in page
    assert "每日新聞網" in page
    links = re.findall('<a [^>]*href="(/[^"]*)"', page)
    assert [link for link in links if not link.startswith(("/zh-hant/", "/poster/"))] == [
        address,
        "/zhangbei" + address,
    ]


def test_what_is_current_is_marked_as_on_the_page_itself(client, article):
    create_pages()
    for page in (text(client.get("/")), traditional(client, "/")):
        assert page.count('aria-current="page"') == text(client.get("/")).count('aria-current="page"')


class TestAddresses:
    def test_the_edition_has_a_front_door(self, client):
        answer = client.get("/zh-hant?utm=1")
        assert (answer.status_code, answer["Location"]) == (301, "/zh-hant/?utm=1")

    def test_a_missing_slash_is_added_within_the_edition(self, client):
        a_channel()
        assert client.get("/zh-hant/keji")["Location"] == "/zh-hant/keji/"

    def test_an_unknown_address_is_not_found_in_words_of_the_edition(self, client):
        answer = client.get("/zh-hant/keji/nothing/")
        assert answer.status_code == 404
        assert "沒有找到這個頁面" in text(answer)
        assert 'hreflang="x-default"' not in text(answer)

    @pytest.mark.parametrize(
        "address",
        [
            *("/admin/", "/api/v1/openapi.json", "/static/x.css", "/media/x.jpg", "/documents/1/x.pdf"),
            *("/zh-hant/", "/healthz/", "/sitemap.xml", "/robots.txt"),
        ],
    )
    def test_what_is_the_same_for_everybody_is_not_there_twice(self, client, address):
        answer = client.get(f"/zh-hant{address}")
        assert answer.status_code == 404
        assert "沒有找到這個頁面" in text(answer)

    def test_no_redirect_leads_to_another_site(self, client):
        for address in ("/zh-hant//evil.example", "/zh-hant//evil.example/x"):
            answer = client.get(address)
            assert not answer.headers.get("Location", "").startswith("//")

    def test_whoever_stands_outside_sees_the_whole_address(self):
        def view(request):
            inner.append((request.path, request.path_info, request.get_full_path()))
            raise RuntimeError

        inner: list[tuple[str, str, str]] = []
        request = RequestFactory().get("/zh-hant/keji/", {"before": "1"})
        with pytest.raises(RuntimeError):
            PageEditions(view)(request)
        assert inner == [("/keji/", "/keji/", "/keji/?before=1")]
        assert request.get_full_path() == "/zh-hant/keji/?before=1"
        assert request.path_info == "/zh-hant/keji/"


def test_a_page_says_that_it_depends_on_the_protected_terms(client, article):
    with collecting() as keys:
        traditional(client, article.get_absolute_url())
    assert {"script", article.content_key} <= keys
    with collecting() as keys:
        client.get(article.get_absolute_url())
    assert "script" not in keys


class TestProtectedTerms:
    def test_stand_in_every_page_as_editors_say(self, client, article):
        ProtectedTerm.objects.create(term="台湾软件", traditional="台灣軟件")
        ProtectedTerm.objects.create(term="云上周刊")
        page = traditional(client, article.get_absolute_url())
        assert "台灣軟件發展面面觀" in page
        assert "來源：云上周刊" in page


class TestFeeds:
    def test_of_the_edition_are_whole(self, client, article):
        answer = client.get("/zh-hant/rss.xml")
        channel = ElementTree.fromstring(answer.content)[0]  # noqa: S314
        item = channel.find("item")
        assert channel.findtext("language") == "zh-tw"
        assert item.findtext("title") == "臺灣軟體發展面面觀"
        assert item.findtext("link") == f"{settings.BASE_URL}/zh-hant{article.get_absolute_url()}"
        assert item.findtext("{http://purl.org/dc/elements/1.1/}creator") == "余秋明"
        body = item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded")
        assert "余秋明說，業餘時間他位於海邊。" in body
        assert int(answer["Content-Length"]) == len(answer.content)

    def test_of_atom_and_json_too(self, client, article):
        assert "臺灣軟體發展面面觀" in traditional(client, "/atom.xml")
        feed = json.loads(traditional(client, "/feed.json"))
        assert feed["items"][0]["title"] == "臺灣軟體發展面面觀"
        assert feed["items"][0]["authors"] == [{"name": "余秋明"}]

    def test_are_not_sent_again_until_a_protected_term_changes(self, client, article, stored_pages):
        newest = client.get("/zh-hant/rss.xml")["ETag"]
        assert client.get("/zh-hant/rss.xml", headers={"If-None-Match": newest}).status_code == 304
        ProtectedTerm.objects.create(term="台湾软件")
        stored_pages.catch_up()
        assert "台湾软件發展" in traditional(client, "/rss.xml", if_none_match=newest)


class TestSearch:
    @pytest.fixture(autouse=True)
    def indexed(self, article, search_index):
        search_index.catch_up()

    @pytest.mark.parametrize("typed", ["臺灣", "軟體", "台湾", "發展 面面"])
    def test_finds_what_was_typed_in_either_script_and_shows_it(self, client, search_index, article, typed):
        search_index.catch_up()
        page = text(client.get("/zh-hant/search/", {"q": typed}))
        assert "臺灣軟體發展面面觀" in unmarked(page)
        assert f'value="{typed}"' in page
        assert 'hreflang="x-default"' not in page

    def test_takes_traditional_script_in_the_simplified_edition_as_well(self, client, search_index, article):
        search_index.catch_up()
        assert TITLE in unmarked(text(client.get("/search/", {"q": "臺灣"})))

    def test_and_tags_keep_what_was_asked_in_the_other_edition(self, client, article):
        page = text(client.get("/search/", {"q": "台湾", "channel": "keji", "utm": "x"}))
        assert '<a href="/zh-hant/tag/%E7%BD%91%E7%BB%9C/" hreflang' in text(client.get("/tag/网络/"))
        assert '<a href="/zh-hant/search/?q=%E5%8F%B0%E6%B9%BE&amp;channel=keji" hreflang="zh-Hant"' in page

    def test_a_press_card_is_found_by_its_name_in_either_script(self, client):
        PressCard.objects.create(
            name="范刘发", number="MR-0001", unit="编辑部", role="记者", valid_until=timezone.localdate()
        )
        page = text(client.get("/zh-hant/staff/", {"q": "范劉發"}))
        assert "<dd>范劉發</dd>" in main_of(page)


class TestReadersServices:
    def test_a_comment_written_in_the_edition_is_answered_in_it(self, client, article):
        address = f"/zh-hant/comments/{article.pk}/"
        assert f'action="{address}"' in traditional(client, f"/comments/{article.pk}/")
        answer = client.post(
            address, {"name": "后来的我", "text": "发展得好", "website": "", "once": ""}, follow=True
        )
        assert answer.status_code == 200
        assert answer.redirect_chain[0][0].startswith("/zh-hant/comments/receipt/")
        assert "已收到，審核後顯示" in text(answer)
        assert f'href="/zh-hant{article.get_absolute_url()}"' in text(answer)

    def test_a_reader_signs_in_and_stays_in_the_edition(self, client, django_user_model):
        django_user_model.objects.create_user("duzhe", password="一个好密码2026")
        answer = client.post("/zh-hant/members/login/", {"login": "duzhe", "password": "一个好密码2026"})
        assert answer["Location"] == "/zh-hant/members/"

    def test_whoever_must_sign_in_first_is_asked_in_the_edition(self, client):
        location = client.get("/zh-hant/members/password/")["Location"]
        assert location.startswith("/zh-hant/members/login/")

    def test_what_a_reader_typed_is_given_back_as_it_was(self, client):
        page = text(client.post("/zh-hant/letters/write/", {"subject": "发展", "text": "面条\n头发"}))
        assert 'value="发展"' in page
        assert "面条\n头发</textarea>" in page


class TestLargeType:
    def large(self, client, address):
        return client.get("/zhangbei" + address)

    def test_is_the_same_text_whose_links_lead_to_the_edition_and_whose_canonical_address_does_not(
        self, client, article
    ):
        page = self.large(client, article.get_absolute_url()).content.decode()
        assert article.title in unbroken(main_of(page))
        assert f'<link rel="canonical" href="{settings.BASE_URL}{article.get_absolute_url()}">' in page
        assert f'href="/zhangbei{article.channel.get_absolute_url()}"' in page
        assert f'href="{article.get_absolute_url()}" hreflang="zh-Hans">回到标准版' in page.replace("\n", " ")
        assert '<html lang="zh-Hans"' in page
        assert '"mainEntityOfPage":"' + article.full_url in page

    def test_every_page_leads_to_it_but_those_that_have_no_editions(self, client, article):
        assert f'href="/zhangbei{article.get_absolute_url()}"' in text_of(client, article.get_absolute_url())
        assert "/zhangbei/search/?q=" in text_of(client, "/search/?q=a&utm=1")
        assert self.large(client, "/admin/").status_code == 404
        assert client.get("/zhangbei", follow=False)["Location"] == "/zhangbei/"
        assert client.get("/zh-hant/zhangbei/").status_code == 404

    def test_redirects_stay_in_it(self, client, article):
        wrong = article.get_absolute_url().replace("/keji/", "/yaowen/")
        assert self.large(client, wrong)["Location"] == "/zhangbei" + article.get_absolute_url()

    def test_its_pages_do_not_depend_on_words_of_traditional_script(self, client, article):
        with collecting() as keys:
            self.large(client, article.get_absolute_url())
        assert "script" not in keys
        assert article.content_key in keys


def text_of(client, address: str) -> str:
    return client.get(address).content.decode()
