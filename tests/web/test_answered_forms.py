"""What answers the forms that anybody may send, on a phone and by keyboard alone: what is to be mended, then a receipt."""

import re

import pytest
from playwright.sync_api import expect

from tests.web.test_accessibility import MODES, checked, violations_here
from tests.web.test_large_letters import UNREADABLE

pytestmark = pytest.mark.xdist_group("browser")


def press(page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).press("Enter")


def write(page, **fields: str) -> None:
    for label, text in fields.items():
        page.get_by_role("textbox", name=label).press_sequentially(text)


def answers_to_a_report(page):
    """Leaves the page at each answer to a form in turn, and says which it is."""
    page.goto("/yaowen/")
    page.locator(".lead-story h2 a").press("Enter")
    page.get_by_role("link", name="纠错").press("Enter")
    page.wait_for_url("**/reports/*/**")
    press(page, "提交")
    expect(page.get_by_role("alert")).to_contain_text("请写明错在哪里")
    yield "a report without words"
    write(page, 错在哪里="年份写错了，应当是今年。")
    press(page, "提交")
    expect(page.get_by_role("status")).to_contain_text("待处理")
    yield "the receipt of a report"


def answers_to_an_application(page):
    page.goto("/links/")
    page.get_by_role("link", name="申请友情链接").press("Enter")
    write(page, 网站名称="江南晚讯")
    press(page, "提交申请")
    expect(page.get_by_role("alert")).to_contain_text("网址")
    yield "an application without an address"
    write(page, 网址="https://jiangnan.example.com/", 联系方式="林晚舟 13800001234")
    press(page, "提交申请")
    expect(page.get_by_role("status")).to_contain_text("待审核")
    yield "the receipt of an application"


def answers_to_a_letter(page):
    page.goto("/letters/")
    page.get_by_role("link", name="我要写信").press("Enter")
    page.wait_for_url("**/letters/write/")
    press(page, "提交来信")
    expect(page.get_by_role("alert")).to_contain_text("没有提交成功")
    yield "a letter without words"
    write(page, 标题="路灯不亮", 具体地点="浙江省杭州市", 来信内容="小区东门外的路灯全部不亮，晚上出行不便。")
    write(page, 姓名="林晚舟", 联系方式="reader@example.com")
    page.get_by_label("我知道所填信息").press("Space")
    press(page, "提交来信")
    expect(page.get_by_role("heading", name="来信已收到")).to_be_visible()
    key = page.locator("dl.letter-receipt dd").last.inner_text()
    yield "the receipt of a letter"
    page.get_by_role("link", name="查询进度").press("Enter")
    write(page, 查询码="A" * len(key))
    press(page, "查询")
    expect(page.get_by_role("alert")).to_contain_text("不正确")
    yield "a wrong key"
    page.get_by_label("查询码").fill(key)
    press(page, "查询")
    expect(page.get_by_role("heading", name="办理过程")).to_be_visible()
    yield "the way of a letter"


def answers_to_a_comment(page):
    """A reply in the order of likes; the comments are those of the sample newsroom."""
    page.goto("/yaowen/")
    numbers = sorted(set(re.findall(r"/(\d+)\.html", page.content())))
    counts = page.request.get("/api/v1/counts/", params={"ids": ",".join(numbers)}).json()
    number = next(number for number, count in counts.items() if count["comments"] > 1)
    page.goto(f"/comments/{number}/")
    order = page.get_by_role("navigation", name="评论的次序")
    order.get_by_role("link").first.press("Enter")
    page.wait_for_url("**?order=*")
    yield "comments in another order"
    page.get_by_role("link", name="回复").first.press("Enter")
    form = page.locator("form.comment-form")
    expect(form.locator("[name=reply_to]")).to_have_value(re.compile(r"\d+"))
    write(page, 昵称="键盘上的读者")
    form.get_by_label("评论", exact=True).press_sequentially("说得在理。")
    form.get_by_role("button", name="发表评论").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("已收到，审核后显示")
    yield "the receipt of a reply"
    page.go_back()
    page.get_by_role("link", name="举报").first.press("Enter")
    press(page, "提交举报")
    expect(page.get_by_role("alert")).to_contain_text("请选择原因")
    # What the summary says leads to where it is mended.
    page.get_by_role("alert").get_by_role("link").press("Enter")
    page.keyboard.press("Space")
    assert page.locator("[name=reason]:checked").count() == 1
    yield "a report of a comment without a reason"


@pytest.mark.parametrize(
    "answers", [answers_to_a_report, answers_to_an_application, answers_to_a_letter, answers_to_a_comment]
)
def test_they_have_no_barrier_and_stay_readable_with_large_letters(browser, site, answers):
    page, found = checked(browser, site, 360), []
    for answer in answers(page):
        found += violations_here(page, MODES)
        page.evaluate("delete document.documentElement.dataset.theme")
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        found += [f"{answer}: {line}" for line in dict.fromkeys(page.evaluate(UNREADABLE))]
        page.evaluate("document.documentElement.style.fontSize = ''")
    page.context.close()
    assert not found, "\n".join(found)


# The letter's own way without a script is in tests/letters.
@pytest.mark.parametrize("answers", [answers_to_a_report, answers_to_an_application, answers_to_a_comment])
def test_they_need_no_script(browser, site, answers):
    context = browser.new_context(
        base_url=site.url, viewport={"width": 360, "height": 780}, java_script_enabled=False
    )
    page = context.new_page()
    for answer in answers(page):
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, answer
    context.close()
