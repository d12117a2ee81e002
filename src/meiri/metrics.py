"""What is counted and measured of a running site, for Prometheus. Each app has the measurements of its own parts in its module
`health`.

All processes of `meiri serve` count into files of one folder (multiprocess mode of prometheus-client), which `/metrics` adds up.
Other commands count for themselves and nobody asks them.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

FOLDER = "metrics"
_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def count_together(home: Path) -> None:
    """Let the processes that begin here count into one folder of `home`. Must be called before prometheus-client is loaded."""
    folder = home / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in folder.glob("*.db"):
        if not _is_alive(path.stem.rpartition("_")[2]):
            path.unlink(missing_ok=True)
    os.environ[_VARIABLE] = str(folder)


def _is_alive(process: str) -> bool:
    if not process.isdecimal():
        return False
    with suppress(ProcessLookupError, PermissionError):
        os.kill(int(process), 0)
        return True
    return False


def counts_together(arguments: list[str]) -> bool:
    """Whether a command line is that of a process group."""
    return arguments[1:2] in (["serve"], ["work"], ["watch"])


Sample = tuple[tuple[str, ...], float]


@dataclass(frozen=True)
class Measurement:
    """A number that is read when somebody asks: `read` yields one for each combination of `labels`."""

    name: str
    description: str
    labels: tuple[str, ...]
    read: Callable[[], Iterable[Sample]]


_measurements: dict[str, Measurement] = {}


def measurement(
    name: str, description: str, *labels: str
) -> Callable[[Callable[[], Iterable[Sample]]], Callable[[], Iterable[Sample]]]:
    """Register what `/metrics` shows as the gauge `name`. What reads it costs a query or two."""

    def register(read: Callable[[], Iterable[Sample]]) -> Callable[[], Iterable[Sample]]:
        _measurements[name] = Measurement(name, description, labels, read)
        return read

    return register


def all_measurements() -> Iterator[Measurement]:
    for _, one in sorted(_measurements.items()):
        yield one
