"""Kept files are as they came, for their owner alone, and whoever changes one is told where."""

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meiri.sources.kept_files import (
    BLOCK,
    BrokenOriginal,
    OriginalTooLarge,
    first_change,
    keep_file,
    path_of,
    read_kept,
    seal_of,
)


@pytest.fixture
def home(tmp_path, settings):
    settings.HOME = tmp_path
    return tmp_path


def test_what_is_kept_comes_back_and_is_its_owners_alone(home):
    kept = keep_file("余杭区新建学校".encode() * 900)
    assert read_kept(kept.digest) == "余杭区新建学校".encode() * 900
    assert stat.S_IMODE(path_of(kept.digest).stat().st_mode) == 0o600
    assert stat.S_IMODE(path_of(kept.digest).parent.stat().st_mode) == 0o700
    assert keep_file("余杭区新建学校".encode() * 900) == kept


def test_what_is_too_large_is_refused(home, monkeypatch):
    monkeypatch.setattr("meiri.sources.kept_files.LARGEST", 10)
    with pytest.raises(OriginalTooLarge):
        keep_file(b"x" * 11)
    assert not list(home.iterdir())


def test_a_file_that_is_gone_or_another_is_not_read(home):
    kept = keep_file(b"abc")
    path_of(kept.digest).write_bytes(path_of(keep_file(b"abd").digest).read_bytes())
    with pytest.raises(BrokenOriginal):
        read_kept(kept.digest)
    path_of(kept.digest).unlink()
    with pytest.raises(BrokenOriginal):
        read_kept(kept.digest)


@given(st.binary(min_size=1, max_size=3 * BLOCK), st.data())
def test_the_one_byte_that_was_changed_is_named(packed, data):
    place = data.draw(st.integers(0, len(packed) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != packed[place]))
    changed = packed[:place] + bytes([other]) + packed[place + 1 :]
    assert first_change(packed, seal_of(packed)) == ""
    assert first_change(changed, seal_of(packed)) == f"byte {place}"


def test_several_bytes_of_a_block_are_named_by_the_block_and_an_end_by_its_byte():
    packed = bytes(range(256)) * 40
    changed = packed[:5000] + b"\0\0\0" + packed[5003:]
    assert first_change(changed, seal_of(packed)) == f"bytes {BLOCK} to {2 * BLOCK - 1}"
    assert first_change(packed[:9000], seal_of(packed)) == "byte 9000"
    assert first_change(packed + b"!", seal_of(packed)) == f"byte {len(packed)}"
