"""A reprint with a picture from its import to readers, by an editor in a browser: the clicks are counted."""

import base64

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.ingest.pages import a_portal_page
from tests.media.test_reencoding import a_file

pytestmark = pytest.mark.xdist_group("newsroom browser")

TITLE = "江南的稻田装上了水位仪"
PARAGRAPHS = (
    "入秋以来，江南各地的稻田装上了水位仪，农户在家就能看水。",
    "据介绍，今年共安装三千二百台，节水两成以上。",
    "农技员说，水位一低，手机就会响，不用再天天下田。",
)
MOST_CLICKS = 4


class Clicks:
    """The clicks of an editor, counted."""

    def __init__(self):
        self.count = 0

    def on(self, locator) -> None:
        locator.click()
        self.count += 1


def test_a_reprint_with_a_picture_takes_four_clicks_after_its_import(editor, reader, site):
    picture = base64.b64encode(a_file(picture=Image.effect_noise((640, 420), 60))).decode()
    extra = f'<p><img src="data:image/jpeg;base64,{picture}" alt="田里的水位仪"></p>'
    source = a_portal_page(title=TITLE, paragraphs=PARAGRAPHS, extra=extra).replace("/42.html", "/4711.html")
    page = editor.new_page()
    page.goto("/admin/import/")
    page.fill("textarea[name=text]", source)
    page.locator("main form button.button").click()

    clicks = Clicks()
    clicks.on(page.locator("td.title a").first)
    page.wait_for_load_state("networkidle")
    told = page.locator("[data-publication-note]")
    expect(told).to_contain_text("处请核对。")
    expect(told).not_to_contain_text("必须先处理")
    clicks.on(page.get_by_role("button", name="更多动作").last)
    clicks.on(page.locator("button[name=action-publish]"))
    page.wait_for_url("**/snippets/newsroom/article/")
    assert clicks.count <= MOST_CLICKS, clicks.count

    screen = reader.new_page()
    screen.goto("/keji/")
    screen.locator("main").get_by_role("link", name=TITLE).first.click()
    assert screen.locator("h1").inner_text() == TITLE
    assert "江南晚讯" in screen.locator("main").inner_text()
    assert screen.locator(".body img").count() == 1


def test_a_finding_leads_to_its_place_and_goes_when_it_is_mended(editor, site):
    page = editor.new_page()
    page.goto("/admin/snippets/newsroom/article/add/")
    page.fill("input[name=title]", "山里的路灯亮了")
    page.wait_for_url("**/edit/**")
    page.get_by_role("button", name="打开或收起发布前核对").click()
    line = page.locator(".publication-line", has_text="没有记录是否使用人工智能")
    line.get_by_role("button").press("Enter")
    expect(page.locator("select[name=ai_use]")).to_be_focused()
    page.select_option("select[name=ai_use]", "none")
    line.wait_for(state="detached")
    stop = page.locator("[data-publication-group=stops]")
    assert "没有填写来源" in stop.inner_text()
    page.get_by_role("tab", name="稿件", exact=True).click()
    page.select_option("select[name=channel]", label="科技前沿")
    page.get_by_role("button", name="更多动作").last.click()
    page.locator("button[name=action-publish]").click()
    page.locator(".messages").get_by_text("没有填写来源").wait_for()
    assert "/edit/" in page.url
