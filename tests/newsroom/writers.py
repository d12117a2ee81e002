"""Editors who write in real browsers: what they press, and what their screens say."""

import re

from playwright.sync_api import BrowserContext, Page, Route

ADD = "/admin/snippets/newsroom/article/add/"
STATUS = "#meiri-draft-status"
SAVED = re.compile("已保存到服务器")


class Writer:
    """Somebody with an article open."""

    def __init__(self, context: BrowserContext, address: str = ADD):
        self.context = context
        self.page: Page = context.new_page()
        self.open(address)

    def open(self, address: str) -> None:
        self.page.goto(address)
        self.page.wait_for_function(
            "window.meiriDrafts?.form && document.getElementById('body-root')?.rootBlock"
        )

    @property
    def status(self) -> str:
        return self.page.locator(STATUS).inner_text()

    def fill(self, name: str, words: str) -> None:
        self.page.locator(f"#id_{name}").click()
        self.page.locator(f"#id_{name}").press_sequentially(words)

    def add_text(self, words: str = "") -> None:
        """A block of text at the end of the body, with `words` typed into it."""
        editors = self.page.locator("#body-root .public-DraftEditor-content:visible")
        count = editors.count()
        self.page.locator("#body-root .c-sf-add-button:visible").last.click()
        self.page.get_by_role("option", name="正文").first.click()
        self.page.wait_for_function(
            "n => document.querySelectorAll('#body-root .public-DraftEditor-content').length > n"
            " && document.activeElement.classList.contains('public-DraftEditor-content')",
            arg=count,
        )
        if words:
            self.page.keyboard.type(words)

    def go_to_end_of(self, number: int) -> None:
        """The caret at the end of a text, counted from 0."""
        self.page.locator("#body-root .public-DraftEditor-content:visible").nth(number).click()
        self.page.keyboard.press("Control+End")

    def texts(self) -> list[str]:
        shown = self.page.locator("#body-root .public-DraftEditor-content:visible").all_inner_texts()
        return [text.strip() for text in shown]

    def wait_until_saved(self) -> None:
        """Until the server has all that is on the screen, and the screen all that others saved."""
        self.page.wait_for_function(
            "() => { const f = window.meiriDrafts.form;"
            " return f.touched && !f.isDirty && !f.flight && !f.forced && !f.waiting"
            " && /已保存到服务器/.test(f.status.textContent); }"
        )

    def wait_until_kept(self) -> None:
        """Until this browser has a copy of all that is on the screen."""
        self.page.wait_for_function(
            "() => { const f = window.meiriDrafts.form; return f.kept === f.fieldsAsText(); }"
        )

    def wait_to_hear(self) -> None:
        """Until the screen has heard of what others saved up to now."""
        self.page.evaluate(
            "() => { window.meiriDrafts.form.lastKey = 0; window.meiriDrafts.form.forced = true; }"
        )
        self.wait_until_saved()

    def go_offline(self) -> None:
        self.context.set_offline(True)

    def go_online(self) -> None:
        self.context.set_offline(False)


def lose_answers(page: Page, times: int) -> list[int]:
    """Let the server get the next `times` messages of the form, and the browser no answer. How many are left, in a list."""
    left = [times]

    def lose(route: Route) -> None:
        if (
            route.request.method == "POST"
            and "/article/" in route.request.url
            and "form_key" in (route.request.post_data or "")
            and "presence" not in route.request.url
            and left[0]
        ):
            left[0] -= 1
            route.fetch()
            route.abort()
        else:
            route.fallback()

    page.route("**/*", lose)
    return left
