"""How many comments a second one web process takes, what is lost, doubled or out of order when processes are killed
meanwhile, and what others feel of a flood from one address."""

import argparse
import asyncio
import json
import os
import random
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import urlencode

from bench._processes import PATIENCE, answer_of_step, free_port
from bench.killing import Site

ARTICLES = 40
CONNECTIONS = 48
KILLS = 12
# Seconds between the moment when the server answers and the next kill.
LIVES = (0.5, 4.0)
# What is killed, one after the other: the process that takes comments, the worker, all of `meiri serve`.
VICTIMS = ("process", "group", "process", "worker")
# A reader writes so many comments.
OF_ONE = 3
# So many comments, at most, are written in one part of the measurement.
APART = 1_200_000
# Seconds without kills for the pace, and with and without a flood; the paces of readers and of the flood, a second.
SECONDS = 10
PACE, FLOOD = 200, 1_000
# Seconds of comments at that pace between a start and what is measured: processes that have just started are still at that.
SETTLING = 10
PROCESSORS = sorted(os.sched_getaffinity(0))
FLOODING = "203.0.113.66"
COOKIE = "c" * 32
TEXT = "这篇报道把来龙去脉写得很清楚，盼望继续关注后面的进展。"
REVIEW, OPEN = "review", "open"


@dataclass
class Comment:
    """One comment as its writer's browser knows it: sent again under the same token until it is answered."""

    number: int
    token: str = field(default_factory=lambda: token_urlsafe(16))
    sent: float = 0.0
    answered: float = 0.0

    def request(self, articles: list[int], address: str | None = None) -> bytes:
        fields = {
            "name": "读者",
            "text": f"{TEXT}（{self.number}）",
            "once": self.token,
            "csrfmiddlewaretoken": COOKIE,
        }
        body = urlencode(fields)
        return (
            f"POST /comments/{articles[self.number % len(articles)]}/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Cookie: csrftoken={COOKIE}\r\nX-Forwarded-For: {address or address_of(self.number // OF_ONE)}\r\n"
            "User-Agent: Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()  # fmt: skip


def address_of(reader: int) -> str:
    """Readers who follow each other live in different networks."""
    return f"{11 + reader % 100}.{reader // 100 % 250}.{reader // 25_000 % 250}.7"


@dataclass
class Crowd:
    """Readers who write, and what came of it."""

    articles: list[int]
    # Nobody writes in two crowds: their numbers, and so their addresses, begin elsewhere.
    first: int = 0
    comments: list[Comment] = field(default_factory=list)
    again: list[Comment] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    others: dict[int, int] = field(default_factory=dict)
    died: int = 0

    def next(self) -> Comment:
        if self.again:
            return self.again.pop()
        comment = Comment(self.first + len(self.comments))
        self.comments.append(comment)
        return comment

    async def write(self, stream, comment: Comment, address: str | None = None) -> int:
        """Send a comment and read the answer. Raises `OSError` where the connection dies."""
        reader, writer = stream
        began = time.perf_counter()
        comment.sent = comment.sent or began
        writer.write(comment.request(self.articles, address))
        status, location = await answer(reader)
        now = time.perf_counter()
        self.milliseconds.append(1000 * (now - began))
        if status == 302 and location == f"/comments/receipt/{comment.token}/":
            comment.answered = now
        else:
            self.others[status] = self.others.get(status, 0) + 1
        return status

    async def keep_writing(self, port: int, stopping: asyncio.Event) -> None:
        """Keep one connection busy; where it dies, make another and send the same again."""
        while self.again or not stopping.is_set():
            try:
                stream = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
                continue
            while self.again or not stopping.is_set():
                comment = self.next()
                try:
                    await self.write(stream, comment)
                except (OSError, asyncio.IncompleteReadError):
                    self.again.append(comment)
                    self.died += 1
                    break
            stream[1].close()


async def answer(reader: asyncio.StreamReader) -> tuple[int, str]:
    """The status and the Location of an answer, once all of it is there."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if length := int(headers.get("content-length", 0)):
        await reader.readexactly(length)
    return int(first.split()[1]), headers.get("location", "")


async def write_for(crowd: Crowd, port: int, seconds: float) -> float:
    """As many comments as are taken. How many a second."""
    stopping, before = asyncio.Event(), len(crowd.milliseconds)
    writers = [asyncio.create_task(crowd.keep_writing(port, stopping)) for _ in range(CONNECTIONS)]
    began = time.monotonic()
    await asyncio.sleep(seconds)
    rate = (len(crowd.milliseconds) - before) / (time.monotonic() - began)
    stopping.set()
    await asyncio.wait(writers, timeout=PATIENCE)
    return rate


async def write_and_kill(crowd: Crowd, site: Site, kills: int) -> None:
    stopping, dice = asyncio.Event(), random.Random(1)
    writers = [asyncio.create_task(crowd.keep_writing(site.port, stopping)) for _ in range(CONNECTIONS)]
    for number in range(kills):
        await answers(site)
        await asyncio.sleep(dice.uniform(*LIVES))
        victim = VICTIMS[number % len(VICTIMS)]
        if victim == "group":
            kill_group(site)
            await asyncio.to_thread(start, site)
        else:
            for process in site.members()[victim][:1]:
                os.kill(process, signal.SIGKILL)
    await answers(site)
    await asyncio.sleep(LIVES[0])
    stopping.set()
    await asyncio.wait(writers, timeout=PATIENCE)


def start(site: Site) -> None:
    """Start the site on the first processor. This thread keeps to the others, so that what is felt is the site's own."""
    os.sched_setaffinity(0, PROCESSORS[:1])
    site.start()
    os.sched_setaffinity(0, PROCESSORS[1:] or PROCESSORS)


def processor_seconds(site: Site) -> float:
    """What the web process has used of a processor since its start."""
    (process,) = site.members()["process"]
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def kill_group(site: Site) -> None:
    """Kill all that `meiri serve` runs, at once; each member has a session of its own."""
    members = site.members()
    os.kill(site.group.pid, signal.SIGKILL)
    for process in members["web"] + members["worker"]:
        os.killpg(process, signal.SIGKILL)
    site.group.wait()


async def answers(site: Site) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await asyncio.to_thread(site.answers):
            await asyncio.sleep(0.02)


async def at_pace(crowd: Crowd, port: int, pace: float, seconds: float, address: str | None = None) -> None:
    """Send `pace` comments a second, whether those before were answered or not, over as many connections as that takes."""
    free: list = []
    loop = asyncio.get_running_loop()

    async def one(comment: Comment) -> None:
        stream = free.pop() if free else await asyncio.open_connection("127.0.0.1", port)
        await crowd.write(stream, comment, address)
        free.append(stream)

    tasks, began = [], loop.time()
    for number in range(int(pace * seconds)):
        await asyncio.sleep(max(began + number / pace - loop.time(), 0))
        tasks.append(asyncio.create_task(one(crowd.next())))
    await asyncio.gather(*tasks)
    for _, writer in free:
        writer.close()


async def flooded(readers: Crowd, flood: Crowd, port: int) -> None:
    await asyncio.gather(
        at_pace(readers, port, PACE, SECONDS), at_pace(flood, port, FLOOD, SECONDS, FLOODING)
    )  # fmt: skip


def out_of_order(queue: Iterable[Comment]) -> int:
    """How many stand behind one that was sent after they had been answered."""
    last, wrong = 0.0, 0
    for comment in queue:
        wrong += bool(comment.answered) and comment.answered < last
        last = max(last, comment.sent)
    return wrong


def cuts(milliseconds: list[float]) -> str:
    found = statistics.quantiles(milliseconds, n=100)
    return f"{found[49]:.1f}, {found[98]:.1f}"


def waits(comments: Iterable[Comment]) -> list[float]:
    """The milliseconds that each had to wait for its receipt."""
    return [1000 * (c.answered - c.sent) for c in comments if c.answered]


def main(arguments) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.comments", description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--policy", choices=[REVIEW, OPEN], default=REVIEW)
    options = parser.parse_args(arguments)
    folder = tempfile.mkdtemp(prefix="meiri-bench-")
    try:
        measure(Path(folder), options)
    finally:
        shutil.rmtree(folder)


