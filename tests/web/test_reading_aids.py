"""For readers who see, hear, read or point differently: in a real browser."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.xdist_group("browser")

# A device with a voice, which the test lets finish each sentence.
VOICE = """Object.defineProperty(window, "speechSynthesis", {value: {
  said: [], speak(words) { this.said.push(words) }, cancel() {}, getVoices() { return [] }}})"""
SAID = "speechSynthesis.said.map(u => u.text)"
MARKED = "CSS.highlights.has('aloud') ? [...CSS.highlights.get('aloud')].join('') : ''"
# The element that has the focus: its words, whether it is seen, and whether its focus is.
FOCUSED = """() => {
  const e = document.activeElement, s = getComputedStyle(e), b = e.getBoundingClientRect();
  if (e === document.body) return null;
  const shown = [...e.getClientRects()].some(r => {
    return [0.05, 0.5, 0.95].some(part => {
      const at = document.elementFromPoint(r.left + r.width * part, r.top + r.height / 2);
      return at && e.contains(at);
    });
  });
  return {what: e.outerHTML.slice(0, 90), shown, outline: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2};
}"""


def an_article(page) -> None:
    page.goto("/yaowen/")
    page.locator(".lead-story h2 a").click()
    page.wait_for_url("**/*.html")


@pytest.fixture(params=[360, 1280])
def page(request, browser, site):
    context = browser.new_context(
        base_url=site.url, viewport={"width": request.param, "height": 800}, locale="zh-CN"
    )
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def test_an_article_is_read_aloud_sentence_by_sentence(page):
    page.add_init_script(VOICE)
    an_article(page)
    button = page.get_by_role("button", name="朗读", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    bar = page.get_by_role("region", name="朗读")
    expect(bar).to_be_visible()
    title = page.locator(".article h1").inner_text()
    assert page.evaluate(SAID) == [title]
    assert page.evaluate(MARKED) == title
    page.evaluate("speechSynthesis.said.at(-1).onend()")
    second = page.evaluate(SAID)[-1]
    assert second != title
    assert page.evaluate(MARKED).strip() == second
    bar.get_by_role("button", name="暂停").press("Enter")
    page.evaluate("speechSynthesis.said.at(-1).onend()")
    assert page.evaluate(SAID) == [title, second]
    bar.get_by_role("combobox", name="语速").select_option("1.3")
    bar.get_by_role("button", name="继续").press("Enter")
    assert page.evaluate("speechSynthesis.said.at(-1).rate") == pytest.approx(1.3)
    assert page.evaluate(SAID)[-1] == second
    bar.get_by_role("button", name="停止朗读").press("Enter")
    expect(bar).to_have_count(0)
    expect(button).to_be_focused()
    assert page.evaluate(MARKED) == ""


def test_pinyin_comes_when_asked_for_and_stays_on_the_device(page):
    an_article(page)
    body, button = page.locator(".article .body"), page.get_by_role("button", name="注音")
    before = body.inner_text()
    expect(page.locator("ruby")).to_have_count(0)
    button.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    assert page.locator(".body ruby").count() > 30
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.reload()
    expect(page.locator("h1 ruby").first).to_be_visible()
    button.press("Enter")
    expect(page.locator("ruby")).to_have_count(0)
    assert body.inner_text() == before


def test_what_is_selected_is_reported_by_keyboard(page):
    an_article(page)
    paragraph = page.locator(".article .body > p:not(:has(a)):not(.dateline)").first
    words = paragraph.inner_text().strip()
    paragraph.click(click_count=3)
    link = page.get_by_role("link", name=re.compile("对选中的文字纠错"))
    expect(link).to_have_accessible_name(f"对选中的文字纠错：{words[:20]}")
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/reports/*/?quote=*")
    quote = page.get_by_label("有误的文字").input_value()
    assert quote
    assert words.startswith(quote)
    page.get_by_label("错在哪里").fill("地名写错了，应当是另一个字。")
    page.get_by_role("button", name="提交").press("Enter")
    page.wait_for_url("**/reports/receipt/*/")
    expect(page.get_by_role("status")).to_contain_text("待处理")


def test_without_javascript_errors_and_barriers_are_reported_all_the_same(browser, site):
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    an_article(page)
    page.get_by_role("link", name="纠错").click()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_contain_text("请写明错在哪里")
    page.get_by_label("错在哪里").fill("年份写错了，应当是今年。")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("status")).to_contain_text("待处理")
    page.goto("/about/accessibility/")
    expect(page.get_by_text("浏览器关闭了 JavaScript")).to_be_visible()
    page.get_by_role("link", name="请告诉我们").click()
    page.get_by_label("遇到了什么困难").fill("读屏软件读不出菜单。")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("无障碍反馈回执")
    context.close()


def test_settings_are_chosen_in_one_place_and_hold_everywhere(page):
    page.goto("/about/accessibility/")
    colours = page.get_by_role("group", name="颜色")
    colours.get_by_role("button", name="高对比").press("Enter")
    expect(colours.get_by_role("button", name="高对比")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("main").get_by_role("link", name="长辈版")).to_be_visible()
    page.goto("/yaowen/")
    ground, ink = page.evaluate(
        "[getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(document.body).color]"
    )
    assert (ground, ink) == ("rgb(0, 0, 0)", "rgb(255, 255, 255)")
    page.goto("/about/accessibility/")
    colours.get_by_role("button", name="随系统").press("Enter")
    assert page.evaluate("[document.documentElement.dataset.theme, localStorage.theme]") == [None, None]


def test_a_click_on_a_friend_link_is_told_and_leads_straight_there(reader, site):
    page = reader.new_page()
    page.goto("/links/")
    link = page.locator("main li a").first
    address, number = link.get_attribute("href"), link.get_attribute("ping")
    assert address.startswith("https://")
    page.route("https://**", lambda route: route.fulfill(body="<h1>江南晚讯</h1>"))
    with page.expect_request(lambda request: request.url == number) as told:
        link.click()
    assert told.value.method == "POST"
    page.wait_for_url(address)


@pytest.mark.parametrize("address", ["article", "/about/accessibility/", "/links/apply/"])
def test_the_keyboard_goes_everywhere_is_always_seen_and_is_never_caught(page, address):
    an_article(page) if address == "article" else page.goto(address)
    passed = []
    for _ in range(400):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None or (passed and focused["what"] == passed[0]["what"]):
            break
        passed.append(focused)
    assert 20 < len(passed) < 400
    assert [f["what"] for f in passed if not f["outline"]] == []
    assert [f["what"] for f in passed if not f["shown"]] == []


@pytest.mark.parametrize("page", [360], indirect=True)
def test_what_the_keyboard_has_reached_stays_in_view_when_a_part_above_it_arrives(page):
    held = []
    page.route("**/fragments/comments/**", lambda route: held.append(route))
    page.route("**/fragments/hot/", lambda route: held.append(route))
    an_article(page)
    link = page.get_by_role("link", name="查看今日热点")
    link.scroll_into_view_if_needed()
    link.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    before = link.bounding_box()["y"]
    with page.expect_response("**/fragments/comments/**"):
        comments = next(route for route in held if "comments" in route.request.url)
        comments.fulfill(body="<div style='height: 3000px' id='arrived'></div>", content_type="text/html")
    expect(page.locator("#arrived")).to_be_attached()
    expect(link).to_be_in_viewport()
    assert abs(link.bounding_box()["y"] - before) < 2


def test_a_screen_reader_hears_the_page_in_its_order(page):
    an_article(page)
    heard = page.locator("body").aria_snapshot()
    order = [
        *('link "跳到正文"', "- banner", 'navigation "栏目"', 'navigation "地方站"', "- main"),
        *('navigation "当前位置"', "- article", "[level=1]", 'heading "更多推荐" [level=2]', "- contentinfo"),
    ]
    places = [heard.find(part) for part in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)
    levels = page.locator("h1, h2, h3, h4").evaluate_all("all => all.map(h => Number(h.tagName[1]))")
    assert levels.count(1) == 1
    controls = page.locator("button, a[href], input:not([type=hidden]), select").evaluate_all(
        "all => all.filter(e => e.checkVisibility() && !e.closest('[aria-hidden=true]') && e.tabIndex >= 0"
        " && !(e.ariaLabel || e.innerText.trim() || e.querySelector('[alt]:not([alt=\"\"])') || e.labels?.length"
        " || e.ariaLabelledByElements)).map(e => e.outerHTML)"
    )
    assert controls == []


@pytest.mark.parametrize(("edition", "least"), [("", 24), ("/zhangbei", 59)])
def test_what_is_pressed_is_large_enough(browser, site, edition, least):
    context = browser.new_context(base_url=site.url, viewport={"width": 360, "height": 780})
    page, small = context.new_page(), []
    for address in ("/about/accessibility/", "/links/", "/links/apply/", "/corrections/", "article"):
        an_article(page) if address == "article" else page.goto(edition + address)
        if edition and address == "article":
            page.goto(edition + page.url.removeprefix(site.url))
        small += page.locator(
            "button, select, textarea, summary, input:not([type=hidden]):not([tabindex='-1']), .masthead a, .share a, .button"
        ).evaluate_all(
            "(all, least) => all.filter(e => e.checkVisibility({visibilityProperty: true}) && e.type !== 'checkbox')"
            ".map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect().height]).filter(([, h]) => h && h < least)",
            least,
        )
    context.close()
    assert small == []


def test_colours_of_the_system_keep_what_is_pressed_and_current_apart(browser, site):
    context = browser.new_context(base_url=site.url, forced_colors="active", reduced_motion="reduce")
    page = context.new_page()
    page.goto("/yaowen/")
    page.get_by_role("button", name="高对比").click()
    for part in ("[data-switch=theme][value=contrast]", ".channels [aria-current]"):
        assert page.locator(part).first.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    assert page.locator("main a").first.evaluate("e => getComputedStyle(e).transitionDuration") == "0s"
    context.close()
