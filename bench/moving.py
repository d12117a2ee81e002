"""A site to PostgreSQL and back (`meiri move-to`): seconds, rows a second, memory, and whether all content is the same on each side; killed on the
way there and gone on with."""

import argparse
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from bench._processes import environment, memory, take_step
from tests.postgresql import start

ARTICLES = 5_000
KILLS = 2
MIB = 1024 * 1024
# Seconds between two looks at the memory of a run.
LOOK = 0.5


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.moving", description=__doc__)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--kills", type=int, default=KILLS)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="meiri-bench-") as name:
        home, cluster = Path(name, "home"), start()
        home.mkdir()
        take_step("bench.leaving", home, "prepare")
        take_step("bench.leaving", home, "fill", str(options.articles))
        size = sum(path.stat().st_size for path in home.glob("meiri.sqlite3*"))
        print(f"{options.articles} articles and the sample newsroom, {size / MIB:.0f} MiB")
        with psycopg.connect(cluster, autocommit=True) as connection:
            connection.execute("CREATE DATABASE moved")
        moved = cluster.replace("/postgres?", "/moved?")
        for kill in range(options.kills):
            print(f"  killed with {killed(home, moved, kill + 1)} tables carried")
        there = run("to PostgreSQL", home, moved)
        back = run("back to SQLite", home, f"sqlite:///{name}/back.sqlite3", MEIRI_DATABASE_URL=moved)
        print(f"  content: {'equal' if there == back else 'NOT equal'} ({there[:16]}, {back[:16]})")
        size = Path(name, "back.sqlite3").stat().st_size
        print(f"  {size / MIB:.0f} MiB, {shutil.disk_usage(name).free / MIB:.0f} MiB free")


def run(what: str, home: Path, url: str, **more: str) -> str:
    """The digest of the content."""
    began, most = time.monotonic(), 0
    process = subprocess.Popen(command(url), env=environment(home, **more), stdout=subprocess.PIPE, text=True)
    while process.poll() is None:
        most = max(most, memory(process.pid, "Pss_Anon"))
        time.sleep(LOOK)
    seconds = time.monotonic() - began
    said = process.stdout.read() if process.stdout else ""
    rows = int((re.findall(r"^(\d+) rows", said, re.MULTILINE) or ["0"])[0])
    print(
        f"  {what}: status {process.returncode}, {rows} rows, {seconds:.0f} s, {rows / seconds:.0f} rows a second,"
        f" at most {most / MIB:.0f} MiB"
    )
    return "".join(re.findall(r"^content: (\w+)", said, re.MULTILINE))


def killed(home: Path, url: str, tables: int) -> int:
    """Kill a move when it has carried some of so many times thirty tables. How many it had."""
    process = subprocess.Popen(command(url), env=environment(home), stdout=subprocess.DEVNULL)
    carried = 0
    while process.poll() is None and carried < 30 * tables:
        time.sleep(LOOK / 10)
        carried = carried_to(url)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return carried_to(url)


def carried_to(url: str) -> int:
    """How many tables a begun move has rows of."""
    with psycopg.connect(url) as connection:
        try:
            found = connection.execute("SELECT COUNT(*) FROM meiri_move WHERE name LIKE '%\\_%'").fetchone()
        except psycopg.errors.UndefinedTable:
            return 0
    return found[0] if found else 0


def command(url: str) -> list[str]:
    return [sys.executable, "-m", "meiri.conf.command", "move-to", url]


if __name__ == "__main__":
    main(sys.argv[1:])
