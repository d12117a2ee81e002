"""未成年人模式: a device keeps to the edition for minors, without scripts, until a guardian ends it."""

import re

import pytest
from playwright.sync_api import expect

from meiri.delivery.editions import MINORS, keeps_to_minors, kept_address
from tests.newsroom_factory import an_article

pytestmark = pytest.mark.django_db


def text(answer) -> str:
    return answer.content.decode()


def test_a_device_is_set_and_set_free(client):
    article = an_article()
    own = article.get_absolute_url()
    assert "在这台设备上打开" in text(client.get("/minors/"))
    answer = client.post("/minors/", {"mode": "on"})
    assert (answer.status_code, answer["Location"]) == (303, "/weichengnian/")
    cookie = answer.cookies["mode"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    for address in (own, f"/zh-hant{own}", f"/zhangbei{own}"):
        led = client.get(address, {"before": "7"})
        assert (led.status_code, led["Location"]) == (303, f"/weichengnian{own}?before=7")
        assert led["Cache-Control"] == "no-store"
    assert client.get("/api/v1/articles/").status_code == 200
    assert "退出未成年人模式" in text(client.get("/weichengnian/minors/"))
    answer = client.post("/weichengnian/minors/", {"mode": "off"})
    assert answer["Location"] == "/"
    assert client.get(own).status_code == 200


def test_its_pages_are_large_and_lead_to_its_pages_and_have_no_comments(client):
    article = an_article()
    page = text(client.get(MINORS.prefix + article.get_absolute_url()))
    assert "未成年人模式" in page
    assert re.search(r"/assets/large\.\w+\.css", page)
    assert re.search(r"/assets/minors\.\w+\.js", page)
    assert 'id="comments"' not in page
    assert "/members/" not in page
    inner = set(re.findall(r'<a[^>]*? href="(/[^"]*)"', page))
    assert len(inner) > 5
    assert all(address.startswith((MINORS.prefix, "/poster/")) for address in inner), inner


@pytest.mark.parametrize("address", ["/comments/{}/", "/comments/{}/form/", "/members/", "/members/login/"])
def test_what_the_mode_does_not_offer_leads_to_what_it_is(client, address):
    article = an_article()
    answer = client.get(MINORS.prefix + address.format(article.pk))
    assert (answer.status_code, answer["Location"]) == (303, "/weichengnian/minors/")
    assert client.post(MINORS.prefix + address.format(article.pk), {"text": "沙发"}).status_code == 303


@pytest.mark.parametrize(
    ("cookies", "is_kept"),
    [("", False), ("mode=minors", True), ("a=b; mode=minors", True), ("mode=minorsx", False), ("xmode=minors", False)],
)  # fmt: skip
def test_the_cookie_is_read_as_a_whole(cookies, is_kept):
    assert keeps_to_minors(cookies) is is_kept


def test_what_has_no_edition_is_left_alone():
    assert kept_address("/keji/") == "/weichengnian/keji/"
    assert kept_address("/zh-hant") == "/weichengnian/"
    for address in ("/weichengnian/keji/", "/admin/", "/media/a.jpg", "/api/v1/hot/"):
        assert kept_address(address) == "", address


@pytest.mark.xdist_group("newsroom browser")
def test_a_device_keeps_to_it_on_a_real_site(reader, site):
    page = reader.new_page()
    page.goto("/minors/")
    # Marks of a list stand on the screen, not left of it.
    assert (
        page.locator(".form-page > ul").evaluate("e => parseFloat(getComputedStyle(e).paddingInlineStart)")
        > 0
    )
    page.get_by_role("button", name="在这台设备上打开").click()
    page.wait_for_url("**/weichengnian/")
    expect(page.locator("[data-clock]")).to_have_text("今天已经读了 0 分钟。")
    page.goto("/yaowen/")
    assert page.url == f"{site.url}/weichengnian/yaowen/"
    page.goto("/yaowen/")  # the page file is there now
    assert page.url == f"{site.url}/weichengnian/yaowen/"
    page.evaluate(
        "localStorage.setItem('read', JSON.stringify({day: new Date().toLocaleDateString('sv'),"
        " seconds: 3600, row: 1800, at: Date.now() / 1000}))"
    )
    page.reload()
    expect(page.locator("[data-clock]")).to_contain_text("今天已经读了 60 分钟。该休息一会儿了")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    page.get_by_role("link", name="退出这个模式").click()
    page.get_by_role("button", name="退出未成年人模式").click()
    page.wait_for_url(f"{site.url}/")
    page.goto("/yaowen/")
    assert page.url == f"{site.url}/yaowen/"
