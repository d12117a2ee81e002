"""A secret of the data folder is made once, whoever asks first."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Barrier

import pytest
from django.core.exceptions import ImproperlyConfigured

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


def test_b15_it_is_on_the_disk_before_it_has_its_name_and_the_name_before_it_is_used(tmp_path, monkeypatch):
    synced, sync = [], os.fsync

    def noting(number: int) -> None:
        synced.append((os.readlink(f"/proc/self/fd/{number}"), path.exists()))
        sync(number)

    monkeypatch.setattr(os, "fsync", noting)
    path = tmp_path / "secret.key"
    kept_once(path, lambda: b"secret")
    (draft, named_then), (folder, named) = synced
    assert Path(draft).name.startswith("secret.key.")
    assert not named_then
    assert (folder, named) == (str(tmp_path), True)


def test_b15_an_empty_key_is_refused_with_a_sentence(tmp_path):
    (tmp_path / "letters.key").touch()
    with pytest.raises(ImproperlyConfigured, match=r"letters\.key is empty: put the key back"):
        kept_once(tmp_path / "letters.key", lambda: b"another")
    assert (tmp_path / "letters.key").read_bytes() == b""
