"""A PostgreSQL that follows another one by streaming replication, for tests and benchmarks."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from bench._servers import PostgresServer
from tests.postgresql import owner


class StandbyServer(PostgresServer):
    """A hot standby of `primary` in `folder`, whose log says each statement; its address stays the same, whatever becomes of it."""

    def __init__(self, folder: Path, primary: PostgresServer):
        self.folder, self._primary = folder, primary
        folder.mkdir(parents=True)
        self._as_owner = owner(folder)

    def begin(self) -> None:
        """Copy the primary, and follow it."""
        copied = ("--write-recovery-conf", "--checkpoint=fast", "--no-sync", "--wal-method=stream")
        self.run(
            "pg_basebackup", "--host", str(self._primary.folder), "--username", "meiri", "--pgdata", str(self.data), *copied
        )  # fmt: skip
        self.configure("log_statement = 'all'")
        self.start()

    def begin_again(self) -> None:
        self.end()
        shutil.rmtree(self.data)
        self.begin()

    def end(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self.resume()
            self.stop("immediate")

    def promote(self) -> None:
        self.run("pg_ctl", "promote", "--pgdata", str(self.data), "--wait", "--silent")

    def pause(self) -> None:
        """It takes connections and says nothing, as where its machine hangs."""
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        head = int((self.data / "postmaster.pid").read_text().split()[0])
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(head)], capture_output=True, text=True
        ).stdout
        for process in (head, *map(int, found.split())):
            os.kill(process, number)

    def statements(self) -> str:
        """What it was asked since this was called last."""
        log = self.folder / "log"
        told = log.read_text(errors="replace")
        log.write_text("")
        return told
