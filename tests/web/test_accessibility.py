"""axe-core finds nothing to mend, in every theme and edition."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = [
    *(
        "/",
        "/yaowen/",
        "/difang/",
        "/difang/zhejiang/",
        "/letters/",
        "/letters/write/",
        "/letters/statistics/",
    ),
    *("/search/", "/search/?q=水", "/search/?q=水&channel=yaowen&from=2026-01-01", "/search/?q=没有这样的词"),
    *(
        "/members/login/",
        "/members/register/",
        "/staff/",
        "/staff/verify/forged/",
        "/zhuanti/",
        "/zazhi/",
        "/about/",
        "/about/contact/",
    ),
    "/zh-hant/yaowen/",
    *(
        f"/zhangbei{address}"
        for address in ("/", "/yaowen/", "/search/?q=水", "/letters/write/", "/about/contact/")
    ),
    "/no-such-page/",
    *("/corrections/", "/links/", "/links/apply/", "/reports/barrier/", "/about/accessibility/", "/verify/"),
]
MODES = {
    "light": {},
    "dark": {"theme": "dark"},
    "contrast": {"theme": "contrast"},
}
# As `preferences.js` does it before a page is seen.
CHOOSE = """chosen => {
  const root = document.documentElement.dataset;
  delete root.theme;
  Object.assign(root, chosen);
}"""
# What is right is not described, which would take longer than to find it.
RUN = """async only => (await axe.run(document, {runOnly: only, resultTypes: ["violations"]})).violations"""

pytestmark = pytest.mark.xdist_group("browser")


# What can differ from one mode to another; the first is checked by all rules.
RULES_OF_MODES = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]


def checked(browser, site, width: int):
    """A page in which axe can be run; nothing in it moves, so that colours are those that stay."""
    assert AXE.exists(), "axe-core is not installed; `make setup` installs it."
    # The scripts of the check itself are not the page's: its policy would refuse them.
    context = browser.new_context(
        base_url=site.url, viewport={"width": width, "height": 800}, bypass_csp=True, reduced_motion="reduce"
    )
    context.add_init_script(path=AXE)
    return context.new_page()


def violations(page, address: str, modes=("light",)) -> list[str]:
    page.goto(address, wait_until="networkidle")
    return violations_here(page, modes)


def violations_here(page, modes=("light",)) -> list[str]:
    """What is found on the page that is open, also where it answers a form and has no address of its own."""
    found = []
    for mode in modes:
        page.evaluate(CHOOSE, MODES[mode])
        only = (
            {"type": "tag", "values": RULES}
            if mode == "light"
            else {"type": "rule", "values": RULES_OF_MODES}
        )
        broken = page.evaluate(RUN, only)
        found += [
            f"{page.url} {mode} {v['id']}: {n['html'][:160]} {n['failureSummary'][:300]}"
            for v in broken
            for n in v["nodes"]
        ]
    return found


def test_no_page_has_a_barrier_in_any_mode(browser, site):
    page = checked(browser, site, 360)
    page.goto("/yaowen/")
    article = page.locator(".lead-story a[href$='.html']").first.get_attribute("href")
    pages = [*PAGES, article, f"/zhangbei{article}"]
    found = [line for address in pages for line in violations(page, address, MODES)]
    page.context.close()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("mode", MODES)
def test_an_article_with_pinyin_and_the_bar_of_reading_aloud_has_none_either(browser, site, mode):
    context = browser.new_context(base_url=site.url, viewport={"width": 360, "height": 780}, bypass_csp=True)
    for name, value in MODES[mode].items():
        context.add_init_script(f"localStorage.setItem('{name}', '{value}')")
    context.add_init_script("localStorage.setItem('pinyin', 'on')")
    context.add_init_script(path=AXE)
    page = context.new_page()
    page.goto("/yaowen/")
    page.locator(".lead-story h2 a").click()
    expect(page.locator("h1 ruby").first).to_be_visible()
    page.get_by_role("button", name="朗读", exact=True).click()
    expect(page.get_by_role("region", name="朗读")).to_be_visible()
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})",
        RULES,
    )
    context.close()
    assert [f"{v['id']}: {n['html'][:160]}" for v in found["violations"] for n in v["nodes"]] == []


@pytest.mark.parametrize("width", [360, 1440])
def test_the_history_of_an_article_and_the_check_of_a_version_have_none(browser, site, width):
    page = checked(browser, site, width)
    page.goto("/yaowen/")
    article = page.locator(".lead-story a[href$='.html']").first.get_attribute("href")
    number = article.rpartition("/")[2].removesuffix(".html")
    found = violations(page, f"/corrections/{number}/", MODES)
    assert page.locator("h1").text_content() == "修改记录"
    page.get_by_role("link", name="核验第 1 版").click()
    expect(page.locator("[data-verify]")).to_have_attribute("data-verified", "yes", timeout=60_000)
    found += violations_here(page, MODES)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.close()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("width", [768, 1440])
def test_wider_screens_have_none_either(browser, site, width):
    page = checked(browser, site, width)
    found = [line for address in ("/", "/yaowen/", "/search/?q=水") for line in violations(page, address)]
    page.context.close()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("mode", MODES)
def test_suggestions_have_none_either(browser, site, mode):
    context = browser.new_context(base_url=site.url, viewport={"width": 360, "height": 780}, bypass_csp=True)
    for name, value in MODES[mode].items():
        context.add_init_script(f"localStorage.setItem('{name}', '{value}')")
    context.add_init_script(path=AXE)
    page = context.new_page()
    page.goto("/search/")
    page.get_by_role("main").locator("input[name=q]").focus()
    box = page.get_by_role("main").get_by_role("combobox", name="检索词")
    box.press_sequentially("候鸟")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    box.press("ArrowDown")
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})",
        RULES,
    )
    context.close()
    assert [v["id"] for v in found["violations"]] == []
