"""Lose a machine with its disk again and again under publications, and go on from the replica: what was lost, and how long nobody served."""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench._processes import begin, environment, free_port, take_step
from bench.killing import Site, wait_until

ROUNDS, ARTICLES, EACH_SECOND = 20, 100_000, 5
# Seconds of publishing before a machine is lost.
LIVES = (3.0, 10.0)
MODULE = "bench.replica"
# What an operator keeps elsewhere: docs/backups.md.
KEYS = "*.key"
# Seconds in which a replica must have a whole copy of a large database.
PATIENCE = 300.0


@dataclass
class ReplicatedSite(Site):
    replica: Path = Path()

    @property
    def environment(self) -> dict[str, str]:
        return environment(
            self.home, MEIRI_BASE_URL=f"http://127.0.0.1:{self.port}", MEIRI_REPLICATE_TO=str(self.replica)
        )

    def publishes(self) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", MODULE, "--step", "publish"],
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    def lose(self) -> None:
        """Kill every process at once, and delete the data folder."""
        self.kill()
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(self.home, ignore_errors=True)

    def restore(self, keys: Path) -> float:
        """A new data folder from the replica. How many seconds that took. Raises `CalledProcessError`."""
        self.home.mkdir(parents=True)
        for key in keys.iterdir():
            shutil.copy(key, self.home)
        began = time.monotonic()
        subprocess.run(
            [sys.executable, "-m", "meiri.conf.command", "restore", "--to", "now"],
            env=self.environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return time.monotonic() - began


@dataclass
class Acknowledged:
    """What a newsroom was told is published: the moment (monotonic), the address and a media file of each."""

    done: list[tuple[float, str, str]] = field(default_factory=list)

    def listen(self, process: subprocess.Popen) -> None:
        for line in process.stdout:
            address, _, name = line.strip().partition(" ")
            self.done.append((time.monotonic(), address, name))


@dataclass(frozen=True)
class Loss:
    """Of one machine. `seconds`: how long before its end the oldest of what was lost had been acknowledged; 0 where nothing was.
    `restored`, `served`: seconds until the data folder was back, and until the first page and a lost machine's article were answered."""

    acknowledged: int
    lost: int
    seconds: float
    restored: float
    served: float


def lose_and_go_on(site: ReplicatedSite, keys: Path, life: float) -> Loss:
    """Publish on a running site, lose its machine after `life` seconds, and serve it from the replica."""
    told = Acknowledged()
    publisher = site.publishes()
    listening = threading.Thread(target=told.listen, args=[publisher])
    listening.start()
    wait_until(lambda: told.done)
    time.sleep(life)
    publisher.kill()
    ended = time.monotonic()
    site.lose()
    publisher.wait()
    listening.join()
    restored = site.restore(keys)
    site.start()
    site.get("/")
    served = time.monotonic() - ended
    missing = [at for at, address, name in told.done if not is_there(site, address, name)]
    seconds = ended - min(missing) if missing else 0.0
    return Loss(len(told.done), len(missing), seconds, restored, served)


def is_there(site: Site, address: str, name: str) -> bool:
    return site.get(address)[0] == 200 and (site.home / "media" / name).is_file()


def publish() -> None:
    """Publish until killed, with a media file each; say what was done."""
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage
    from django.utils import timezone

    from meiri.newsroom.models import Article, Source
    from meiri.newsroom.publishing import publish
    from meiri.review.chains import ReviewChain
    from meiri.sections.models import Channel

    # Nobody reviews here.
    ReviewChain.objects.update(active=False)
    channel, source = Channel.objects.visible()[0], Source.objects.first()
    while True:
        until = time.monotonic() + 1 / EACH_SECOND
        name = default_storage.save("documents/note.txt", ContentFile(os.urandom(2000)))
        article = Article(title=f"新稿{random.random()}", channel=channel, source=source)
        article.published_at, article.body = timezone.now(), [("text", "<p>正文。</p>")]
        publish(article)
        print(article.get_absolute_url(), name, flush=True)
        time.sleep(max(0.0, until - time.monotonic()))


def prepare(articles: str) -> None:
    from bench.killing import prepare as prepare_site

    prepare_site(articles)


def main(arguments) -> None:
    parser = argparse.ArgumentParser(prog=f"python -m {MODULE}", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    dice, folder = random.Random(options.seed), Path(tempfile.mkdtemp(prefix="meiri-bench-"))
    site = ReplicatedSite(folder / "home", free_port(), replica=folder / "replica")
    try:
        losses = lose_machines(site, folder / "keys", options.rounds, options.articles, dice)
    finally:
        site.stop()
        shutil.rmtree(folder)
    report(losses)
    if any(loss.seconds > 1 for loss in losses):
        sys.exit("More than a second was lost.")


def lose_machines(
    site: ReplicatedSite, keys: Path, rounds: int, articles: int, dice: random.Random
) -> list[Loss]:
    site.home.mkdir()
    take_step(MODULE, site.home, "prepare", str(articles))
    site.start()
    wait_until(lambda: is_complete(site), PATIENCE)
    keys.mkdir()
    for key in site.home.glob(KEYS):
        shutil.copy(key, keys)
    found = []
    for number in range(rounds):
        found.append(lose_and_go_on(site, keys, dice.uniform(*LIVES)))
        print(number + 1, json.dumps(found[-1].__dict__), flush=True)
        wait_until(lambda: is_complete(site), PATIENCE)
    return found


def is_complete(site: ReplicatedSite) -> bool:
    """Whether the replica has a generation of this data folder that can be restored."""
    from meiri.operations.replication.generations import generations_at
    from meiri.operations.replication.targets import FolderTarget

    try:
        name = json.loads((site.home / "replica" / "generation.json").read_bytes())["name"]
    except (OSError, ValueError):
        return False
    return any(one.name == name for one in generations_at(FolderTarget(site.replica)))


def report(losses: list[Loss]) -> None:
    acknowledged = sum(loss.acknowledged for loss in losses)
    rows = {
        "machines lost": len(losses),
        "publications acknowledged": acknowledged,
        "of these lost": sum(loss.lost for loss in losses),
        "the oldest that was lost, seconds before the end": f"{max(loss.seconds for loss in losses):.2f}",
        "seconds to restore, the longest": f"{max(loss.restored for loss in losses):.1f}",
        "seconds until served again, the longest": f"{max(loss.served for loss in losses):.1f}",
    }
    for name, value in rows.items():
        print(f"{name:<52} {value:>10}")


if __name__ == "__main__":
    begin(main, {"prepare": prepare, "publish": publish})
