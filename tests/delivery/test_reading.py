"""Reading the traditional-script edition on a phone."""

import pytest

from tests.web.test_reading import PAGES, an_article, too_wide

pytestmark = pytest.mark.xdist_group("browser")


def test_a_reader_changes_to_traditional_script_reads_on_and_changes_back(reader):
    page = reader.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto("/yaowen/")
    page.get_by_role("link", name="繁體").click()
    page.wait_for_url("**/zh-hant/yaowen/")
    assert page.locator("h1").inner_text() == "要聞"
    page.locator(".lead-story h2 a").click()
    page.wait_for_url("**/zh-hant/yaowen/**.html")
    assert "責任編輯：" in page.locator(".meta-line").first.inner_text()
    assert page.evaluate("document.documentElement.lang") == "zh-Hant"
    page.locator(".comments").scroll_into_view_if_needed()
    page.get_by_role("link", name="發表評論").wait_for()
    page.locator(".hot-list").scroll_into_view_if_needed()
    page.locator(".hot-list ol a").first.wait_for()
    links = page.locator(".hot-list ol a").evaluate_all("links => links.map(a => a.pathname)")
    assert [link for link in links if not link.startswith("/zh-hant/")] == []
    page.get_by_role("link", name="简体").click()
    page.wait_for_url(lambda url: "/zh-hant/" not in url)
    assert "责任编辑：" in page.locator(".meta-line").first.inner_text()
    assert complaints == []


def test_without_javascript_the_editions_can_be_changed(browser, site):
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    an_article(page)
    page.get_by_role("link", name="繁體").click()
    page.wait_for_url("**/zh-hant/**.html")
    assert len(page.locator(".body").inner_text()) > 200
    page.get_by_role("link", name="查看與發表評論").click()
    assert page.locator("textarea").is_visible()
    context.close()


def test_scripts_speak_traditional_script(reader):
    page = reader.new_page()
    page.goto("/zh-hant/yaowen/")
    page.locator(".lead-story h2 a").click()
    page.wait_for_url("**/zh-hant/**.html")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="複製連結").click()
    page.get_by_role("button", name="已複製").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_no_page_of_the_edition_is_wider_than_its_screen(browser, site):
    assert too_wide(browser, site, [f"/zh-hant{address}" for address in PAGES]) == []
