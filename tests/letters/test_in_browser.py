"""A letter from the telephone to the desk in a real browser: by keyboard, without scripts, with attacks in every field."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.letters.letters_factory import a_photograph
from tests.web.test_accessibility import MODES, checked, violations

pytestmark = pytest.mark.xdist_group("browser")
# Signs that a program of the letter's would leave.
TRACE = "window.__ran = (window.__ran || 0) + 1"

PRINT = """
import json
from django.contrib.auth import get_user_model
from meiri.letters import handling, published_letters
from tests.letters.letters_factory import a_letter
words = json.loads(open({path!r}).read())
editor = get_user_model().objects.get(username="admin")
letter = a_letter(receipt="20261123-PRNTD234", subject=words[0][:60], text=words[1][:5000], masked_name=words[0][:20])
letter = handling.check_letter(letter, editor)
letter = handling.answer_letter(letter, words[2][:5000], editor, unit=words[0][:60])
letter = published_letters.publish_letter(letter, editor, words[1][:5000], subject=words[0][:60])
print(letter.pk)
"""
TAKE_BACK = """
from meiri.letters import handling, published_letters
from meiri.letters.models import Letter
for letter in Letter.objects.filter(receipt="20261123-PRNTD234"):
    handling.take_back_letter(letter)
    letter.delete()
"""


@pytest.fixture
def printed(site, tmp_path):
    """Have a letter printed of (subject, text, answer); the address of its page."""

    def print_letter(*words: str) -> str:
        path = tmp_path / "letter.json"
        path.write_text(json.dumps(words))
        return f"/letters/published/{site.run(PRINT.format(path=str(path))).strip()}/"

    yield print_letter
    site.run(TAKE_BACK)


def payloads(shared_data) -> list[str]:
    listed = json.loads((shared_data / "security/big-list-of-naughty-strings/blns.json").read_text())
    attacks = [
        text for text in listed if re.search(r"<script|onerror|onload|javascript:", text, re.IGNORECASE)
    ]
    return [f"<script>{TRACE}</script><img src=x onerror='{TRACE}'>", *attacks]


@pytest.mark.parametrize("width", [360, 1440])
def test_a_letter_is_written_and_followed_without_scripts_by_keyboard(browser, site, width):
    context = browser.new_context(
        base_url=site.url, viewport={"width": width, "height": 800}, java_script_enabled=False
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto("/letters/write/")
    page.locator("#id_subject").focus()
    page.keyboard.type("路灯不亮")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("浙江省杭州市")
    page.keyboard.press("Tab")
    page.keyboard.type("小区东门外的路灯全部不亮。")
    photograph = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": a_photograph()}
    page.locator("#id_attachments").set_input_files([photograph])
    page.locator("#id_name").focus()
    page.keyboard.type("林晚舟")
    page.keyboard.press("Tab")
    page.keyboard.type("reader@example.com")
    page.locator("#id_consent").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="来信已收到")).to_be_visible()
    number, key = page.locator("dl.letter-receipt dd").all_text_contents()
    page.goto("/letters/")
    page.locator("#receipt").fill(number)
    page.keyboard.press("Enter")
    page.locator("#id_key").fill(key)
    page.keyboard.press("Enter")
    expect(page.get_by_text("附件 1 个")).to_be_visible()
    page.locator("#id_text").fill("编号是 N27。")
    page.get_by_role("button", name="提交补充").press("Enter")
    expect(page.get_by_role("status")).to_have_text("补充的内容已收到。")
    page.locator("#id_sure").check()
    page.get_by_role("button", name="撤回来信").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("来信已撤回")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


def test_no_program_in_a_letter_ever_runs(reader, editor, site, shared_data):
    attacks = payloads(shared_data)
    page, asked = reader.new_page(), []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.goto("/letters/write/")
    page.locator("#id_subject").fill(attacks[0][:60])
    page.locator("#id_place").fill(attacks[1][:60])
    page.locator("#id_text").fill("\n".join(attacks)[:5000])
    page.locator("#id_name").fill("<script>x")
    page.locator("#id_contact").fill(attacks[0][:100])
    page.locator("#id_consent").check()
    page.get_by_role("button", name="提交来信").click()
    number, key = page.locator("dl.letter-receipt dd").all_text_contents()
    page.goto(f"/letters/{number}/")
    page.locator("#id_key").fill(key)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("<script>")
    page.goto("/staff/?q=" + "<script>x</script>")
    desk = editor.new_page()
    desk.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    desk.goto("/admin/letters/")
    desk.get_by_role("row").filter(has_text=number).get_by_role("link").click()
    expect(desk.get_by_text("办理过程")).to_be_visible()
    for shown in (page, desk):
        assert shown.evaluate("window.__ran") is None
    assert asked == []


def test_no_program_in_a_printed_letter_or_its_answer_ever_runs(reader, printed, shared_data):
    attacks = payloads(shared_data)
    address = printed(attacks[0], "\n".join(attacks), "\n".join(reversed(attacks)))
    page, asked = reader.new_page(), []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.add_init_script("window.alert = window.prompt = window.confirm = () => { window.__ran = 1 }")
    for shown in (address, "/letters/"):
        assert page.goto(shown, wait_until="networkidle").status == 200
        expect(page.get_by_role("main")).to_contain_text("<script>")
        assert page.evaluate("window.__ran") is None
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert asked == []


def test_a_printed_letter_has_no_barrier(browser, site, printed):
    address = printed(
        "东门的路灯已经修好", "小区东门外的路灯全部不亮，晚上出行不便。", "来信收悉，路灯已修好。"
    )
    page = checked(browser, site, 360)
    found = violations(page, address, MODES)
    page.context.close()
    assert not found, "\n".join(found)
