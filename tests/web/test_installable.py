"""The site as an app, and what other programs are told of its pages."""

import io
import json
import re
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from PIL import Image

from meiri.delivery.headers import headers_of
from meiri.delivery.page_files import PageFile
from meiri.fronts.initial_pages import create_pages
from meiri.fronts.models import SiteSettings
from meiri.newsroom.publishing import withdraw
from meiri.visitors import rate_limits
from meiri.web import fonts, page_frame
from meiri.web.poster_drawing import broken_lines, code_picture
from tests.newsroom_factory import an_article
from tests.syndication.pictures import a_picture

pytestmark = pytest.mark.django_db


def page_of(client, address: str) -> str:
    return client.get(address).content.decode()


class TestAsAnApp:
    def test_the_manifest_names_icons_that_are_there(self, client):
        answer = client.get("/manifest.webmanifest")
        assert answer["Content-Type"] == "application/manifest+json"
        manifest = json.loads(answer.content)
        assert manifest["start_url"] == manifest["scope"] == "/"
        for icon in manifest["icons"]:
            picture = Image.open(io.BytesIO(client.get(icon["src"]).content))
            assert f"{picture.width}x{picture.height}" == icon["sizes"]
        assert client.get("/icons/7.png").status_code == 404

    def test_each_page_leads_to_manifest_and_search(self, client):
        page = page_of(client, "/difang/")
        assert '<link rel="manifest" href="/manifest.webmanifest">' in page
        assert client.get("/opensearch.xml").content.count(b"{searchTerms}") == 1

    def test_the_service_worker_has_a_version_and_keeps_what_it_shows_without_a_network(self, client):
        source = page_of(client, "/sw.js")
        [first] = re.findall(r"FIRST=(\[[^\]]*\])", source)
        for address in json.loads(first):
            assert client.get(address).status_code == 200, address
        assert "unload" not in source

    def test_whom_to_tell_of_a_weakness(self, client):
        site = SiteSettings.load()
        SiteSettings.objects.filter(pk=site.pk).update(email="")
        assert client.get("/.well-known/security.txt").status_code == 404
        SiteSettings.objects.filter(pk=site.pk).update(email="an@example.cn")
        text = page_of(client, "/.well-known/security.txt")
        assert "Contact: mailto:an@example.cn\n" in text
        expires = datetime.fromisoformat(re.search("Expires: (.*)\n", text)[1])
        assert timedelta(days=30) < expires - datetime.now(expires.tzinfo) < timedelta(days=365)

    def test_browsers_are_told_what_to_fetch_ahead_by_pages_and_by_nothing_else(self, client):
        file = PageFile(b"", 0)
        assert ("speculation-rules", '"/speculation-rules.json"') in headers_of("/keji/", file, "")
        assert "speculation-rules" not in dict(headers_of("/rss.xml", file, ""))
        rules = client.get("/speculation-rules.json")
        assert rules["Content-Type"] == "application/speculationrules+json"
        assert "prerender" not in json.loads(rules.content)

    def test_nothing_personal_is_fetched_ahead_in_any_edition(self, client):
        [rule] = json.loads(client.get("/speculation-rules.json").content)["prefetch"]
        refused = [part["not"]["href_matches"] for part in rule["where"]["and"] if "not" in part]
        for address in ("/members/*", "/search/*", "/reports/*", "/letters/*"):
            assert {address, f"/zh-hant{address}", f"/zhangbei{address}"} <= set(refused)
        assert "/admin/*" in refused
        assert "/zh-hant/admin/*" not in refused
        assert "/*\\?*" in refused
        # Whoever follows one is counted when they do.
        assert "/guanggao/*" in refused


