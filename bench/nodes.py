"""Three nodes behind nginx on one PostgreSQL under readers, publications, views and comments, while each part is killed in turn."""

import argparse
import asyncio
import json
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench._processes import begin, free_port
from bench._servers import Balancer, PostgresServer
from bench._sites import Node, start_nodes
from bench.comments import Comment
from bench.killing import wait_until
from tests.coroutines import run
from tests.s3_server import S3Server
from tests.valkey_server import ValkeyServer

MODULE = "bench.nodes"
NODES, ARTICLES = 3, 60
SECONDS, READS, PUBLICATIONS, VIEWS, COMMENTS = 300, 1000, 5, 50, 10
# Seconds between the beginnings of two harms, and for which a part that was killed stays away.
EVERY, AWAY = 12.0, 3.0
HARMS = ("node", "valkey", "postgresql", "S3 server", "nginx worker")
# Seconds between a publication's order and its time.
AHEAD = 6
# Seconds in which all nodes must be as they should be; a verification alone takes some of them.
RECOVERY = 60.0
NUMBER = re.compile(r"（(\d+)）")


@dataclass
class Cluster:
    folder: Path
    nodes: list[Node]
    postgresql: PostgresServer
    valkey: ValkeyServer
    balancer: Balancer
    s3: S3Server
    # From when to when (monotonic) PostgreSQL was away, and when a worker of nginx was killed, with the answers it was giving.
    outages: list[tuple[float, float]] = field(default_factory=list)
    killed_workers: list[float] = field(default_factory=list)

    def worker_was_killed(self, since: float, until: float) -> bool:
        return any(since <= killed + 0.1 and killed <= until for killed in self.killed_workers)

    def database_was_away(self, since: float, until: float) -> bool:
        return any(begun - 1 < until and since < ended + 3 for begun, ended in self.outages)

    def database_was_away_at(self, moment: float) -> bool:
        """`moment`: seconds since 1970."""
        at = moment - time.time() + time.monotonic()
        return self.database_was_away(at, at + 2)

    def harm(self, what: str, dice: random.Random) -> None:
        """Kill a part, and bring it back after `AWAY` seconds."""
        if what == "nginx worker":
            self.killed_workers.append(time.monotonic())
            self.balancer.kill_worker()
        elif what == "valkey":
            self.valkey.kill()
            time.sleep(AWAY)
            self.valkey.forget_snapshot()
            self.valkey.start()
        elif what == "S3 server":
            self.s3.pause()
            time.sleep(AWAY)
            self.s3.resume()
        elif what == "postgresql":
            began = time.monotonic()
            self.outages.append((began, began + 60))
            self.postgresql.stop("immediate")
            time.sleep(AWAY)
            self.postgresql.start()
            self.outages[-1] = (began, time.monotonic())
        else:
            node = dice.choice(self.nodes)
            node.kill()
            time.sleep(AWAY)
            node.start()


