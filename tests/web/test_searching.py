"""Searching in a real browser: the box that suggests, the page that answers, with and without JavaScript."""

import json
from urllib.parse import unquote

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.xdist_group("browser")
TITLE = "八万只候鸟飞抵湖区越冬"
ASKED = "**/api/v1/search/suggestions/**"


def box_of(page):
    """The box of the search page, once it suggests."""
    page.locator("#q").focus()
    box = page.get_by_role("main").get_by_role("combobox", name="检索词")
    expect(box).to_be_visible()
    return box


def options_of(page):
    """What is suggested."""
    return page.get_by_role("listbox").get_by_role("option")


class TestSuggestions:
    def test_lead_by_keyboard_alone_to_an_article(self, reader):
        page = reader.new_page()
        page.goto("/search/")
        box = box_of(page)
        expect(box).to_have_attribute("aria-expanded", "false")
        box.press_sequentially("候鸟")
        options = options_of(page)
        expect(options.first).to_contain_text("候鸟")
        expect(box).to_have_attribute("aria-expanded", "true")
        expect(page.locator(f"#{box.get_attribute('aria-controls')}")).to_have_role("listbox")
        expect(page.get_by_role("main").get_by_text("条建议，可用上下方向键选择")).to_have_count(1)
        box.press("ArrowUp")
        expect(options.last).to_have_attribute("aria-selected", "true")
        box.press("ArrowDown")
        expect(page.locator("[aria-selected=true]")).to_have_count(0)
        box.press("ArrowDown")
        expect(options.first).to_have_attribute("aria-selected", "true")
        expect(box).to_have_attribute("aria-activedescendant", options.first.get_attribute("id"))
        expect(box).to_have_value("候鸟")
        title = options.first.inner_text()
        box.press("Enter")
        page.wait_for_url("**/*.html")
        assert page.locator("h1").inner_text().replace("\n", "") == title

    def test_close_with_escape_and_leave_what_was_typed(self, reader):
        page = reader.new_page()
        page.goto("/search/")
        box = box_of(page)
        box.press_sequentially("候鸟")
        expect(options_of(page).first).to_be_visible()
        box.press("Escape")
        expect(page.get_by_role("listbox")).to_have_count(0)
        expect(box).to_have_value("候鸟")
        box.press("Enter")
        page.wait_for_url("**/search/?q=**")
        expect(page.locator(".hit h3").first).to_contain_text("候鸟")

    @pytest.mark.parametrize(
        ("typed", "text", "address"),
        [
            ("zhejiang", "浙江", "/difang/zhejiang/"),
            ("科技前", "科技前沿", "/keji/"),
            ("lwz", "林晚舟", "/author/linwanzhou/"),
            ("河畔科普", "河畔科普", '/search/?q=来源:"河畔科普"'),
        ],
    )
    def test_in_the_masthead_lead_to_sections_people_and_sources(self, desktop, typed, text, address):
        page = desktop.new_page()
        page.goto("/yaowen/")
        page.get_by_label("检索新闻").focus()
        box = page.get_by_role("combobox", name="检索新闻")
        box.press_sequentially(typed)
        option = options_of(page).filter(has_text=text).first
        option.click()
        page.wait_for_url(lambda url: unquote(url).endswith(address))
        assert page.locator("main").get_by_text(text).count() > 0

    def test_wait_until_characters_are_chosen(self, reader):
        page = reader.new_page()
        asked = []
        page.on(
            "request", lambda request: asked.append(request.url) if "suggestions/?" in request.url else None
        )
        page.goto("/search/")
        box = box_of(page)
        keyboard = reader.new_cdp_session(page)
        for letters in ("h", "hou", "hou niao"):
            keyboard.send(
                "Input.imeSetComposition",
                {"text": letters, "selectionStart": len(letters), "selectionEnd": len(letters)},
            )
        expect(box).to_have_value("hou niao")
        box.press("ArrowDown")
        keyboard.send("Input.insertText", {"text": "候鸟"})
        expect(options_of(page).first).to_contain_text("候鸟")
        assert [unquote(url).partition("?q=")[2] for url in asked] == ["候鸟"]

    def test_in_the_traditional_edition_stay_there(self, reader):
        page = reader.new_page()
        page.goto("/zh-hant/search/")
        page.locator("#q").focus()
        box = page.get_by_role("main").get_by_role("combobox")
        box.press_sequentially("候鳥")
        expect(options_of(page).first).to_contain_text("候鳥")
        box.press("ArrowDown")
        box.press("Enter")
        page.wait_for_url("**/zh-hant/**/*.html")

    def test_fit_on_a_phone_and_keep_nothing(self, reader):
        page = reader.new_page()
        page.goto("/search/")
        box_of(page).press_sequentially("水")
        listed = page.get_by_role("listbox")
        expect(listed).to_be_visible()
        place = listed.bounding_box()
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= 360
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]

    def test_with_markup_are_text(self, reader, site):
        page = reader.new_page()
        text = "<img src=x onerror='window.broken=1'><b>水</b>"
        answer = {"results": [{"kind": "article", "text": text, "url": f"{site.url}/keji/"}]}
        page.route(
            ASKED, lambda route: route.fulfill(body=json.dumps(answer), content_type="application/json")
        )
        page.goto("/search/")
        box_of(page).press_sequentially("水")
        expect(options_of(page)).to_have_text(text)
        assert page.locator("[role=listbox] :is(img, b)").count() == 0
        assert page.evaluate("window.broken") is None

    def test_that_fail_are_not_missed(self, reader):
        page = reader.new_page()
        page.route(ASKED, lambda route: route.fulfill(status=503, body="{}", content_type="application/json"))
        page.goto("/search/")
        box = box_of(page)
        with page.expect_response(ASKED):
            box.press_sequentially("候")
        expect(page.get_by_role("listbox")).to_have_count(0)
        box.press("Enter")
        page.wait_for_url("**/search/?q=**")
        expect(page.locator(".hit").first).to_be_visible()


