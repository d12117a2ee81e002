"""A coverage in a real browser: two reporters, one of them by phone and without a network for a while, and a reader who follows."""

import pytest
from playwright.sync_api import expect

from tests.web.test_accessibility import MODES, RULES, checked, violations

pytestmark = pytest.mark.xdist_group("newsroom browser")

BEGIN = """
from meiri.live.directing import announce_coverage, move_coverage
from meiri.live.models import Coverage, CoverageState
from meiri.sections.models import Channel
coverage = announce_coverage(Coverage(title="浏览器里的直播", channel=Channel.objects.get(slug="keji")))
print(move_coverage(coverage, CoverageState.LIVE).pk)
"""
ANOTHER = """
from meiri.live.models import Coverage, LiveEntry
from meiri.live.reporting import write_entry
entry = LiveEntry(coverage=Coverage.objects.get(pk={coverage}), signature="另一位记者")
entry.body = [("text", "<p>{words}</p>")]
print(write_entry(entry).number)
"""


def test_a_day_of_live_coverage(editor, reader, browser, site):
    number = int(site.run(BEGIN))
    desk, page = editor.new_page(), reader.new_page()
    desk.set_viewport_size({"width": 360, "height": 780})
    desk.goto(f"/admin/live/{number}/")
    page.goto(f"/zhibo/{number}/")
    box, news = desk.get_by_label("写一条"), page.locator("[data-live-show]")

    # By keyboard; the reader's text does not move, a button counts.
    box.fill("第一条，来自手机。")
    box.press("Control+Enter")
    expect(news).to_have_text("1 条新消息")
    assert page.locator(".live-entry").count() == 0
    news.press("Enter")
    expect(page.locator("#entry-1")).to_contain_text("第一条，来自手机。")
    expect(page.locator("#live-heading")).to_be_focused()

    # Another reporter's entry comes to the desk and to the reader.
    site.run(ANOTHER.format(coverage=number, words="同事的一条。"))
    expect(desk.locator("#live-desk-entries")).to_contain_text("同事的一条。")
    expect(news).to_have_text("1 条新消息")

    # Without a network nothing is lost, also when the page is left, and nothing comes twice.
    editor.set_offline(True)
    box.fill("断网时写的。")
    box.press("Control+Enter")
    expect(desk.locator("#live-queue")).to_contain_text("断网时写的。")
    editor.set_offline(False)
    desk.goto(f"/admin/live/{number}/")
    expect(desk.locator("#live-desk-entries")).to_contain_text("断网时写的。")
    expect(news).to_have_text("2 条新消息")
    page.get_by_label("新消息自动显示").check()
    expect(page.locator(".live-entry")).to_have_count(3)

    # What is wrong is corrected and what must go goes, while it is read.
    desk.get_by_role("link", name="更正、撤下、成稿").first.press("Enter")
    desk.get_by_label("更正说明").fill("应为恢复网络后发出。")
    desk.get_by_role("button", name="保存").press("Enter")
    expect(page.locator("#entry-3")).to_contain_text("应为恢复网络后发出。")
    desk.get_by_role("link", name="更正、撤下、成稿").last.press("Enter")
    desk.get_by_label("撤下的原因（读者会看到）").fill("试发。")
    desk.get_by_role("button", name="撤下").press("Enter")
    expect(page.locator("#entry-1")).to_contain_text("这一条已经撤下：试发。")

    # Nobody meets a barrier, on the reader's pages or at the desk.
    watching = checked(browser, site, 360)
    found = [
        line
        for address in (
            "/zhibo/",
            f"/zhibo/{number}/",
            f"/zhibo/{number}/3.html",
            f"/zh-hant/zhibo/{number}/",
        )
        for line in violations(watching, address, MODES)
    ]
    watching.context.add_cookies(editor.cookies())
    for address in ("/admin/live/", "/admin/live/new/", f"/admin/live/{number}/"):
        watching.goto(address)
        broken = watching.evaluate(
            "rules => axe.run('main', {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})",
            RULES,
        )
        found += [f"{address} {v['id']}: {n['html'][:160]}" for v in broken["violations"] for n in v["nodes"]]
        assert watching.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    watching.context.close()
    assert not found, "\n".join(found)

    # It ends, and the reader's page says so.
    desk.goto(f"/admin/live/{number}/")
    desk.get_by_role("button", name="结束直播").press("Enter")
    expect(page.locator("#live-state")).to_contain_text("直播已结束")
