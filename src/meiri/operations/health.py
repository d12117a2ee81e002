"""Whether this machine can hold the site's data, its worker runs, and all nodes are alike."""

import os
import shutil
import stat
import time
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from meiri.file_modes import FOLDER, PASSING, PUBLIC
from meiri.health_checks import HealthFinding, broken, fine, health_check, warning
from meiri.metrics import Sample, measurement
from meiri.operations.clock_jobs import NOTED
from meiri.operations.models import JobRun
from meiri.operations.nodes import present_nodes, this_node
from meiri.operations.replication import replica_health  # noqa: F401 its check registers itself
from meiri.valkey import ANSWER_WITHIN, OLDEST, ValkeyConnection, valkey

GIB = 1024**3
# Free space under which the site will soon stop, and under which it is worth a word.
LITTLE, SOME = GIB // 4, 2 * GIB
# Of the names that a file system can hold, how many must be free.
FREE_NAMES = 0.01
# Successes of a node's jobs are written down once in `NOTED`.
SILENT = 3 * NOTED
# How long Valkey may take for an answer, in seconds: each reader who is counted waits for one.
QUICK = 0.003


@health_check("disk", for_serving=True, needs_database=False)
def disks_have_room() -> Iterator[HealthFinding]:
    for folder in folders_by_disk():
        free = shutil.disk_usage(folder).free
        names = os.statvfs(folder)
        remedy = f"make room on the disk of {folder}, or move the data folder to a larger one"
        if free < LITTLE:
            yield broken(f"{folder} has {free / GIB:.2f} GiB left", remedy)
        elif free < SOME:
            yield warning(f"{folder} has {free / GIB:.1f} GiB left", remedy)
        else:
            yield fine(f"{folder} has {free / GIB:.0f} GiB left")
        if names.f_files and names.f_favail < FREE_NAMES * names.f_files:
            yield warning(f"{folder} can hold only {names.f_favail} more files", remedy)


def folders_by_disk() -> list[Path]:
    """One folder of the site on each file system that it uses."""
    home = Path(settings.HOME)
    folders = [home, Path(settings.MEDIA_ROOT), home / "pages", home / "search", Path(settings.STATIC_ROOT)]
    found: dict[int, Path] = {}
    for folder in folders:
        if folder.exists():
            found.setdefault(folder.stat().st_dev, folder)
    return list(found.values())


@health_check("data folder", needs_database=False)
def data_folder_is_ours() -> Iterator[HealthFinding]:
    home = Path(settings.HOME)
    with TemporaryFile(dir=home) as file:
        file.write(b"0")
        file.flush()
        os.fsync(file.fileno())
    yield fine(f"{home} can be written")
    opened = [path for path in [home, *sorted(home.iterdir())] if is_open_to_others(path, home)]
    for path in opened[:5]:
        yield warning(
            f"others than the owner may use {path}",
            "type: meiri serve, which closes it, or chmod it yourself",
        )


def is_open_to_others(path: Path, home: Path) -> bool:
    """Whether a file of the data folder may be used by somebody whom `meiri.file_modes` does not let."""
    if path.is_symlink() or path.name in PUBLIC:
        return False
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return False  # deleted meanwhile
    return bool(mode & ~(PASSING if path == home else FOLDER) & 0o077)


@health_check("worker")
def worker_runs() -> Iterator[HealthFinding]:
    mine = JobRun.objects.filter(node=this_node()).aggregate(last=Max("ended_at"))["last"]
    if mine is None:
        yield broken("no worker has run on this node yet", "type: meiri serve")
    elif (silent := timezone.now() - mine) > SILENT:
        yield broken(
            f"no worker has run on this node for {silent.total_seconds() / 60:.0f} minutes",
            "type: meiri serve, or see in its log why the worker ends",
        )
    else:
        yield fine("runs on this node")


@health_check("clock jobs")
def jobs_end_well() -> Iterator[HealthFinding]:
    failing = list(JobRun.objects.failing()[:20])
    for run in failing:
        yield warning(
            f"{run} failed {run.failures} times in succession: {run.error}",
            "mend what the message names; it is tried again by itself",
        )
    if not failing:
        yield fine("each ended well when it ran last")


