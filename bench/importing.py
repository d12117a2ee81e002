"""How many articles a second of processor time `meiri import` takes, and what is lost or doubled when it is killed meanwhile."""

import argparse
import json
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import zstandard

from bench._processes import answer_of_step, begin, environment, take_step

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
RECORDS = 2_000
KILLS = 5
# Seconds of an import before it is killed.
LIVES = (4.0, 12.0)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.importing", description=__doc__)
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--profile", help="write what cProfile saw of one run to this file")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="meiri-bench-") as folder:
        empty = Path(folder) / "empty"
        empty.mkdir()
        take_step("bench.importing", empty, "prepare")
        file, one = Path(folder) / "records.jsonl", Path(folder) / "one.jsonl"
        lines = records(options.records)
        file.write_text("\n".join(lines))
        one.write_text(lines[-1])
        pages = sorted(str(page) for page in (DATA / "pages" / "zh").glob("*.html"))
        measure(Path(folder), empty, file, one, len(lines), pages)
        if options.profile:
            profile(site(Path(folder), empty), file, options.profile)
        kill(site(Path(folder), empty), file, len(lines), options.kills)


def records(count: int) -> list[str]:
    """Real articles as records, each headline and text once."""
    lines: dict[str, str] = {}
    with (DATA / "text" / "articles.jsonl.zst").open("rb") as packed:
        text = zstandard.ZstdDecompressor().stream_reader(packed).read().decode()
    for line in text.split("\n"):
        article = json.loads(line) if line else {}
        if not article.get("html") or len(lines) == count:
            continue
        day = article["date"]
        record = {
            "title": article["title"],
            "body": article["html"],
            "source": "央视网",
            "published_at": f"{day[:4]}-{day[4:6]}-{day[6:]}T19:00:00+08:00",
            "channel": "yaowen",
        }
        lines.setdefault(f"{record['title']} {record['body'][:200]}", json.dumps(record, ensure_ascii=False))
    return list(lines.values())


def site(folder: Path, empty: Path) -> Path:
    """A fresh data folder."""
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(empty, home)
    return home


def measure(folder: Path, empty: Path, file: Path, one: Path, count: int, pages: list[str]) -> None:
    start = spent(site(folder, empty), str(one))
    print(f"start: {start:.1f} s of a processor; below it is taken off")
    for what, options in (("drafts", []), ("published", ["--publish"])):
        home = site(folder, empty)
        seconds = spent(home, str(file), *options) - start
        print(f"{count} records, {what}: {seconds:.1f} s of a processor, {count / seconds:.0f} a second")
        seconds = spent(home, str(file), *options) - start
        print(f"the same again, all known: {seconds:.1f} s, {count / seconds:.0f} a second")
    seconds = spent(site(folder, empty), *pages) - start
    print(f"{len(pages)} saved pages, drafts: {seconds:.2f} s, {len(pages) / seconds:.0f} a second")


def spent(home: Path, *arguments: str) -> float:
    """Seconds of a processor that `meiri import` and its processes took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command(*arguments), env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "meiri.conf.command", "import", *arguments]


def profile(home: Path, file: Path, into: str) -> None:
    code = "import cProfile, sys; from meiri.conf.command import main; cProfile.run('main()', sys.argv.pop())"
    arguments = ["import", str(file), "--publish", into]
    subprocess.run([sys.executable, "-c", code, *arguments], env=environment(home), stdout=subprocess.DEVNULL)


def kill(home: Path, file: Path, count: int, kills: int) -> None:
    """Kill an import a few times, finish it, and compare."""
    for _ in range(kills):
        run = subprocess.Popen(
            command(str(file), "--publish"),
            env=environment(home),
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        with suppress(subprocess.TimeoutExpired):
            run.wait(random.uniform(*LIVES))
        with suppress(ProcessLookupError):
            run.send_signal(signal.SIGKILL)
        run.wait()
        print(f"killed with {answer_of_step('bench.importing', home, 'count')} articles stored")
    subprocess.run(command(str(file), "--publish"), env=environment(home), stdout=subprocess.DEVNULL)
    stored, entries = answer_of_step("bench.importing", home, "count").split()
    done = subprocess.run(
        [sys.executable, "-m", "meiri.conf.command", "verify"],
        env=environment(home),
        capture_output=True,
        text=True,
    )
    print(
        f"after {kills} kills: {stored} of {count} records stored, {entries} entries of publications;"
        f" meiri verify: {done.stdout.strip().splitlines()[0] if done.stdout else done.returncode}"
    )


def prepare() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from meiri.sections.models import Channel

    Channel.objects.create(name="要闻", slug="yaowen")


def count() -> None:
    from meiri.journal.models import Entry
    from meiri.newsroom.events import ArticlePublished
    from meiri.newsroom.models import Article

    print(Article.objects.count(), Entry.objects.of(ArticlePublished).count())


STEPS = {"prepare": prepare, "count": count}


if __name__ == "__main__":
    begin(main, STEPS)
