"""A day of a newsroom in a browser: a letter becomes a plan item, that an article, six hands review it, readers read it, it is corrected
and withdrawn, and its 审稿单 says all of that.
"""

import hashlib
import io
import json
import re
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pikepdf
import pytest
from playwright.sync_api import Page, expect

from tests.browser import CommandFailed
from tests.newsroom_day.people import (
    CHANNEL_CHIEF,
    CHIEF,
    DUTY_CHIEF,
    EDITOR,
    LETTERS,
    PROOFREADER,
    REPORTER,
    SECOND_PROOFREADER,
    People,
    adopt,
    chains_of_reviews,
    open_review,
    submit,
    wait_for_form,
    wait_until_saved,
    write_article,
)

pytestmark = pytest.mark.xdist_group("newsroom browser")

SHANGHAI = ZoneInfo("Asia/Shanghai")
TITLE = "雪后第一班公交准时发车"
WRONG, RIGHT = "五点半", "五点四十"
TEXT = f"清晨{WRONG}，城北公交场站的灯已经亮了。司机们扫净车顶的积雪，第一班车准时发出。"
NAMES = ("简正一", "沈砚", "文若谷", "苏未央", "陆晨星", "方致远")


def test_a_day_from_a_letter_to_the_sheet(browser, site):
    people = People(browser, site)
    try:
        with chains_of_reviews(site):
            play_a_day(people)
    finally:
        people.close()
    assert "review sheets: ok" in verify(site)


def verify(site) -> str:
    """What `meiri verify` says, whatever of the site other tests are changing."""
    try:
        return site.manage("verify")
    except CommandFailed as error:
        return error.printed


def play_a_day(people: People) -> None:
    plan = make_a_plan_of_a_letter(people)
    assign(people.at_desk(DUTY_CHIEF), plan)
    number = write(people, plan)
    review_in_six_hands(people, number)
    schedule_and_wait(people, number)
    check_readers_have_it(people, number)
    correct(people, number)
    withdraw(people, number)
    check_the_sheet(people)


def make_a_plan_of_a_letter(people: People) -> str:
    """The address of the plan item."""
    phone, desk = people.reader(), people.at_desk(LETTERS)
    phone.goto("/letters/write/")
    for label, words in {
        "标题": "雪天公交还开吗",
        "具体地点": "浙江省杭州市",
        "来信内容": "下雪以后城北的头班公交总是晚点，老人去医院不便。",
        "姓名": "许望舒",
        "联系方式": "wangshu@example.com",
    }.items():
        phone.get_by_role("textbox", name=label).fill(words)
    phone.get_by_label("我知道所填信息").check()
    phone.get_by_role("button", name="提交来信", exact=True).click()
    receipt = phone.locator("dl.letter-receipt dd").first.inner_text()

    desk.goto("/admin/letters/")
    desk.get_by_role("row").filter(has_text=receipt).get_by_role("link").click()
    people.check_width(desk, "letter")
    desk.get_by_role("link", name="转为选题").click()
    desk.locator("#id_title").fill("雪天公交怎样保证准点")
    desk.get_by_label("频道").select_option(label="要闻")
    people.check_width(desk, "plan")
    desk.get_by_role("button", name="保存").click()
    desk.wait_for_url(re.compile(r"/admin/planning/\d+/$"))
    return desk.url


def assign(page: Page, plan: str) -> None:
    page.goto(plan)
    page.get_by_role("button", name="可以做").click()
    page.get_by_label("派给").fill("林晚舟")
    page.get_by_role("button", name="派单").click()
    expect(page.locator(".planning-assignments")).to_contain_text("林晚舟")


