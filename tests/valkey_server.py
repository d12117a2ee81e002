"""A real Valkey or Redis for tests, started from Debian's package on a socket of its own; it is killed, stopped and started again as
they ask.

`pytest --valkey`: run the tests as on a site that has one. Each test begins with an empty one.
"""

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PROGRAMS = "valkey-server", "redis-server"
PATIENCE = 20.0


class ValkeyServer:
    """A server whose address stays the same, whatever becomes of it. It writes a snapshot when it is told to alone."""

    def __init__(self, folder: Path, port: int = 0):
        """Without a `port` it listens on a socket in `folder`, whose name must be short."""
        found = [path for path in map(shutil.which, PROGRAMS) if path]
        if not found:
            pytest.fail(
                "This test needs Valkey or Redis; `make setup` installs it (Debian's package redis-server)."
            )
        self.folder, self.port = folder, port
        self.address = f"redis://127.0.0.1:{port}/0" if port else f"unix://{folder}/socket"
        self._program = found[0]
        self._process: subprocess.Popen | None = None
        self._options: tuple[str, ...] = ()

    def start(self, *options: str) -> None:
        """Start it, with what its snapshot holds, and wait until it answers."""
        self._options = options
        place = (
            ["--port", str(self.port), "--bind", "127.0.0.1"]
            if self.port
            else ["--port", "0", "--unixsocket", str(self.folder / "socket")]
        )
        command = [
            self._program,
            *place,
            "--dir",
            str(self.folder),
            "--save",
            "",
            "--appendonly",
            "no",
            *options,
        ]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                return self.ask("PING")
            except Exception:
                if self._process.poll() is not None:
                    break
                time.sleep(0.01)
        pytest.fail(f"{self._program} did not start:\n{(self.folder / 'log').read_text()}")

    def ask(self, *command):
        """The answer to one command, by a connection of the test's own."""
        import redis

        with redis.from_url(self.address, protocol=2, password=self._password()) as client:
            return client.execute_command(*command)

    def _password(self) -> str | None:
        options = dict(zip(self._options[::2], self._options[1::2], strict=False))
        return options.get("--requirepass")

    def snapshot(self) -> None:
        """Let it write what it holds: it comes back with that, whatever it was told since."""
        self.ask("SAVE")

    def forget_snapshot(self) -> None:
        (self.folder / "dump.rdb").unlink(missing_ok=True)

    def pause(self) -> None:
        """It takes connections and says nothing, as where its machine has no time for it."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """As kill -9 and the loss of a machine do."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def a_valkey_server(port: int = 0) -> Iterator[ValkeyServer]:
    folder = Path(tempfile.mkdtemp(prefix="meiri-valkey-"))
    server = ValkeyServer(folder, port)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


# Says to the workers of pytest-xdist that their head was asked for it; each has a server of its own.
ASKED = "PYTEST_VALKEY"
_own: list[ValkeyServer] = []


def pytest_addoption(parser):
    parser.addoption(
        "--valkey", action="store_true", help="run with a Valkey or Redis that the tests start themselves"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config, parser, args):
    # Before pytest-django reads the settings.
    if "--valkey" in args or ASKED in os.environ:
        running = a_valkey_server()
        server = running.__enter__()
        atexit.register(running.__exit__, None, None, None)
        _own.append(server)
        os.environ |= {ASKED: "1", "MEIRI_REDIS_URL": server.address}


@pytest.fixture(autouse=True)
def empty_valkey(monkeypatch):
    """A busy machine is no server that is away, and what is counted is written into no test's database behind its back."""
    if not _own:
        return
    from meiri import valkey
    from meiri.visitors import shared_counts

    monkeypatch.setattr(valkey, "ANSWER_WITHIN", PATIENCE)
    monkeypatch.setattr(valkey, "SLOW", PATIENCE)
    monkeypatch.setattr(shared_counts, "_counts", shared_counts.SharedCounts())
    monkeypatch.setattr(shared_counts.SharedCounts, "_write_now_and_then", lambda counts: None)
    _own[0].ask("FLUSHALL")
    link = valkey.valkey()
    assert link is None or link.wait(PATIENCE)
