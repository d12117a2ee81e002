"""A secret of the data folder is made once, whoever asks first."""

import stat
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier

from meiri.kept_once import kept_once


def test_it_is_made_once_and_then_read(tmp_path):
    path = tmp_path / "secret.key"
    assert kept_once(path, lambda: b"first") == b"first"
    assert kept_once(path, lambda: b"second") == b"first"


def test_only_its_owner_can_read_it(tmp_path):
    kept_once(tmp_path / "secret.key", lambda: b"secret")
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_those_who_ask_at_once_get_the_same(tmp_path):
    numbers, all_are_here = count(), Barrier(8)

    def make() -> bytes:
        all_are_here.wait(30)
        return f"secret {next(numbers)}".encode()

    with ThreadPoolExecutor(8) as pool:
        got = set(pool.map(lambda _: kept_once(tmp_path / "secret.key", make), range(8)))
    assert len(got) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["secret.key"]