def measure(home: Path, options) -> None:
    articles = json.loads(answer_of_step("bench.comments", home, "prepare", options.policy))
    site = Site(home, free_port())
    crowd, readers, with_flood, flood, settling = (Crowd(articles, number * APART) for number in range(5))
    start(site)
    try:
        asyncio.run(at_pace(settling, site.port, PACE, SETTLING))
        before = processor_seconds(site)
        rate = asyncio.run(write_for(crowd, site.port, options.seconds))
        each = 1000 * (processor_seconds(site) - before) / len(crowd.milliseconds)
        unhurried = cuts(crowd.milliseconds)
        asyncio.run(write_and_kill(crowd, site, options.kills))
        asyncio.run(at_pace(settling, site.port, PACE, SETTLING))
        asyncio.run(at_pace(readers, site.port, PACE, options.seconds))
        asyncio.run(flooded(with_flood, flood, site.port))
    finally:
        site.stop()
    queue = json.loads(answer_of_step("bench.comments", home, "queue"))
    known = {sha256(c.token.encode()).hexdigest(): c for c in crowd.comments}
    found = [known[digest] for digest in queue if digest in known]
    answered = [c for c in crowd.comments if c.answered]
    lost = len({c.token for c in answered} - {c.token for c in found})
    rows = {
        "comments a second": f"{rate:.0f}",
        "milliseconds, median and 99 %": unhurried,
        "milliseconds of a processor for each, web process": f"{each:.2f}",
        "kills": options.kills,
        "connections that died before an answer": crowd.died,
        "answered with anything else, by status": ", ".join(
            f"{s}: {n}" for s, n in sorted(crowd.others.items())
        ),
        "receipts": len(answered),
        "of these in the database": len(answered) - lost,
        "lost": lost,
        "doubled": len(found) - len({c.token for c in found}),
        "out of order": out_of_order(found),
        f"milliseconds at {PACE} a second": cuts(readers.milliseconds),
        "… answered with anything else": sum(readers.others.values()),
        f"… while one address sends {FLOOD} a second: at first": cuts(waits(with_flood.comments[:PACE])),
        "… after a second": cuts(waits(with_flood.comments[PACE:])),
        "… answered with anything else ": sum(with_flood.others.values()),
        "… refused of the flood": sum(flood.others.values()),
    }
    for name, value in rows.items():
        print(f"{name:<52} {value:>14}")
    if rows["lost"] or rows["doubled"] or rows["out of order"]:
        sys.exit("Comments were lost, doubled or out of order.")


def prepare(policy: str) -> list[int]:
    """A database with published articles that take comments by `policy`; their ids."""
    from django.core.management import call_command

    from meiri.newsroom.models import Article
    from meiri.sample.generating import generate
    from meiri.sections.models import Channel

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    generate(ARTICLES)
    Channel.objects.update(comment_policy=policy)
    return list(Article.objects.order_by("pk").values_list("pk", flat=True))


def queue() -> list[str]:
    """The comments in the order of the moderators' queue, by the digests of their tokens."""
    from meiri.comments.models import Comment

    return list(Comment.objects.order_by("pk").values_list("token_digest", flat=True))


def step(name: str, *arguments: str) -> None:
    import django

    django.setup()
    print(json.dumps({"prepare": prepare, "queue": queue}[name](*arguments)))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        step(*sys.argv[2:])
    else:
        main(sys.argv[1:])
