"""An editor pastes into an article and lays it out, on a real site with a real browser."""

import base64
import io

import pytest
from PIL import Image

pytestmark = pytest.mark.xdist_group("newsroom browser")

ADD = "/admin/snippets/newsroom/article/add/"
# What a browser does when somebody pastes: the event with the clipboard's forms and files.
PASTE = """([html, text, file]) => {
  const data = new DataTransfer();
  if (html) data.setData("text/html", html);
  if (text) data.setData("text/plain", text);
  if (file) {
    const bytes = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
    data.items.add(new File([bytes], "image.png", { type: "image/png" }));
  }
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.activeElement.dispatchEvent(event);
}"""
BLOCKS = """() => document.querySelector("#body-root").rootBlock.getValue().map(({ type, value }) =>
  [type, type === "text" ? JSON.parse(value).blocks.map((b) => [b.type, b.text]) : value])"""


def a_picture(colour="#336699") -> str:
    drawn = io.BytesIO()
    Image.effect_noise((200, 120), 90).convert("RGB").save(drawn, "PNG")
    return base64.b64encode(drawn.getvalue()).decode()


@pytest.fixture
def page(editor):
    page = editor.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.goto(ADD, wait_until="networkidle")
    page.locator("#body-root .c-sf-add-button").first.click()
    page.get_by_role("option", name="正文").click()
    yield page
    assert page.errors == []


def write(page, words: str):
    text = page.locator("#body-root [contenteditable=true]").first
    text.click()
    page.keyboard.type(words)
    return text


def paste(page, html="", text="", picture=""):
    page.evaluate(PASTE, [html, text, picture])


def said(page) -> str:
    status = page.locator(".body-said p", has_not_text="正在整理")
    status.wait_for()
    return status.inner_text()


def blocks(page) -> list:
    page.wait_for_timeout(400)  # the editor of rich text writes its field a quarter of a second later
    return page.evaluate(BLOCKS)


def kinds(page) -> list[str]:
    return [kind for kind, _ in blocks(page)]


MIXED = f"""<p>开头一段。</p><ul><li>第一项</li><li>第二项</li></ul>
<table><tr><th>城市</th><th>气温</th></tr><tr><td>漠河</td><td>-30</td></tr></table>
<p><img src="data:image/png;base64,{a_picture()}" alt="冬天的江面"></p><p>最后一段。</p>"""


def test_c4_a_table_a_picture_and_a_list_arrive_where_the_caret_is(page):
    write(page, "前面后面")
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    paste(page, MIXED, "开头一段。\n第一项")
    assert said(page) == "粘贴了 4 段文字、1 个表格、1 张图片。"
    before, first, table, picture, last, after = blocks(page)
    assert before == ["text", [["unstyled", "前面"]]]
    assert first[1] == [
        ["unstyled", "开头一段。"],
        ["unordered-list-item", "第一项"],
        ["unordered-list-item", "第二项"],
    ]
    assert table[1]["data"] == [["城市", "气温"], ["漠河", "-30"]]
    assert picture[0] == "image"
    assert picture[1]["image"]
    assert last[1] == [["unstyled", "最后一段。"]]
    assert after == ["text", [["unstyled", "后面"]]]


def test_c4_pasted_text_alone_joins_the_paragraph_and_is_undone_like_typing(page):
    write(page, "前面")
    paste(page, "<p class=MsoNormal>　　第一段</p><p>&nbsp;</p><p>第二段</p>", "第一段\n第二段")
    assert said(page) == "粘贴了 2 段文字。"
    assert blocks(page) == [["text", [["unstyled", "前面第一段"], ["unstyled", "第二段"]]]]
    page.keyboard.press("Control+z")
    assert blocks(page) == [["text", [["unstyled", "前面"]]]]


def test_c4_half_a_sentence_stays_draftails_own(page):
    asked = []
    page.on("request", lambda request: request.url.endswith("/admin/paste/") and asked.append(request.url))
    write(page, "前面")
    paste(page, "<meta charset='utf-8'><span style='font-weight:400'>半句<b>话</b></span>", "半句话")
    assert blocks(page) == [["text", [["unstyled", "前面半句话"]]]]
    assert asked == []


def test_c4_a_paste_of_blocks_is_taken_back_by_its_button_and_by_the_keyboard(page):
    text = write(page, "前面后面")
    for take_back in (
        lambda: page.locator(".body-said").get_by_role("button", name="撤销").click(),
        lambda: (text.click(), page.keyboard.press("Control+z")),
    ):
        text.click()
        for key in ("Home", "ArrowRight", "ArrowRight"):
            page.keyboard.press(key)
        paste(page, MIXED, "开头一段。\n第一项")
        said(page)
        assert len(blocks(page)) == 6
        take_back()
        page.get_by_text("已撤销粘贴。").wait_for()
        assert blocks(page) == [["text", [["unstyled", "前面后面"]]]]


def test_c4_the_keyboard_undoes_what_was_typed_last(page):
    write(page, "前面")
    paste(page, MIXED + "<h2>小标题</h2>", "开头一段。\n第一项")
    said(page)
    heading = page.locator("#body-root input[type=text]:visible").last
    heading.click()
    page.keyboard.type("甲")
    page.keyboard.press("Control+z")
    assert kinds(page) == ["text", "text", "table", "image", "text", "heading"]


def test_c4_what_was_changed_after_a_paste_is_not_taken_back(page):
    write(page, "前面")
    paste(page, MIXED, "开头一段。\n第一项")
    said(page)
    page.locator("#body-root [contenteditable=true]:visible").last.click()
    page.keyboard.type("又写")
    page.locator(".body-said").get_by_role("button", name="撤销").click()
    page.get_by_text("粘贴以后又改过").wait_for()
    assert kinds(page) == ["text", "text", "table", "image", "text"]