class TestWhatOthersAreTold:
    @pytest.mark.parametrize("address", ["/difang/", "/hot/", "/corrections/", "article"])
    def test_every_kind_of_page_has_open_graph_once(self, client, address):
        article = an_article("湖区见闻", text="面积最大的淡水湖。")
        page_frame.forget_frame()
        page = page_of(client, article.get_absolute_url() if address == "article" else address)
        for name in ("og:title", "og:type", "og:url", "og:image"):
            assert page.count(f'property="{name}"') == 1, name

    def test_an_article_without_a_summary_is_described_by_its_beginning(self, client):
        page = page_of(client, an_article("湖区见闻", text="面积最大的淡水湖。").get_absolute_url())
        assert '<meta property="og:description" content="面积最大的淡水湖。">' in page

    def test_home_names_the_site_its_search_and_who_publishes_it(self, client):
        create_pages()
        page_frame.forget_frame()
        blocks = [json.loads(text) for text in re.findall(r'ld\+json">(.*?)</script>', page_of(client, "/"))]
        kinds = {block["@type"]: block for block in blocks}
        assert "{words}" in kinds["WebSite"]["potentialAction"]["target"]["urlTemplate"]
        assert kinds["NewsMediaOrganization"]["logo"].endswith("/icons/512.png")

    def test_a_reprint_says_what_it_is_based_on(self, client):
        article = an_article(original_url="https://example.cn/a.html")
        data = json.loads(
            re.search(r'ld\+json">(.*?)</script>', page_of(client, article.get_absolute_url()))[1]
        )
        assert data["isBasedOn"] == "https://example.cn/a.html"


@pytest.mark.skipif(not fonts.has_fonts(), reason="The machine has no Chinese font.")
class TestPosters:
    def poster(self, client, article):
        return client.get(f"/poster/{article.pk}.jpg")

    def test_an_article_has_one_and_leads_to_it(self, client):
        article = an_article("湖区见闻", summary="摘要" * 40, picture=a_picture("湖"))
        assert f'href="/poster/{article.pk}.jpg"' in page_of(client, article.get_absolute_url())
        answer = self.poster(client, article)
        assert answer["Content-Type"] == "image/jpeg"
        assert Image.open(io.BytesIO(answer.content)).width == 1080

    def test_it_is_gone_with_the_article_and_never_there_for_a_draft(self, client):
        article = an_article("湖区见闻")
        withdraw(article, "来源失实")
        assert self.poster(client, article).status_code == 410
        assert client.get("/poster/999999.jpg").status_code == 404

    def test_a_card_is_made_of_words_that_stand_in_the_article_and_of_no_others(self, client):
        article = an_article("湖区见闻", text="鄱阳湖是中国<b>面积最大</b>的淡水湖。")
        card = f"/card/{article.pk}.jpg"
        assert client.get(card, {"quote": "鄱阳湖是中国面积最大的淡水湖。"})["Content-Type"] == "image/jpeg"
        for wrong in ("鄱阳湖是世界面积最大的淡水湖。", "湖", "", "鄱阳湖" * 200):
            assert client.get(card, {"quote": wrong}).status_code == 404

    def test_cards_are_offered_where_the_words_are_written_as_in_the_article(self, client):
        address = an_article("湖区见闻", text="鄱阳湖是中国面积最大的淡水湖。").get_absolute_url()
        for edition, offered in (("", True), ("/zhangbei", True), ("/zh-hant", False)):
            page = page_of(client, edition + address)
            assert "/poster/" in page
            assert ("data-card" in page) is offered

    def test_cards_are_not_drawn_without_end(self, client, monkeypatch):
        article = an_article("湖区见闻", text="鄱阳湖是中国面积最大的淡水湖。")
        monkeypatch.setattr(rate_limits.RateLimit, "allows", lambda limit, count: count <= 1)
        ask = {"quote": "中国面积最大的淡水湖"}
        assert [client.get(f"/card/{article.pk}.jpg", ask).status_code for _ in range(2)] == [200, 429]

    def test_lines_break_between_words_and_none_begins_with_a_stop(self):
        face = fonts.font(fonts.SANS, 40)
        text = "县城图书馆把灯光延到晚上十点，夜读席位常满。" * 3
        lines = broken_lines(text, face, 400, 99)
        assert "".join(lines) == text
        assert all(line[0] not in "，。" and face.getlength(line) <= 400 for line in lines)
        assert broken_lines(text, face, 400, 2)[-1].endswith("…")
        assert broken_lines("https://example.cn/" + "a" * 300, face, 400, 3)

    def test_the_code_has_its_quiet_zone_and_its_size(self):
        assert code_picture(settings.BASE_URL + "/keji/2026/1124/22.html", 220).size == (220, 220)

    def test_where_there_is_no_font_nothing_is_offered(self, client, monkeypatch):
        monkeypatch.setattr(fonts, "FOLDERS", ())
        fonts._found.cache_clear()
        article = an_article("湖区见闻")
        try:
            assert "/poster/" not in page_of(client, article.get_absolute_url())
            assert self.poster(client, article).status_code == 404
        finally:
            monkeypatch.undo()
            fonts._found.cache_clear()
