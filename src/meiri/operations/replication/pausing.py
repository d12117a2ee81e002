"""Who may change the SQLite database's file as a whole: Litestream, which follows it, or what writes it anew.

The process that copies holds `running` for as long as Litestream runs. Whoever writes the database anew holds `pause`, waits until
`running` is free, and has a new generation begun.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from meiri.file_locks import try_lock

FOLDER = "replica"
RUNNING, PAUSE, FORGET = "running", "pause", "forget-older"
# What Litestream has on this machine: its files of changes, and what it knows of the database.
SPOOL, META = "spool", "meta"
PATIENCE = 60.0
STEP = 0.1


class StillReplicated(Exception):
    """Litestream did not stop in time. The message is for operators."""


@contextmanager
def replication_paused(home: Path, forget_older: bool = False, patience: float = PATIENCE) -> Iterator[None]:
    """Meanwhile nothing follows the database; after it a new generation begins. With `forget_older` the replica then forgets those before:
    something was erased. Raises `StillReplicated`, and nothing was done."""
    folder = home / FOLDER
    if not folder.is_dir():
        yield
        return
    with _locked(folder / PAUSE, patience), _locked(folder / RUNNING, patience):
        if forget_older:
            (folder / FORGET).touch(0o600)
        discard_spool(home)
        yield


def discard_spool(home: Path) -> None:
    """Let a new generation begin with the next start of Litestream."""
    for name in (SPOOL, META):
        shutil.rmtree(home / FOLDER / name, ignore_errors=True)


def pause_is_asked(home: Path) -> bool:
    with open_lock(home / FOLDER / PAUSE) as number:
        return not try_lock(number)


@contextmanager
def open_lock(path: Path) -> Iterator[int]:
    number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield number
    finally:
        os.close(number)


@contextmanager
def _locked(path: Path, patience: float) -> Iterator[None]:
    until = monotonic() + patience
    with open_lock(path) as number:
        while not try_lock(number):
            if monotonic() > until:
                raise StillReplicated(f"{path} is still held: see what runs, or stop `meiri serve`.")
            sleep(STEP)
        yield