def write(people: People, plan: str) -> str:
    """The number of the article that its reporter began from the plan item and sent for review."""
    page = people.at_desk(REPORTER)
    page.goto("/admin/")
    expect(page.get_by_role("main")).to_contain_text("雪天公交怎样保证准点")
    page.goto(plan)
    page.get_by_role("button", name="开始").click()
    page.wait_for_url(re.compile(r"/newsroom/article/edit/(\d+)/"))
    number = write_article(page, TITLE, TEXT)
    people.check_width(page, "writing")
    submit(page)
    return number


def review_in_six_hands(people: People, number: str) -> None:
    proofreader, reporter = people.at_desk(PROOFREADER), people.at_desk(REPORTER)
    open_review(proofreader, TITLE)
    people.check_width(proofreader, "review")
    proofreader.get_by_text("在文中标记").click()
    proofreader.locator("[name^=mark-]").last.fill("“准时”请写明几点几分")
    proofreader.locator("#opinion").fill("发车时间请核对")
    with proofreader.expect_navigation():
        proofreader.get_by_role("button", name="修改").click()

    reporter.goto("/admin/")
    reporter.get_by_role("main").get_by_role("link", name=TITLE).first.click()
    wait_for_form(reporter)
    expect(reporter.get_by_role("main")).to_contain_text("发车时间请核对")
    expect(reporter.get_by_role("main")).to_contain_text("请写明几点几分")
    people.check_width(reporter, "returned")
    reporter.locator("#body-root .public-DraftEditor-content:visible").last.click()
    reporter.keyboard.press("Control+End")
    reporter.keyboard.type("首班车六点整发出。")
    set_time(reporter, datetime.now(SHANGHAI) + timedelta(hours=2))
    wait_until_saved(reporter)
    submit(reporter)

    for hand in (PROOFREADER, EDITOR, SECOND_PROOFREADER, CHANNEL_CHIEF, DUTY_CHIEF, CHIEF):
        adopt(people.at_desk(hand), TITLE)
    page = people.at_desk(CHIEF)
    page.goto(f"/admin/review/of/{number}/")
    people.check_width(page, "way")


def set_time(page: Page, at: datetime) -> None:
    """Set the second at which the article of the open form is to go live."""
    page.get_by_role("tab", name="原文与发布").click()
    page.locator("#id_go_live_at").fill(f"{at:%Y-%m-%d %H:%M:%S}")
    calendar = page.locator(".xdsoft_datetimepicker:visible")
    expect(calendar).to_have_count(1)  # it opens a tenth of a second after the field has the focus
    page.get_by_role("heading", level=2).first.click()  # beside the calendar, which closes then
    expect(calendar).to_have_count(0)


def schedule_and_wait(people: People, number: str) -> None:
    """The time of what passed its last hand is brought forward: readers have nothing before that second, and all after."""
    page, api = people.at_desk(EDITOR), f"/api/v1/articles/{number}/"
    assert page.request.get(api).status == 404
    page.goto("/admin/")
    expect(page.get_by_role("main")).to_contain_text(TITLE)
    page.goto(f"/admin/snippets/newsroom/article/edit/{number}/")
    with page.expect_navigation():
        page.get_by_text("取消预定的发布").click()
    page.goto(f"/admin/snippets/newsroom/article/edit/{number}/")
    wait_for_form(page)
    due = (datetime.now(SHANGHAI) + timedelta(seconds=15)).replace(microsecond=0)
    set_time(page, due)
    page.get_by_role("button", name="更多动作").last.click()
    publish = page.locator("button[name=action-publish]")
    expect(publish).to_have_text(re.compile("定时发布"))
    people.check_width(page, "schedule")
    with page.expect_navigation():
        publish.click()
    wait_for(lambda: page.request.get(api).status == 200)
    told = page.request.get(api).json()
    assert datetime.fromisoformat(told["published_at"]).timestamp() >= due.timestamp()


def wait_for(holds) -> None:
    until = time.monotonic() + 60
    while not holds() and time.monotonic() < until:
        time.sleep(0.25)
    assert holds()


