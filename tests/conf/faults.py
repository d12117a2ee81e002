"""Ways in which a machine or a database fails, for test_faults.py."""

import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

# What must be left on a disk that is full: nothing that a write could use.
BLOCK = 1 << 16
FAKETIME = "/usr/lib/*/faketime/libfaketime.so.1"


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A file system of its own in memory at `folder`. Skips the test where this machine lets nobody mount one."""
    folder.mkdir(exist_ok=True)
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(folder)]
    done = subprocess.run(mounting, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"a small disk can't be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Meanwhile the disk of `folder` has no room."""
    path = folder / "fills-the-disk"
    try:
        with path.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"\0" * BLOCK)
        yield
    finally:
        path.unlink()


def at_another_time(minutes: int) -> dict[str, str]:
    """The environment in which a process takes the clock to be so much ahead, or behind."""
    library = next(Path("/").glob(FAKETIME.lstrip("/")))
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME": f"{minutes:+d}m",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_NO_CACHE": "1",
    }


class SlowDatabase:
    """Stands before a PostgreSQL that listens at `behind`, a socket's path, and lets each message to it wait for `delay` seconds."""

    def __init__(self, folder: Path, behind: Path):
        self.folder, self.behind, self.delay = folder, behind, 0.0
        folder.mkdir()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / behind.name))
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self.behind))
                for source, sink, waits in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self._carry, args=[source, sink, waits], daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, waits: bool) -> None:
        with suppress(OSError):
            while piece := source.recv(1 << 16):
                if waits and self.delay:
                    time.sleep(self.delay)
                sink.sendall(piece)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.close()
        with suppress(OSError):
            os.unlink(self.folder / self.behind.name)
