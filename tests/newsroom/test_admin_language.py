"""The admin speaks Chinese, is there for everybody, and asks no other host for anything."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.apps import apps
from django.utils import translation

from bench.admin_pages import AXE, FIND_VIOLATIONS, RULES

PAGES = [
    "/admin/",
    "/admin/snippets/newsroom/article/",
    "/admin/snippets/newsroom/article/add/",
    "/admin/snippets/sections/channel/",
    "/admin/snippets/fronts/friendlink/",
    "/admin/snippets/audience/hotrule/",
    "/admin/snippets/audience/hotrule/add/",
    "/admin/snippets/audience/searchrule/",
    "/admin/snippets/audience/searchrule/add/",
    "/admin/journal/",
    "/admin/comments/",
    "/admin/letters/",
    "/admin/import/",
    "/admin/pages/",
    "/admin/account/",
]
# Words of a page that are no Chinese: names of formats and keys, and what Wagtail writes without translating.
ALLOWED = re.compile(
    r"HTML|TXT|Word|DOCX|ZIP|_files|article:42|channel:keji|nav|Ctrl|Esc|Alt|Shift|Wagtail v[\d.]+|admin"
    r"|ICP|MEIRI_EMAIL_URL|outbox"
)


# What people wrote and keys of the journal: in any script.
WRITTEN = "table, .today-lists a, .today-ranks"


def wagtail_catalogues():
    for config in apps.get_app_configs():
        path = Path(config.path) / "locale" / "en" / "LC_MESSAGES" / "django.po"
        if config.name.startswith("wagtail") and path.exists():
            yield pytest.param(path, id=config.name)


@pytest.mark.parametrize("catalogue", list(wagtail_catalogues()))
def test_no_words_of_wagtail_are_left_in_english(catalogue):
    with translation.override("zh-hans"), catalogue.open("rb") as file:
        left = [
            message.id
            for message in read_po(file)
            if message.id and isinstance(message.id, str) and not message.context
            if translation.gettext(message.id) == message.id
            if re.search(r"[A-Za-z]{3}", re.sub(r"%\(\w+\)[sd]|Wagtail|API v2", "", message.id))
        ]
    assert left == []


@pytest.mark.xdist_group("newsroom browser")
def test_editors_read_chinese_meet_no_barrier_and_nothing_comes_from_elsewhere(editor, site):
    page = editor.new_page()
    foreign, errors, english, barriers = [], [], {}, {}
    page.on("request", lambda r: r.url.startswith((site.url, "data:", "blob:")) or foreign.append(r.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: m.type == "error" and errors.append(m.text))
    for address in PAGES:
        page.goto(address, wait_until="networkidle")
        page.evaluate(AXE.read_text())
        if found := page.evaluate(FIND_VIOLATIONS, RULES):
            barriers[address] = found
        page.evaluate(f"document.querySelectorAll('{WRITTEN}').forEach(e => e.remove())")
        words = page.locator("body").inner_text()
        if left := re.findall(r"[A-Za-z]{4,}", ALLOWED.sub("", words)):
            english[address] = left
    assert (foreign, errors, english, barriers) == ([], [], {}, {})


@pytest.mark.xdist_group("newsroom browser")
def test_the_menu_of_a_table_is_in_chinese(editor):
    page = editor.new_page()
    errors = []
    page.on("console", lambda m: m.type == "error" and errors.append(m.text))
    page.goto("/keji/")
    number = re.search(
        r"/(\d+)\.html", page.get_by_role("link", name="钠电池在漠河过冬").last.get_attribute("href")
    )[1]
    page.goto(f"/admin/snippets/newsroom/article/edit/{number}/", wait_until="networkidle")
    page.locator(".handsontable td:visible").first.click(button="right")
    menu = page.locator(".htContextMenu td:visible")
    menu.first.wait_for()
    words = [word for word in menu.all_inner_texts() if word]
    assert words[0] == "在上方插入行"
    assert not re.search(r"[A-Za-z]", "".join(words))
    assert errors == []


@pytest.mark.xdist_group("newsroom browser")
def test_the_newsroom_loads_nothing_from_elsewhere_and_sends_nothing_there(editor):
    page = editor.new_page()
    refused = []
    page.on("console", lambda m: refused.append(m.text))
    policy = page.goto("/admin/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    page.evaluate("fetch('https://elsewhere.example/').catch(() => {})")
    page.wait_for_timeout(200)
    assert any("Content Security Policy" in text for text in refused)
