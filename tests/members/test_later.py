"""Reading later without an account: what the device keeps, and what goes into the account of whoever agrees."""

import re

import pytest
from playwright.sync_api import expect

from meiri.members import kept_articles
from meiri.members.kept_articles import keep_article
from meiri.members.models import Favourite
from meiri.newsroom.publishing import withdraw
from tests.members.people import a_member, words
from tests.members.test_browser import a_mail_address, join
from tests.newsroom_factory import a_draft, an_article
from tests.web.test_accessibility import checked, violations_here

ADDRESS = "/members/later/take/"
# Until the worker keeps the page, and until it does not.
WAIT = "async (address) => {{ while ({}await caches.match(address, {{ cacheName: 'later' }})) await new Promise((go) => setTimeout(go, 50)); }}"
THERE, GONE = WAIT.format("!"), WAIT.format("")
KEPT = "JSON.parse(localStorage.getItem('later') || '[]')"


@pytest.mark.django_db
class TestTakingOver:
    @pytest.fixture
    def member(self, client):
        member = a_member()
        client.force_login(member)
        return member

    def favourites(self, member) -> list[str]:
        return [kept.card.title for kept in kept_articles.page_of_kept(Favourite, member)[0]]

    def test_what_is_published_is_kept_in_the_order_of_the_device(self, client, member):
        first, second, gone = (an_article(title) for title in "甲乙丙")
        draft = a_draft("丁")
        withdraw(gone, "来源失实")
        asked = [second.pk, gone.pk, first.pk, second.pk, draft.pk]
        answer = client.post(ADDRESS, {"articles": ",".join(map(str, asked))})
        assert answer.json() == {"kept": [second.pk, first.pk], "gone": [gone.pk, draft.pk], "refusal": ""}
        assert self.favourites(member) == ["乙", "甲"]
        assert client.post(ADDRESS, {"articles": f"{first.pk}"}).json()["kept"] == [first.pk]
        assert Favourite.objects.count() == 2

    def test_where_there_is_no_room_it_says_so_and_tells_what_was_kept(self, client, member, monkeypatch):
        monkeypatch.setattr(kept_articles, "MOST_FAVOURITES", 2)
        keep_article(member, an_article("早先的"))
        articles = [an_article(title) for title in "甲乙"]
        answer = client.post(ADDRESS, {"articles": ",".join(str(a.pk) for a in articles)})
        assert answer.status_code == 422
        assert answer.json()["kept"] == [articles[0].pk]
        assert "最多收藏 2 篇" in answer.json()["refusal"]

    @pytest.mark.parametrize(
        "asked", ["", ",,,", "x,-1,1e9,٣", "9" * 5000, "1," * 5000, "0,99999999999999999999"]
    )
    def test_what_is_no_number_is_left_out(self, client, member, asked):
        assert client.post(ADDRESS, {"articles": asked}).json()["kept"] == []

    def test_it_costs_few_queries_and_a_hundred_at_most(self, client, member, django_assert_max_num_queries):
        articles = [an_article(f"第{n}篇") for n in range(30)]
        with django_assert_max_num_queries(22):
            client.post(ADDRESS, {"articles": ",".join(str(a.pk) for a in articles)})
        many = ",".join(str(n) for n in range(1_000_000, 1_000_300))
        assert len(client.post(ADDRESS, {"articles": many}).json()["gone"]) == 100

    def test_nobody_who_is_not_signed_in_writes_anything(self, client):
        article = an_article("甲")
        assert "/members/login/" in client.post(ADDRESS, {"articles": f"{article.pk}"})["Location"]
        assert not Favourite.objects.exists()
        assert client.get(ADDRESS).status_code == 405

    def test_the_page_is_for_everybody_and_the_sites_copy_of_it_holds_nothing(self, client):
        answer = client.get("/members/later/")
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"] or "no-cache" in answer["Cache-Control"]
        assert "data-later-offer" not in answer.content.decode()
        assert "稍后读" in words(answer)

    def test_members_have_favourites_in_its_place(self, client, member):
        article = an_article("甲")
        assert "data-later" not in client.get(f"/members/fragments/{article.pk}/").content.decode()
        client.logout()
        assert "data-later" in client.get(f"/members/fragments/{article.pk}/").content.decode()


def open_lead(page, channel: str = "yaowen") -> str:
    page.goto(f"/{channel}/")
    page.locator("main h2 a[href$='.html'], main h3 a[href$='.html']").first.press("Enter")
    page.wait_for_url("**/*.html")
    page.locator("#share").scroll_into_view_if_needed()
    return page.locator("h1").inner_text().replace("\n", "")


