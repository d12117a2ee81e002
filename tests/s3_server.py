"""A real S3 server for tests: moto's, in a process of its own on a free port; it is stopped, made slow and started again as they ask.

`pytest --s3`: run the tests as on a site whose media lie there. What is in the bucket stays from test to test: no two files have one key.
"""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

PATIENCE = 30.0
BUCKET, KEY, SECRET = "meiri-media", "test-access", "test-secret"
_SERVER = """
import sys
from werkzeug.serving import make_server
from moto.server import DomainDispatcherApplication, create_backend_app
make_server("127.0.0.1", int(sys.argv[1]), DomainDispatcherApplication(create_backend_app), threaded=True).serve_forever()
"""


class S3Server:
    """A server whose address stays the same, whatever becomes of it. What it holds is in its memory: killed, it forgets."""

    def __init__(self, port: int = 0, checks_keys: bool = False):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen | None = None
        self._client = None
        # moto looks at who asks from the request of this number on.
        self._environment = {"INITIAL_NO_AUTH_ACTION_COUNT": "1"} if checks_keys else {}

    def start(self) -> None:
        """Start it with an empty bucket, and wait until it answers."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVER, str(self.port)],
            env=os.environ | self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    self.client().create_bucket(Bucket=BUCKET)
                    return
            time.sleep(0.02)
        pytest.fail("moto's S3 server did not start; `make setup` installs it.")

    def client(self):
        """A client of the test's own."""
        if self._client is None:
            import boto3

            self._client = boto3.client(
                "s3",
                endpoint_url=self.address,
                aws_access_key_id=KEY,
                aws_secret_access_key=SECRET,
                region_name="us-east-1",
            )
        return self._client

    @property
    def is_running(self) -> bool:
        return self._process is not None

    def empty(self) -> None:
        """As it was when the server was started."""
        for key in self.keys():
            self.client().delete_object(Bucket=BUCKET, Key=key)
        self.client().delete_bucket_policy(Bucket=BUCKET)

    def let_everybody_read(self) -> None:
        self._let("Allow", "s3:*", "*")

    def refusing_to_delete(self, key: str) -> AbstractContextManager[None]:
        return self.refusing("s3:DeleteObject", key)

    @contextmanager
    def refusing(self, action: str, key: str) -> Iterator[None]:
        """It answers 403 to this of this object meanwhile."""
        self._let("Deny", action, key)
        try:
            yield
        finally:
            self.client().delete_bucket_policy(Bucket=BUCKET)

    def _let(self, effect: str, action: str, keys: str) -> None:
        resource = f"arn:aws:s3:::{BUCKET}/{keys}"
        rule = {"Effect": effect, "Principal": "*", "Action": action, "Resource": resource}
        policy = {"Version": "2012-10-17", "Statement": [rule]}
        self.client().put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))

    def keys(self, beginning: str = "") -> list[str]:
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=beginning)
        return [found["Key"] for page in pages for found in page.get("Contents", ())]

    def content(self, key: str) -> bytes:
        return self.client().get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def settings(self) -> dict[str, str]:
        """What a site that uses it has in its environment."""
        return {
            "MEIRI_S3_ENDPOINT": self.address,
            "MEIRI_S3_BUCKET": BUCKET,
            "MEIRI_S3_ACCESS_KEY": KEY,
            "MEIRI_S3_SECRET_KEY": SECRET,
        }

    def pause(self) -> None:
        """It takes connections and says nothing, as where its machine has no time for it."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def an_s3_server(checks_keys: bool = False) -> Iterator[S3Server]:
    server = S3Server(checks_keys=checks_keys)
    try:
        server.start()
        yield server
    finally:
        server.kill()


NAMES = ("ENDPOINT", "BUCKET", "ACCESS_KEY", "SECRET_KEY", "REGION", "PREFIX", "BACKUP_BUCKET")


def address_of(server: S3Server, **others: str):
    """What settings make of it."""
    from meiri.s3 import s3_address

    given = {name: server.settings().get(f"MEIRI_S3_{name}", "") for name in NAMES}
    found = s3_address(given | others)
    assert found is not None
    return found


def use_bucket(settings, server: S3Server, home: Path, **others: str) -> None:
    """Let the site, whose data folder is `home`, have its media there."""
    settings.HOME, settings.MEDIA_ROOT = home, home / "media"
    settings.S3, settings.MEDIA_IN_S3 = address_of(server, **others), True
    storage = {"BACKEND": "meiri.media.bucket_storage.BucketStorage"}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    home.mkdir(exist_ok=True)


@pytest.fixture(scope="module")
def running_s3() -> Iterator[S3Server]:
    with an_s3_server() as server:
        yield server


@pytest.fixture
def s3_site(running_s3, transactional_db, settings, tmp_path) -> Iterator[S3Server]:
    """A server with an empty bucket, where the media files of the site lie."""
    from wagtail.models import Collection

    from meiri import s3

    if Collection.get_first_root_node() is None:  # an earlier test that commits has emptied the tables
        Collection.add_root(name="Root")
    running = running_s3
    if not running.is_running:
        running.start()
    running.empty()
    s3._bucket.cache_clear()
    use_bucket(settings, running, tmp_path / "node-a")
    yield running
    running.resume()
    s3._bucket.cache_clear()


# Says to the workers of pytest-xdist that their head was asked for it; each has a server of its own.
ASKED = "PYTEST_S3"


def pytest_addoption(parser):
    parser.addoption("--s3", action="store_true", help="run with media on an S3 server that the tests start")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config, parser, args):
    # Before pytest-django reads the settings.
    if "--s3" in args or ASKED in os.environ:
        running = an_s3_server()
        server = running.__enter__()
        atexit.register(running.__exit__, None, None, None)
        os.environ |= {ASKED: "1"} | server.settings()
