"""A site of the robot's own: the processes of `make run` on a data folder with the small newsroom, and an inspector beside it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.doors.newsroom import Thing

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 900  # seconds that a first start may take on a machine that is busy


class Site:
    """A running site: its address, its data folder, and what was put there."""

    def __init__(self, home: Path, port: int):
        self.home, self.url = home, f"http://127.0.0.1:{port}"
        self.environment = {
            k: v for k, v in os.environ.items() if not k.startswith(("MEIRI_", "PYTEST_"))
        } | {
            "MEIRI_HOME": str(home),
            "MEIRI_PORT": str(port),
            "MEIRI_BASE_URL": self.url,
            # The robot's people sign in with a password; tests of the second factor are elsewhere.
            "MEIRI_STAFF_SECOND_FACTOR": "off",
            "MEIRI_STRICT_TEMPLATES": "on",
            "DJANGO_SETTINGS_MODULE": "meiri.conf.settings",
        }
        self.things: list[Thing] = []
        self._inspector = self._server = None

    def manage(self, *arguments: str) -> subprocess.CompletedProcess:
        """What `meiri ARGUMENTS` did on the site's data folder, whatever its status."""
        command = [sys.executable, "-m", "meiri.conf.command", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, cwd=PROJECT)

    def start(self) -> None:
        """Make the newsroom and serve it. Raises `RuntimeError` where it does not start."""
        done = self.manage("migrate", "--verbosity", "0")
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        self._inspect()
        self.things = [Thing(**thing) for thing in self.ask("found")["things"]]
        self._end_inspector()
        with (self.home / "server.log").open("w") as log:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "meiri.conf.command", "serve", "--prepare"],
                env=self.environment,
                cwd=PROJECT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self._server.poll() is None:
            try:
                for address in ("/healthz", "/search/?q=x"):
                    urllib.request.urlopen(self.url + address, timeout=5).close()  # noqa: S310
                self._inspect()  # anew: it knows the static files that were collected
                return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError(f"The site did not start:\n{self.log()[-3000:]}")

    def _inspect(self) -> None:
        with (self.home / "inspector.log").open("a") as log:
            self._inspector = subprocess.Popen(
                [sys.executable, "-m", "tests.doors.inspector"],
                env=self.environment,
                cwd=PROJECT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def _end_inspector(self) -> None:
        if self._inspector:
            self._inspector.stdin.close()
            self._inspector.wait()
            self._inspector = None

    def ask(self, question: str, **more) -> dict:
        """The inspector's answer. Raises `RuntimeError` where it has none."""
        self._inspector.stdin.write(json.dumps({"ask": question, **more}) + "\n")
        self._inspector.stdin.flush()
        line = self._inspector.stdout.readline()
        answer = json.loads(line) if line else {"error": "the inspector ended"}
        if "error" in answer:
            log = (self.home / "inspector.log").read_text()
            raise RuntimeError(f"{question}: {answer['error']}\n{log[-3000:]}")
        return answer

    def log(self) -> str:
        return (self.home / "server.log").read_text(errors="replace")

    def stop(self) -> None:
        self._end_inspector()
        if self._server:
            self._server.send_signal(signal.SIGTERM)
            try:
                self._server.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self._server.pid, signal.SIGKILL)
                self._server.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def a_site(home: Path, port: int | None = None) -> Iterator[Site]:
    """A running site on the folder `home` without a newsroom, until the block ends."""
    site = Site(home, port or free_port())
    try:
        site.start()
        yield site
    finally:
        site.stop()
