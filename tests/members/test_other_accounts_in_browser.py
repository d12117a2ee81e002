"""Coming in with another account, in a browser: to the provider's page and back, on a phone and at a desktop, also without
scripts and by keyboard alone."""

import uuid

import pytest
from playwright.sync_api import expect

from tests.members.test_browser import a_mail_address, join, open_securely
from tests.web.test_accessibility import checked, violations_here

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture
def somebody(site):
    """Whom the provider vouches for next: nobody that it named before."""
    site.provider.profile = {"sub": uuid.uuid4().hex, "name": "山间来客"}


def press(page, role: str, name: str) -> None:
    page.get_by_role(role, name=name, exact=True).press("Enter")


def confirm_there(page, answer: str = "同意") -> None:
    """The provider's page, which the site's leads to by itself."""
    expect(page.get_by_role("heading", name="统一身份")).to_be_visible()
    page.get_by_role("link", name=answer).press("Enter")


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("scripts", [True, False])
def test_a_reader_joins_with_another_account_and_comes_back(browser, site, somebody, width, scripts):
    context = browser.new_context(
        base_url=site.url, viewport={"width": width, "height": 780}, java_script_enabled=scripts
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto("/members/register/")
    press(page, "button", "用统一身份认证登记")
    confirm_there(page)
    expect(page.get_by_role("heading", name="会员登记")).to_be_visible()
    expect(page.get_by_label("昵称")).to_have_value("山间来客")
    page.get_by_label("我同意").press("Space")
    press(page, "button", "登记")
    expect(page.get_by_role("heading", name="我的账号")).to_be_visible()
    press(page, "button", "退出登录")

    page.goto("/members/login/?next=/members/history/")
    press(page, "button", "用统一身份认证登录")
    confirm_there(page)
    expect(page.get_by_role("heading", name="阅读记录")).to_be_visible()
    context.close()


def test_whoever_declines_there_chooses_another_way(reader, somebody):
    page = reader.new_page()
    page.goto("/members/login/")
    press(page, "button", "用统一身份认证登录")
    confirm_there(page, "拒绝")
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")
    expect(page.get_by_label("密码")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1440])
def test_a_member_joins_an_account_to_their_own_and_parts_from_it(browser, site, somebody, width):
    page, address, found = checked(browser, site, width), a_mail_address(), []
    main = page.get_by_role("main")
    for name in ("login", "register"):
        page.goto(f"/members/{name}/")
        found += violations_here(page, ["light", "dark"])
    join(page, site, address, address)
    open_securely(page, "/members/other/")
    press(page, "button", "关联统一身份认证")
    confirm_there(page)
    expect(main.get_by_text("山间来客")).to_be_visible()
    found += violations_here(page, ["light", "dark"])
    main.get_by_role("button", name="解除关联").press("Enter")
    expect(main).to_contain_text("还没有关联其他账号")
    page.context.close()
    assert not found, "\n".join(found)
