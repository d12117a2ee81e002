"""Signing in by a phone in two real browsers: a desktop that shows the code, a phone that confirms."""

import re

import pytest
from playwright.sync_api import expect

from tests.members.test_browser import a_mail_address, join

pytestmark = pytest.mark.xdist_group("browser")
SECRET = """
from meiri.members.scanning import token_of
print(token_of({secret!r}))
"""


def scanned(site, context) -> str:
    """Where the code leads that the desktop of `context` shows."""
    (secret,) = [cookie["value"] for cookie in context.cookies() if cookie["name"] == "scan"]
    return f"/members/scan/{site.run(SECRET.format(secret=secret)).strip()}/"


def answer(page, address: str, number: str, button: str) -> None:
    page.goto(address)
    page.get_by_label("电脑屏幕上的四位数字").fill(number)
    page.get_by_role("button", name=button, exact=True).click()


def test_a_desktop_is_signed_in_by_itself_once_the_phone_confirmed(reader, desktop, site):
    phone, screen = reader.new_page(), desktop.new_page()
    join(phone, site, address := a_mail_address(), address)
    screen.goto("/members/login/?next=/members/history/")
    code = screen.get_by_role("img", name="登录用的二维码")
    expect(code).to_be_visible()
    assert code.bounding_box()["width"] >= 160
    number = screen.locator(".scan-number").inner_text()
    where = scanned(site, desktop)
    phone.goto(where)
    expect(phone.get_by_role("main")).to_contain_text("请求登录的设备")
    expect(phone.get_by_role("main")).to_contain_text("只有登录页是您自己刚刚在那台电脑上打开的")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    answer(phone, where, number, "确认登录")
    expect(phone.get_by_role("heading", name="已确认登录")).to_be_visible()
    expect(screen.get_by_role("heading", name="阅读记录")).to_be_visible()
    phone.get_by_role("link", name="登录设备").click()
    expect(phone.get_by_role("main").locator(".member-list li")).to_have_count(2)
    phone.goto(where)
    expect(phone.get_by_role("heading", name="二维码已经失效")).to_be_visible()


def test_a_phone_refuses_and_the_desktop_offers_another_code(reader, desktop, site):
    phone, screen = reader.new_page(), desktop.new_page()
    join(phone, site, address := a_mail_address(), address)
    screen.goto("/members/login/")
    expect(screen.locator(".scan-number")).to_be_visible()
    phone.goto(scanned(site, desktop))
    phone.get_by_role("button", name="拒绝").click()
    expect(phone.get_by_role("heading", name="已拒绝登录")).to_be_visible()
    expect(screen.get_by_text("手机上没有同意这次登录")).to_be_visible()
    screen.get_by_role("button", name="换一个二维码").click()
    expect(screen.locator(".scan-number")).to_be_visible()
    screen.goto("/members/")
    expect(screen.get_by_role("heading", name="成为会员")).to_be_visible()


def test_without_scripts_the_desktop_presses_refresh_and_enters(browser, reader, site):
    phone = reader.new_page()
    join(phone, site, address := a_mail_address(), address)
    plain = browser.new_context(
        base_url=site.url, viewport={"width": 1280, "height": 800}, java_script_enabled=False
    )
    screen = plain.new_page()
    screen.goto("/members/login/")
    screen.get_by_role("button", name="显示二维码").press("Enter")
    number = screen.locator(".scan-number").inner_text()
    answer(phone, scanned(site, plain), number, "确认登录")
    screen.get_by_role("link", name="刷新").press("Enter")
    expect(screen.get_by_role("main")).to_contain_text(re.compile("林间.*已在手机上确认"))
    screen.get_by_role("main").get_by_role("button", name="登录", exact=True).press("Enter")
    expect(screen.get_by_role("heading", name="我的账号")).to_be_visible()
    plain.close()


def test_a_phone_shows_no_code_by_itself(reader):
    page = reader.new_page()
    page.goto("/members/login/")
    page.wait_for_load_state("networkidle")
    expect(page.locator(".scan-number")).to_have_count(0)
    expect(page.get_by_role("button", name="显示二维码")).to_be_visible()