@pytest.mark.xdist_group("browser")
class TestInABrowser:
    @pytest.mark.parametrize("width", [360, 1440])
    def test_kept_listed_and_dropped_by_keyboard_without_an_account(self, browser, site, width):
        page = checked(browser, site, width)
        title = open_lead(page)
        button = page.locator("#share").get_by_role("button", name="稍后读", exact=True)
        button.press("Enter")
        kept = page.locator("#share").get_by_role("button", name="已放进稍后读")
        expect(kept).to_have_attribute("aria-pressed", "true")
        page.locator("#share").get_by_role("link", name="稍后读列表").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("稍后读")
        main = page.get_by_role("main")
        expect(main.get_by_role("link", name=title)).to_be_visible()
        assert violations_here(page, ["light", "dark"]) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        main.get_by_role("button", name=re.compile("^删去")).press("Enter")
        expect(main.get_by_text("这里还没有文章。")).to_be_visible()
        expect(main.get_by_role("status").last).to_contain_text("已删去")
        assert page.evaluate(KEPT) == []

    def test_pressed_again_it_is_dropped_and_there_is_a_most(self, reader):
        page = reader.new_page()
        open_lead(page)
        share = page.locator("#share")
        share.get_by_role("button", name="稍后读", exact=True).click()
        share.get_by_role("button", name="已放进稍后读").click()
        expect(share.get_by_role("button", name="稍后读", exact=True)).to_be_visible()
        assert page.evaluate(KEPT) == []
        many = [
            {"id": str(n + 900_000), "url": f"/keji/2026/1128/{n}.html", "title": "旧文", "at": 1}
            for n in range(100)
        ]
        page.evaluate("kept => localStorage.setItem('later', JSON.stringify(kept))", many)
        share.get_by_role("button", name="稍后读", exact=True).click()
        expect(share.get_by_role("button", name="最多 100 篇，请先读完一些")).to_be_visible()
        assert len(page.evaluate(KEPT)) == 100

    @pytest.mark.parametrize(
        "stored",
        [
            "{", "null", "[null, 7]", '[{"id": "x", "url": "/a/2026/0101/1.html"}]',
            '[{"id": "1", "url": "javascript:alert(1)", "title": "x"}]', '[{"id": "1", "url": "//evil.example/a.html"}]',
        ],
    )  # fmt: skip
    def test_what_stands_there_damaged_or_forged_is_no_error_and_no_link(self, reader, stored):
        page, errors = reader.new_page(), []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto("/members/later/")
        page.evaluate("text => localStorage.setItem('later', text)", stored)
        page.reload()
        expect(page.get_by_text("这里还没有文章。")).to_be_visible()
        expect(page.locator("[data-later-list] a")).to_have_count(0)
        assert errors == []

    def test_where_nothing_can_be_stored_it_says_so(self, reader):
        page = reader.new_page()
        page.add_init_script(
            "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }"
        )
        open_lead(page)
        page.locator("#share").get_by_role("button", name="稍后读", exact=True).click()
        expect(page.locator("#share").get_by_role("button", name="这台设备不能保存")).to_be_visible()

    def test_without_scripts_the_page_says_what_it_needs(self, browser, site):
        context = browser.new_context(base_url=site.url, java_script_enabled=False)
        page = context.new_page()
        page.goto("/members/later/")
        expect(page.locator("main noscript p")).to_contain_text("需要浏览器允许脚本")
        context.close()

    def test_after_signing_in_it_goes_into_the_account_only_when_the_reader_agrees(self, browser, site):
        page, address = checked(browser, site, 360), a_mail_address()
        titles = []
        for channel in ("yaowen", "keji"):
            titles.append(open_lead(page, channel))
            page.locator("#share").get_by_role("button", name="稍后读", exact=True).click()
            expect(page.locator("#share").get_by_role("button", name="已放进稍后读")).to_be_visible()
        join(page, site, address, address)
        offer = page.locator("[data-later-offer]")
        expect(offer).to_contain_text("有 2 篇文章")
        page.goto("/members/favourites/")
        expect(page.get_by_role("main").get_by_text("还没有收藏")).to_be_visible()
        page.goto("/members/")
        offer.get_by_role("button", name="不用").click()
        expect(offer).to_be_hidden()
        page.reload()
        expect(offer).to_be_hidden()
        assert len(page.evaluate(KEPT)) == 2
        page.evaluate("sessionStorage.clear()")
        page.goto("/members/later/")
        assert violations_here(page, ["light", "dark"]) == []
        offer.get_by_role("button", name="放进收藏").press("Enter")
        expect(offer.get_by_role("status")).to_have_text("2 篇已放进收藏。")
        assert page.evaluate(KEPT) == []
        page.goto("/members/favourites/")
        for title in titles:
            expect(page.get_by_role("main").get_by_role("link", name=title)).to_be_visible()

    def test_nothing_is_lost_where_the_site_does_not_answer(self, reader, site):
        page, address = reader.new_page(), a_mail_address()
        open_lead(page)
        page.locator("#share").get_by_role("button", name="稍后读", exact=True).click()
        join(page, site, address, address)
        page.route(f"**{ADDRESS}", lambda route: route.abort())
        page.locator("[data-later-offer]").get_by_role("button", name="放进收藏").click()
        expect(page.locator("[data-later-offer]").get_by_role("status")).to_contain_text("没有放成")
        assert len(page.evaluate(KEPT)) == 1

    def test_it_is_read_without_a_network_however_much_was_opened_since(self, browser, site):
        context = browser.new_context(base_url=site.url, has_workers=True)
        page = context.new_page()
        page.goto("/")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_function("navigator.serviceWorker.controller")
        title = open_lead(page)
        address = page.evaluate("location.pathname")
        page.locator("#share").get_by_role("button", name="稍后读", exact=True).click()
        page.evaluate(THERE, address)
        page.evaluate(
            "async () => { for (const name of await caches.keys()) if (name.startsWith('pages-')) await caches.delete(name); }"
        )
        page.goto("/letters/")
        context.set_offline(True)
        page.goto(address)
        assert page.locator("h1").inner_text().replace("\n", "") == title
        context.set_offline(False)
        page.goto("/members/later/")
        page.get_by_role("button", name=re.compile("^删去")).click()
        page.evaluate(GONE, address)
        context.close()

    def test_what_was_withdrawn_leaves_the_device(self, browser, site):
        context = browser.new_context(base_url=site.url, has_workers=True)
        page = context.new_page()
        page.goto("/")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_function("navigator.serviceWorker.controller")
        address = "/keji/2020/0101/99999999.html"
        page.evaluate(
            "async (address) => { const cache = await caches.open('later'); await cache.put(address, new Response('旧文')); }",
            address,
        )
        page.goto(address)
        page.evaluate(GONE, address)
        context.close()
