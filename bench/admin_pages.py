"""`make admin-pages`: every page of the admin that links lead to, in a browser: what axe-core finds, words in English, what only a mouse
reaches, pages that are wider than a tablet or a phone. A site of its own is served for it, or `--url` says which.
"""

import argparse
import re
import signal
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Error, Page, sync_playwright

from bench.audit import serve

CHROMIUM = "/usr/bin/chromium-headless-shell"
AXE = Path(__file__).resolve().parents[1] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
MOST_PAGES = 400
WIDTHS = (820, 360)
NO_PAGE = re.compile(r"logout|export|download|\.csv|format=")
NO_WORDS = re.compile(r"admin|\S+@\S+|[\w-]+\.(jpg|png|webp|svg|csv)|SHA-256：")
FIND_VIOLATIONS = """rules => axe.run(document, {runOnly: {type: "tag", values: rules}, resultTypes: ["violations"]}).then(
  found => found.violations.flatMap(v => v.nodes.map(node => `${v.id}: ${node.html.slice(0, 160)}`)))"""
# Outside of tables, which hold what people wrote and keys of the journal; nor names of people, addresses and files, or of standards.
FIND_ENGLISH = """() => {
  const found = new Set(), words = text => /[A-Za-z]{3}/.test(text) && !/[\\u4e00-\\u9fff]/.test(text) && found.add(text);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const beside = walker.currentNode.parentElement;
    if (!beside.closest("script, style, code, pre, table, template, textarea") && beside.checkVisibility())
      words(walker.currentNode.textContent.trim().slice(0, 80));
  }
  for (const name of ["aria-label", "placeholder"])
    for (const element of document.querySelectorAll(`[${name}]`)) words(`${name}: ${element.getAttribute(name)}`);
  return [...found];
}"""
# What acts on a click and gets no focus by Tab; within lists, menus and rows of tabs arrows move it, and a button opens Wagtail's
# table of contents of a form (minimap), whose links get focus then.
FIND_MOUSE_ONLY = """() => {
  const focusable = "a[href], button, input, select, textarea, summary, label, iframe, [tabindex], [contenteditable=true]";
  const acting = "[onclick], [data-action*='click->'], [role=button], [role=link], [role=checkbox], [role=switch]";
  const moved = "[role=tablist], [role=menu], [role=listbox], [role=toolbar], [role=radiogroup], [aria-hidden=true], [data-minimap-container]";
  const skipped = "button[tabindex='-1'], a[href][tabindex='-1'], [role=button][tabindex='-1']";
  const within = (element, selector) => element.matches(selector) || element.querySelector(selector);
  const found = [...document.querySelectorAll(acting)].filter(element => !within(element, focusable));
  return [...found, ...document.querySelectorAll(skipped)]
    .filter(element => element.checkVisibility() && !element.closest(moved)).map(element => element.outerHTML.slice(0, 160));
}"""


@dataclass
class Findings:
    pages: int = 0
    violations: Counter = field(default_factory=Counter)  # of (rule, pattern of the page)
    examples: dict[str, str] = field(default_factory=dict)
    english: Counter = field(default_factory=Counter)
    mouse_only: dict[str, str] = field(default_factory=dict)  # an element: the pattern of its first page
    wide: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def main(argv: list[str] | None = None) -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--url", help="of a site that is served already")
    arguments.add_argument("--user", default="admin")
    arguments.add_argument("--password", help="of that user; without --url it is made")
    chosen = arguments.parse_args(argv)
    if chosen.url:
        found = walk(chosen.url, chosen.user, chosen.password)
    else:
        with tempfile.TemporaryDirectory(prefix="meiri-admin-", ignore_cleanup_errors=True) as folder:
            url, server = serve(folder, MEIRI_STAFF_SECOND_FACTOR="off")
            try:
                password = (Path(folder) / "admin-password.txt").read_text().strip()
                found = walk(url, "admin", password)
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait(30)
    report(found)
    return int(any((found.violations, found.english, found.mouse_only, found.wide, found.failed)))


def walk(url: str, user: str, password: str) -> Findings:
    """What is found on the pages that `user` reaches by links, one of each kind of address."""
    found, seen, waiting = Findings(), set(), ["/admin/"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        # The check's own scripts are not the page's: its policy would refuse them.
        context = browser.new_context(base_url=url, locale="zh-CN", bypass_csp=True)
        page = context.new_page()
        page.goto("/admin/")
        page.fill("input[name=login]", user)
        page.fill("input[name=password]", password)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{url}/admin/")
        while waiting and found.pages < MOST_PAGES:
            address = waiting.pop(0)
            if pattern_of(address) in seen:
                continue
            seen.add(pattern_of(address))
            look_at(page, address, found)
            links = page.evaluate("[...document.querySelectorAll('a[href]')].map(link => link.href)")
            inside = [link.removeprefix(url) for link in links if link.startswith(f"{url}/admin/")]
            waiting += [link for link in inside if not NO_PAGE.search(link)]
        browser.close()
    return found


def look_at(page: Page, address: str, found: Findings) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    try:
        answer = page.goto(address)
    except Error as error:  # a file, not a page
        if "Download is starting" not in str(error):
            found.failed.append(f"{address}: {str(error).splitlines()[0]}")
        return
    if not answer or "html" not in answer.headers.get("content-type", ""):
        return
    if answer.status >= 500:
        found.failed.append(f"{address}: {answer.status}")
    found.pages += 1
    page.evaluate(AXE.read_text())
    page.wait_for_timeout(300)  # until scripts of the page have put together its forms
    for line in page.evaluate(FIND_VIOLATIONS, RULES):
        rule = line.partition(":")[0]
        found.violations[rule, pattern_of(address)] += 1
        found.examples.setdefault(rule, line)
    found.english.update(words for words in page.evaluate(FIND_ENGLISH) if not NO_WORDS.fullmatch(words))
    for element in page.evaluate(FIND_MOUSE_ONLY):
        found.mouse_only.setdefault(element, pattern_of(address))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if (excess := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
            found.wide.append(f"{pattern_of(address)} at {width} px by {excess} px")


def pattern_of(address: str) -> str:
    """The kind of an address: without its query and its numbers."""
    path = re.sub(r"[?#].*", "", address)
    return re.sub(r"\d+", "N", re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "UUID", path))


def report(found: Findings) -> None:
    print(f"pages: {found.pages}")
    rules = Counter(rule for rule, _ in found.violations)
    print(f"kinds of violations: {len(rules)}")
    for rule, count in rules.most_common():
        print(f"  {rule} on {count} kinds of pages, as {found.examples[rule]}")
        print(f"    {', '.join(sorted(p for r, p in found.violations if r == rule)[:8])}")
    reached = [f"{element} on {pattern}" for element, pattern in found.mouse_only.items()]
    for title, lines in (
        ("reached by a mouse alone", reached),
        ("wider than the screen", found.wide),
        ("failed", found.failed),
    ):
        print(f"{title}: {len(lines)}")
        for line in lines:
            print(f"  {line}")
    print(f"words without Chinese: {len(found.english)}")
    for words, count in found.english.most_common(80):
        print(f"  {count:4} {words}")


if __name__ == "__main__":
    sys.exit(main())
