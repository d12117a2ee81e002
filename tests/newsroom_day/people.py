"""The people of the sample newsroom at their own screens, and readers at theirs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, expect

LETTERS, CONTRIBUTOR, REPORTER, EDITOR = "laixinyu", "qinshuyao", "linwanzhou", "shenyan"
PROOFREADER, SECOND_PROOFREADER = "jianzhengyi", "wenruogu"
CHANNEL_CHIEF, STATION_CHIEF, STATION_EDITOR = "suweiyang", "mutianshan", "gulinar"
DUTY_CHIEF, CHIEF, OPERATOR = "luchenxing", "fangzhiyuan", "guanxitong"
ADMINISTRATOR = "admin"  # a superuser without a post
NEW_ARTICLE = "/admin/snippets/newsroom/article/add/"
PHONE, DESKTOP = {"width": 360, "height": 780}, {"width": 1440, "height": 900}
# Who is signed in with a second factor, as the real door leaves it.
SIGN_IN = """
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from meiri.members.allauth_internals import record_authentication
from meiri.members.models import User
from meiri.members.stored_sessions import SessionStore
user = User.objects.get(username={name!r})
factor, _ = Authenticator.objects.get_or_create(user=user, type="totp", defaults={{"data": {{"secret": ""}}}})
request = HttpRequest()
request.META["REMOTE_ADDR"] = "127.0.0.1"
request.session = SessionStore()
login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
record_authentication(request, user, method="mfa", id=factor.pk, type="totp")
request.session.save()
print(settings.SESSION_COOKIE_NAME, request.session.session_key)
"""


class People:
    """Opens a browser for each person once."""

    def __init__(self, browser: Browser, site):
        self.browser, self.site = browser, site
        self.contexts: dict[str, BrowserContext] = {}

    def at_desk(self, name: str) -> Page:
        """A page of the person with this account, signed in to the newsroom."""
        if name not in self.contexts:
            context = self.contexts[name] = self._context(DESKTOP)
            cookie, key = self.site.run(SIGN_IN.format(name=name)).split()[-2:]
            context.add_cookies([{"name": cookie, "value": key, "url": self.site.url}])
            context.new_page()
        return self.contexts[name].pages[0]

    def reader(self) -> Page:
        """A reader's phone, without scripts."""
        if "" not in self.contexts:
            self.contexts[""] = self._context(PHONE, java_script_enabled=False)
            self.contexts[""].new_page()
        return self.contexts[""].pages[0]

    def _context(self, size, **options) -> BrowserContext:
        context = self.browser.new_context(
            base_url=self.site.url, viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", **options
        )
        context.set_default_timeout(20_000)
        return context

    def check_width(self, page: Page, name: str) -> None:
        """Nothing of a page is wider than a phone or than the screen at a desk."""
        for size in (PHONE, DESKTOP):
            page.set_viewport_size(size)
            excess = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert excess <= 0, f"{name} is {excess} px too wide at {size['width']} px"

    def close(self) -> None:
        for context in self.contexts.values():
            context.close()


@contextmanager
def chains_of_reviews(site) -> Iterator[None]:
    """The chains of the sample newsroom bind, as on any site; most other tests of browsers publish alone."""
    switch = "from meiri.review.models import ReviewChain; ReviewChain.objects.update(active={})"
    site.run(switch.format(True))
    try:
        yield
    finally:
        site.run(switch.format(False))


def write_article(page: Page, title: str, text: str) -> str:
    """Fill the open form of an article, which names itself the newsroom's own. Its number."""
    wait_for_form(page)
    page.locator("#id_title").fill(title)
    page.locator("#body-root .c-sf-add-button:visible").last.click()
    page.get_by_role("option", name="正文").first.click()
    page.locator("#body-root .public-DraftEditor-content:visible").last.click()
    page.keyboard.type(text)
    choose(page, "source", "每日新闻网")
    wait_until_saved(page)
    return re.search(r"/edit/(\d+)/", page.url)[1]


def wait_for_form(page: Page) -> None:
    page.wait_for_function(
        "() => Boolean(window.meiriDrafts?.form && document.getElementById('body-root')?.rootBlock)"
    )


def choose(page: Page, field: str, typed: str) -> None:
    """Type into a field that offers what there is, and take the first."""
    page.locator(f"#id_{field}").fill(typed)
    page.locator(f"#id_{field}-offered [role=option]").first.click()


def wait_until_saved(page: Page) -> None:
    page.wait_for_function(
        "() => { const f = window.meiriDrafts.form; return f.touched && !f.isDirty && !f.flight && !f.forced"
        " && !f.waiting && /已保存到服务器/.test(f.status.textContent); }"
    )


def submit(page: Page) -> None:
    """Send the open article for review."""
    page.get_by_role("button", name="更多动作").last.click()
    with page.expect_navigation():
        page.locator("[name=action-submit]").click()


def open_review(page: Page, title: str, state: str = "") -> None:
    """Open the review that waits for an article from the inbox, by its number where others have the same title."""
    page.goto("/admin/review/")
    waits = page.get_by_role("main").get_by_role("link", name=title, exact=True)
    (waits.and_(page.locator(f"[href*='/{state}/']")) if state else waits).first.click()
    page.locator("[data-review]").wait_for()
    expect(page.locator("[data-review-keys]")).to_be_visible()


def adopt(page: Page, title: str, state: str = "") -> None:
    """Read what waits, tick the points and adopt it, by keys."""
    open_review(page, title, state)
    for number in range(page.locator("[data-review] [name=checked]").count()):
        page.keyboard.press(str(number + 1))
    with page.expect_navigation():
        page.keyboard.press("a")
    expect(page.locator(".messages")).to_contain_text("采用")