def check_readers_have_it(people: People, number: str) -> None:
    page = people.reader()
    address = page.request.get(f"/api/v1/articles/{number}/").json()["url"]
    page.goto(address)
    expect(page.locator("h1")).to_have_text(TITLE)
    people.check_width(page, "article")
    places = ["/", "/yaowen/", "/rss.xml", "/yaowen/rss.xml", "/api/v1/articles/", f"/search/?q={TITLE}"]
    for place in places:
        wait_for(lambda place=place: TITLE in re.sub("<wbr/?>", "", page.request.get(place).text()))


def correct(people: People, number: str) -> None:
    page, reader = people.at_desk(EDITOR), people.reader()
    page.goto(f"/admin/corrections/of/{number}/")
    page.get_by_label("原文（有误的文字）").fill(WRONG)
    page.get_by_label("更正为").fill(RIGHT)
    page.get_by_label("说明").fill("首班车时间有误")
    people.check_width(page, "correction")
    page.get_by_role("button", name="刊登更正").click()
    expect(page.get_by_role("main")).to_contain_text(RIGHT)
    for place in (reader.url, "/corrections/"):
        wait_for(lambda place=place: RIGHT in reader.request.get(place).text())
    reader.reload()
    people.check_width(reader, "corrected")


def withdraw(people: People, number: str) -> None:
    page, reader = people.at_desk(CHIEF), people.reader()
    page.goto(f"/admin/snippets/newsroom/article/unpublish/{number}/")
    expect(page.get_by_role("region", name="影响范围")).to_contain_text("首页")
    people.check_width(page, "reach")
    page.get_by_label("撤稿原因").fill("发车时间需要核实")
    with page.expect_navigation():
        page.get_by_role("button", name="撤稿").click()
    page.goto(f"/admin/changes/article/{number}/")
    receipt = page.get_by_role("region", name="撤稿回执")
    wait_for(lambda: page.reload() and "待核查" not in receipt.locator("table").inner_text())
    expect(receipt.locator("table")).to_contain_text("已不再出现")
    expect(receipt.locator("table")).not_to_contain_text("仍能看到")
    people.check_width(page, "receipt")
    assert reader.request.get(f"/api/v1/articles/{number}/").status == 410
    assert TITLE not in re.sub("<wbr/?>", "", reader.request.get("/yaowen/").text())
    assert reader.reload().status == 410
    expect(reader.locator("main")).to_contain_text("发车时间需要核实")
    people.check_width(reader, "withdrawn")


def check_the_sheet(people: People) -> None:
    page = people.at_desk(CHIEF)
    page.goto("/admin/review-sheets/")
    page.get_by_role("row").filter(has_text=TITLE).get_by_role(
        "link", name=re.compile(r"\d{8}-\d{4}")
    ).click()
    number = re.search(r"\d{8}-\d{4}", page.url)[0]
    for words in (TITLE, *NAMES, "发车时间请核对", "请写明几点几分"):
        expect(page.get_by_role("main")).to_contain_text(words)
    people.check_width(page, "sheet")
    with page.expect_download() as file:
        page.get_by_role("link", name=re.compile("PDF")).click()
    data = file.value.path().read_bytes()
    text = text_of_pdf(data)
    for words in (number, TITLE, *NAMES, "发车时间请核对"):
        assert words in text
    with page.expect_download() as file:
        page.get_by_role("link", name=re.compile("数据")).click()
    document = file.value.path().read_bytes()
    assert json.loads(document)["number"] == number
    assert re.search(r"SHA-256：([0-9a-f]{64})", text)[1] == hashlib.sha256(document).hexdigest()


def text_of_pdf(data: bytes) -> str:
    """What a PDF says, set in a font whose characters are written as UTF-16 (Adobe-GB1 by UniGB-UCS2-H)."""
    found = []
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "Tj":
                    found.append(bytes(operands[0]).decode("utf-16-be", "replace"))
    return "".join(found)