@dataclass
class Traffic:
    """What readers did and were answered. `known`: what each address must show; `asked`: those that were answered once."""

    port: int
    known: dict[str, str]
    articles: list[int]
    cluster: Cluster
    answers: Counter = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    views: Counter = field(default_factory=Counter)
    comments: list[Comment] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    milliseconds: list[float] = field(default_factory=list)
    free: list = field(default_factory=list)
    stopping: bool = False
    reads: int = READS

    async def read(self, dice: random.Random) -> None:
        address = dice.choice(list(self.known))
        began = time.monotonic()
        status, body = await self.exchange(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        self.milliseconds.append(1000 * (time.monotonic() - began))
        if status == 200:
            self.asked.add(address)
            kind = "200" if self.known[address].encode() in body and b"</html>" in body else "wrong"
            if kind == "wrong":
                self.wrong.append(address)
        elif address not in self.asked and self.cluster.database_was_away(began, time.monotonic()):
            kind = "never made, and no database"
        elif not status and self.cluster.worker_was_killed(began, time.monotonic()):
            kind = "on the way when its nginx worker was killed"
        else:
            kind = f"error {status}"
            if len(self.wrong) < 20:
                self.wrong.append(f"{status} {address}")
        self.answers[kind] += 1

    async def view(self, number: int) -> None:
        article = self.articles[number % len(self.articles)]
        status, _ = await self.exchange(
            (
                f"POST /api/v1/articles/{article}/views HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                "User-Agent: Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0\r\n"
                f"X-Forwarded-For: {11 + number % 100}.{number // 100 % 250}.{number // 25_000}.7\r\nContent-Length: 0\r\n\r\n"
            ).encode()
        )
        if status == 202:
            self.views[article] += 1

    async def comment(self, comment: Comment) -> None:
        """Sent again under its token until there is a receipt."""
        request = comment.request(self.articles)
        while not comment.answered:
            status, _ = await self.exchange(request)
            if status == 302:
                comment.answered = time.monotonic()
            elif self.stopping:
                return
            else:
                await asyncio.sleep(0.5)

    async def exchange(self, request: bytes) -> tuple[int, bytes]:
        """Status and body; status 0 where nobody answers. A connection that died while it was kept is not one that died over the request."""
        while True:
            kept = self.free.pop() if self.free else None
            try:
                async with asyncio.timeout(30):
                    reader, writer = kept or await asyncio.open_connection("127.0.0.1", self.port)
                    writer.write(request)
                    status, body, stays = await answer_of(reader)
            except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
                if kept:
                    continue
                return 0, b""
            if stays:
                self.free.append((reader, writer))
            else:
                writer.close()
            return status, body

    async def run(self, seconds: float) -> None:
        dice, loop, tasks = random.Random(1), asyncio.get_running_loop(), set()
        began, done = loop.time(), Counter()

        def begin_what_is_due(name: str, pace: float, make) -> None:
            while done[name] < (loop.time() - began) * pace and len(tasks) < 2000:
                task = loop.create_task(make(done[name]))
                done[name] += 1
                tasks.add(task)
                task.add_done_callback(tasks.discard)

        def commented(number: int):
            self.comments.append(Comment(number))
            return self.comment(self.comments[-1])

        while loop.time() - began < seconds:
            begin_what_is_due("reads", self.reads, lambda number: self.read(dice))
            begin_what_is_due("views", VIEWS, self.view)
            begin_what_is_due("comments", COMMENTS, commented)
            await asyncio.sleep(0.005)
        deadline = loop.time() + 60
        while tasks and loop.time() < deadline:
            await asyncio.sleep(0.1)
        self.stopping = True
        print(f"asked {done['reads'] / seconds:.0f} times a second", flush=True)


async def answer_of(reader: asyncio.StreamReader) -> tuple[int, bytes, bool]:
    """Status, body, and whether the connection stays (RFC 9112). Raises `IncompleteReadError` where it ends early."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    headers = {
        name.lower(): value.strip().lower() for name, _, value in (line.partition(":") for line in lines)
    }
    body = b""
    if "chunked" in headers.get("transfer-encoding", ""):
        while size := int(await reader.readline(), 16):
            body += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readexactly(2)
    elif length := int(headers.get("content-length", 0)):
        body = await reader.readexactly(length)
    return int(first.split()[1]), body, headers.get("connection") != "close"


@dataclass
class Publisher:
    """A process that publishes, and what it was told is done: addresses and titles, and of what was scheduled the ids."""

    node: Node
    traffic: Traffic
    published: dict[str, str] = field(default_factory=dict)
    scheduled: list[tuple[int, float]] = field(default_factory=list)

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", MODULE, "--step", "publish"],
            env=self.node.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self._process.stdout:
            told = json.loads(line)
            if "scheduled" in told:
                self.scheduled.append((told["scheduled"], told["due"]))
            else:
                self.published[told["address"]] = told["title"]
                self.traffic.known[told["address"]] = told["title"]

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


def publish() -> None:
    """Publish, and let every fifth be published by the clock, until killed; say what is done. A database that is away is waited for."""
    from datetime import timedelta

    from django.db import DatabaseError, connection
    from django.utils import timezone

    from meiri.newsroom.models import Article, Source
    from meiri.newsroom.publishing import publish
    from meiri.sections.models import Channel

    channel, source, number = Channel.objects.visible()[0], Source.objects.first(), 0
    while True:
        until = time.monotonic() + 1 / PUBLICATIONS
        number += 1
        try:
            article = Article(title=f"新稿{random.getrandbits(40)}", channel=channel, source=source)
            article.published_at, article.body = timezone.now(), [("text", "<p>正文。</p>")]
            if number % 5:
                publish(article)
                print(json.dumps({"address": article.get_absolute_url(), "title": article.title}), flush=True)
            else:
                article.go_live_at = timezone.now() + timedelta(seconds=AHEAD)
                publish(article)
                due = article.go_live_at.timestamp()
                print(json.dumps({"scheduled": article.pk, "due": due}), flush=True)
        except DatabaseError:
            connection.close()
            time.sleep(0.2)
        time.sleep(max(0.0, until - time.monotonic()))


def prepare(articles: str) -> None:
    """What to ask for, with what it must show, and the ids of the articles."""
    from bench.killing import prepare as prepare_site
    from meiri.newsroom.models import Article
    from meiri.review.chains import ReviewChain
    from meiri.review.setting_up import create_first_chains

    prepare_site(articles)
    # Nobody reviews here.
    create_first_chains()
    ReviewChain.objects.update(active=False)
    newest = list(Article.objects.filter(live=True).order_by("-pk")[:30])
    known = {"/": "", **{article.get_absolute_url(): article.title for article in newest}}
    print(json.dumps({"known": known, "articles": [article.pk for article in newest]}))


def found() -> None:
    """What the database has in the end: views of each article, comments by their numbers, and of each article when it was published."""
    from meiri.audience.aggregation import aggregate_views
    from meiri.audience.models import HourViews
    from meiri.comments.models import Comment as StoredComment
    from meiri.journal.models import Entry
    from meiri.newsroom.events import ArticlePublished
    from meiri.newsroom.models import Article

    while aggregate_views():
        pass
    views, published = Counter(), {}
    for article, count in HourViews.objects.values_list("article_id", "count"):
        views[article] += count
    articles = {article.content_key: article.pk for article in Article.objects.all()}
    for keys, at in Entry.objects.filter(kind=ArticlePublished.kind).values_list("keys", "at"):
        for key in articles.keys() & set(keys):
            published.setdefault(articles[key], []).append(at.timestamp())
    numbers = Counter(NUMBER.search(text)[1] for text in StoredComment.objects.values_list("text", flat=True))
    print(json.dumps({"views": views, "published": published, "comments": numbers}))


@dataclass
class Outcome:
    """What came of it. `late`: seconds that scheduled articles came late while the database was there. `verified`: what `meiri verify` said of
    nodes that were not as they should be after `RECOVERY` seconds; `recovered`: seconds until it had gone through all."""

    harms: Counter
    traffic: Traffic
    published: int
    missing: list[str]
    lost_views: int
    lost_comments: int
    doubled: int
    scheduled: int
    late: float
    verified: list[str]
    recovered: float


def use_and_harm(cluster: Cluster, traffic: Traffic, publisher: Publisher, seconds: float, dice) -> Counter:
    """Harm one part after the other while readers and editors go on. How often each was."""
    harms, stopping = Counter(), threading.Event()

    def harm() -> None:
        number = 0
        while not stopping.wait(EVERY if number else EVERY / 2):
            what = HARMS[number % len(HARMS)]
            print(f"{time.strftime('%H:%M:%S')} {what}", flush=True)
            cluster.harm(what, dice)
            harms[what] += 1
            number += 1

    harming = threading.Thread(target=harm)
    publisher.start()
    wait_until(lambda: publisher.published)
    harming.start()
    ending = threading.Timer(max(1.0, seconds - EVERY), stopping.set)
    ending.start()
    try:
        run(traffic.run(seconds))
    finally:
        stopping.set()
        harming.join()
        publisher.stop()
    return harms


def look(cluster: Cluster, traffic: Traffic, publisher: Publisher, harms: Counter) -> Outcome:
    for node in cluster.nodes:
        wait_until(node.answers)
    began = time.monotonic()
    verified, recovered = [], 0.0
    for node in cluster.nodes:
        status, said = node.verify()
        while status and time.monotonic() - began < RECOVERY:
            time.sleep(0.5)
            status, said = node.verify()
        recovered = time.monotonic() - began
        if status:
            verified.append(said)
    missing = [
        f"{node.port} {address}"
        for node in cluster.nodes
        for address, title in publisher.published.items()
        if (answer := node.get(address))[0] != 200 or title.encode() not in answer[2]
    ]
    told = json.loads(subprocess.run(
        [sys.executable, "-m", MODULE, "--step", "found"],
        env=cluster.nodes[0].environment, check=True, stdout=subprocess.PIPE, text=True,
    ).stdout)  # fmt: skip
    published, late, doubled = told["published"], 0.0, 0
    now = time.time()
    for number, due in publisher.scheduled:
        times = published.get(str(number), [])
        away = cluster.database_was_away_at(due)
        if due < now - 10 and not times:
            missing.append(f"scheduled {number}")
        doubled += max(0, len(times) - 1)
        if times and not away:
            late = max(late, times[0] - due)
    return Outcome(
        harms=harms,
        traffic=traffic,
        published=len(publisher.published),
        missing=missing,
        lost_views=sum(max(0, count - told["views"].get(str(a), 0)) for a, count in traffic.views.items()),
        lost_comments=sum(
            1 for c in traffic.comments if c.answered and not told["comments"].get(str(c.number))
        ),
        doubled=doubled + sum(count - 1 for count in told["comments"].values()),
        scheduled=len(publisher.scheduled),
        late=late,
        verified=verified,
        recovered=recovered,
    )


def report(outcome: Outcome) -> None:
    traffic = outcome.traffic
    cuts = statistics.quantiles(traffic.milliseconds, n=100)
    rows = {
        **{f"killed: {what}": count for what, count in sorted(outcome.harms.items())},
        **{f"readers: {kind}": count for kind, count in sorted(traffic.answers.items())},
        "milliseconds to answer, median and 99 %": f"{cuts[49]:.1f}, {cuts[98]:.1f}",
        "published": outcome.published,
        "published and not on a node": len(outcome.missing),
        "scheduled": outcome.scheduled,
        "scheduled, late by at most, seconds": f"{outcome.late:.2f}",
        "comments acknowledged": sum(1 for comment in traffic.comments if comment.answered),
        "comments lost": outcome.lost_comments,
        "views acknowledged": sum(traffic.views.values()),
        "views lost": outcome.lost_views,
        "anything twice": outcome.doubled,
        "seconds until every node was verified": f"{outcome.recovered:.1f}",
        "nodes that were not as they should be": len(outcome.verified),
    }
    for name, value in rows.items():
        print(f"{name:<44} {value:>16}")
    for fault in [*traffic.wrong[:20], *outcome.missing[:20], *outcome.verified]:
        print(f"  {fault}")


@contextmanager
def running_cluster(folder: Path, articles: int, number: int = NODES) -> Iterator[tuple[Cluster, Traffic]]:
    postgresql = PostgresServer(folder / "postgresql")
    postgresql.start()
    (folder / "valkey").mkdir()
    valkey = ValkeyServer(folder / "valkey", free_port())
    valkey.start()
    s3 = S3Server()
    s3.start()
    ports = [free_port() for _ in range(number)]
    balancer = Balancer(folder / "nginx", free_port(), ports)
    shared = {
        **s3.settings(),
        "MEIRI_DATABASE_URL": postgresql.address,
        "MEIRI_REDIS_URL": valkey.address,
        "MEIRI_BASE_URL": f"http://127.0.0.1:{balancer.port}",
    }
    nodes = [Node(folder / f"node{place}", port, shared=shared) for place, port in enumerate(ports)]
    nodes[0].home.mkdir()
    made = subprocess.run(
        [sys.executable, "-m", MODULE, "--step", "prepare", str(articles)],
        env=nodes[0].environment, check=True, stdout=subprocess.PIPE, text=True,
    ).stdout  # fmt: skip
    told = json.loads(made.splitlines()[-1])
    cluster = Cluster(folder, nodes, postgresql, valkey, balancer, s3)
    try:
        start_nodes(nodes)
        balancer.start()
        yield cluster, Traffic(balancer.port, told["known"], told["articles"], cluster)
    finally:
        balancer.stop()
        for node in nodes:
            node.stop()
        valkey.kill()
        s3.kill()
        postgresql.stop("immediate")


def main(arguments) -> None:
    parser = argparse.ArgumentParser(prog=f"python -m {MODULE}", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--reads", type=int, default=READS, help="requests of readers a second")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="meiri-bench-"))
    folder.chmod(0o755)  # PostgreSQL's own user passes through
    try:
        with running_cluster(folder, ARTICLES) as (cluster, traffic):
            traffic.reads = options.reads
            publisher = Publisher(cluster.nodes[0], traffic)
            harms = use_and_harm(cluster, traffic, publisher, options.seconds, random.Random(options.seed))
            outcome = look(cluster, traffic, publisher, harms)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    report(outcome)


if __name__ == "__main__":
    begin(main, {"prepare": prepare, "publish": publish, "found": found})
