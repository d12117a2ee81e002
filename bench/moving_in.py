"""How many posts a second `meiri move-in` takes of a WordPress export and of a dump of 帝国CMS, what memory it needs, and what is lost or
doubled when it is killed on the way; each old address asked for, and a second run."""

import argparse
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from PIL import Image

from bench._old_sites import (
    COLUMNS,
    PICTURES,
    old_address,
    posts,
    real_articles,
    write_empire,
    write_wxr,
    wxr_address,
)
from bench._processes import answer_of_step, begin, environment, memory, take_step

POSTS = 100_000
KILLS = 5
MIB = 1024 * 1024
# Seconds between two looks at the memory of a run.
LOOK = 1.0


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.moving_in", description=__doc__)
    parser.add_argument("--posts", type=int, default=POSTS)
    parser.add_argument("--kills", type=int, default=KILLS)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="meiri-bench-") as folder:
        empty, old = Path(folder) / "empty", Path(folder) / "old"
        empty.mkdir()
        take_step("bench.moving_in", empty, "prepare")
        write_pictures(old)
        articles = real_articles()
        for name, write in (("phome.sql", write_empire), ("wordpress.xml", write_wxr)):
            write(old / name, articles, options.posts)
            home = Path(folder) / "home"
            shutil.copytree(empty, home)
            measure(home, old / name, options.posts, options.kills)
            shutil.rmtree(home)


def write_pictures(old: Path) -> None:
    """The pictures of the old site: noise, which no encoder makes small."""
    folder = old / "d/file/news"
    folder.mkdir(parents=True)
    for number in range(PICTURES):
        Image.effect_noise((640, 400), 60 + number).convert("RGB").save(folder / f"{number}.jpg")


def measure(home: Path, file: Path, count: int, kills: int) -> None:
    print(f"{file.name}: {count} posts, {file.stat().st_size / MIB:.0f} MiB")
    taken = 0
    for kill in range(kills):
        before = taken
        run = subprocess.Popen(
            command(file), env=environment(home), stdout=subprocess.DEVNULL, start_new_session=True
        )
        # So that each life takes in some of the posts.
        while run.poll() is None and taken < min(
            before + random.randrange(1, 2 * count // (kills + 2) + 2), count
        ):
            time.sleep(LOOK)
            taken = stored_in(home)
        with suppress(ProcessLookupError):
            run.send_signal(signal.SIGKILL)
        run.wait()
        taken = stored_in(home)
        print(f"  killed ({kill + 1}) with {taken} articles stored")
    began, spent = time.monotonic(), _spent()
    run = subprocess.Popen(command(file), env=environment(home), stdout=subprocess.DEVNULL)
    looks = []
    while run.poll() is None:
        looks.append(memory(run.pid, "Pss_Anon") / MIB)
        time.sleep(LOOK)
    seconds, left = time.monotonic() - began, count - taken
    print(
        f"  the rest: {left} posts in {seconds:.0f} s, {left / seconds:.0f} a second; {left / (_spent() - spent):.0f} a second of a processor"
    )
    third = max(len(looks) // 3, 1)
    print(
        f"  memory: at most {max(looks[:third]):.0f} MiB in the first third, {max(looks[-third:]):.0f} MiB in the last"
    )
    print(f"  {answer_of_step('bench.moving_in', home, 'check', file.name, str(count))}")
    began = time.monotonic()
    subprocess.run(command(file), env=environment(home), stdout=subprocess.DEVNULL)
    print(
        f"  a second run: {time.monotonic() - began:.0f} s; {answer_of_step('bench.moving_in', home, 'check', file.name, str(count))}"
    )
    done = subprocess.run(
        [sys.executable, "-m", "meiri.conf.command", "verify"],
        env=environment(home),
        capture_output=True,
        text=True,
    )
    print(f"  meiri verify: {done.stdout.strip().splitlines()[0] if done.stdout else done.returncode}")


def stored_in(home: Path) -> int:
    """How many articles there are: asked of the file, which costs the run next to nothing."""
    with closing(sqlite3.connect(f"file:{home}/meiri.sqlite3?mode=ro", uri=True)) as database:
        return database.execute("SELECT count(*) FROM newsroom_article").fetchone()[0]


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def command(file: Path) -> list[str]:
    return [sys.executable, "-m", "meiri.conf.command", "move-in", str(file)]


# Steps in processes of their own.


def prepare() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from meiri.sections.models import Channel

    for number, _, name, _ in COLUMNS:
        Channel.objects.create(name=name, slug=f"lanmu{number}")


def check(name: str, number: str) -> None:
    """Whether each post is there once, and its old address leads to it."""
    from meiri.ingest.migration.old_addresses import find_new_address
    from meiri.journal.models import Entry
    from meiri.newsroom.events import ArticlePublished
    from meiri.newsroom.models import Article

    by_title: dict[str, list[str]] = {}
    for article in Article.objects.select_related("channel").iterator(chunk_size=1000):
        by_title.setdefault(article.title, []).append(article.get_absolute_url())
    missing = lost = 0
    for post, title, _, moment in posts(real_articles(), int(number)):
        found = by_title.get(" ".join(title.split()), [])
        missing += not found
        lost += find_new_address(_address(name, post, moment), "") not in found
    doubled = Article.objects.count() - int(number)
    entries = Entry.objects.of(ArticlePublished).count()
    print(
        f"{missing} missing, {doubled} too many, {lost} old addresses that lead elsewhere, {entries} entries of publications"
    )


def _address(name: str, post: int, moment: datetime) -> str:
    return old_address(post, moment) if name == "phome.sql" else wxr_address(post, moment)


STEPS = {"prepare": prepare, "check": check}


if __name__ == "__main__":
    begin(main, STEPS)
