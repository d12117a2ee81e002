"""Reading in a real browser: with and without JavaScript, by keyboard, in the large-type edition."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.xdist_group("browser")
# A screen of 1280 px shows 640 of a page at 200 %, and 320 at 400 %.
WIDTHS = [320, 360, 640, 820, 1440]
PAGES = [
    "/",
    "/yaowen/",
    "/difang/",
    "/difang/zhejiang/",
    "/search/?q=水",
    "/letters/",
    "/zhuanti/",
    "/zazhi/",
    "/hot/",
    "/links/",
    "/about/accessibility/",
    "/reports/barrier/",
    "/verify/",
]


def an_article(page) -> None:
    page.goto("/yaowen/")
    page.locator(".lead-story h2 a").click()
    page.wait_for_url("**/*.html")


def too_wide(browser, site, addresses: list[str]) -> list[tuple[str, int, int]]:
    """The pages that are wider than a screen: address, the screen's width, by how much; in pixels."""
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    wide = []
    for address in addresses:
        page.goto(address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            extra = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if extra > 0:
                wide.append((address, width, extra))
    context.close()
    return wide


@pytest.mark.parametrize("edition", ["", "/zhangbei"])
def test_no_page_is_wider_than_its_screen(browser, site, edition):
    assert too_wide(browser, site, [edition + address for address in PAGES]) == []


def test_text_size_is_remembered(reader):
    page = reader.new_page()
    an_article(page)
    before = page.locator(".body p").last.evaluate("p => parseFloat(getComputedStyle(p).fontSize)")
    page.get_by_role("button", name="大", exact=True).click()
    page.reload()
    after = page.locator(".body p").last.evaluate("p => parseFloat(getComputedStyle(p).fontSize)")
    assert after > before
    assert page.get_by_role("button", name="大", exact=True).get_attribute("aria-pressed") == "true"


SMALL = """
() => [...document.body.querySelectorAll('*')]
  .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.closest('.visually-hidden, .skip-link, ruby, sup, sub, svg')
    && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
  .map(e => [parseFloat(getComputedStyle(e).fontSize), e.outerHTML.slice(0, 90)])
  .filter(([size]) => size < 24)
"""
LOW = """
() => [...document.querySelectorAll('button, input, select, summary, .button, .large-head a, .large-foot a, main h2 a, .large-news a')]
  .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.closest('.visually-hidden') && !['hidden', 'checkbox', 'radio'].includes(e.type))
  .map(e => [e.getBoundingClientRect().height, e.outerHTML.slice(0, 90)]).filter(([height]) => height && height < 59.5)
"""


def test_the_edition_in_large_type_is_large_on_every_page_and_leads_back(browser, site):
    """Without a script, on a telephone."""
    context = browser.new_context(
        base_url=site.url, java_script_enabled=False, viewport={"width": 360, "height": 780}
    )
    page = context.new_page()
    page.goto("/")
    page.get_by_role("link", name="长辈版").click()
    page.wait_for_url(site.url + "/zhangbei/")
    assert page.locator(".large-news li").count() == 12
    assert page.get_by_role("link", name="写信反映").first.is_visible()
    assert page.locator("a[href^='tel:']").first.is_visible()
    assert page.locator("a").count() < 40
    page.locator(".large-news a").first.click()
    page.wait_for_url("**/zhangbei/**.html")
    article = page.url.removeprefix(site.url + "/zhangbei")
    assert page.locator("link[rel=canonical]").get_attribute("href") == site.url + article
    addresses = [
        "/",
        article,
        "/yaowen/",
        "/difang/",
        "/search/?q=水",
        "/letters/",
        "/letters/write/",
        "/hot/",
    ]
    found = []
    for address in addresses:
        page.goto("/zhangbei" + address)
        found += [(address, *one) for one in (*page.evaluate(SMALL), *page.evaluate(LOW))]
    assert found == []
    page.goto("/zhangbei" + article)
    page.get_by_role("link", name="回到标准版").click()
    page.wait_for_url(site.url + article)
    context.close()


def test_a_ruler_follows_the_line_that_is_read(reader):
    page = reader.new_page()
    page.goto("/zhangbei/")
    button = page.get_by_role("button", name="阅读尺")
    button.press("Enter")
    before = page.locator(".ruler").bounding_box()
    page.keyboard.press("ArrowDown")
    assert page.locator(".ruler").bounding_box()["y"] > before["y"]
    page.reload()
    expect(page.locator(".ruler")).to_be_visible()
    button.press("Enter")
    expect(page.locator(".ruler")).to_have_count(0)


def test_the_dark_theme_is_remembered(reader):
    page = reader.new_page()
    page.goto("/")
    page.get_by_role("button", name="深色").click()
    page.goto("/yaowen/")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_without_javascript_an_article_and_its_services_are_complete(browser, site):
    context = browser.new_context(
        base_url=site.url, java_script_enabled=False, viewport={"width": 360, "height": 780}
    )
    page = context.new_page()
    an_article(page)
    assert len(page.locator(".body").inner_text()) > 200
    assert page.locator(".related article").count() > 0
    page.get_by_role("link", name="查看与发表评论").click()
    assert page.locator("textarea").is_visible()
    page.goto("/")
    page.get_by_role("link", name="查看今日热点").click()
    assert page.locator("li a").count() >= 5
    page.goto("/")
    page.get_by_role("link", name="全部栏目").click()
    page.locator(".more-channels").get_by_role("link", name="科技前沿").click()
    assert page.locator("h1").inner_text() == "科技前沿"
    context.close()


def test_the_keyboard_goes_straight_to_the_text(reader):
    page = reader.new_page()
    page.goto("/yaowen/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_reading_is_counted_once(reader):
    page = reader.new_page()
    an_article(page)
    views = page.locator("[data-views]").first
    # Not by a function of the page: its policy admits no text that is to be run.
    expect(views).not_to_have_text("—", timeout=30_000)
    page.wait_for_load_state("networkidle")
    page.reload(wait_until="networkidle")
    first = views.inner_text()
    page.reload(wait_until="networkidle")
    assert views.inner_text() == first


def test_an_unknown_address_helps_on(reader):
    page = reader.new_page()
    answer = page.goto("/keji/2026/nothing-here/")
    assert answer.status == 404
    assert page.locator("h1").inner_text() == "没有找到这个页面"
    assert page.locator("main .lines a").count() >= 5
    page.locator("main input[type=search]").fill("水")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")


def test_printing_leaves_title_text_and_address(reader):
    page = reader.new_page()
    an_article(page)
    page.emulate_media(media="print")
    assert page.locator("h1").is_visible()
    assert page.locator(".print-only").is_visible()
    for part in (".channels", ".footer", ".rail", ".share", ".comments", ".reading-bar"):
        assert not page.locator(part).is_visible(), part


def test_every_masthead_leads_to_the_aids_and_holds_their_switches(reader, desktop):
    for context in (reader, desktop):
        page = context.new_page()
        page.goto("/")
        tools = page.locator(".tools")
        assert tools.get_by_role("link", name="无障碍").is_visible()
        assert tools.get_by_role("link", name="长辈版").is_visible()
        assert tools.get_by_role("button", name="深色").is_visible()


def test_the_stations_of_a_region_stand_beside_its_name(reader):
    page = reader.new_page()
    page.goto("/")
    page.locator(".stations summary").click()
    east = page.locator(".station-regions p", has_text="华东")
    name = east.locator("b").bounding_box()
    left = east.locator("a").evaluate_all("links => links.map(link => link.getBoundingClientRect().left)")
    assert min(left) >= name["x"] + name["width"]


@pytest.mark.parametrize("width", [1100, 1440])
def test_the_rows_of_the_masthead_share_their_edge(browser, site, width):
    context = browser.new_context(base_url=site.url, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto("/")
    left = page.locator(".wordmark, .channels-first a, .channels-second a, .station-strip a").evaluate_all(
        "links => links.map(link => [link.parentNode.closest('ul, div'), link.getBoundingClientRect().left])"
        ".filter(([row], n, all) => !n || all[n - 1][0] !== row).map(([row, left]) => left)"
    )
    assert len(left) == 4
    assert max(left) - min(left) <= 4
    context.close()


def test_no_headline_ends_in_a_single_character(reader):
    page = reader.new_page()
    page.goto("/")
    alone = page.locator(".headlines a, .lines > li > a:last-child").evaluate_all(
        """links => links.filter(link => {
          const range = document.createRange(), walk = document.createTreeWalker(link, NodeFilter.SHOW_TEXT), all = [];
          while (walk.nextNode()) for (const at of walk.currentNode.data.split('').keys()) all.push([walk.currentNode, at]);
          const top = ([text, at]) => { range.setStart(text, at); range.setEnd(text, at + 1); return range.getBoundingClientRect().top; };
          return all.length > 3 && top(all.at(-1)) > top(all.at(-2)) + 4;
        }).map(link => link.textContent)"""
    )
    assert alone == []
