"""Where several workers share the tests, a file stays with one of them, and tests that commit come last."""

import re
import subprocess
import sys
from collections import defaultdict

from tests.scheduling import LONGEST

FILE = """
import pytest

@pytest.mark.django_db(transaction=True)
def test_that_commits(): pass

@pytest.mark.parametrize("n", range(4))
def test_that_does_not(n): pass
"""
ALONE = [
    "-p",
    "no:django",
    "-p",
    "no:cacheprovider",
    "-p",
    "tests.scheduling",
    "-c",
    "none.ini",
    "--rootdir",
    ".",
]


def test_the_files_that_take_longest_are_there(pytestconfig):
    missing = [name for name in LONGEST if "/" in name and not (pytestconfig.rootpath / name).is_file()]
    assert missing == []


def test_a_file_stays_with_one_worker_and_what_commits_comes_last(tmp_path, pytestconfig, monkeypatch):
    for name in "abcd":
        (tmp_path / f"test_{name}.py").write_text(FILE)
    (tmp_path / "none.ini").write_text("[pytest]\nmarkers = django_db\n")
    monkeypatch.setenv("PYTHONPATH", str(pytestconfig.rootpath))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *ALONE, "-n", "2", "--dist", "loadgroup", "-v", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    ran = re.findall(r"^\[(gw\d)\].* PASSED (test_\w\.py)::(test_that_\w+)", done.stdout, re.M)
    assert len(ran) == 20
    workers, order = defaultdict(set), defaultdict(list)
    for worker, file, test in ran:
        order[worker].append(test == "test_that_commits")
        if test != "test_that_commits":
            workers[file].add(worker)
    assert all(len(those) == 1 for those in workers.values())
    assert all(commit == sorted(commit) for commit in order.values())
