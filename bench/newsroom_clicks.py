"""Clicks, fields and seconds of what a newsroom does most, by its people in a browser on a sample site whose chains of reviews bind.

A click is a press of the mouse or of a key that does something; a field is one that is filled in. Seconds of work are a model: one
for each click, a fifth of one for each character typed, and what the pages themselves took on this machine.
"""

import argparse
import base64
import io
import os
import re
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

from bench.audit import serve
from tests.browser import CHROMIUM, QUIET
from tests.ingest.pages import a_portal_page
from tests.newsroom_day.people import (
    CHANNEL_CHIEF,
    CHIEF,
    EDITOR,
    PROOFREADER,
    REPORTER,
    STATION_CHIEF,
    People,
)
from tests.site_shell import Shell

SECONDS_A_CLICK, CHARACTERS_A_SECOND = 1.0, 5.0


@dataclass(frozen=True)
class ServedSite:
    """What `People` need of a site."""

    url: str
    shell: Shell

    def run(self, code: str) -> str:
        return self.shell.run(code)


class Hand:
    """Somebody's hand at a page: what it does is counted."""

    def __init__(self, page: Page):
        self.page, self.clicks, self.fields, self.characters = page, 0, 0, 0
        self.began = time.monotonic()

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def leave(self, target: Locator) -> None:
        """A click after which another page stands there."""
        with self.page.expect_navigation():
            self.click(target)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.clicks += 1

    def fill(self, target: Locator, words: str) -> None:
        self.click(target)
        target.fill(words)
        self.fields += 1
        self.characters += len(words)

    def paste(self, target: Locator, words: str) -> None:
        """Into a field, from elsewhere: two clicks, whatever the length."""
        self.click(target)
        target.fill(words)
        self.clicks += 1
        self.fields += 1

    @property
    def typing(self) -> float:
        return self.characters / CHARACTERS_A_SECOND

    def work(self, machine: float) -> float:
        return self.clicks * SECONDS_A_CLICK + self.typing + machine


# What is there before: an article of `writer`, published past its reviews or sent to them.
ARTICLE = """
from meiri.members.models import User
from meiri.newsroom.models import Article, Source
from meiri.newsroom.publishing import publish
from meiri.review.reviewed_publication import publishing_unreviewed
from meiri.sections.models import Channel, Station
writer = User.objects.get(username={writer!r})
station = Station.objects.filter(slug={station!r}).first()
article = Article(title={title!r}, channel=Channel.objects.get(slug="yaowen"), home_station=station, created_by=writer,
    source=Source.objects.get(name="每日新闻网"), live=False)
article.body = [("text", "<p>清晨五点半，首班车准时发出。</p>")]
article.save()
article.stations.set([station] if station else [])
article.save()
revision = article.save_revision(user=writer)
if {live}:
    with publishing_unreviewed("示例"):
        revision.publish()
else:
    article.get_workflow().start(article, writer)
print(article.pk)
"""

# A station's article, offered to a channel.
OFFER = """
from meiri.members.models import User
from meiri.newsroom.models import Article
from meiri.newsroom.placing import offer
from meiri.newsroom.proposals import ProposalMode
from meiri.sections.models import Channel
offer(Article.objects.get(pk={number}), [Channel.objects.get(slug="shendu")], ProposalMode.LINK, "",
    User.objects.get(username={by!r}))
"""


def an_article(site: ServedSite, title: str, live: bool = True, station: str = "") -> str:
    words = {"title": title, "writer": REPORTER, "live": live, "station": station}
    return site.run(ARTICLE.format(**words)).split()[-1]


def send_a_flash(people: People) -> Hand:
    page = people.at_desk(EDITOR)
    page.goto("/admin/")
    hand = Hand(page)
    hand.fill(page.locator("#flash-title"), "江南普降大雪")
    hand.fill(page.locator("#flash-text"), "气象台消息，江南今晨普降大雪，各地学校停课一天。")
    hand.leave(page.get_by_role("button", name="发快讯"))
    assert "已送审" in page.locator(".messages").inner_text()
    return hand


def reprint_with_a_picture(people: People) -> Hand:
    out = io.BytesIO()
    Image.effect_noise((640, 420), 60).convert("RGB").save(out, "JPEG")
    picture = base64.b64encode(out.getvalue()).decode()
    extra = f'<p><img src="data:image/jpeg;base64,{picture}" alt="田里的水位仪"></p>'
    paragraphs = ("入秋以来，江南各地的稻田装上了水位仪。", "据介绍，今年共安装三千二百台，节水两成以上。")
    pasted = a_portal_page(title="江南的稻田装上了水位仪", paragraphs=paragraphs, extra=extra)
    pasted = pasted.replace("科技前沿", "要闻").replace("/keji/", "/yaowen/")
    page = people.at_desk(EDITOR)
    page.goto("/admin/import/")
    hand = Hand(page)
    hand.paste(page.locator("textarea[name=text]"), pasted)
    hand.leave(page.locator("main form button.button"))
    hand.leave(page.locator("td.title a").first)
    page.wait_for_load_state("networkidle")
    hand.click(page.get_by_role("button", name="更多动作").last)
    hand.leave(page.locator("[name=action-submit]"))
    return hand


