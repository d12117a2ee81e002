"""Membership in a browser: joining, signing in, the second factor, favourites; on a phone, by keyboard, without scripts."""

import re
import uuid
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.media.test_reencoding import a_file
from tests.members.one_time_codes import code_of
from tests.members.people import PASSWORD, code_in
from tests.web.test_accessibility import AXE, RULES

pytestmark = pytest.mark.xdist_group("browser")


def newest_message(site, to: str) -> str:
    """The last message to `to` in the site's outbox."""
    for path in sorted((site.home / "outbox").iterdir(), key=lambda p: p.stat().st_mtime_ns, reverse=True):
        if to in (text := decoded(path)):
            return text
    raise AssertionError(f"Nothing was sent to {to}.")


def decoded(path: Path) -> str:
    """A message as it reads: mail is written with its transfer encoding."""
    from email import message_from_bytes, policy

    data = path.read_bytes()
    if path.name.startswith("sms-"):
        return data.decode()
    mail = message_from_bytes(data, policy=policy.default)
    return f"{mail['To']}\n{mail.get_content()}"


def join(page, site, contact: str, to: str) -> None:
    page.goto("/members/register/")
    page.get_by_label("手机号或电子邮箱").fill(contact)
    page.get_by_label("昵称").fill("林间")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_label("我同意").check()
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_label("验证码").fill(code_in(newest_message(site, to)))
    page.get_by_role("button", name="确认").click()
    expect(page.get_by_role("heading", name="我的账号")).to_be_visible()


def sign_in(page, name: str) -> None:
    page.goto("/members/login/")
    page.get_by_label("手机号、邮箱或用户名").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def open_securely(page, address: str) -> None:
    """A page that asks for the password again."""
    page.goto(address)
    expect(page.get_by_role("heading", name="确认是您本人")).to_be_visible()
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="确认").click()


def a_mail_address() -> str:
    return f"{uuid.uuid4().hex}@paper.example"


def test_a_reader_joins_by_phone_and_comes_back_by_password(reader, site):
    page = reader.new_page()
    number = f"139{uuid.uuid4().int % 10**8:08d}"
    join(page, site, f"{number[:3]} {number[3:7]} {number[7:]}", f"+86{number}")
    page.get_by_role("button", name="退出登录").click()
    sign_in(page, number)
    expect(page.get_by_role("heading", name="我的账号")).to_be_visible()


def test_a_member_keeps_an_article_sets_up_an_app_and_signs_in_with_it(reader, site):
    page, address = reader.new_page(), a_mail_address()
    join(page, site, address, address)

    page.goto("/yaowen/")
    page.locator(".lead-story h2 a").click()
    title = page.locator("h1").inner_text()
    button = page.locator("#share").get_by_role("button", name="收藏", exact=True)
    page.locator("#share").scroll_into_view_if_needed()
    button.click()
    expect(page.locator("#share").get_by_role("button", name="已收藏")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.goto("/members/favourites/")
    expect(page.get_by_role("main").get_by_role("link", name=title)).to_be_visible()

    open_securely(page, "/members/security/totp/activate/")
    secret = page.locator(".secret").inner_text()
    page.get_by_label("验证码").fill(code_of(secret))
    page.get_by_role("button", name="启用").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    page.goto("/members/")
    page.get_by_role("button", name="退出登录").click()
    sign_in(page, address)
    page.get_by_label("动态验证码或恢复码").fill(code_of(secret, ahead=1))
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("heading", name="我的账号")).to_be_visible()


def test_without_scripts_and_by_keyboard_alone(browser, site):
    context = browser.new_context(
        base_url=site.url, viewport={"width": 360, "height": 780}, java_script_enabled=False
    )
    page, address = context.new_page(), a_mail_address()
    page.goto("/members/register/")
    page.get_by_label("手机号或电子邮箱").focus()
    for text in (address, "林间", PASSWORD):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.get_by_label("验证码").focus()
    page.keyboard.type(code_in(newest_message(site, address)))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="我的账号")).to_be_visible()

    page.goto("/yaowen/")
    page.locator(".lead-story h2 a").click()
    page.locator("#share").get_by_role("link", name="收藏", exact=True).press("Enter")
    page.get_by_role("main").get_by_role("button", name="收藏", exact=True).press("Enter")
    page.goto("/members/favourites/")
    expect(page.get_by_role("main").locator(".member-list li")).to_have_count(1)
    context.close()