def test_c4_without_a_network_the_words_arrive_and_that_is_said(page):
    page.route("**/admin/paste/", lambda route: route.abort())
    write(page, "前面")
    paste(page, MIXED, "开头一段。\n\n　　第一项\n城市\t气温")
    assert said(page) == "没有连上服务器。只粘贴了文字，表格、图片和格式没有带来。"
    (text,) = blocks(page)
    assert [words for _, words in text[1]] == ["前面开头一段。", "第一项", "城市 气温"]
    # The clipboard of some programs has no plain text.
    paste(page, "<table><tr><td>只在</td><td>表里</td></tr></table>")
    page.wait_for_timeout(300)
    assert "只在表里" in "".join(words for _, words in blocks(page)[0][1])


def test_c4_what_cannot_be_read_arrives_as_words_too(page):
    write(page, "前面")
    paste(page, "<p " + "a " * 20_000 + "><img>", "第一段\n第二段")
    assert said(page) == "网页结构过于庞大，无法读取。只粘贴了文字，表格、图片和格式没有带来。"
    assert blocks(page) == [["text", [["unstyled", "前面第一段"], ["unstyled", "第二段"]]]]


def test_c4_nothing_happens_to_a_word_that_is_half_typed(page):
    write(page, "前面")
    typing = page.context.new_cdp_session(page)
    typing.send("Input.imeSetComposition", {"text": "ni", "selectionStart": 2, "selectionEnd": 2})
    asked = []
    page.on("request", lambda request: request.url.endswith("/admin/paste/") and asked.append(request.url))
    paste(page, MIXED, "开头一段。\n第一项")
    assert asked == []
    typing.send("Input.insertText", {"text": "你"})
    assert blocks(page) == [["text", [["unstyled", "前面你"]]]]


def test_c4_a_paste_that_arrives_during_a_word_waits_for_its_end(page):
    held = []
    page.route("**/admin/paste/", lambda route: held.append(route))
    write(page, "前面")
    paste(page, MIXED, "开头一段。\n第一项")
    page.get_by_text("正在整理粘贴的内容").wait_for()
    typing = page.context.new_cdp_session(page)
    typing.send("Input.imeSetComposition", {"text": "ni", "selectionStart": 2, "selectionEnd": 2})
    with page.expect_response("**/admin/paste/"):
        held[0].continue_()
    assert kinds(page) == ["text"]
    typing.send("Input.insertText", {"text": "你"})
    said(page)
    found = blocks(page)
    assert (found[0], found[-1]) == (["text", [["unstyled", "前面"]]], ["text", [["unstyled", "你"]]])


def test_c4_an_article_is_not_saved_while_a_paste_is_on_its_way(page):
    held = []
    page.route("**/admin/paste/", lambda route: held.append(route))
    write(page, "前面")
    paste(page, MIXED, "开头一段。\n第一项")
    page.get_by_text("正在整理粘贴的内容").wait_for()
    page.get_by_role("button", name="保存草稿").last.click()
    page.get_by_text("粘贴的内容还在整理").wait_for()
    held[0].continue_()
    page.get_by_text("粘贴了 4 段文字").wait_for()
    assert len(blocks(page)) == 5


def test_c4_a_picture_alone_takes_the_place_of_an_empty_text(page):
    write(page, "")
    paste(page, picture=a_picture())
    assert said(page) == "粘贴了 1 张图片。"
    assert kinds(page) == ["image"]


def test_d15_the_layout_is_shown_first_and_done_when_the_editor_agrees(page):
    write(page, '　　他说:走,"快走".于2024-3-5')
    page.get_by_role("button", name="一键排版").click()
    preview = page.get_by_role("dialog", name="一键排版：1 处改动")
    assert "2024" in preview.inner_text()
    preview.get_by_role("button", name="不改").click()
    assert blocks(page)[0][1] == [["unstyled", '　　他说:走,"快走".于2024-3-5']]
    page.get_by_role("button", name="一键排版").click()
    preview.get_by_role("button", name="按此排版").click()
    assert said(page) == "已排版，改动 1 处。"
    assert blocks(page)[0][1] == [["unstyled", "他说：走，“快走”。于2024年3月5日"]]
    page.locator(".body-said").get_by_role("button", name="撤销").click()
    page.get_by_text("已撤销排版。").wait_for()
    assert blocks(page)[0][1] == [["unstyled", '　　他说:走,"快走".于2024-3-5']]


def test_d15_all_kinds_of_blocks_are_laid_out_and_taken_back(page):
    write(page, "头 一句")
    paste(
        page,
        "<h2>小 标题</h2><table><tr><td>甲,乙</td><td>３</td></tr></table><p> </p><blockquote><p>走,吧</p></blockquote>",
    )
    said(page)
    before = blocks(page)
    page.get_by_role("button", name="一键排版").click()
    page.get_by_role("button", name="按此排版").click()
    page.get_by_text("已排版，改动 5 处。").wait_for()
    text, heading, table, quote = blocks(page)
    assert (text[1], heading[1]) == ([["unstyled", "头一句"]], "小标题")
    assert table[1]["data"] == [["甲，乙", "3"]]
    assert quote[1]["text"] == "走，吧"
    page.locator(".body-said").get_by_role("button", name="撤销").click()
    page.get_by_text("已撤销排版。").wait_for()
    assert blocks(page) == before
