"""An editor at the form in a real browser: similar articles appear while writing, are compared, and are recorded."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.xdist_group("newsroom browser")
LIST = "/admin/snippets/newsroom/article/"


def text_of_the_lead(page) -> tuple[str, list[str]]:
    page.goto("/yaowen/")
    page.locator(".lead-story h2 a").click()
    page.wait_for_url("**/*.html")
    title = page.locator("h1").inner_text().replace("\u200b", "")
    return title, page.locator(".body p:not(.dateline)").all_inner_texts()


def test_similar_articles_appear_while_writing_and_the_lineage_reaches_readers(editor):
    page = editor.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    title, paragraphs = text_of_the_lead(page)
    original = page.url

    page.goto(f"{LIST}add/")
    page.locator('[data-side-panel-toggle="similar"]').click()
    expect(page.locator("[data-similar-note]")).to_have_text("写下标题或正文后自动查找。")
    page.fill("#id_title", "转载来的一篇")
    page.locator(".c-sf-add-button").first.click()
    page.get_by_role("option", name="正文").click()
    box = page.locator('[contenteditable="true"]').first
    box.click()
    page.keyboard.insert_text("".join(paragraphs[:4]))
    line = page.locator(".similar-line").first
    expect(line.locator("[data-words]")).to_have_text(
        re.compile(f"^与《{re.escape(title)}》相似 \\d+%，来源")
    )
    # It has saved itself: what it is of the other can be recorded.
    expect(line.locator("[data-ties]")).to_be_visible()

    with editor.expect_page() as opened:
        line.get_by_role("button", name=f"与《{title}》比对").click()
    comparison = opened.value
    expect(comparison.locator(".comparison thead")).to_contain_text("正在写的稿件")
    assert comparison.locator('tr[data-kind="same"]').count() > 3
    comparison.close()

    page.select_option("#id_channel", label="要闻")
    page.get_by_role("button", name="保存草稿").first.click()
    page.wait_for_url(re.compile(r"/edit/\d+/"))
    panel = page.locator('[data-side-panel="similar"]')
    if panel.is_hidden():
        page.locator('[data-side-panel-toggle="similar"]').click()
    panel.get_by_role("button", name="转载", exact=True).first.click()
    expect(panel.locator("[data-recorded]").first).to_be_visible()
    expect(panel.locator("[data-lineage]")).to_contain_text(f"这篇是《{title}》的转载。")
    panel.get_by_role("link", name="查看与修改版本关系").click()
    page.get_by_role("button", name="让读者看到“相关版本”").click()
    expect(page.get_by_role("button", name="对读者隐藏“相关版本”")).to_be_visible()

    # The reprint is a draft: readers see nothing of it.
    page.goto(original)
    assert page.locator("#versions-heading").count() == 0
    assert complaints == []


@pytest.mark.parametrize("width", [820, 1440])
def test_the_panel_and_the_tree_fit_their_screens(editor, width):
    page = editor.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(LIST)
    page.locator("td.title a").first.click()
    page.wait_for_url(re.compile(r"/edit/\d+/"))
    page.locator('[data-side-panel-toggle="similar"]').click()
    panel = page.locator(".similar-panel")
    expect(panel).to_be_visible()
    assert panel.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    page.get_by_role("link", name="查看与修改版本关系").click()
    page.wait_for_url("**/lineage/**")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
