"""The account page and push in a browser: ways of being told by keyboard, a device that subscribes. What a device shows is tested in
tests/scripts/worker.test.mjs: the browser of the tests shows no notices."""

import re

import pytest
from playwright.sync_api import expect

from tests.members.test_browser import a_mail_address, join
from tests.members.test_keeping_in_browser import barriers
from tests.push.push_service import PushBrowser
from tests.web.test_accessibility import AXE

pytestmark = pytest.mark.xdist_group("browser")

# The push service of a real browser is far away: what it would give stands in its place, the rest is the browser's.
GIVEN = """
PushManager.prototype.subscribe = async function (options) {{
  window.asked = options.applicationServerKey;
  return {{ toJSON: () => ({{ endpoint: "{endpoint}", keys: {{ p256dh: "{public_key}", auth: "{secret}" }} }}) }};
}};
"""


def test_a_member_chooses_ways_and_a_device_is_told(browser, site):
    context = browser.new_context(
        base_url=site.url, viewport={"width": 360, "height": 800}, bypass_csp=True, reduced_motion="reduce",
        has_workers=True,
    )  # fmt: skip
    context.add_init_script(path=AXE)
    page = context.new_page()
    page.context.grant_permissions(["notifications"], origin=site.url)
    form = PushBrowser("https://push.example/einszwei").form
    page.context.add_init_script(GIVEN.format(**form))
    main = page.get_by_role("main")
    address = a_mail_address()
    join(page, site, address, address)
    page.goto("/members/following/channel/yaowen/")
    main.get_by_role("button", name="关注", exact=True).press("Enter")
    page.goto("/members/")
    expect(main.get_by_role("region", name="关注的新稿").get_by_role("listitem").first).to_be_visible()
    news = main.get_by_role("group", name="关注的新稿")
    news.get_by_label("推送到设备").press("Space")
    main.get_by_role("button", name="保存通知方式").press("Enter")
    expect(news.get_by_label("推送到设备")).to_be_checked()
    main.get_by_role("button", name="在这台设备上接收推送").press("Enter")
    expect(main.get_by_role("listitem").filter(has_text="（本机）")).to_be_visible()

    found = barriers(page)
    for width in (820, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        found += barriers(page)
    assert not found, "\n".join(found)

    main.get_by_role("button", name=re.compile("停止推送")).press("Enter")
    expect(main.get_by_role("button", name="在这台设备上接收推送")).to_be_visible()
    page.context.close()