class TestThePage:
    def test_is_complete_without_javascript(self, browser, site):
        context = browser.new_context(
            base_url=site.url, java_script_enabled=False, viewport={"width": 360, "height": 780}
        )
        page = context.new_page()
        page.goto("/search/")
        page.locator("#q").fill("水")
        page.locator("#q").press("Enter")
        page.wait_for_url("**/search/?q=**")
        before = page.locator(".hit").count()
        assert before > 5
        assert page.locator("mark").count() > 5
        facets = page.locator(".narrow-facets")
        assert facets.get_by_role("link", name="要闻").count() == 0
        facets.locator("summary").first.click()
        facets.get_by_role("link", name="要闻").click()
        expect(page.locator(".chosen")).to_contain_text("要闻")
        assert 0 < page.locator(".hit").count() < before
        page.locator(".chosen").get_by_role("link", name="要闻").click()
        expect(page.locator(".hit")).to_have_count(before)
        page.get_by_role("link", name="下一页").click()
        page.get_by_role("link", name="上一页").click()
        expect(page.locator(".hit")).to_have_count(before)
        page.get_by_text("更多条件").click()
        page.get_by_label("频道", exact=True).select_option(label="要闻")
        page.get_by_role("main").get_by_role("button", name="检索").click()
        expect(page.locator(".chosen")).to_contain_text("要闻")
        context.close()

    def test_has_its_facets_beside_the_results_on_wide_screens(self, desktop):
        page = desktop.new_page()
        page.goto("/search/?q=水")
        beside = page.get_by_role("complementary", name="缩小范围")
        expect(beside.get_by_role("link").first).to_be_visible()
        expect(page.locator(".narrow-facets")).to_be_hidden()
        assert beside.bounding_box()["x"] > page.locator(".hit").first.bounding_box()["x"]

    def test_marks_are_more_than_a_colour(self, desktop):
        page = desktop.new_page()
        page.goto("/search/?q=水")
        line = page.locator("mark").first.evaluate("m => getComputedStyle(m).textDecorationLine")
        assert line == "underline"


def test_an_author_is_found_by_keyboard_and_without_script(browser, site):
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/search/?q=林晚舟")
    expect(page.locator(".authors-found h3")).to_have_text("林晚舟")
    areas = page.get_by_role("navigation", name="检索范围")
    areas.get_by_role("link", name="作者 1", exact=True).press("Enter")
    expect(page.get_by_role("status")).to_have_text("共 1 位")
    page.locator(".hit h3 a").press("Enter")
    expect(page.locator("h1")).to_have_text("林晚舟")
    context.close()


PIN = """
from datetime import timedelta
from django.utils import timezone
from meiri.audience.models import SearchRule
until = timezone.now() + timedelta(hours=1)
for place, words in enumerate(("候鸟", "滑雪板"), 1):
    SearchRule.objects.create(words=words, deed="pin", place=place, until=until, reason="测试")
"""
UNPIN = "from meiri.audience.models import SearchRule; SearchRule.objects.filter(reason='测试').delete()"


@pytest.fixture
def pinned(site):
    site.run(PIN)
    yield
    site.run(UNPIN)


class TestHotSearches:
    def test_open_below_an_empty_box_and_lead_by_keyboard_to_the_results(self, desktop, pinned):
        page = desktop.new_page()
        page.goto("/keji/")
        box = page.locator("#site-search")
        box.focus()
        box = page.get_by_role("banner").get_by_role("combobox")
        hot = page.get_by_role("listbox", name="热搜")
        expect(hot.get_by_role("option")).to_have_text(["候鸟", "滑雪板"])
        box.press("Escape")
        expect(hot).to_have_count(0)
        box.press("ArrowDown")
        expect(hot.get_by_role("option").first).to_be_visible()
        box.press("ArrowDown")
        box.press("Enter")
        page.wait_for_url("**/search/?q=*&via=hot")
        expect(page.locator("#q")).to_have_value("候鸟")

    def test_make_room_for_suggestions_once_something_is_typed(self, desktop, pinned):
        page = desktop.new_page()
        page.goto("/keji/")
        box = page.locator("#site-search")
        box.focus()
        expect(page.get_by_role("listbox", name="热搜")).to_be_visible()
        box.press_sequentially("候鸟")
        expect(page.get_by_role("listbox", name="检索建议")).to_be_visible()

    def test_are_on_the_page_of_search_without_scripts(self, browser, site, pinned):
        context = browser.new_context(base_url=site.url, java_script_enabled=False)
        page = context.new_page()
        page.goto("/search/")
        expect(page.locator(".hot-searches li").first).to_contain_text("候鸟")
        context.close()

    def test_are_not_in_the_edition_for_minors(self, desktop, pinned):
        page = desktop.new_page()
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto("/weichengnian/search/")
        page.locator("#q").focus()
        expect(page.locator("#q")).to_have_attribute("role", "combobox")
        page.wait_for_load_state("networkidle")
        assert not [url for url in asked if "/search/hot/" in url]
        expect(page.locator(".hot-searches")).to_have_count(0)
