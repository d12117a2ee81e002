"""The log of views: what was appended is read, whole and once, whatever else is in the file."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meiri.audience import view_log
from meiri.audience.view_log import SIZE, View, ViewLog, delete_if_ended, log_files, pack_view, read_records

views = st.builds(
    View,
    st.integers(1, 2**63 - 1),
    st.integers(0, 2**52 - 1),
    st.integers(0, 2**63 - 1),
)
A_VIEW = View(42, 1_800_000_000_000_000, 7)


def everything(path, most=100):
    found, at = [], 0
    while (records := read_records(path, at, most)).end > at:
        found, at = found + list(records.views), records.end
    return found


@pytest.fixture
def log(tmp_path):
    log = ViewLog(tmp_path / "views")
    yield log
    log.close()


def test_what_is_appended_can_be_read_at_once(log):
    log.append(A_VIEW)
    log.append(A_VIEW._replace(reader=8))
    [path] = log_files(log.folder)
    assert [v.reader for v in everything(path)] == [7, 8]
    assert path.stat().st_mode & 0o777 == 0o600


def test_two_writers_have_files_of_their_own(log):
    other = ViewLog(log.folder)
    log.append(A_VIEW)
    other.append(A_VIEW)
    other.close()
    assert len(log_files(log.folder)) == 2


def test_a_file_that_is_written_stays_and_one_that_ended_goes(log):
    log.append(A_VIEW)
    [path] = log_files(log.folder)
    assert not delete_if_ended(path, SIZE)
    log.close()
    assert not delete_if_ended(path, 0), "it holds a view that nobody counted"
    assert delete_if_ended(path, SIZE)
    assert log_files(log.folder) == []
    log.append(A_VIEW)
    assert len(log_files(log.folder)) == 1


def test_a_file_of_full_size_is_followed_by_another(log, monkeypatch):
    monkeypatch.setattr(view_log, "LARGEST_FILE", 3 * SIZE)
    for n in range(7):
        log.append(A_VIEW._replace(reader=n))
    assert sorted(v.reader for path in log_files(log.folder) for v in everything(path)) == list(range(7))
    assert sorted(p.stat().st_size // SIZE for p in log_files(log.folder)) == [1, 3, 3]


def test_a_writer_whose_file_was_deleted_before_it_was_locked_begins_another(log, monkeypatch):
    locked = view_log.try_lock
    stolen = []

    def steal(file):
        if not stolen:
            stolen.extend(log_files(log.folder))
            stolen[0].unlink()
        return locked(file)

    monkeypatch.setattr(view_log, "try_lock", steal)
    log.append(A_VIEW)
    [path] = log_files(log.folder)
    assert path != stolen[0]
    assert everything(path) == [A_VIEW]


@given(st.lists(st.one_of(views, st.binary(max_size=70)), max_size=30), st.integers(1, 5))
def test_records_between_damage_are_all_found_and_reading_comes_to_an_end(tmp_path_factory, parts, most):
    path = tmp_path_factory.mktemp("views") / "x.log"
    path.write_bytes(b"".join(pack_view(p) if isinstance(p, View) else p for p in parts))
    wanted = [p for p in parts if isinstance(p, View)]
    assert everything(path, most) == wanted


@given(st.lists(views, min_size=1, max_size=10), st.data())
def test_a_changed_byte_costs_one_record_at_most(tmp_path_factory, written, data):
    content = bytearray(b"".join(pack_view(v) for v in written))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.mktemp("views") / "x.log"
    path.write_bytes(bytes(content))
    hit = at // SIZE
    assert everything(path) == written[:hit] + written[hit + 1 :]


def test_a_torn_end_is_left_until_it_is_whole_or_passed_over(tmp_path):
    path, record = tmp_path / "x.log", pack_view(A_VIEW)
    path.write_bytes(record + record[:10])
    assert read_records(path, 0, 100).end == SIZE
    path.write_bytes(record + record[:10] + record)
    records = read_records(path, SIZE, 100)
    assert (records.views, records.end, records.damaged) == ([A_VIEW], 2 * SIZE + 10, 10)


def test_numbers_that_no_database_takes_are_no_record(tmp_path):
    path = tmp_path / "x.log"
    path.write_bytes(pack_view(View(2**64 - 1, 0, 0)) + pack_view(View(1, 2**64 - 1, 0)) + pack_view(A_VIEW))
    assert everything(path) == [A_VIEW]


FULL = """
import resource, sys
from pathlib import Path
from meiri.audience.view_log import SIZE, View, ViewLog
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2 * SIZE + 10, resource.RLIM_INFINITY))
log = ViewLog(Path(sys.argv[1]))
taken = 0
for n in range(20):
    try:
        log.append(View(1, 0, n))
        taken += 1
    except OSError:
        pass
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
log.append(View(1, 0, 99))
print(taken + 1)
"""


def test_where_a_file_takes_no_more_the_view_is_refused_and_nothing_is_torn(tmp_path):
    """The limit stands for a full disk: a record is cut short, then refused."""
    folder = tmp_path / "views"
    said = subprocess.run(
        [sys.executable, "-c", FULL, str(folder)], capture_output=True, text=True, check=True, timeout=60,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "meiri.conf.settings", "MEIRI_HOME": str(tmp_path)},
    )  # fmt: skip
    assert said.stdout.split() == ["3"]
    [path] = log_files(folder)
    assert [v.reader for v in everything(path)] == [0, 1, 99]
    assert path.stat().st_size == 3 * SIZE
