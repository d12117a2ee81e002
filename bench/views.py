"""How many views a second one web process takes, and what is lost or doubled when processes are killed meanwhile."""

import argparse
import asyncio
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from bench._processes import PATIENCE, answer_of_step, environment, free_port

ARTICLES = 200
CONNECTIONS = 48
KILLS = 20
# Seconds between the moment when the server answers and the next kill; every fourth time the worker dies too.
LIVES = (0.5, 3.0)
WINDOW = 30 * 60
AGENT = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
TAKEN = b'{"counted": true}'


def server(port: int) -> list[str]:
    """The command of the process group that is measured. `meiri serve` goes here."""
    return [sys.executable, "-m", "bench._views_server", str(port)]


@dataclass
class Load:
    """What was sent and what came of it. Reader `n` sees article `n % ARTICLES`, and comes once.

    A reader whose connection died before the answer comes again; only when another half hour began meanwhile it can't
    be told any more whether that counts.
    """

    articles: list[int]
    sent: int = 0
    answered: Counter = field(default_factory=Counter)
    uncertain: Counter = field(default_factory=Counter)
    again: list[tuple[int, int]] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    refused: int = 0
    died: int = 0

    def next_reader(self) -> int:
        while self.again:
            reader, window = self.again.pop()
            if window == int(time.time()) // WINDOW:
                return reader
            self.uncertain[self.article(reader)] += 1
        self.sent += 1
        return self.sent

    def article(self, reader: int) -> int:
        return self.articles[reader % len(self.articles)]

    def request(self, reader: int) -> bytes:
        address = f"{1 + (reader >> 24)}.{reader >> 16 & 255}.{reader >> 8 & 255}.{reader & 255}"
        return (
            f"POST /api/v1/articles/{self.article(reader)}/views HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"User-Agent: {AGENT}\r\nX-Forwarded-For: {address}\r\nContent-Length: 0\r\n\r\n"
        ).encode()


class Browser(asyncio.Protocol):
    """One connection: a view, its answer, the next view, until it dies or `stopping` is set."""

    def __init__(self, load: Load, stopping: asyncio.Event):
        self.load, self.stopping = load, stopping
        self.ended = asyncio.get_running_loop().create_future()
        self.reader: int | None = None
        self.answer = b""

    def connection_made(self, transport):
        self.transport = transport
        self.send()

    def send(self) -> None:
        self.reader = self.load.next_reader()
        self.began = time.perf_counter()
        self.window = int(time.time()) // WINDOW
        self.transport.write(self.load.request(self.reader))

    def data_received(self, data):
        self.answer += data
        if not self.answer.endswith(b"}"):
            return
        if self.answer.startswith(b"HTTP/1.1 202 ") and self.answer.endswith(TAKEN):
            self.load.answered[self.load.article(self.reader)] += 1
        else:
            self.load.refused += 1
        self.load.milliseconds.append(1000 * (time.perf_counter() - self.began))
        self.answer, self.reader = b"", None
        if self.stopping.is_set() and not self.load.again:
            self.transport.close()
        else:
            self.send()

    def connection_lost(self, error):
        if self.reader is not None:
            self.load.again.append((self.reader, self.window))
            self.load.died += 1
        self.ended.set_result(None)


