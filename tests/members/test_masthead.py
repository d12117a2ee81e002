"""The masthead of whoever is signed in, on pages that are the same for everybody."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from meiri.members.signed_in_mark import mark_name
from meiri.personal.notices import MOST_COUNTED, tell
from tests.members.people import a_member, words
from tests.members.test_browser import a_mail_address, join
from tests.newsroom_factory import an_article

FRAGMENT = "/members/fragments/masthead/"
TOLD = """
from meiri.members.models import User
from meiri.personal.notices import tell
tell(User.objects.get(email={address!r}), "您的评论有了回复。", "/comments/22/")
"""


def said(answer) -> str:
    return "".join(re.sub(r"<[^>]*>", "", words(answer)).split())


@pytest.mark.django_db
class TestFragment:
    def test_says_how_many_notices_are_unread_and_nothing_to_others(self, client):
        assert client.get(FRAGMENT).status_code == 204
        member = a_member()
        client.force_login(member)
        assert said(client.get(FRAGMENT)) == "林我的"  # the avatar, which is drawn, and the words
        for n in range(3):
            tell(member, "您的评论有了回复。", f"/comments/{n}/")
        assert "<b>3<span" in client.get(FRAGMENT).content.decode()
        for n in range(MOST_COUNTED):
            tell(member, "您的评论有了回复。", f"/comments/{n + 10}/")
        assert "9+" in client.get(FRAGMENT).content.decode()
        client.post(reverse("member-notices-read"))
        assert said(client.get(FRAGMENT)) == "林我的"  # the avatar, which is drawn, and the words

    def test_the_mark_comes_and_goes_with_the_session_and_is_no_right(self, client):
        client.get("/members/login/")
        assert mark_name() not in client.cookies
        client.force_login(a_member())
        client.get("/members/")
        assert client.cookies[mark_name()].value == "1"
        client.post("/members/logout/")
        assert client.cookies[mark_name()].value == ""
        client.cookies[mark_name()] = "1"
        answer = client.get(FRAGMENT)
        assert answer.status_code == 204
        assert client.cookies[mark_name()].value == ""

    def test_pages_that_are_stored_set_nothing(self, client):
        client.force_login(a_member())
        answer = client.get(an_article("渡口").get_absolute_url())
        assert mark_name() not in answer.cookies

    def test_over_tls_it_belongs_to_this_host_alone(self, client, settings):
        settings.SESSION_COOKIE_SECURE = True
        client.force_login(a_member())
        mark = client.get("/members/").cookies["__Host-signed"]
        assert (mark["secure"], mark["path"], mark["domain"]) == (True, "/", "")


@pytest.mark.xdist_group("browser")
def test_a_reader_sees_in_the_masthead_that_they_are_signed_in_and_what_is_new(reader, site):
    page, address, asked = reader.new_page(), a_mail_address(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/yaowen/", wait_until="networkidle")
    own = page.locator(".masthead .tools a[href='/members/']")
    expect(own).to_have_text("会员")
    height = page.locator(".masthead-top").bounding_box()["height"]
    assert not [url for url in asked if "masthead" in url]  # nobody who is not signed in asks for it
    join(page, site, address, address)
    page.goto("/yaowen/")
    expect(own).to_have_accessible_name("我的")
    site.run(TOLD.format(address=address))
    page.goto("/yaowen/")
    expect(own).to_have_accessible_name("我的 1 条未读通知")
    assert page.locator(".masthead-top").bounding_box()["height"] == height  # nothing moves when it comes
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto("/members/")
    page.get_by_role("button", name="退出登录").click()
    page.goto("/yaowen/", wait_until="networkidle")
    expect(own).to_have_text("会员")
