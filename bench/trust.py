"""The public log at a million leaves: how fast it is written, what a publication costs with it, how large a proof is, how long it
takes to check one; and what is done to a log at random, found or not."""

import argparse
import json
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench._processes import data_folder, take_step

LEAVES, TRIALS, PUBLICATIONS = 1_000_000, 100, 300
# Of one article whose history and proofs are asked for, so often.
VERSIONS, ASKED = 30, 50
# A log that a trial damages has up to so many leaves.
LARGEST_TRIAL = 3_000
BATCH = 5_000
# Turns without the log and with it.
ROUNDS = 5


def main(arguments) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.trust", description=__doc__)
    parser.add_argument("--leaves", type=int, default=LEAVES, help="0: no such log is written")
    parser.add_argument("--trials", type=int, default=TRIALS, help="of each damage; 0: none")
    parser.add_argument("--publications", type=int, default=PUBLICATIONS, help="0: none are timed")
    parser.add_argument(
        "--versions", type=int, default=VERSIONS, help="of one article; 0: none are asked for"
    )
    options = parser.parse_args(arguments)
    if options.trials:
        try_damages(options.trials)
    if options.publications:
        with data_folder(None) as home:
            take_step("bench.trust", home, "publish", str(options.publications))
    if options.versions:
        with data_folder(None) as home:
            take_step("bench.trust", home, "history", str(options.versions))
    if options.leaves:
        with data_folder(None) as home:
            take_step(
                "bench.trust", home, "grow", str(options.leaves), MEIRI_BASE_URL="https://www.example.cn"
            )


def try_damages(trials: int) -> None:
    from tests.trust.trials import DAMAGES, try_damage

    for name in DAMAGES:
        told, first_miss = Counter(), ""
        for seed in range(trials):
            source = random.Random(f"{name} {seed}")
            with tempfile.TemporaryDirectory() as folder:
                outcome = try_damage(Path(folder, "log"), name, source.randint(1, LARGEST_TRIAL), source)
            refused = outcome["witness"] in (409, 422)
            told.update(found=outcome["found"], named=outcome["named"], refused=refused)
            if not outcome["named"]:
                first_miss = first_miss or f"; seed {seed}: {outcome}"
        of_witness = f", refused by the witness {told['refused']}" if outcome["witness"] else ""
        print(
            f"{name}: found {told['found']} of {trials}, the first false entry named {told['named']}{of_witness}{first_miss}",
            flush=True,
        )


def prepare() -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.PAGE_FILES = False
    call_command("migrate", verbosity=0)


