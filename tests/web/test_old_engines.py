"""Pages in engines of 2020, as the kernels of some Chinese browsers and of old phones are."""

import re
import urllib.request

import pytest
from playwright.sync_api import BrowserContext, Route

pytestmark = pytest.mark.xdist_group("browser")

# An engine drops the whole rule of a selector that it does not know: Chrome 86 knows none of these, Chrome 88 two of them.
UNKNOWN = re.compile(r":(has|is|where)\(")


def as_chrome_86_reads(styles: str) -> str:
    """Minified `styles` without what that engine drops."""
    styles = without_blocks(styles, "@supports selector(:has(*))")
    styles = without_blocks(styles, "@container")
    rules = re.compile(r"([^{}]+)(\{[^{}]*\})")
    return rules.sub(lambda rule: "" if UNKNOWN.search(rule[1]) else rule[0], styles)


def without_blocks(styles: str, opening: str) -> str:
    """`styles` without the blocks, rules and all, of the at-rules that begin with `opening`."""
    while (start := styles.find(opening)) >= 0:
        end, depth = styles.index("{", start) + 1, 1
        while depth:
            depth += {"{": 1, "}": -1}.get(styles[end], 0)
            end += 1
        styles = styles[:start] + styles[end:]
    return styles


def let_be_old(context: BrowserContext) -> None:
    def serve(route: Route) -> None:
        with urllib.request.urlopen(route.request.url, timeout=20) as answer:  # noqa: S310
            styles = answer.read().decode()
        route.fulfill(body=as_chrome_86_reads(styles), content_type="text/css")

    context.route(re.compile(r"/assets/.+\.css"), serve)


@pytest.mark.parametrize("screen", ["reader", "desktop"])
def test_a29_the_navigation_is_a_row_and_nothing_is_wider_than_the_screen(screen, request):
    context = request.getfixturevalue(screen)
    let_be_old(context)
    page = context.new_page()
    for address in ("/", "/yaowen/", "/search/?q=水", "/letters/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        sizes = page.locator(".channels a").evaluate_all(
            "links => links.map(a => [a.offsetHeight, a.offsetWidth, a.textContent])"
        )
        assert sizes, address
        # A name of a channel that breaks stands in a column.
        assert max(height for height, *_ in sizes) < 80, sizes


def test_d9_the_news_of_every_place_is_read_where_tabs_do_not_work(desktop):
    let_be_old(desktop)
    page = desktop.new_page()
    page.goto("/")
    panels = page.locator(".station-panel")
    assert panels.count() > 1
    assert all(panel.is_visible() for panel in panels.all())
    assert not page.locator(".tab-row").first.is_visible()


def test_where_tabs_work_one_place_is_shown(desktop):
    page = desktop.new_page()
    page.goto("/")
    shown = [panel for panel in page.locator(".station-panel").all() if panel.is_visible()]
    assert len(shown) == 1
    page.locator(".tab-row label").nth(1).click()
    assert page.locator('.station-panel[data-panel="2"]').is_visible()
