"""An editor records in a browser what AI did, block by block, with keys alone; readers are told."""

import re

import pytest
from playwright.sync_api import expect

from tests.newsroom.writers import Writer

pytestmark = pytest.mark.xdist_group("newsroom browser")

TITLE = "智能水位仪上岗记"


AN_AUTHOR = "from meiri.newsroom.models import Author; print(Author.objects.order_by('pk').first().name)"


def choose(page, field: str, words: str) -> None:
    picker = page.locator("meiri-picker", has=page.locator(f"select[name={field}]"))
    picker.locator("input").fill(words)
    expect(picker.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    picker.locator("input").press("Enter")


def test_what_ai_did_is_recorded_and_told(editor, reader, site):
    writer = Writer(editor)
    page = writer.page
    writer.fill("title", TITLE)
    page.select_option("select[name=channel]", label="科技前沿")
    writer.add_text("入秋以来，江南各地的稻田装上了水位仪。")
    writer.wait_until_saved()
    mark = page.get_by_label("这一块的人工智能标注").first
    mark.focus()
    page.keyboard.press("End")
    expect(mark).to_have_value("generated")

    page.get_by_role("tab", name="原文与发布").click()
    page.get_by_label("人工智能使用记录").select_option("assisted")
    tick = page.get_by_label("标题", exact=True).last
    tick.focus()
    page.keyboard.press("Space")
    expect(tick).to_be_checked()
    writer.wait_until_saved()

    page.reload()
    expect(page.get_by_label("这一块的人工智能标注").first).to_have_value("generated")
    page.get_by_role("button", name="打开或收起发布前核对").click()
    line = page.locator(".publication-line", has_text="请填写由本社谁核对过")
    line.get_by_role("button").press("Enter")
    choose(page, "ai_checked_by", "admin")
    line.wait_for(state="detached")
    writer.wait_until_saved()
    page.get_by_role("tab", name="稿件", exact=True).click()
    choose(page, "source", "每日新闻网")
    choose(page, "editor", site.run(AN_AUTHOR).strip())
    writer.wait_until_saved()
    page.get_by_role("button", name="更多动作").last.click()
    page.locator("button[name=action-publish]").click()
    page.wait_for_url("**/snippets/newsroom/article/")

    screen = reader.new_page()
    screen.goto("/keji/")
    screen.locator("main").get_by_role("link", name=TITLE).first.click()
    expect(screen.locator(".article > .aigc-label")).to_have_text("本文标题由人工智能（AI）辅助生成")
    expect(screen.locator(".body .aigc-label")).to_have_text(re.compile("以下 1 段文字由 AI 生成"))