def test_the_second_factor_needs_neither_a_script_nor_a_pointer(browser, site):
    """An app is set up, asked for, replaced by a recovery code where the phone is lost, and done without again."""
    context = browser.new_context(
        base_url=site.url, viewport={"width": 360, "height": 780}, java_script_enabled=False
    )
    context.set_default_timeout(15_000)
    page, address = context.new_page(), a_mail_address()

    def write(label: str, text: str) -> None:
        page.get_by_label(label).press_sequentially(text)
        page.keyboard.press("Enter")

    join(page, site, address, address)
    open_securely(page, "/members/security/totp/activate/")
    write("验证码", "000000")
    expect(page.get_by_role("alert")).to_be_visible()
    secret = page.locator(".secret").inner_text()
    write("验证码", code_of(secret))
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    codes = page.locator(".recovery-codes li").all_inner_texts()
    for answer in (code_of(secret, ahead=1), codes[0]):
        page.goto("/members/")
        page.get_by_role("button", name="退出登录").press("Enter")
        page.goto("/members/login/")
        page.get_by_label("手机号、邮箱或用户名").press_sequentially(address)
        write("密码", PASSWORD)
        write("动态验证码或恢复码", answer)
        expect(page.get_by_role("heading", name="我的账号")).to_be_visible()
    page.goto("/members/security/recovery-codes/")
    expect(page.locator(".recovery-codes li")).to_have_count(9)
    page.goto("/members/security/")
    page.get_by_role("link", name="停用验证器应用").press("Enter")
    page.get_by_role("main").get_by_role("button").press("Enter")
    expect(page.get_by_role("link", name="设置验证器应用")).to_be_visible()
    context.close()


@pytest.mark.parametrize("width", [360, 1440])
def test_a_passkey_is_added_and_signs_in(browser, site, width):
    """Browsers know passkeys on localhost, and a device that holds them is part of the browser here."""
    context = browser.new_context(
        base_url=site.url.replace("127.0.0.1", "localhost"), viewport={"width": width, "height": 780}
    )
    page, address = context.new_page(), a_mail_address()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
    }
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": options | {"isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    join(page, site, address, address)
    open_securely(page, "/members/security/webauthn/add/")
    page.get_by_label("名称").fill("我的手机")
    page.get_by_role("button", name="添加").click()
    expect(page.get_by_role("heading", name="恢复码")).to_be_visible()
    page.goto("/members/")
    page.get_by_role("button", name="退出登录").click()
    page.goto("/members/login/")
    page.get_by_role("button", name="用通行密钥登录").click()
    expect(page.get_by_role("heading", name="我的账号")).to_be_visible()
    context.close()


PAGES = [
    *(
        "",
        "security/",
        "security/totp/activate/",
        "security/webauthn/",
        "security/webauthn/add/",
        "password/",
    ),
    *("email/", "phone/", "favourites/", "history/", "following/", "following/channel/yaowen/", "notices/"),
    *("export/", "leave/", "sign-ins/", "other/", "avatar/"),
]


DOORS = ["login/", "login/code/", "login/scan/", "register/"]


@pytest.mark.parametrize("mode", [{}, {"theme": "dark"}])
def test_no_page_of_a_member_has_a_barrier(browser, site, mode):
    context = browser.new_context(base_url=site.url, viewport={"width": 360, "height": 780}, bypass_csp=True)
    for name, value in mode.items():
        context.add_init_script(f"localStorage.setItem('{name}', '{value}')")
    context.add_init_script(path=AXE)
    page, address = context.new_page(), a_mail_address()
    found = []
    for name in [*DOORS, *PAGES]:
        if name == PAGES[0]:
            join(page, site, address, address)
            open_securely(page, "/members/security/webauthn/add/")
        page.goto(f"/members/{name}")
        broken = page.evaluate(
            "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})",
            RULES,
        )
        found += [f"{name} {v['id']}: {n['html'][:160]}" for v in broken["violations"] for n in v["nodes"]]
        width = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{name} is {width} px wide"] if width > 360 else []
    context.close()
    assert not found, "\n".join(found)