@health_check("nodes")
def nodes_are_alike() -> Iterator[HealthFinding]:
    nodes = present_nodes()
    named = ", ".join(node.name for node in nodes)
    for name in sorted({name for node in nodes for name in node.keys}):
        yield from _key_is_shared(name, {node.name: node.keys.get(name, "") for node in nodes})
    if len({node.release for node in nodes}) > 1:
        yield warning("not all nodes run the same release", "bring the release to the other nodes too")
    yield fine(
        f"{len(nodes)} noted within three minutes: {named}" if nodes else "no worker has noted its node yet"
    )


@health_check("valkey", needs_database=False)
def valkey_answers() -> Iterator[HealthFinding]:
    """From a connection of its own: that of the processes which serve may be another's."""
    if not settings.REDIS_URL:
        yield fine("none is set (MEIRI_REDIS_URL): the database counts and keeps sessions")
        return
    try:
        connection = ValkeyConnection(settings.REDIS_URL)
    except Exception as error:
        sentence = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        yield broken(
            f"is not to be had, the database does its work: {sentence}",
            "see that it runs (valkey-cli -u URL ping), and that address, password and certificate in MEIRI_REDIS_URL are right;"
            " it must take writes: no replica, not full, with rights to all commands",
        )
        return
    try:
        took = median(_time_of_answer(connection) for _ in range(9))
    finally:
        connection.close()
    if connection.speaks < OLDEST:
        needed = ".".join(map(str, OLDEST))
        yield broken(
            f"{connection.name} {connection.version} is too old",
            f"install Valkey, or Redis {needed} or newer",
        )
    elif took > QUICK:
        yield warning(
            f"{connection.name} {connection.version} takes {took * 1000:.1f} ms for an answer;"
            f" after {ANSWER_WITHIN * 1000:.0f} ms nobody waits for it any more",
            "let it stand near the nodes, on a machine that is not busy",
        )
    else:
        yield fine(
            f"{connection.name} {connection.version} answers in {took * 1000:.1f} ms and can be written"
        )
    yield from _reached_by_others(settings.REDIS_URL)


def _time_of_answer(connection: ValkeyConnection) -> float:
    began = time.perf_counter()
    connection.ask("PING")
    return time.perf_counter() - began


def _reached_by_others(url: str) -> Iterator[HealthFinding]:
    """What an address says of who may use the server and who may listen."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        address = ip_address(host)
    except ValueError:
        address = None
    if parts.scheme == "unix" or host == "localhost" or (address and address.is_loopback):
        return
    if not parts.password and "password=" not in parts.query:
        yield warning(
            f"{host} asks for no password: whoever reaches it may stop all counting",
            "set requirepass there, and the password in MEIRI_REDIS_URL",
        )
    if parts.scheme == "redis" and address and address.is_global:
        yield warning(
            f"sessions go to {host} in clear", "write rediss:// in MEIRI_REDIS_URL, and set TLS up there"
        )


def _key_is_shared(name: str, digests: dict[str, str]) -> Iterator[HealthFinding]:
    """`digests`: by node; empty where it has no such key, and would make one of its own."""
    having = [node for node, digest in digests.items() if digest]
    missing = [node for node, digest in digests.items() if not digest]
    if having and missing:
        yield broken(
            f"{name} is missing on {', '.join(missing)}", f"copy {name} from the data folder of {having[0]}"
        )
    if len({digests[node] for node in having}) > 1:
        yield broken(
            f"{name} is not the same on {', '.join(having)}",
            f"copy {name} of the first node to the data folders of the others",
        )


@measurement("meiri_disk_free_bytes", "Free space on the disks that the site uses", "folder")
def free_space() -> Iterator[Sample]:
    for folder in folders_by_disk():
        yield (str(folder),), shutil.disk_usage(folder).free


@measurement("meiri_job_failures", "How often in succession a job of the clock failed", "job", "node")
def failures_of_jobs() -> Iterator[Sample]:
    for name, node, failures in JobRun.objects.values_list("name", "node", "failures"):
        yield (name, node), failures


@measurement("meiri_job_age_seconds", "How long ago a job of the clock ended last", "job", "node")
def age_of_jobs() -> Iterator[Sample]:
    now = timezone.now()
    for run in JobRun.objects.all():
        if run.ended_at:
            yield (run.name, run.node), (now - run.ended_at).total_seconds()


@measurement(
    "meiri_valkey_up", "1 where the process that was asked has a connection to Valkey; only where one is set"
)
def valkey_is_up() -> Iterator[Sample]:
    if link := valkey():
        link.begin()
        yield (), link.is_there
