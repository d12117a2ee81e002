"""The processes that benchmarks start: their settings, their addresses, their memory."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import django

PATIENCE = 60


def environment(home: str | Path, **more: str) -> dict[str, str]:
    """Settings for a process on the data folder `home`: none but these and `more`."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("MEIRI_", "PYTEST_"))}
    return clean | {"MEIRI_HOME": str(home), "DJANGO_SETTINGS_MODULE": "meiri.conf.settings"} | more


def take_step(module: str, home: str | Path, *step: str, **more: str) -> None:
    """Take a step of a benchmark in a process of its own: the settings, of which `more` are some, are read once in a process."""
    subprocess.run(_step(module, step), env=environment(home, **more), check=True)


def answer_of_step(module: str, home: str | Path, *step: str, **more: str) -> str:
    """Take a step in a process of its own, with the settings `more`; what it printed."""
    done = subprocess.run(
        _step(module, step), env=environment(home, **more), check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout.strip()


def begin(main: Callable[[list[str]], None], steps: Mapping[str, Callable[..., object]]) -> None:
    """Run a benchmark by its command line, or the one of its steps that `take_step` asks for, in a process with the site's code."""
    if sys.argv[1:2] == ["--step"]:
        django.setup()
        steps[sys.argv[2]](*sys.argv[3:])
    else:
        main(sys.argv[1:])


def _step(module: str, step: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", module, "--step", *step]


@contextmanager
def data_folder(given: str | None) -> Iterator[str]:
    """The data folder that was given, which stays; else a new one, which is deleted in the end."""
    if given:
        yield given
        return
    folder = tempfile.mkdtemp(prefix="meiri-bench-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(process: subprocess.Popen, url: str) -> None:
    """Until `process` answers. Raises `TimeoutError` where it doesn't."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"{url} is not answered.")


def memory(head: int, kind: str = "Pss") -> int:
    """The bytes of memory of a process and all below it; what they share is counted once (PSS). `Pss_Anon`: without the files
    that they have mapped."""
    return sum(memory_of(process, kind) for process in family_of(head))


def memory_of(process: int, kind: str = "Pss") -> int:
    """The bytes of memory of one process; 0 where it has ended meanwhile."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{kind}:"))


def family_of(head: int) -> set[int]:
    """A process and all below it."""
    family, found = {head}, True
    while found:
        found = False
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            if parent in family and int(folder.name) not in family:
                family.add(int(folder.name))
                found = True
    return family