async def read(load: Load, port: int, stopping: asyncio.Event) -> None:
    """Keep one connection busy; where it dies, make another."""
    loop = asyncio.get_running_loop()
    while load.again or not stopping.is_set():
        try:
            _, browser = await loop.create_connection(lambda: Browser(load, stopping), "127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            await browser.ended


async def answers(port: int) -> None:
    """Wait until the server answers. Raises `TimeoutError` after `PATIENCE` seconds."""
    async with asyncio.timeout(PATIENCE):
        while not await answers_now(port):
            await asyncio.sleep(0.02)


async def answers_now(port: int) -> bool:
    """Whether a request is answered. A connection alone says little: it may wait for a process that starts."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        answer = await reader.read(5)
        writer.close()
    except OSError:
        return False
    return answer == b"HTTP/"


async def kill_and_read(load: Load, port: int, group: int, kills: int) -> float:
    """Read, and kill what the group runs. How many seconds a server was there."""
    stopping, dice, up = asyncio.Event(), random.Random(1), 0.0
    await answers(port)
    readers = [asyncio.create_task(read(load, port, stopping)) for _ in range(CONNECTIONS)]
    for number in range(kills):
        await answers(port)
        began = time.monotonic()
        await asyncio.sleep(dice.uniform(*LIVES))
        up += time.monotonic() - began
        for member in members(group, with_worker=number % 4 == 3):
            # Each member has a session of its own: its processes die together.
            os.killpg(member, signal.SIGKILL)
    await answers(port)
    began = time.monotonic()
    await asyncio.sleep(LIVES[1])
    stopping.set()
    await asyncio.wait(readers, timeout=PATIENCE)
    return up + time.monotonic() - began


def members(group: int, with_worker: bool) -> list[int]:
    """The processes that `group` started: the web server, and the worker where asked."""
    children = Path(f"/proc/{group}/task/{group}/children").read_text().split()
    commands = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in children}
    return [child for child, command in commands.items() if with_worker or b"\0work\0" not in command]


def main(arguments) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.views", description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    options = parser.parse_args(arguments)
    folder = tempfile.mkdtemp(prefix="meiri-bench-")
    try:
        measure(folder, options.kills)
    finally:
        shutil.rmtree(folder)


def measure(home: str, kills: int) -> None:
    load = Load(json.loads(answer_of_step("bench.views", home, "prepare")))
    port = free_port()
    group = subprocess.Popen(server(port), env=environment(home), start_new_session=True)
    try:
        up = asyncio.run(kill_and_read(load, port, group.pid, kills))
    finally:
        group.terminate()
        group.wait(PATIENCE)
    totals = {
        int(article): views
        for article, views in json.loads(answer_of_step("bench.views", home, "total")).items()
    }
    report(load, totals, up)


def report(load: Load, totals: dict[int, int], up: float) -> None:
    for reader, _ in load.again:
        load.uncertain[load.article(reader)] += 1
    answered, uncertain = load.answered, load.uncertain
    cuts = statistics.quantiles(load.milliseconds, n=100)
    rows = {
        "views a second, while a server was there": f"{answered.total() / up:.0f}",
        "milliseconds, median and 99 %": f"{cuts[49]:.1f}, {cuts[98]:.1f}",
        "connections that died before an answer": load.died,
        "answered with anything else": load.refused,
        "answered": answered.total(),
        "counted": sum(totals.values()),
        "may be counted or not": uncertain.total(),
        "lost": sum(max(answered[i] - totals.get(i, 0), 0) for i in load.articles),
        "doubled": sum(max(totals.get(i, 0) - answered[i] - uncertain[i], 0) for i in load.articles),
    }
    for name, value in rows.items():
        print(f"{name:<42} {value:>12}")
    if rows["lost"] or rows["doubled"]:
        sys.exit("Views were lost or doubled.")


def prepare() -> list[int]:
    """A database with published articles; their ids."""
    from django.core.management import call_command

    from meiri.newsroom.models import Article
    from meiri.sample.generating import generate

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    generate(ARTICLES)
    return list(Article.objects.order_by("pk").values_list("pk", flat=True))


def total() -> dict[int, int]:
    """The views that were counted of each article, once all is."""
    from meiri.audience.aggregation import aggregate_views
    from meiri.audience.models import HourViews

    while aggregate_views():
        pass
    counted: Counter = Counter()
    for article, count in HourViews.objects.values_list("article_id", "count"):
        counted[article] += count
    return counted


def step(name: str) -> None:
    import django

    django.setup()
    print(json.dumps({"prepare": prepare, "total": total}[name]()))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        step(*sys.argv[2:])
    else:
        main(sys.argv[1:])