def publish_articles(count: str) -> None:
    """Publications while a second process does what the worker does, by turns without the log and with it."""
    from multiprocessing import get_context

    prepare()
    from meiri.newsroom.publishing import publish
    from tests.newsroom_factory import a_draft, an_article

    an_article("热身")

    def milliseconds() -> list[float]:
        spent = []
        for _ in range(int(count) // ROUNDS):
            draft = a_draft()
            began = time.perf_counter()
            publish(draft)
            spent.append((time.perf_counter() - began) * 1000)
        return spent

    def in_words(spent: list[float]) -> str:
        return (
            f"median {statistics.median(spent):.1f} ms, 95 % {sorted(spent)[int(len(spent) * 0.95)]:.1f} ms"
        )

    spent: dict[bool, list[float]] = {False: [], True: []}
    medians: dict[bool, list[float]] = {False: [], True: []}
    for number in range(2 * ROUNDS):
        with_log = number % 2 == 1
        stopping = get_context("fork").Event()
        following = get_context("fork").Process(target=follow, args=[stopping, with_log])
        following.start()
        found = milliseconds()
        spent[with_log] += found
        medians[with_log].append(statistics.median(found))
        stopping.set()
        following.join()
    print(f"a publication while all other consumers follow: {in_words(spent[False])}")
    print(f"the same while the log is entered and signed too: {in_words(spent[True])}")
    more = [one - other for one, other in zip(medians[True], medians[False], strict=True)]
    print(
        f"the difference of the medians, round by round: {', '.join(f'{one:+.1f}' for one in more)} ms",
        flush=True,
    )


def read_history(versions: str) -> None:
    """The history of an article with so many versions, and the proof of each: rendered anew each time, without a network."""
    prepare()
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    from meiri.journal.consumers import run_consumer
    from meiri.newsroom.publishing import publish
    from meiri.trust.entering import CONSUMER
    from meiri.trust.log_signing import sign_log
    from tests.newsroom_factory import an_article

    settings.ALLOWED_HOSTS = ["*"]
    call_command("collectstatic", verbosity=0, interactive=False)
    count = int(versions)
    paragraphs = [
        "".join(f"记者在第{one * 4 + n}站看到，{n}点的车上坐了{one}个人，都是去上班的。" for n in range(4))
        for one in range(count)
    ]
    article = an_article("第1版的标题", text=paragraphs[0])
    for number in range(2, count + 1):
        article.title, article.change_reason = f"第{number}版的标题", "情况有了变化"
        article.body = [("text", "".join(f"<p>{one}</p>" for one in paragraphs[:number]))]
        publish(article)
    while run_consumer(CONSUMER):
        pass
    sign_log()
    client, address = Client(), f"/api/v1/articles/{article.pk}"
    asked = {
        "the history": [f"/corrections/{article.pk}/"],
        "the same in the API": [f"{address}/changes"],
        "a proof": [f"{address}/versions/{number}/proof" for number in range(1, count + 1)],
        "a text": [f"{address}/versions/{number}/text" for number in range(1, count + 1)],
    }
    for name, addresses in asked.items():
        spent = []
        for number in range(max(ASKED, len(addresses))):
            began = time.perf_counter()
            answer = client.get(addresses[number % len(addresses)])
            spent.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, answer.content
        worst = sorted(spent)[int(len(spent) * 0.95)]
        print(
            f"{name} of {count} versions: median {statistics.median(spent):.1f} ms, 95 % {worst:.1f} ms",
            flush=True,
        )


def follow(stopping, with_log: bool) -> None:
    """What the worker does after pages, with the log or without it."""
    from django.db import connection

    from meiri.journal import consumers
    from meiri.trust.entering import CONSUMER
    from meiri.trust.log_signing import log_is_to_be_signed, sign_log

    connection.close()
    if not with_log:
        del consumers._consumers[CONSUMER]
    signed_at = time.monotonic()
    while not stopping.is_set():
        if not consumers.run_due_consumers():
            stopping.wait(0.05)
        if with_log and time.monotonic() - signed_at > 1 and log_is_to_be_signed():
            sign_log()
            signed_at = time.monotonic()
    connection.close()


def grow(leaves: str) -> None:
    """A journal of so many publications is entered by the consumer in its own batches, signed and verified."""
    prepare()
    from meiri.journal.consumers import run_consumer
    from meiri.journal.models import Entry
    from meiri.trust.entering import CONSUMER
    from meiri.trust.leaf_records import record_of
    from meiri.trust.log_files import log_files
    from meiri.trust.log_signing import log_key, sign_log
    from meiri.trust.models import Leaf
    from meiri.trust.outside import Seen, files_at, verify_log
    from meiri.trust.proofs import proof_of

    write_journal(int(leaves))
    began, cpu = time.perf_counter(), time.process_time()
    while run_consumer(CONSUMER):
        pass
    entered = time.perf_counter()
    while sign_log() is not None:
        pass
    signed, cpu = time.perf_counter(), time.process_time() - cpu
    count, files = Leaf.objects.count(), log_files()
    print(
        f"{count:,} leaves: entered at {count / (entered - began):,.0f} a second, written as tiles and signed at "
        f"{count / (signed - entered):,.0f} a second; both one after the other {count / (signed - began):,.0f} a second, "
        f"{count / cpu:,.0f} in a second of a processor"
    )
    size = sum(path.stat().st_size for path in files.folder.rglob("*") if path.is_file())
    print(f"its files: {size / 1e6:.1f} MB")
    sizes, spent = [], []
    for index in random.Random(1).sample(range(count), 200):
        leaf = Leaf.objects.get(pk=index)
        began = time.perf_counter()
        proof = proof_of(leaf, files)
        spent.append((time.perf_counter() - began) * 1000)
        proof.check(log_key().verifier)
        sizes.append(len(str(proof).encode()))
    print(
        f"a proof: at most {max(sizes)} bytes without a witness; made in median {statistics.median(spent):.2f} ms"
    )
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        verify_log(files_at(str(files.folder)), log_key().verifier, Seen(Path(folder, "seen")))
    print(f"all of it verified from outside in {time.perf_counter() - began:.1f} s")
    check_by_go(proof, record_of(Entry.objects.get(pk=leaf.entry)), count)


def write_journal(count: int) -> None:
    """As many publications as the journal of a site that is long at it holds; their digests are made up."""
    from django.db.models import QuerySet
    from django.utils import timezone

    from meiri.journal.content_keys import ARTICLE, CHANNEL, RIVER
    from meiri.journal.log import HEAD
    from meiri.journal.models import Entry, Head
    from meiri.newsroom.events import ArticlePublished

    at, newest = timezone.now(), 0
    for first in range(1, count + 1, BATCH):
        rows = [
            Entry(
                sequence=number, at=at, kind=ArticlePublished.kind, actor="system", previous="0" * 64, digest="0" * 64,
                keys=[ARTICLE.key(number), RIVER, CHANNEL.key("keji")],
                payload={"title": f"第{number}篇", "url": f"/keji/2026/1129/{number}.html", "revision": number,
                         "text": f"{number:064x}"},
            )
            for number in range(first, min(first + BATCH, count + 1))
        ]  # fmt: skip
        # The manager of entries refuses what is not appended one by one.
        QuerySet(Entry).bulk_create(rows)
        newest = rows[-1].sequence
    Head.objects.update_or_create(pk=HEAD, defaults={"sequence": newest, "digest": "0" * 64})


def check_by_go(proof, record: bytes, count: int) -> None:
    assert proof.record == record
    if not shutil.which("go"):
        print("Go is not installed: not checked by golang.org/x/mod/sumdb")
        return
    from meiri.trust.log_files import log_files
    from tests.trust.test_formats import check_with_go

    with tempfile.TemporaryDirectory() as work:
        Path(work, "proof").write_text(str(proof))
        began = time.perf_counter()
        found = check_with_go(Path(work), log_files().folder, Path(work, "proof"), count * 2 // 3)
        print(f"by Go's golang.org/x/mod/sumdb in {time.perf_counter() - began:.1f} s: {json.dumps(found)}")


STEPS = {"publish": publish_articles, "history": read_history, "grow": grow}

if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        STEPS[sys.argv[2]](*sys.argv[3:])
    else:
        main(sys.argv[1:])
