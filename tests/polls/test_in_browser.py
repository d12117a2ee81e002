"""A poll in a real browser, on a served site: with and without a script, by keyboard alone."""

import pytest
from playwright.sync_api import expect

from tests.comments.test_in_browser import PEOPLE

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def address(site) -> str:
    """An article of the sample newsroom that has a poll."""
    said = site.run(
        "from meiri.polls.models import Poll; print(Poll.objects.order_by('pk')[0].article.get_absolute_url())"
    )
    return said.split()[-1]


@pytest.mark.parametrize("person", ["phone", "desktop without scripts"])
def test_a_reader_votes_once_by_keyboard(browser, site, address, person):
    context = browser.new_context(base_url=site.url, locale="zh-CN", user_agent=person, **PEOPLE[person])
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(address)
    poll = page.locator(".poll")
    poll.get_by_label("经常不吃").focus()
    page.keyboard.press("Space")
    poll.get_by_role("button", name="投票").focus()
    page.keyboard.press("Enter")
    if "without" in person:
        expect(page.get_by_role("status")).to_contain_text("您已投票")
        page.goto(address)
        page.locator(".poll").get_by_label("自己在家做").check()
        page.locator(".poll").get_by_role("button", name="投票").click()
        expect(page.get_by_role("status")).to_contain_text("每人一票")
    else:
        expect(poll.get_by_role("status")).to_have_text("投票成功，谢谢参与。")
        expect(poll.locator(".poll-result li")).to_have_count(5)
        page.reload()
        expect(page.locator(".poll").get_by_role("status")).to_have_text("您已投票。")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
