"""What readers send goes its whole way: to the newsroom's desk and back to them, by keyboard alone and without a script."""

import time

import pytest
from playwright.sync_api import expect

from tests.web.test_answered_forms import answers_to_a_report, press, write

pytestmark = pytest.mark.xdist_group("newsroom browser")


@pytest.fixture
def phone(browser, site):
    """A reader's page, without scripts."""
    context = browser.new_context(
        base_url=site.url, viewport={"width": 360, "height": 780}, java_script_enabled=False
    )
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(browser, site, administrators_cookies):
    """An editor's page, without scripts."""
    context = browser.new_context(
        base_url=site.url, viewport={"width": 1440, "height": 900}, java_script_enabled=False
    )
    context.set_default_timeout(20_000)
    context.add_cookies(administrators_cookies)
    yield context.new_page()
    context.close()


def fill(page, label: str, text: str) -> None:
    field = page.get_by_label(label, exact=True)
    field.fill("")
    field.press_sequentially(text)


def reload_until_there(page, part) -> None:
    """A stored page is made again within moments after a change."""
    until = time.monotonic() + 20
    while not part.count() and time.monotonic() < until:
        page.reload()


def choose(field, label: str) -> None:
    """As with the keyboard: down, until it is the one."""
    field.press("Home")
    chosen = field.locator("option:checked")
    for _ in range(field.locator("option").count()):
        if chosen.inner_text() == label:
            return
        field.press("ArrowDown")
    expect(chosen).to_have_text(label)


def test_a_letter_is_handled_answered_and_printed(phone, desk):
    phone.goto("/letters/write/")
    write(
        phone,
        标题="桥头没有栏杆",
        具体地点="浙江省绍兴市",
        来信内容="村口石桥桥头的栏杆断了，放学的孩子从那里走。",
    )
    write(phone, 姓名="许望舒", 联系方式="wangshu@example.com")
    phone.get_by_label("同意公开").first.press("Space")
    phone.get_by_label("我知道所填信息").press("Space")
    press(phone, "提交来信")
    number, key = phone.locator("dl.letter-receipt dd").all_text_contents()

    desk.goto("/admin/letters/")
    desk.get_by_role("row").filter(has_text=number).get_by_role("link").press("Enter")
    press(desk, "开始核实")
    expect(desk.get_by_text("核实中").first).to_be_visible()
    assert "wangshu@example.com" not in desk.content()
    fill(desk, "查看原因（将记入日志）", "核对地点")
    press(desk, "查看联系方式")
    expect(desk.get_by_text("wangshu@example.com")).to_be_visible()
    fill(desk, "内部备注（来信人看不到）", "已请记者去看。")
    press(desk, "保存备注")
    fill(desk, "转交单位", "镇建设办公室")
    press(desk, "转交")
    fill(desk, "回复来信人（凭查询码可见）", "我们已经转交有关单位。")
    press(desk, "发出回复")
    fill(desk, "答复内容", "栏杆已经修好。")
    press(desk, "保存答复")
    desk.get_by_label("已逐字核对").press("Space")
    press(desk, "公开刊登")
    desk.get_by_role("link", name="看读者见到的页面").press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text("桥头没有栏杆")
    printed = desk.get_by_role("main")
    expect(printed).to_contain_text("栏杆已经修好。")
    assert "许望舒" not in desk.content()

    phone.goto(f"/letters/{number}/")
    phone.get_by_label("查询码").fill(key)
    phone.keyboard.press("Enter")
    told = phone.get_by_role("main")
    expect(told).to_contain_text("我们已经转交有关单位。")
    expect(told).to_contain_text("栏杆已经修好。")
    assert "已请记者去看。" not in phone.content()

    desk.goto("/admin/letters/?stage=published")
    desk.get_by_role("row").filter(has_text=number).get_by_role("link").press("Enter")
    fill(desk, "撤下的原因（来信人和读者都会看到）", "来信人要求撤下")
    press(desk, "撤下刊登的来信")
    expect(desk.get_by_role("button", name="撤下刊登的来信")).to_have_count(0)


def test_an_error_is_reported_corrected_and_told(phone, desk):
    for _ in answers_to_a_report(phone):
        pass
    receipt = phone.url

    desk.goto("/admin/reports/?whose=all")
    desk.locator("td.title a").first.press("Enter")
    title = desk.get_by_role("heading", level=2).first.inner_text()
    fill(desk, "原文（有误的文字）", "去年")
    fill(desk, "更正为", "今年")
    fill(desk, "给读者的答复（选填）", "谢谢指正。")
    press(desk, "刊登更正")
    # The places where the words stand are shown, to be ticked; a single one is ticked already.
    for place in desk.get_by_role("checkbox").filter(visible=True).all():
        if not place.is_checked():
            place.press("Space")
    if desk.get_by_text("已刊登更正").count() == 0:
        press(desk, "刊登更正")
    expect(desk.get_by_text("已刊登更正").first).to_be_visible()

    phone.goto(receipt)
    expect(phone.get_by_role("status")).to_contain_text("已更正")
    expect(phone.get_by_role("main")).to_contain_text("谢谢指正。")
    phone.goto("/corrections/")
    entry = phone.locator("article.correction").filter(has_text=title).first
    reload_until_there(phone, entry)
    expect(entry).to_contain_text("“去年”应为“今年”")
    entry.get_by_role("link").press("Enter")
    phone.wait_for_url("**/*.html#correction-*")
    reload_until_there(phone, phone.locator("section.notice"))
    expect(phone.locator("section.notice")).to_contain_text("“去年”应为“今年”")


def test_a_site_asks_for_a_link_and_gets_it(phone, editor):
    phone.goto("/links/apply/")
    write(phone, 网站名称="白鹭洲晚报", 网址="https://bailuzhou.example.com/", 联系方式="许望舒 13800001234")
    press(phone, "提交申请")
    receipt = phone.url

    desk = editor.new_page()
    desk.goto("/admin/snippets/fronts/friendlink/?q=白鹭洲晚报")
    desk.get_by_role("link", name="白鹭洲晚报").first.press("Enter")
    choose(desk.locator("select[name=state]"), "显示")
    desk.get_by_role("button", name="保存").first.press("Enter")
    desk.wait_for_url("**/friendlink/**")

    phone.goto(receipt)
    expect(phone.get_by_role("status")).to_contain_text("已通过")
    phone.goto("/links/")
    shown = phone.get_by_role("main").get_by_role("link", name="白鹭洲晚报")
    reload_until_there(phone, shown)
    expect(shown).to_be_visible()
