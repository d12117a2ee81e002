"""Somebody who can write there changes the files of a served site; no reader may get a wrong byte from Meiri, and all is put right."""

import argparse
import json
import os
import random
import secrets
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from bench._processes import free_port
from bench.killing import Site, wait_until

CHANGES = ("change a byte", "truncate", "swap", "link", "delete", "add", "set back", "append")
ARTICLES, NUMBER, KILLS = 60, 1000, 100
# Seconds within which a file is to be put right, and after which nobody waits any more.
WITHIN, PATIENCE = 1.0, 30.0


class Attacker:
    """Changes files below `folder`, as `chance` has it."""

    def __init__(self, folder: Path, chance: random.Random):
        self.folder, self.chance = folder, chance

    def change(self, how: str, path: str) -> str | None:
        """Change the file at `path`, which may be missing. The address of a file that was added, where it was no change."""
        # Whoever puts it right may be there in between.
        with suppress(FileNotFoundError, FileExistsError):
            match how:
                case "change a byte":
                    self._change_a_byte(path)
                case "truncate":
                    os.truncate(path, self.chance.randrange(os.path.getsize(path)))
                case "append":
                    with open(path, "ab") as file:
                        file.write(b"<script src=//evil></script>")
                case "swap":
                    self._swap(path, self._another(path))
                case "link":
                    os.unlink(path)
                    os.symlink(self._another(path), path)
                case "delete":
                    os.unlink(path)
                case "set back":  # the times and the size of the file stay
                    status = os.stat(path)
                    self._change_a_byte(path)
                    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
                case "add":
                    name = f"added-{secrets.token_hex(4)}.html"
                    (self.folder / name).write_bytes(b"<h1>evil</h1>")
                    return f"/{name}"
        return None

    def _change_a_byte(self, path: str) -> None:
        with open(path, "r+b") as file:
            place = self.chance.randrange(os.path.getsize(path))
            file.seek(place)
            old = file.read(1)
            file.seek(place)
            file.write(bytes([old[0] ^ (1 + self.chance.randrange(255))]))

    def _swap(self, one: str, other: str) -> None:
        aside = f"{self.folder.parent}/{secrets.token_hex(4)}"
        os.rename(one, aside)
        os.rename(other, one)
        os.rename(aside, other)

    def _another(self, path: str) -> str:
        """Another file than that at `path`."""
        others = [
            f"{folder}/{name}"
            for folder, _, names in os.walk(self.folder)
            for name in sorted(names)
            if f"{folder}/{name}" != path
        ]
        return self.chance.choice(sorted(others))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=NUMBER)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=75)
    options = parser.parse_args(arguments)
    home = Path(tempfile.mkdtemp(prefix="meiri-tampering-"))
    site = Site(home, free_port())
    try:
        with site.process("prepare", str(ARTICLES)) as preparing:
            addresses = json.loads(preparing.communicate()[0])
        site.start()
        attack(site, addresses, options.changes, random.Random(options.seed))
        kill(site, options.kills)
    finally:
        site.stop()
        shutil.rmtree(home, ignore_errors=True)


def attack(site: Site, addresses: list[str], number: int, chance: random.Random) -> None:
    """Change pages one after the other; ask for each at once, and look at the disk until it is as it was or gone."""
    right = {}
    for address in addresses:
        status, _, body = site.get(address)
        if status == 200:
            right[address] = body
    paths = {a: site.home / "pages" / (a[1:] + ("index.html" if a.endswith("/") else "")) for a in right}
    wait_until(lambda: all(path.exists() for path in paths.values()))
    attacker, lasted, wrong, done = Attacker(site.home / "pages", chance), [], 0, Counter()
    for _ in range(number):
        address, how = chance.choice(sorted(right)), chance.choice(CHANGES)
        wait_until(paths[address].exists)
        began = time.monotonic()
        added = attacker.change(how, str(paths[address]))
        done[how] += 1
        if chance.random() < 0.5:  # the others are left to the guard
            wrong += site.get(address)[2] != right[address]
            if added:
                wrong += site.get(added)[0] == 200
        path = site.home / "pages" / added[1:] if added else paths[address]
        expected = None if added else right[address]
        while not is_right(path, expected) and time.monotonic() - began < PATIENCE:
            time.sleep(0.002)
        lasted.append(time.monotonic() - began)
    lasted.sort()
    in_time = sum(seconds <= WITHIN for seconds in lasted) / len(lasted)
    print(f"{number} changes: {', '.join(f'{n} {how}' for how, n in sorted(done.items()))}")
    print(f"wrong answers from Meiri: {wrong}")
    print(
        f"put right on the disk within {WITHIN:.0f} s: {in_time:.2%}; median {statistics.median(lasted) * 1000:.0f} ms,"
        f" 99 % {lasted[int(len(lasted) * 0.99)] * 1000:.0f} ms, at most {lasted[-1] * 1000:.0f} ms"
    )


def is_right(path: Path, expected: bytes | None) -> bool:
    """Whether whoever reads the disk gets no wrong byte there. A page that is gone is asked for from Meiri."""
    try:
        return not path.is_symlink() and path.read_bytes() == expected
    except OSError:
        return True


def kill(site: Site, number: int) -> None:
    """Kill the worker again and again while pages are made; nobody may be accused."""
    before = noted(site)
    with site.process("publish", "75") as publishing:
        for _ in range(number):
            worker = site.members()["worker"]
            time.sleep(0.3)
            for process in worker:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            wait_until(lambda worker=worker: site.members()["worker"] not in ([], worker), 60)
        publishing.kill()
    time.sleep(5)
    print(f"{number} kills of the worker while articles were published: {noted(site) - before} false alarms")


def noted(site: Site) -> int:
    """How many alterations were noted, once all were handed on."""
    folder = site.home / "alterations"
    wait_until(lambda: not list(folder.glob("*.jsonl")))
    told = subprocess.run(
        [sys.executable, "-m", "meiri.conf.command", "incident", "--json"],
        env=site.environment,
        capture_output=True,
        text=True,
    )
    return len(told.stdout.splitlines())


if __name__ == "__main__":
    main()
