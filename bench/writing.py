"""Writing an article under bad luck: two people in one, ten people at fifty, tabs and networks and servers that go away."""

import argparse
import functools
import json
import operator
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Error, sync_playwright

from bench._processes import data_folder, environment, free_port, wait_for
from tests.browser import CHROMIUM, QUIET
from tests.doors.forms import forms_of
from tests.doors.visitor import Visitor
from tests.newsroom.writers import ADD, Writer

PASSWORD = "一份写稿用的口令2026"  # noqa: S105 of a site that lives as long as the run
PEOPLE, ARTICLES = 10, 50
LOST_SECONDS = 2
BEGINNING = ("开头。", "中间。", "结尾。")


class Site:
    """`meiri serve` on a data folder with the sample newsroom; it can be killed and started again."""

    def __init__(self, home: str):
        self.home, self.port = Path(home), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen | None = None
        self.cookies: list = []

    def start(self, *options: str) -> None:
        settings = environment(
            self.home,
            MEIRI_PORT=str(self.port),
            MEIRI_BASE_URL=self.url,
            MEIRI_ADMIN_PASSWORD=PASSWORD,
            MEIRI_STAFF_SECOND_FACTOR="off",
        )
        with (self.home / "server.log").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "meiri.conf.command", "serve", *options],
                env=settings,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        for _ in range(10):
            try:
                wait_for(self.process, f"{self.url}/healthz")
                return
            except TimeoutError:
                if self.process.poll() is not None:
                    raise
        raise TimeoutError("The site did not start.")

    def kill(self) -> None:
        """As a power cut ends it."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    def versions(self) -> str:
        """All that is in any version of any article."""
        with sqlite3.connect(f"file:{self.home / 'meiri.sqlite3'}?mode=ro", uri=True) as database:
            rows = database.execute("SELECT content FROM wagtailcore_revision")
            return "\n".join(json.dumps(json.loads(content), ensure_ascii=False) for (content,) in rows)


@contextmanager
def signed_in(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=site.url, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.set_default_timeout(60_000)
    sign_in(context, site)
    try:
        yield context
    finally:
        context.close()


def sign_in(context: BrowserContext, site: Site) -> None:
    """By the session of before, where there is one: sign-ins are limited."""
    if site.cookies:
        context.add_cookies(site.cookies)
        return
    page = context.new_page()
    page.goto("/admin/")
    page.locator("input[name=login]").fill("admin")
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")
    page.close()
    site.cookies = context.cookies()


class RandomWriter:
    """Types, composes, pastes, undoes and does again, in any text of the body; each word of it is unlike all others."""

    def __init__(self, writer: Writer, name: str, chance: random.Random):
        self.writer, self.name, self.chance = writer, name, chance
        self.words: list[str] = []
        self.made = self.taken_back = 0
        self.offline_until = 0.0

    def act(self) -> None:
        deed = self.chance.choices(
            [self.type, self.compose, self.paste, self.undo_and_redo, self.lose_network], [10, 4, 3, 2, 1]
        )[0]
        if self.offline_until and time.monotonic() > self.offline_until:
            self.writer.go_online()
            self.offline_until = 0.0
        deed()

    def word(self) -> str:
        self.made += 1
        self.words.append(f"{self.name}{self.made}。")
        return self.words[-1]

    def go_somewhere(self) -> None:
        count = len(self.writer.texts())
        self.writer.go_to_end_of(self.chance.randrange(count))

    def type(self) -> None:
        self.go_somewhere()
        self.writer.page.keyboard.type(self.word(), delay=self.chance.randrange(60))

    def compose(self) -> None:
        self.go_somewhere()
        session = self.writer.context.new_cdp_session(self.writer.page)
        word = self.word()
        session.send("Input.imeSetComposition", {"text": "jia yi", "selectionStart": 6, "selectionEnd": 6})
        time.sleep(self.chance.random())
        session.send("Input.insertText", {"text": word})
        session.detach()

    def paste(self) -> None:
        self.go_somewhere()
        self.writer.page.keyboard.insert_text(self.word())

    def undo_and_redo(self) -> None:
        """The editor may undo more than it does again: what the own screen shows no more was taken back by its writer."""
        self.go_somewhere()
        self.writer.page.keyboard.type(self.word())
        before = self.shown()
        self.writer.page.keyboard.press("Control+z")
        self.shown()
        self.writer.page.keyboard.press("Control+Shift+z")
        after = self.shown()
        taken_back = [word for word in self.words if word in before and word not in after]
        self.taken_back += len(taken_back)
        self.words = [word for word in self.words if word not in taken_back]

    def shown(self) -> str:
        """The text on the own screen, once the editor has shown what was pressed: it undoes by a timer."""
        self.writer.page.evaluate("() => new Promise(done => setTimeout(() => setTimeout(done)))")
        return "".join(self.writer.texts())

    def lose_network(self) -> None:
        self.writer.go_offline()
        self.offline_until = time.monotonic() + self.chance.uniform(1, 6)

    def finish(self) -> None:
        self.writer.go_online()
        self.writer.wait_until_saved()


def two_writers(browser: Browser, site: Site, seconds: float, seed: int) -> dict[str, int]:
    """Both write in one article; the server is killed once. What is lost, doubled, and different in the end."""
    chance = random.Random(seed)
    with signed_in(browser, site) as one, signed_in(browser, site) as other:
        first = Writer(one, ADD)
        first.fill("title", f"第{seed}次")
        for words in BEGINNING:
            first.add_text(words)
        first.wait_until_saved()
        writers = [
            RandomWriter(first, "甲", chance),
            RandomWriter(Writer(other, first.page.url), "乙", chance),
        ]
        until, kill_at = time.monotonic() + seconds, time.monotonic() + chance.uniform(0.2, 0.8) * seconds
        killed = False
        while time.monotonic() < until:
            if not killed and time.monotonic() > kill_at:
                site.kill()
                site.start()
                killed = True
            chance.choice(writers).act()
        return _compare(writers, site)


def _compare(writers: list[RandomWriter], site: Site) -> dict[str, int]:
    for _ in range(2):  # the second hears of what the first sent last
        for writer in writers:
            writer.finish()
            writer.writer.wait_to_hear()
    shown = ["\n".join(writer.writer.texts()) for writer in writers]
    versions = site.versions()
    words = [word for writer in writers for word in writer.words]
    wanted, found = Counter("".join([*words, *BEGINNING])), Counter(shown[0].replace("\n", ""))
    return {
        "words": len(words),
        "taken back by undoing": sum(writer.taken_back for writer in writers),
        "characters lost": (wanted - found).total(),
        "characters doubled": (found - wanted).total(),
        # Two who write at one place may part each other's words.
        "words parted": sum(word not in shown[0] for word in words),
        "words whole in no version": sum(word not in versions for word in words),
        "different texts": int(shown[0] != shown[1]),
    }


def moments(browser_type, site: Site, count: int, seed: int) -> list[float]:
    """The tab, the browser or the network end at random moments of writing: the seconds of writing that are lost each time."""
    chance = random.Random(seed)
    lost = []
    with data_folder(None) as profile:
        context = _person(browser_type, site, profile)
        for number in range(count):
            writer = Writer(context, ADD)
            writer.fill("title", f"第{number}稿")
            writer.add_text()
            typed = _type_for(writer, chance.uniform(0.5, 6))
            address, at = writer.page.url, time.monotonic()
            match chance.choice(["tab", "browser", "network"]):
                case "tab":
                    writer.page.close(run_before_unload=False)
                case "browser":
                    _kill_browser(profile)
                    context = _person(browser_type, site, profile)
                case "network":
                    writer.go_offline()
                    typed += _type_for(writer, 2)
                    at = time.monotonic()
                    writer.page.close(run_before_unload=False)
                    writer.go_online()
            lost.append(_lost(context, address, typed, at))
        context.close()
    return lost


def _type_for(writer: Writer, seconds: float) -> list[tuple[str, float]]:
    typed, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        word = f"{uuid.uuid4().hex[:6]}。"
        writer.page.keyboard.type(word)
        typed.append((word, time.monotonic()))
    return typed


def _lost(context: BrowserContext, address: str, typed: list[tuple[str, float]], at: float) -> float:
    """How long before the moment `at` the first word was typed that is nowhere any more; 0 where there is none."""
    writer = Writer(context, address)
    again = writer.page.get_by_role("button", name="恢复")
    try:
        again.click(timeout=1_500)
        writer.wait_until_saved()
    except Error:
        pass  # all had reached the server
    text = "".join(writer.texts())
    writer.page.close(run_before_unload=False)
    missing = [when for word, when in typed if word not in text]
    return max(0.0, at - min(missing)) if missing else 0.0


def _person(browser_type, site: Site, profile: str) -> BrowserContext:
    context = browser_type.launch_persistent_context(
        profile, executable_path=CHROMIUM, args=QUIET, base_url=site.url, locale="zh-CN"
    )
    context.set_default_timeout(60_000)
    sign_in(context, site)
    return context


def _kill_browser(profile: str) -> None:
    """End the browser of this profile as the kernel ends one."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if f"--user-data-dir={profile}" in command and "--type=" not in command:
            os.kill(int(folder.name), signal.SIGKILL)
    time.sleep(1)