def correct_an_error(people: People) -> Hand:
    number = an_article(people.site, "首班车提前发出")
    page = people.at_desk(EDITOR)
    page.goto(f"/admin/corrections/of/{number}/")
    hand = Hand(page)
    hand.fill(page.get_by_label("原文（有误的文字）"), "五点半")
    hand.fill(page.get_by_label("更正为"), "五点四十")
    hand.leave(page.get_by_role("button", name="刊登更正"))
    return hand


def at_more_deeds(people: People, title: str) -> Hand:
    """The hand of a chief who has opened a published article, and in its form the further deeds."""
    number = an_article(people.site, title)
    page = people.at_desk(CHIEF)
    page.goto(f"/admin/snippets/newsroom/article/edit/{number}/")
    hand = Hand(page)
    hand.click(page.get_by_role("button", name="更多动作").last)
    return hand


def put_on_top_of_home(people: People) -> Hand:
    hand = at_more_deeds(people, "今天的头条")
    page = hand.page
    hand.leave(page.get_by_role("link", name="上首页"))
    hand.leave(page.get_by_role("button", name="放到头条"))
    return hand


def withdraw_everywhere(people: People) -> Hand:
    hand = at_more_deeds(people, "要撤下的稿件")
    page = hand.page
    hand.leave(page.locator("[href*='/unpublish/'], [name=action-unpublish]").first)
    hand.fill(page.get_by_label("撤稿原因"), "内容需要核实")
    hand.leave(page.get_by_role("button", name="撤稿"))
    return hand


def reject_with_marks(people: People) -> Hand:
    an_article(people.site, "要退回的稿件", live=False)
    page = people.at_desk(PROOFREADER)
    page.goto("/admin/review/")
    hand = Hand(page)
    hand.leave(page.get_by_role("main").get_by_role("link", name="要退回的稿件"))
    hand.click(page.get_by_text("在文中标记"))
    hand.fill(page.locator("[name^=mark-]").last, "几点几分请写明")
    hand.fill(page.locator("#opinion"), "时间请核对")
    hand.leave(page.get_by_role("button", name="修改"))
    return hand


def take_an_offer(people: People) -> Hand:
    number = an_article(people.site, "新疆站送来的稿件", station="xinjiang")
    people.site.run(OFFER.format(number=number, by=STATION_CHIEF))
    page = people.at_desk(CHANNEL_CHIEF)
    page.goto("/admin/")
    hand = Hand(page)
    hand.leave(page.get_by_role("link", name="新疆站送来的稿件").first)
    row = page.get_by_role("row").filter(has_text="新疆站送来的稿件")
    hand.leave(row.get_by_role("button", name=re.compile("^采用")))
    return hand


# What is wanted, and what was seen in November 2026 before these screens were made; "—" where nobody measured it.
TASKS: tuple[tuple[str, Callable[[People], Hand], str, str], ...] = (
    ("快讯: written and sent the fast lane", send_a_flash, "3 fields, 1 button, < 15 s", "11 clicks, 14 s"),
    (
        "转载 with a picture, pasted and sent",
        reprint_with_a_picture,
        "≤ 4 clicks after the paste",
        "22 clicks",
    ),
    ("更正 of a published error", correct_an_error, "≤ 4 clicks", "6 clicks, 19 s"),
    ("首页头条", put_on_top_of_home, "≤ 3 clicks", "7 clicks, 26 s"),
    ("撤稿 everywhere", withdraw_everywhere, "≤ 4 clicks", "5 clicks, 20 s"),
    ("退回 with a mark", reject_with_marks, "—", "—"),
    ("采用送稿", take_an_offer, "—", "—"),
)


def main(arguments: list[str] | None = None) -> None:
    argparse.ArgumentParser(prog="python -m bench.newsroom_clicks", description=__doc__).parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="meiri-clicks-", ignore_cleanup_errors=True) as folder:
        url, server = serve(folder, MEIRI_STAFF_SECOND_FACTOR="off")
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MEIRI_")}
        shell = Shell(environment | {"MEIRI_HOME": folder, "MEIRI_BASE_URL": url})
        try:
            measure(ServedSite(url, shell))
        finally:
            shell.end()
            server.send_signal(signal.SIGTERM)
            server.wait(30)


def measure(site: ServedSite) -> None:
    print("| what | before | wanted | clicks | fields | typing, s | pages, s | work, s |")
    print("| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        people = People(browser, site)
        for name, play, wanted, before in TASKS:
            hand = play(people)
            machine = time.monotonic() - hand.began
            print(
                f"| {name} | {before} | {wanted} | {hand.clicks} | {hand.fields} | {hand.typing:.1f} | {machine:.1f} |"
                f" {hand.work(machine):.1f} |",
                flush=True,
            )
        people.close()
        browser.close()


if __name__ == "__main__":
    main()
