"""How soon those who follow a live coverage have a new entry, and whether any is missed or comes twice over restarts of the server.

On one machine, at 127.0.0.1 alone. A reader is one connection that does what a browser's EventSource does: where it ends, it waits
for as long as the server said and comes back with the number of the last event. It ends by itself.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench._processes import PATIENCE, answer_of_step, begin, environment, free_port, memory
from bench.views import answers, server

READERS, ENTRIES, RESTARTS = 2000, 40, 5
# Seconds between two entries; after which an entry that came to nobody is given up.
PAUSE, LATEST = 0.5, 30.0
AT_ONCE = 100
RETRY = 1.0
WORDS = "粮库门前的车队排到了路口，过磅员开始工作，第一批稻谷已经入仓。"


@dataclass
class Reader:
    """One who follows: what came, by its number, and when. `seen`: the newest number."""

    number: int
    seen: int
    came: list[tuple[int, float]] = field(default_factory=list)
    connections: int = 0

    async def follow(self, address: str, port: int, stopping: asyncio.Event) -> None:
        dice = random.Random(self.number)
        while not stopping.is_set():
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await self._once(address, port)
            await asyncio.sleep(RETRY + dice.random() / 2)

    async def _once(self, address: str, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        try:
            one = f"198.18.{self.number >> 8}.{self.number & 255}"
            writer.write(
                f"GET {address}stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
                f"X-Forwarded-For: {one}\r\nLast-Event-ID: {self.seen}\r\n\r\n".encode()
            )
            if b" 200 " not in await reader.readuntil(b"\r\n"):
                return
            self.connections += 1
            while line := await reader.readline():
                if line.startswith(b"id: "):
                    self.seen = int(line[4:])
                    self.came.append((self.seen, time.monotonic()))
        finally:
            writer.close()


class Writer:
    """A process beside the site that writes an entry for each line it gets."""

    def __init__(self, home: str):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.live", "--step", "write"],
            env=environment(home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()  # it is ready

    async def write(self) -> tuple[int, float]:
        """The number of the change, and when the entry was sent."""
        began = time.monotonic()
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        change = await asyncio.get_running_loop().run_in_executor(None, self._answer)
        return change, began

    def _answer(self) -> int:
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("The process that writes entries ended.")
        return int(line)

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait(PATIENCE)


@contextmanager
def running(home: str, port: int) -> Iterator[subprocess.Popen]:
    group = subprocess.Popen(server(port), env=environment(home), start_new_session=True)
    try:
        yield group
    finally:
        end(group, signal.SIGTERM)


def end(group: subprocess.Popen, how: signal.Signals) -> None:
    """Stop the whole process group, or kill it."""
    if how == signal.SIGKILL:
        # Each member has a session of its own.
        for child in Path(f"/proc/{group.pid}/task/{group.pid}/children").read_text().split():
            os.killpg(int(child), how)
    with suppress(ProcessLookupError):
        group.send_signal(how)
    group.wait(PATIENCE)


async def all_have(readers: list[Reader], change: int, most: float) -> bool:
    until = time.monotonic() + most
    while time.monotonic() < until:
        if all(reader.seen >= change for reader in readers):
            return True
        await asyncio.sleep(0.05)
    return False


async def connected(readers: list[Reader], times: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while any(reader.connections < times for reader in readers):
            await asyncio.sleep(0.05)


async def measure(home: str, count: int, entries: int, restarts: int) -> dict[str, str]:
    told = json.loads(answer_of_step("bench.live", home, "prepare"))
    address, port, writer, stopping = told["address"], free_port(), Writer(home), asyncio.Event()
    sent: dict[int, float] = {}
    readers = [Reader(number, told["change"]) for number in range(count)]
    tasks: list[asyncio.Task] = []
    rows: dict[str, str] = {}
    try:
        with running(home, port) as group:
            await settled(port)
            await ask(address, port)
            rows["memory of all processes, nobody follows, MB"] = f"{memory(group.pid) / 1e6:.0f}"
            for start in range(0, count, AT_ONCE):
                tasks += [
                    asyncio.create_task(r.follow(address, port, stopping))
                    for r in readers[start : start + AT_ONCE]
                ]
                await asyncio.sleep(0.1)
            await connected(readers, 1)
            rows["memory of all processes, all follow, MB"] = f"{memory(group.pid) / 1e6:.0f}"
            for _ in range(entries):
                change, began = await writer.write()
                sent[change] = began
                await asyncio.sleep(PAUSE)
            await all_have(readers, max(sent), LATEST)
        undisturbed = dict(sent)
        for number in range(restarts):
            # Entries are written while nobody serves, and while all come back.
            sent.update([await writer.write()])
            how = signal.SIGTERM if number % 2 else signal.SIGKILL
            with running(home, port) as group:
                await answers(port)
                sent.update([await writer.write()])
                await asyncio.sleep(RETRY)
                for _ in range(3):
                    sent.update([await writer.write()])
                    await asyncio.sleep(PAUSE)
                if how == signal.SIGKILL:
                    end(group, how)
        with running(home, port):
            await answers(port)
            complete = await all_have(readers, max(sent), LATEST)
        rows |= report(readers, sent, undisturbed, complete)
    finally:
        stopping.set()
        for task in tasks:
            task.cancel()
        writer.end()
    return rows


async def settled(port: int) -> None:
    """Wait until the server answers, and has built its search index: a new one is not what is measured."""
    await answers(port)
    async with asyncio.timeout(PATIENCE):
        while not (await ask("/search/?q=x", port)).startswith(b"HTTP/1.1 200 "):
            await asyncio.sleep(0.2)


async def ask(address: str, port: int) -> bytes:
    """What is answered at an address."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    return answer


