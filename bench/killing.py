"""Publish, correct and withdraw while processes are killed at random moments; afterwards no page may be stale."""

import argparse
import http.client
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from bench._processes import PATIENCE, environment, family_of, free_port

ARTICLES = 60
# Seconds that a start may take which migrates and indexes, on a machine that is busy.
FIRST_START = 300
KILLS = 100
# Seconds between two kills.
LIVES = (0.1, 1.5)
READERS = 2


@dataclass
class Site:
    """`meiri serve` on a data folder of its own, and who publishes there."""

    home: Path
    port: int
    options: tuple[str, ...] = ()
    group: subprocess.Popen | None = None

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.home, MEIRI_BASE_URL=f"http://127.0.0.1:{self.port}")

    def start(self) -> None:
        """Start the group and wait until it answers. Raises `TimeoutError`."""
        with (self.home / "serve.log").open("ab") as log:
            self.group = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "meiri.conf.command",
                    "serve",
                    "--port",
                    str(self.port),
                    *self.options,
                ],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self.answers, FIRST_START)

    def stop(self) -> float:
        """Stop the group as an operator does. How many seconds that took."""
        began = time.monotonic()
        if self.group is not None:
            self.group.terminate()
            self.group.wait(PATIENCE)
        return time.monotonic() - began

    def kill(self) -> None:
        """Kill every process of the group at once, as the loss of a machine does."""
        for process in family_of(self.group.pid):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.group.wait()

    def answers(self) -> bool:
        try:
            return self.get("/healthz")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def get(
        self, address: str, method: str = "GET", patience: float = 30, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of what is answered at `address`, a decoded path with or without a query."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
        try:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, quote(address, safe="/!$&'()*+,;=:@-._~?%"), headers=sent)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, found, answer.read()
        finally:
            connection.close()

    def log(self) -> str:
        return (self.home / "serve.log").read_text(errors="replace")

    def process(self, *arguments: str) -> subprocess.Popen:
        """A process that takes a step of this module on the site's data folder."""
        return subprocess.Popen(
            [sys.executable, "-m", "bench.killing", "--step", *arguments],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def verify(self) -> tuple[int, str]:
        """Status and words of `meiri verify`."""
        done = subprocess.run(
            [sys.executable, "-m", "meiri.conf.command", "verify"],
            env=self.environment,
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout + done.stderr

    def members(self) -> dict[str, list[int]]:
        """The ids of the group's processes: of the `web` server's master, the web `process`es it started, the `worker`."""
        found: dict[str, list[int]] = {"web": [], "process": [], "worker": []}
        for child in filter(command_of, children(self.group.pid)):
            if name_of(child) == "meiri worker":
                found["worker"].append(child)
            elif name_of(child) == "meiri web":
                found["web"].append(child)
                found["process"] += filter(command_of, children(child))
        return found


def children(process: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def command_of(process: int) -> bytes:
    """The command line of a process; empty where it has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def name_of(process: int) -> str:
    """What the process calls itself; empty where it has gone."""
    try:
        return Path(f"/proc/{process}/comm").read_text().strip()
    except OSError:
        return ""


def wait_until(condition, patience: float = PATIENCE) -> None:
    """Raises `TimeoutError` where `condition` does not come true in time."""
    until = time.monotonic() + patience
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"{getattr(condition, '__qualname__', condition)} did not come true")
        time.sleep(0.02)


@dataclass
class Newsdesk:
    """A process that publishes without end, and what it told: addresses by what was done with them last."""

    site: Site
    deeds: Counter = field(default_factory=Counter)
    state: dict[str, str] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)
    process: subprocess.Popen | None = None

    def start(self, seed: int) -> None:
        self.process = self.site.process("publish", str(seed))
        self._reader = threading.Thread(target=self._listen, args=[self.process])
        self._reader.start()

    def _listen(self, process: subprocess.Popen) -> None:
        for line in process.stdout:
            deed, _, address = line.strip().partition(" ")
            if deed == "begun":  # until it is told to be done, either may be seen
                self.state.pop(address, None)
                continue
            self.deeds[deed] += 1
            self.state[address] = deed
            if deed == "withdrawn" and self._is_shown(address):
                self.shown.append(address)

    def _is_shown(self, address: str) -> bool:
        """Whether the page is answered though the withdrawal is done."""
        try:
            return self.site.get(address)[0] == 200
        except (OSError, http.client.HTTPException):
            return False  # nobody answers just now

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()


@dataclass
class Readers:
    """Threads that ask for pages, and how they were answered."""

    site: Site
    addresses: list[str]
    answers: Counter = field(default_factory=Counter)
    stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        self._threads = [threading.Thread(target=self._read, args=[n]) for n in range(READERS)]
        for thread in self._threads:
            thread.start()

    def _read(self, seed: int) -> None:
        dice = random.Random(seed)
        while not self.stopping.wait(0.01):
            try:
                status, _, body = self.site.get(dice.choice(self.addresses), Accept_Encoding="br")
                self.answers[status if body or status != 200 else "empty"] += 1
            except (OSError, http.client.HTTPException):
                self.answers["nobody"] += 1

    def stop(self) -> None:
        self.stopping.set()
        for thread in self._threads:
            thread.join()


@dataclass(frozen=True)
class Outcome:
    kills: Counter
    deeds: Counter
    answers: Counter
    pages: int
    stale: list[str]
    shown: list[str]
    verified: str


def kill_and_publish(site: Site, kills: int, seed: int, addresses: list[str]) -> Outcome:
    """Kill processes of a running site and its newsdesk. What `meiri verify` and readers find when all is up again."""
    dice, killed = random.Random(seed), Counter()
    desk, readers, done = Newsdesk(site), Readers(site, addresses), 0
    desk.start(seed)
    readers.start()
    try:
        for number in range(kills):
            time.sleep(dice.uniform(*LIVES))
            victim = ("desk", "worker", "process", "web")[dice.choice((0, 0, 1, 1, 2, 2, 3))]
            if victim == "desk" and desk.deeds.total() > done:
                done = desk.deeds.total()
                desk.kill()
                desk.start(seed + number + 1)
            else:
                victim = "worker" if victim == "desk" else victim
                for process in site.members()[victim][:1]:
                    os.kill(process, signal.SIGKILL)
            killed[victim] += 1
        wait_until(lambda: desk.deeds.total() > done)
    finally:
        desk.kill()
        readers.stop()
    wait_until(site.answers)
    status, verified = site.verify()
    stale = re.findall(r"^  (/\S+) ", verified, re.M)
    if status and not stale:
        stale = [verified]
    wrong = [a for a, deed in desk.state.items() if site.get(a)[0] != (410 if deed == "withdrawn" else 200)]
    pages = sum(1 for path in (site.home / "pages").rglob("*") if path.suffix in (".html", ".xml"))
    return Outcome(killed, desk.deeds, readers.answers, pages, stale, desk.shown + wrong, verified)


def main(arguments) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.killing", description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    folder = tempfile.mkdtemp(prefix="meiri-bench-")
    site = Site(Path(folder), free_port())
    try:
        addresses = json.loads(site.process("prepare", str(ARTICLES)).communicate()[0])
        site.start()
        outcome = kill_and_publish(site, options.kills, options.seed, addresses)
        report(outcome)
    finally:
        site.stop()
        shutil.rmtree(folder)
    if outcome.stale or outcome.shown:
        sys.exit("Pages were stale.")


def report(outcome: Outcome) -> None:
    rows = {
        "kills": outcome.kills.total(),
        **{f"… of {name}": count for name, count in sorted(outcome.kills.items())},
        **dict(sorted(outcome.deeds.items())),
        "readers answered 200": outcome.answers[200],
        "readers whom nobody answered": outcome.answers["nobody"],
        "readers answered 410, withdrawn": outcome.answers[410],
        "readers answered anything else": outcome.answers.total()
        - sum(outcome.answers[known] for known in (200, 410, "nobody")),
        "pages stored": outcome.pages,
        "stale pages": len(outcome.stale),
        "withdrawn and still shown, or the reverse": len(outcome.shown),
    }
    for name, value in rows.items():
        print(f"{name:<42} {value:>12}")
    for fault in [*outcome.stale, *outcome.shown]:
        print(f"  {fault}")


def prepare(articles: str) -> list[str]:
    """A database with published articles, the reader pages' static files, and pages to ask for: their addresses."""
    from django.core.management import call_command

    from meiri.conf.preparation import note_prepared
    from meiri.fronts.initial_pages import create_pages
    from meiri.newsroom.models import Article
    from meiri.sample.generating import generate
    from meiri.sections.models import Channel

    call_command("migrate", verbosity=0)
    others = ["wagtail*", "admin*", "ninja*", "django*", "rest*", "taggit*"]
    call_command("collectstatic", verbosity=0, interactive=False, ignore_patterns=others)
    generate(int(articles))
    create_pages()
    note_prepared()
    channels = [channel.get_absolute_url() for channel in Channel.objects.visible()]
    newest = [article.get_absolute_url() for article in Article.objects.order_by("-pk")[:20]]
    return ["/", "/rss.xml", "/zh-hant/", *channels, *newest]


def publish(seed: str) -> None:
    """Publish, correct and withdraw until killed; say what is begun and what is done."""
    from django.utils import timezone

    from meiri.newsroom.models import Article, Source
    from meiri.newsroom.publishing import publish, withdraw
    from meiri.sections.models import Channel

    dice, channels = random.Random(int(seed)), list(Channel.objects.visible()[:3])
    source = Source.objects.first()
    while True:
        live = list(Article.objects.filter(live=True).order_by("-pk")[:20])
        deed = dice.choice(("publish", "publish", "correct", "correct", "withdraw"))
        if deed == "publish":
            article = Article(title=f"新稿{dice.random()}", channel=dice.choice(channels), source=source)
            article.published_at, article.body = timezone.now(), [("text", "<p>正文。</p>")]
            publish(article)
            print(f"published {article.get_absolute_url()}", flush=True)
            continue
        article = dice.choice(live)
        address = article.get_absolute_url()
        print(f"begun {address}", flush=True)
        if deed == "correct":
            article.title = f"改稿{dice.random()}"
            publish(article)
            print(f"corrected {address}", flush=True)
        else:
            withdraw(article, "来源失实")
            print(f"withdrawn {address}", flush=True)


def step(name: str, *arguments: str) -> None:
    import django

    django.setup()
    if name == "prepare":
        print(json.dumps(prepare(*arguments)))
    else:
        publish(*arguments)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        step(*sys.argv[2:])
    else:
        main(sys.argv[1:])