# Takes on as a contributor whoever applied under this name.
TAKEN_ON = """
from django.contrib.auth import get_user_model
from meiri.members.contributing import decide_application
from meiri.members.models import Application
decide_application(Application.objects.get(name={name!r}), True, "", get_user_model().objects.get(username="admin"))
"""


def test_what_a_member_does_needs_neither_a_script_nor_a_pointer(browser, site, administrators_cookies):
    """Follows a channel, keeps a history, is declined and taken on as a contributor, writes with a photograph, leaves."""
    context = browser.new_context(
        base_url=site.url, viewport={"width": 360, "height": 780}, java_script_enabled=False
    )
    context.set_default_timeout(15_000)
    page, address, name = context.new_page(), a_mail_address(), f"林{uuid.uuid4().hex[:8]}"
    main = page.get_by_role("main")

    def press(button: str) -> None:
        main.get_by_role("button", name=button, exact=True).press("Enter")

    join(page, site, address, address)
    page.goto("/members/following/channel/yaowen/")
    press("关注")
    expect(main.get_by_role("button", name="取消关注").first).to_be_visible()
    page.goto("/members/following/")
    expect(main.get_by_role("button", name=re.compile("取消关注.*要闻"))).to_be_visible()
    page.goto("/members/history/")
    press("开始保存")
    expect(main).to_contain_text("还没有记录")

    page.goto("/members/contributing/")
    page.get_by_label("姓名").press_sequentially(name)
    page.get_by_label("申请理由").press_sequentially("我在山区邮路走了二十年，想写沿途乡村的变化和人的故事。")
    press("申请")
    expect(main).to_contain_text("申请已收到")
    desk = browser.new_context(base_url=site.url, java_script_enabled=False)
    desk.add_cookies(administrators_cookies)
    applications = desk.new_page()
    applications.goto("/admin/contributors/")
    row = applications.get_by_role("row").filter(has_text=name)
    # Enter in the reply takes nobody on.
    row.get_by_label("答复").press_sequentially("请附上写过的稿件")
    row.get_by_label("答复").press("Enter")
    row.get_by_role("button", name="不通过").press("Enter")
    expect(applications.get_by_text("已处理，并已通知对方。")).to_be_visible()
    desk.close()
    page.goto("/members/notices/")
    main.get_by_role("link", name="通讯员申请未通过：请附上写过的稿件").press("Enter")
    page.get_by_label("姓名").press_sequentially(name)
    page.get_by_label("申请理由").press_sequentially("写过《山路上的邮车》等稿件，熟悉沿途的茶乡和学校。")
    press("申请")
    expect(main).to_contain_text("申请已收到")
    site.run(TAKEN_ON.format(name=name))

    page.goto("/members/contributing/write/")
    page.get_by_label("标题").press_sequentially("山路上的邮车")
    page.get_by_label("投往栏目").press("ArrowDown")
    page.get_by_label("正文").fill("清晨五点，邮车从县城出发。\n\n" + "茶农们已经在等。" * 10)
    photograph = a_file("HEIF", Image.effect_noise((400, 300), 60).convert("RGB"))
    page.locator("#id_pictures").set_input_files(
        [{"name": "IMG_0007.HEIC", "mimeType": "image/heic", "buffer": photograph}]
    )
    page.get_by_label("稿件和图片是我本人的作品").press("Space")
    press("投稿")
    expect(main).to_contain_text("已收到，编辑正在处理")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    page.goto("/members/leave/")
    page.get_by_label("密码").press_sequentially(PASSWORD)
    press("确认注销")
    expect(page.get_by_role("heading", name="账号已注销")).to_be_visible()
    context.close()
