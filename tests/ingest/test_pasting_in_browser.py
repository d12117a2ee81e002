"""An editor pastes into an article and lays it out, on a real site with a real browser."""

import base64
import io

import pytest
from PIL import Image

pytestmark = pytest.mark.xdist_group("browser")

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
