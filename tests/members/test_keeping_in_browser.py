"""What a member keeps, is told, sends in and takes away, in a browser on a phone and at a desktop: each page filled, and without
a barrier."""

import json
import re
import uuid
import zipfile

import pytest
from playwright.sync_api import expect

from tests.members.test_browser import TAKEN_ON, a_mail_address, join
from tests.web.test_accessibility import checked, violations_here

pytestmark = pytest.mark.xdist_group("browser")

# Approves the comment with this text, as a moderator does.
APPROVED = """
from meiri.comments.models import Comment
from meiri.comments.moderation import approve_comment
approve_comment(Comment.objects.get(text={text!r}))
"""


def press(page, button: str | re.Pattern) -> None:
    page.get_by_role("main").get_by_role("button", name=button, exact=True).first.press("Enter")


def read_to_the_end(page) -> str:
    """Read the first report of 要闻, to where it can be kept; its title."""
    page.goto("/yaowen/")
    page.locator(".lead-story h2 a").press("Enter")
    share = page.locator("#share")
    share.scroll_into_view_if_needed()
    expect(share.get_by_role("button", name="收藏", exact=True)).to_be_visible()
    return page.locator("h1").inner_text()


def barriers(page) -> list[str]:
    """What a page of a member's own has of them, in two modes, and whether it is too wide."""
    found = violations_here(page, ["light", "dark"])
    page.evaluate("delete document.documentElement.dataset.theme")
    too_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return found + ([f"{page.url} is too wide"] if too_wide else [])


@pytest.mark.parametrize("width", [360, 1440])
def test_what_a_member_keeps_fills_pages_without_barriers_and_is_taken_away(browser, site, width):
    page, address, found = checked(browser, site, width), a_mail_address(), []
    main = page.get_by_role("main")
    join(page, site, address, address)
    page.goto("/members/history/")
    press(page, "开始保存")

    title = read_to_the_end(page)
    page.locator("#share").get_by_role("button", name="收藏", exact=True).press("Enter")
    expect(page.locator("#share").get_by_role("button", name="已收藏")).to_be_visible()
    for name in ("favourites", "history"):
        page.goto(f"/members/{name}/")
        expect(main.get_by_role("link", name=title)).to_be_visible()
        found += barriers(page)

    page.goto("/keji/")
    main.get_by_role("link", name="关注本栏目").press("Enter")
    press(page, "关注")
    page.goto("/members/following/")
    expect(main.get_by_role("heading", name="新稿")).to_be_visible()
    expect(main.get_by_role("button", name=re.compile("取消关注.*科技前沿"))).to_be_visible()
    found += barriers(page)

    text = f"读完很有收获。{uuid.uuid4().hex[:8]}"
    page.goto("/members/history/")
    read = main.get_by_role("link", name=title).get_attribute("href")
    (number,) = re.findall(r"([0-9]+)\.html", read)
    page.goto(f"/comments/{number}/")
    form = page.locator("form.comment-form")
    form.get_by_label("评论", exact=True).press_sequentially(text)
    form.get_by_role("button", name="发表评论").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("已收到，审核后显示")
    site.run(APPROVED.format(text=text))
    page.goto("/members/")
    main.get_by_role("link", name="通知（有未读）").press("Enter")
    expect(main.locator(".member-list li b")).to_have_text("新")
    found += barriers(page)
    press(page, "全部标为已读")
    expect(main.locator(".member-list li")).to_have_count(1)
    expect(main.locator(".member-list li b")).to_have_count(0)
    page.goto("/comments/mine/")
    expect(main).to_contain_text(text)
    found += barriers(page)

    page.goto("/members/export/")
    found += barriers(page)
    with page.expect_download() as download:
        press(page, "下载")
    archive = zipfile.ZipFile(download.value.path())
    held = json.loads(archive.read("data.json"))["资料"]
    assert [len(held[part]) for part in ("收藏", "阅读记录", "关注", "评论", "通知")] == [1] * 5
    assert text in archive.read("我的资料.html").decode()

    page.goto("/members/history/")
    press(page, re.compile(f"删去.*{re.escape(title)}"))
    expect(main).to_contain_text("还没有记录")
    page.goto("/members/favourites/")
    press(page, re.compile(f"删去.*{re.escape(title)}"))
    expect(main).to_contain_text("还没有收藏")
    page.context.close()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("width", [360, 1440])
def test_the_pages_of_a_contributor_have_no_barrier(browser, site, width):
    page, address, name, found = (
        checked(browser, site, width),
        a_mail_address(),
        f"林{uuid.uuid4().hex[:8]}",
        [],
    )
    main = page.get_by_role("main")
    join(page, site, address, address)
    page.goto("/members/contributing/")
    found += barriers(page)
    press(page, "申请")
    expect(page.get_by_role("alert")).to_be_visible()
    found += barriers(page)
    page.get_by_label("姓名").fill(name)
    page.get_by_label("申请理由").fill("我在山区邮路走了二十年，想写沿途乡村的变化和人的故事。")
    press(page, "申请")
    expect(main).to_contain_text("申请已收到")
    found += barriers(page)
    site.run(TAKEN_ON.format(name=name))
    page.goto("/members/contributing/write/")
    press(page, "投稿")
    expect(page.get_by_role("alert")).to_be_visible()
    found += barriers(page)
    page.get_by_label("标题").fill("渡口的早晨")
    page.get_by_label("投往栏目").select_option(index=1)
    page.get_by_label("正文").fill("天刚亮，渡船离岸。\n\n" + "对岸的人已经在等。" * 10)
    page.get_by_label("稿件和图片是我本人的作品").check()
    press(page, "投稿")
    expect(main).to_contain_text("渡口的早晨")
    found += barriers(page)
    page.context.close()
    assert not found, "\n".join(found)