class Saver:
    """Somebody who saves articles by the form's own message, each time with one more block."""

    def __init__(self, site: Site, number: int):
        self.visitor = Visitor(site.url, f"第{number}人", lambda *told: None)
        if not site.cookies:
            form = self.visitor.form("/members/login/?next=/admin/", field="login")
            self.visitor.send(form, login="admin", password=PASSWORD)
            site.cookies = [
                {"name": c.name, "value": c.value, "url": site.url} for c in self.visitor.session.cookies
            ]
        else:
            for cookie in (c for c in site.cookies if c["name"] != "csrftoken"):
                self.visitor.session.cookies.set(cookie["name"], cookie["value"])
        self.number, self.saved, self.refusals = number, [], []

    def save(self, article: int) -> None:
        address = f"/admin/snippets/newsroom/article/edit/{article}/"
        page = self.visitor.get(address)
        told = re.search(r'<script id="meiri-draft"[^>]*>(.*?)</script>', page.text, re.DOTALL)
        if not told:
            self.refusals.append(page.status_code)
            return
        about = json.loads(told[1])
        form = next(f for f in forms_of(page.text, address) if "title" in {name for name, _ in f.values})
        word = f"第{self.number}人第{len(self.saved)}次存{article}号。"
        values = [(name, value) for name, value in form.filled() if not name.startswith("body-")]
        blocks = [*about["content"]["body"], {"id": str(uuid.uuid4()), "type": "heading", "value": word}]
        values += [("body-count", str(len(blocks)))]
        for n, block in enumerate(blocks):
            values += [(f"body-{n}-{part}", value) for part, value in _fields(n, block).items()]
        values += [("form_key", str(uuid.uuid4())), ("form_sequence", "1"), ("form_acknowledged", "0")]
        values += [("form_base", json.dumps(about["content"]))]
        answer = self.visitor.post(address, values, Accept="application/json")
        if answer.status_code == 200 and answer.json()["success"]:
            self.saved.append((article, word))
        else:
            self.refusals.append(answer.status_code)


