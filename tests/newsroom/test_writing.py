"""Writing in a real browser on a real site: no text is lost (C1, C2, C3, D8, D9, D10)."""

import re

import pytest
from playwright.sync_api import expect

from tests.newsroom.writers import SAVED, STATUS, Writer, lose_answers

pytestmark = pytest.mark.xdist_group("newsroom browser")


@pytest.fixture
def writer(editor):
    return Writer(editor)


@pytest.fixture
def other(browser, site, administrators_cookies):
    """Another browser at the newsroom."""
    context = browser.new_context(base_url=site.url, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.set_default_timeout(20_000)
    context.add_cookies(administrators_cookies)
    yield context
    context.close()


def test_c1_the_first_words_are_saved_without_title_or_channel(writer):
    writer.add_text("先写正文，频道以后再说。")
    expect(writer.page.locator(STATUS)).to_have_text(SAVED)
    writer.page.goto(writer.page.url)
    assert Writer(writer.context, writer.page.url).texts() == ["先写正文，频道以后再说。"]


def test_d8_a_block_that_is_half_filled_stops_nothing(writer):
    writer.add_text("写好的一段。")
    writer.page.locator("#body-root .c-sf-add-button:visible").last.click()
    writer.page.get_by_role("option", name="引文").first.click()
    writer.fill("title", "还没有引文")
    writer.wait_until_saved()
    assert "还没有引文" in writer.page.title()


def test_c3_what_is_typed_offline_is_there_again_after_the_tab_was_closed(writer):
    writer.fill("title", "断网之前")
    writer.wait_until_saved()
    address = writer.page.url
    writer.go_offline()
    writer.add_text("断网时写的一段。")
    expect(writer.page.locator(STATUS)).to_have_text(re.compile("只在本机"))
    writer.wait_until_kept()
    writer.page.close(run_before_unload=False)
    writer.go_online()
    again = Writer(writer.context, address)
    assert again.texts() == []
    again.page.get_by_role("button", name="恢复").click()
    again.wait_until_saved()
    assert again.texts() == ["断网时写的一段。"]
    assert Writer(writer.context, address).texts() == ["断网时写的一段。"]


def test_c3_a_new_article_that_never_reached_the_server_is_offered_again(writer):
    writer.go_offline()
    writer.fill("title", "没有到过服务器")
    writer.add_text("只在本机的话。")
    expect(writer.page.locator(STATUS)).to_have_text(re.compile("只在本机"))
    writer.wait_until_kept()
    writer.page.close(run_before_unload=False)
    writer.go_online()
    again = Writer(writer.context)
    again.page.get_by_role("button", name="恢复").click()
    again.wait_until_saved()
    assert again.page.locator("#id_title").input_value() == "没有到过服务器"
    assert again.texts() == ["只在本机的话。"]


def test_d10_the_network_comes_back_and_what_was_typed_meanwhile_is_saved(writer):
    writer.fill("title", "网络")
    writer.wait_until_saved()
    writer.go_offline()
    writer.fill("summary", "断网时的摘要。")
    expect(writer.page.locator(STATUS)).to_have_text(re.compile("只在本机"))
    writer.go_online()
    expect(writer.page.locator(STATUS)).to_have_text(SAVED)


def test_answers_that_get_lost_double_nothing_and_make_one_article(writer):
    left = lose_answers(writer.page, 3)
    writer.fill("title", "答复丢了")
    writer.add_text("第一句。")
    writer.page.wait_for_timeout(1_000)
    writer.page.keyboard.type("第二句。")
    writer.wait_until_saved()
    assert left == [0]
    writer.page.goto("/admin/snippets/newsroom/article/?q=答复丢了")
    assert writer.page.get_by_role("link", name="答复丢了").count() == 1
    writer.page.get_by_role("link", name="答复丢了").click()
    writer.page.wait_for_url("**/edit/**")
    assert Writer(writer.context, writer.page.url).texts() == ["第一句。第二句。"]


def test_c2_two_people_write_and_see_each_others_words(writer, other):
    writer.fill("title", "两个人")
    writer.add_text("沈写的。")
    writer.wait_until_saved()
    second = Writer(other, writer.page.url)
    second.fill("summary", "林写的摘要。")
    second.add_text("林写的一段。")
    writer.go_to_end_of(0)
    writer.page.keyboard.type("沈又写。")
    second.wait_until_saved()
    writer.wait_to_hear()
    second.wait_to_hear()
    assert writer.texts() == second.texts() == ["沈写的。沈又写。", "林写的一段。"]
    assert writer.page.locator("#id_summary").input_value() == "林写的摘要。"
    # Each form tells of itself every few seconds.
    expect(writer.page.locator(".meiri-writes-here")).to_have_count(1, timeout=20_000)


def test_c2_both_write_in_one_paragraph_and_the_caret_stays(writer, other):
    writer.fill("title", "同一段")
    writer.add_text("甲乙丙。")
    writer.wait_until_saved()
    second = Writer(other, writer.page.url)
    second.page.locator("#body-root .public-DraftEditor-content").click()
    second.page.keyboard.press("Control+Home")
    second.page.keyboard.type("林的话，")
    second.wait_until_saved()
    writer.wait_to_hear()
    writer.page.keyboard.type("沈的话。")
    writer.wait_until_saved()
    second.wait_to_hear()
    assert writer.texts() == second.texts() == ["林的话，甲乙丙。沈的话。"]


@pytest.mark.parametrize(("button", "title"), [("用我的", "沈的副题"), ("用对方的", "林的副题")])
def test_c2_a_conflict_shows_both_and_whoever_comes_later_chooses(writer, other, button, title):
    writer.fill("title", "冲突")
    writer.wait_until_saved()
    second = Writer(other, writer.page.url)
    second.fill("subtitle", "林的副题")
    second.wait_until_saved()
    # Before the screen has heard of it.
    writer.page.locator("#id_subtitle").evaluate(
        "e => { e.value = '沈的副题'; e.dispatchEvent(new Event('input')); }"
    )
    expect(writer.page.locator("#meiri-conflicts")).to_contain_text("林的副题")
    expect(writer.page.locator(STATUS)).to_have_text(re.compile("有冲突"))
    writer.page.get_by_role("button", name=button).click()
    writer.wait_until_saved()
    second.wait_to_hear()
    assert second.page.locator("#id_subtitle").input_value() == title
    assert writer.page.locator("#id_subtitle").input_value() == title


def test_nothing_acts_on_half_composed_text(writer):
    writer.fill("title", "输入法")
    writer.wait_until_saved()
    writer.page.locator("#id_summary").click()
    session = writer.context.new_cdp_session(writer.page)
    session.send("Input.imeSetComposition", {"text": "ni hao", "selectionStart": 6, "selectionEnd": 6})
    writer.page.wait_for_timeout(1_500)
    stored = writer.page.evaluate("window.meiriDrafts.form.stored")
    assert "ni hao" not in stored
    session.send("Input.insertText", {"text": "你好"})
    writer.wait_until_saved()
    assert "你好" in writer.page.evaluate("window.meiriDrafts.form.stored")


def test_a_long_title_is_not_cut_while_it_is_typed(writer):
    writer.page.locator("#id_title").click()
    writer.page.keyboard.insert_text("长" * 150)
    expect(writer.page.locator(".meiri-too-long")).to_contain_text("多了 30 字")
    writer.wait_until_saved()
    assert Writer(writer.context, writer.page.url).page.locator("#id_title").input_value() == "长" * 150


def test_publishing_waits_until_the_server_has_all_of_it(writer):
    writer.fill("title", "发布之前的最后一个字")
    writer.add_text("正文。")
    writer.page.locator("#id_channel").select_option(label="要闻")
    for field, letters, name in (("source", "mrxww", "每日新闻网"), ("editor", "sy", "沈砚")):
        writer.page.locator(f"#id_{field}").press_sequentially(letters)
        writer.page.get_by_role("option", name=re.compile(name)).first.wait_for()
        writer.page.keyboard.press("Enter")
    writer.page.get_by_role("tab", name="原文与发布").click()
    writer.page.locator("#id_dateline").press_sequentially("每日新闻网电")
    writer.page.get_by_role("button", name=re.compile("更多动作|打开")).last.click()
    writer.page.get_by_role("button", name="发布", exact=True).click()
    writer.page.wait_for_url("**/article/")
    number = writer.page.get_by_role("link", name="发布之前的最后一个字").first
    expect(number).to_be_visible()


def test_whose_session_ended_signs_in_over_the_open_text(writer):
    writer.fill("title", "会话")
    writer.wait_until_saved()
    kept = writer.context.cookies()
    writer.context.clear_cookies()
    # They hear that the session has ended while they write, and write on.
    writer.fill("summary", "会话过期后")
    expect(writer.page.locator(STATUS)).to_have_text(re.compile("登录已过期"))
    writer.page.keyboard.type("写的。")
    frame = writer.page.frame_locator("#meiri-sign-in iframe")
    expect(frame.locator("input[name=password]")).to_be_visible()
    expect(writer.page.locator(STATUS)).to_have_text(re.compile("只在本机"))
    # Somebody signs in, and is led to where signing in ends: here by the cookies of before.
    writer.context.add_cookies(kept)
    writer.page.locator("#meiri-sign-in iframe").evaluate("e => { e.src = '/admin/articles/signed-in/'; }")
    expect(writer.page.locator("#meiri-sign-in")).to_have_count(0)
    writer.wait_until_saved()
    again = Writer(writer.context, writer.page.url)
    assert again.page.locator("#id_summary").input_value() == "会话过期后写的。"
