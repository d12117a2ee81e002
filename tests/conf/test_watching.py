"""`meiri watch`: the site for whoever works on it."""

import lzma
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from bench._processes import environment, free_port
from bench.killing import Site, children, command_of, wait_until
from tests.conftest import PROJECT

pytestmark = pytest.mark.xdist_group("serving")


class Watched(Site):
    """A site that `meiri watch` serves; `start` of the class above takes `meiri serve`."""

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.home, MEIRI_DEBUG="on")

    def watch(self) -> None:
        with (self.home / "watch.log").open("wb") as log:
            self.group = subprocess.Popen(
                [sys.executable, "-m", "meiri.conf.command", "watch", "--port", str(self.port)],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                # A shell that runs the tests in the background lets nobody interrupt them, nor what they start.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )


@pytest.fixture
def site(tmp_path) -> Iterator[Watched]:
    """On a database that holds the sample newsroom already, which takes long to load."""
    [*_, newest] = sorted((PROJECT / "tests" / "releases").glob("*.sqlite3.xz"))
    (tmp_path / "meiri.sqlite3").write_bytes(lzma.decompress(newest.read_bytes()))
    site = Watched(tmp_path, free_port())
    site.watch()
    try:
        wait_until(site.answers, patience=300)
        yield site
    finally:
        site.stop()


def test_pages_are_made_on_the_fly_beside_a_worker_that_ends_with_the_server(site):
    status, _, page = site.get("/")
    assert status == 200
    assert f"http://127.0.0.1:{site.port}/".encode() in page
    assert not (site.home / "pages" / "index.html").exists()
    [server] = children(site.group.pid)
    workers = [child for child in children(server) if command_of(child).endswith(b"\0work\0")]
    assert len(workers) == 1
    site.group.send_signal(signal.SIGINT)
    assert site.group.wait(60) == 0
    wait_until(lambda: not command_of(workers[0]))


def test_it_is_for_development_alone(tmp_path):
    refused = subprocess.run(
        [sys.executable, "-m", "meiri.conf.command", "watch"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
    )
    assert refused.returncode == 1
    assert "MEIRI_DEBUG=on" in refused.stderr
