"""An editor at the form in a real browser: what looks wrong is told while writing, changed by one click, let pass."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.xdist_group("newsroom browser")


def test_an_editor_is_told_while_writing_and_decides(editor):
    page = editor.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/admin/snippets/proofing/styleword/add/")
    page.fill("[name=word]", "残废人")
    page.select_option("[name=level]", label="禁用")
    page.fill("[name=reason]", "不尊重人。")
    page.fill("[name=replacement]", "残疾人")
    page.get_by_role("button", name="保存").first.click()
    page.wait_for_url("**/styleword/")

    page.goto("/admin/snippets/newsroom/article/add/")
    page.locator('[data-side-panel-toggle="proofing"]').click()
    page.fill("#id_title", "关爱残废人，再接再励")
    page.locator(".c-sf-add-button").first.click()
    page.get_by_role("option", name="正文").click()
    box = page.locator('[contenteditable="true"]').first
    box.click()
    page.keyboard.insert_text("各地正在正在推进秋收。农民们渐渐的走向田野，增产15~20%。")
    lines = page.locator(".proofing-line")
    expect(lines).to_have_count(5)
    expect(page.locator("[data-proofing-note]")).to_have_text("5 处请核对。")
    expect(page.locator(".proofing-length")).to_have_text(
        re.compile(r"^29 字（不计标点 24 字），阅读约 1 分钟$")
    )

    def hint(words):
        return lines.filter(has=page.locator("mark", has_text=re.compile(f"^{words}$")))

    # Jump to the place, change it by one click, undo that.
    hint("正在正在").locator("[data-jump]").click()
    assert page.evaluate("getSelection().toString()") == "正在正在"
    hint("正在正在").get_by_role("button", name="改为“正在”").click()
    expect(box).to_contain_text("各地正在推进秋收")
    expect(lines).to_have_count(4)
    box.click()
    page.keyboard.press("Control+z")
    expect(hint("正在正在")).to_be_visible()
    hint("正在正在").get_by_role("button", name="改为“正在”").click()
    hint("再接再励").get_by_role("button", name="改为“再接再厉”").click()
    expect(page.locator("#id_title")).to_have_value("关爱残废人，再接再厉")

    # Let pass: one hint by a click, a banned word with a reason, by keyboard.
    page.wait_for_url(re.compile(r"/edit/\d+/"))
    hint("15~20%").get_by_role("button", name="忽略").click()
    expect(page.locator("[data-proofing-note]")).to_have_text(re.compile("另有 1 处已忽略"))
    hint("残废人").get_by_role("button", name="仍要使用").press("Enter")
    page.keyboard.type("旧机构名，照录")
    page.keyboard.press("Enter")
    expect(page.locator("[data-proofing-note]")).to_have_text("1 处请核对，另有 2 处已忽略。")

    # It is saved as it stands, and still known after the page is opened again, on a phone too.
    expect(page.locator("#meiri-draft-status")).to_have_attribute("data-state", "saved")
    page.set_viewport_size({"width": 360, "height": 780})
    page.reload()
    if page.locator('[data-side-panel="proofing"]').is_hidden():
        page.locator('[data-side-panel-toggle="proofing"]').click()
    expect(lines).to_have_count(1)
    assert page.locator(".proofing-panel").evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    page.goto("/admin/proofing/dismissals/")
    expect(page.locator("tbody tr").first).to_contain_text("旧机构名，照录")
    assert complaints == []
