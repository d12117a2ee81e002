"""A whole site out (`meiri export --to`) and into an empty one (`meiri import-site`): articles a second, memory, and whether all content is
the same afterwards, with and without media; the export killed on the way."""

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench._processes import begin, environment, memory, take_step

ARTICLES = 100_000
KILLS = 3
MIB = 1024 * 1024
# Seconds between two looks at the memory of a run.
LOOK = 0.5


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.leaving", description=__doc__)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--kills", type=int, default=KILLS)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="meiri-bench-") as name:
        folder = Path(name)
        empty, home = folder / "empty", folder / "home"
        empty.mkdir()
        take_step("bench.leaving", empty, "prepare")
        shutil.copytree(empty, home)
        take_step("bench.leaving", home, "fill", str(options.articles))
        for extra in ([], ["--no-media"]):
            shutil.rmtree(folder / "out", ignore_errors=True)
            shutil.rmtree(folder / "new", ignore_errors=True)
            shutil.copytree(empty, folder / "new")
            measure(folder, extra, options.articles, options.kills)


def measure(folder: Path, extra: list[str], articles: int, kills: int) -> None:
    home, out, new = folder / "home", folder / "out", folder / "new"
    print(f"{articles} articles, {'without' if extra else 'with'} media")
    before = digest(home, extra)
    run("out", articles, home, "export", "--to", str(out), *extra)
    written = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(f"  {written / MIB:.0f} MiB in {len(list(out.rglob('*')))} files")
    if kills:
        print(f"  {killed(home, folder / 'cut', extra, kills)}")
    run("in", articles, new, "import-site", str(out))
    after = digest(new, extra)
    print(f"  content: {'equal' if before == after else 'NOT equal'} ({before[:16]}, {after[:16]})")
    again = meiri(new, "import-site", str(out))
    print(f"  a second run: {again.stderr.strip().splitlines()[-1]}")
    verified = meiri(new, "verify")
    # Pages need static files, which nobody collected here.
    lines = verified.stdout.splitlines()
    broken = [line for line in lines if line.endswith(": BROKEN") and line != "pages: BROKEN"]
    print(
        f"  meiri verify: {', '.join(broken) or ('ok but for pages, which are not made here' if lines else 'failed')}"
    )


def run(what: str, articles: int, home: Path, *arguments: str) -> None:
    began, most = time.monotonic(), 0
    process = subprocess.Popen(command(*arguments), env=environment(home), stdout=subprocess.DEVNULL)
    while process.poll() is None:
        most = max(most, memory(process.pid, "Pss_Anon"))
        time.sleep(LOOK)
    seconds = time.monotonic() - began
    print(
        f"  {what}: status {process.returncode}, {seconds:.0f} s, {articles / seconds:.0f} articles a second, at most {most / MIB:.0f} MiB"
    )


def killed(home: Path, out: Path, extra: list[str], kills: int) -> str:
    """Kill an export again and again, each time a little later; whether it is the same in the end."""
    shutil.rmtree(out, ignore_errors=True)
    for kill in range(kills):
        process = subprocess.Popen(
            command("export", "--to", str(out), *extra), env=environment(home), stdout=subprocess.DEVNULL
        )
        parts = len(list(out.glob("*.jsonl")))
        while process.poll() is None and len(list(out.glob("*.jsonl"))) < parts + 20 + 20 * kill:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
    done = meiri(home, "export", "--to", str(out), *extra)
    content = done.stdout.strip().rpartition(" ")[2]
    whole = digest(home, extra)
    shutil.rmtree(out)
    return f"killed {kills} times and gone on with: {'equal' if content == whole else 'NOT equal'}"


def digest(home: Path, extra: list[str]) -> str:
    return meiri(home, "export", "--digest", *extra).stdout.strip()


def meiri(home: Path, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(command(*arguments), env=environment(home), capture_output=True, text=True)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "meiri.conf.command", *arguments]


# Steps in processes of their own.


def prepare() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def fill(number: str) -> None:
    """The sample newsroom and an archive, each of whose articles has a version behind it."""
    from django.core.management import call_command

    from meiri.newsroom.models import Article
    from meiri.sample.generating import generate

    call_command("sample", verbosity=0)
    generate(int(number))
    for article in Article.objects.filter(latest_revision=None).iterator(chunk_size=500):
        article.save_revision()


STEPS = {"prepare": prepare, "fill": fill}


if __name__ == "__main__":
    begin(main, STEPS)