def _fields(number: int, block: dict) -> dict[str, str]:
    return {
        "id": block["id"],
        "type": block["type"],
        "value": block["value"],
        "order": str(number),
        "deleted": "",
    }


def many_savers(site: Site, seconds: float) -> dict[str, int]:
    """Ten people save the same fifty articles: what was acknowledged, and what of it is lost or doubled."""
    articles = _new_articles(site, ARTICLES)

    def work(number: int) -> Saver:
        saver, chance, until = Saver(site, number), random.Random(number), time.monotonic() + seconds
        while time.monotonic() < until:
            saver.save(chance.choice(articles))
        return saver

    with ThreadPoolExecutor(PEOPLE) as people:
        savers = list(people.map(work, range(PEOPLE)))
    newest = _newest(site)
    counts = [newest[article].count(word) for saver in savers for article, word in saver.saved]
    return {
        "acknowledged": len(counts),
        "refused": sum(len(saver.refusals) for saver in savers),
        **{
            f"of them {status}": n
            for status, n in Counter(
                functools.reduce(operator.iadd, (s.refusals for s in savers), [])
            ).items()
        },
        "lost": counts.count(0),
        "doubled": sum(count > 1 for count in counts),
    }


def _new_articles(site: Site, count: int) -> list[int]:
    visitor = Saver(site, 99).visitor
    made = []
    for number in range(count):
        form = visitor.form(ADD, field="title")
        answer = visitor.post(ADD, form.filled(title=f"众人稿{number}"), Accept="application/json")
        made.append(answer.json()["pk"])
    return made


def _newest(site: Site) -> dict[int, str]:
    with sqlite3.connect(f"file:{site.home / 'meiri.sqlite3'}?mode=ro", uri=True) as database:
        rows = database.execute(
            "SELECT a.id, r.content FROM newsroom_article a JOIN wagtailcore_revision r ON r.id = a.latest_revision_id"
        )
        return {key: json.dumps(json.loads(content), ensure_ascii=False) for key, content in rows}


def _print(name: str, figures: dict[str, int]) -> None:
    print(f"{name}: " + ", ".join(f"{what} {figure}" for what, figure in figures.items()), flush=True)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.writing", description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=300, help="of each run of two writers")
    parser.add_argument("--moments", type=int, default=100)
    parser.add_argument("--saving", type=float, default=60, help="seconds for which ten people save")
    options = parser.parse_args(argv)
    with data_folder(None) as home, sync_playwright() as playwright:
        site = Site(home)
        site.start("--prepare")
        try:
            if options.saving:
                _print("ten people at fifty articles", many_savers(site, options.saving))
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            for run in range(options.runs):
                _print(f"two writers, run {run + 1}", two_writers(browser, site, options.seconds, run))
            browser.close()
            lost = moments(playwright.chromium, site, options.moments, 0) if options.moments else []
            if lost:
                over = sum(seconds > LOST_SECONDS for seconds in lost)
                print(
                    f"{len(lost)} moments: at most {max(lost):.2f} s of writing lost, {over} over {LOST_SECONDS} s"
                )
        finally:
            site.stop()


if __name__ == "__main__":
    main()