def report(
    readers: list[Reader], sent: dict[int, float], undisturbed: dict[int, float], complete: bool
) -> dict[str, str]:
    seconds = sorted(at - sent[change] for r in readers for change, at in r.came if change in undisturbed)
    cuts = statistics.quantiles(seconds, n=100)
    lost = sum(len(set(sent) - {change for change, _ in r.came}) for r in readers)
    doubled = sum(len(r.came) - len({change for change, _ in r.came}) for r in readers)
    disordered = sum([c for c, _ in r.came] != sorted(c for c, _ in r.came) for r in readers)
    return {
        "readers who follow": str(len(readers)),
        "entries, and those over restarts": f"{len(undisturbed)}, {len(sent) - len(undisturbed)}",
        "seconds to a reader: median, 99 %, most": f"{cuts[49]:.2f}, {cuts[98]:.2f}, {seconds[-1]:.2f}",
        "of all within one second": f"{sum(s <= 1 for s in seconds) / len(seconds):.2%}",
        "entries that a reader missed": str(lost),
        "entries that came twice": str(doubled),
        "readers who got them in another order": str(disordered),
        "all have all in the end": "yes" if complete else "no",
    }


def prepare() -> None:
    """A site with one coverage that runs. Prints its page of changes and the number of its newest change."""
    from django.core.management import call_command

    from meiri.live.directing import announce_coverage, move_coverage
    from meiri.live.models import Coverage, CoverageState
    from meiri.sections.models import Channel

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    channel = Channel.objects.create(name="科技前沿", slug="keji")
    coverage = announce_coverage(Coverage(title="秋粮收购现场", channel=channel))
    coverage = move_coverage(coverage, CoverageState.LIVE)
    print(json.dumps({"address": f"/fragments/live/{coverage.pk}/", "change": coverage.change}))


def write() -> None:
    """Write an entry for each line that comes, and print the number of its change."""
    from meiri.live.models import Coverage, LiveEntry
    from meiri.live.reporting import write_entry

    coverage = Coverage.objects.get()
    print(0, flush=True)
    for _ in sys.stdin:
        entry = LiveEntry(coverage=coverage, signature="林晚舟")
        entry.body = [("text", f"<p>{WORDS}</p>")]
        print(write_entry(entry).change, flush=True)


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.live", description=__doc__)
    parser.add_argument("--readers", type=int, default=READERS)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--restarts", type=int, default=RESTARTS)
    options = parser.parse_args(arguments)
    from meiri.conf.web_server import allow_open_files

    allow_open_files(options.readers + 1000)
    with tempfile.TemporaryDirectory(prefix="meiri-bench-") as home:
        rows = asyncio.run(measure(home, options.readers, options.entries, options.restarts))
    for name, value in rows.items():
        print(f"{name:<48} {value:>16}")


if __name__ == "__main__":
    begin(main, {"prepare": prepare, "write": write})
