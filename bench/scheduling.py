"""Kill schedulers around due times: whether each scheduled article goes live once, and how late.

Three processes look at one database for what is due, as workers do. Articles are due one after another; around the due times one of
the three is killed (SIGKILL) and another takes its place, `--kills` times, so that two live at any time. Afterwards: each article is live,
the journal tells of each publication once, and how many seconds after its due time each went live.
"""

import argparse
import multiprocessing
import os
import random
import signal
import statistics
import sys
import time
from collections import Counter
from datetime import timedelta

from bench._processes import data_folder, take_step
from tests.postgresql import start as start_postgresql

KILLS = 100
SCHEDULERS = 3
# Seconds between two due times, and from the start to the first.
STEP, AHEAD = 0.6, 5.0
# What is not live so many seconds after the last due time never will be.
PATIENCE = 60


def main(arguments) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.scheduling", description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL of its own")
    parser.add_argument("--step", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.step is not None:
        measure(*map(int, options.step))
        return
    more = {"MEIRI_DATABASE_URL": start_postgresql()} if options.postgresql else {}
    with data_folder(None) as home:
        take_step("bench.scheduling", home, str(options.kills), str(options.seed), **more)


def measure(kills: int, seed: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    due = schedule(kills)
    connections.close_all()  # no connection may be shared with the copies of this process
    random.seed(seed)
    run(due)
    report(due)


def schedule(count: int) -> dict[int, float]:
    """Articles that are to go live one after another: when, in seconds of the epoch, by their keys."""
    from django.utils import timezone
    from wagtail.models import Revision

    from meiri.newsroom.models import Article, Source
    from meiri.sections.models import Channel

    channel = Channel.objects.create(name="要闻", slug="yaowen")
    source = Source.objects.create(name="每日新闻网")
    for number in range(count):
        article = Article(title=f"第{number + 1}篇定时稿件", channel=channel, source=source, live=False)
        article.body = [("text", "<p>正文。</p>")]
        article.go_live_at = timezone.now() + timedelta(days=1)
        article.save()
        article.save_revision().publish()
    first = timezone.now() + timedelta(seconds=AHEAD)
    due = {}
    for number, revision in enumerate(
        Revision.objects.filter(approved_go_live_at__isnull=False).order_by("pk")
    ):
        at = first + timedelta(seconds=STEP * number)
        revision.content["go_live_at"] = at.isoformat()
        Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=at, content=revision.content)
        due[int(revision.object_id)] = at.timestamp()
    return due


def look() -> None:
    """What a worker does with its line of publications."""
    from threading import Event

    from meiri.conf.management.commands.work import SCHEDULE
    from meiri.operations.clock_jobs import run_line

    run_line([job for job in SCHEDULE if job.line == "publishing"], Event())


def start() -> multiprocessing.process.BaseProcess:
    process = multiprocessing.get_context("fork").Process(target=look, daemon=True)
    process.start()
    return process


def run(due: dict[int, float]) -> None:
    """Keep three schedulers running, one of which is killed around each due time."""
    schedulers = [start() for _ in range(SCHEDULERS)]
    for at in due.values():
        time.sleep(max(0.0, at + random.uniform(-0.1, 0.45) - time.time()))
        victim = schedulers.pop(random.randrange(SCHEDULERS))
        os.kill(victim.pid or 0, signal.SIGKILL)
        victim.join()
        schedulers.append(start())
    until = time.time() + PATIENCE
    while waiting() and time.time() < until:
        time.sleep(0.5)
    for scheduler in schedulers:
        scheduler.kill()
        scheduler.join()


def waiting() -> bool:
    """Whether anything is still to go live."""
    from django.db import connections
    from wagtail.models import Revision

    try:
        return Revision.objects.filter(approved_go_live_at__isnull=False).exists()
    finally:
        connections.close_all()


def report(due: dict[int, float]) -> None:
    from meiri.journal.models import Entry
    from meiri.journal.verification import verify_chain
    from meiri.newsroom.events import ArticlePublished
    from meiri.newsroom.models import Article

    live = dict(Article.objects.filter(live=True).values_list("pk", "last_published_at"))
    told = Counter(Entry.objects.filter(kind=ArticlePublished.kind).values_list("payload__title", flat=True))
    late = [live[key].timestamp() - at for key, at in due.items() if key in live]
    print(f"{len(due)} articles, {len(due)} kills of one of {SCHEDULERS} schedulers.")
    print(
        f"Live: {len(live)}. Told once in the journal: {sum(times == 1 for times in told.values())}, more than once: ",
        end="",
    )
    print(
        f"{sum(times > 1 for times in told.values())}. Chain of the journal: {verify_chain().broken or 'whole'}."
    )
    if late:
        print(
            f"Seconds late: median {statistics.median(late):.2f}, 99 % within {statistics.quantiles(late, n=100)[-1]:.2f}, "
            f"at most {max(late):.2f}; early: {sum(seconds < 0 for seconds in late)}."
        )


if __name__ == "__main__":
    main(sys.argv[1:])
