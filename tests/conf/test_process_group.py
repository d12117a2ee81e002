"""Processes that run until they are told to stop."""

import os
import subprocess
import sys

import pytest

# The main thread holds the event's lock whenever it begins or ends to wait for it: a signal may come just then.
WAITING = """
import os, signal
from meiri.conf.process_group import stopped_by_signals
stopping = stopped_by_signals()
with stopping._cond:
    os.kill(os.getpid(), signal.{name})
    sum(range(100_000))
assert stopping.wait(5)
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_stops_whoever_waits_whatever_it_is_at(name):
    assert subprocess.run([sys.executable, "-c", WAITING.format(name=name)], timeout=20).returncode == 0


SHOWS_ARENAS = """
import sys
from meiri.conf.process_group import become_head
show = "import os, sys; sys.stderr.write(os.environ['MALLOC_ARENA_MAX'])"
become_head({"member": [sys.executable, "-c", show]})
"""


@pytest.mark.parametrize(("given", "expected"), [({}, "2"), ({"MALLOC_ARENA_MAX": "4"}, "4")])
def test_members_share_few_heaps_unless_the_operator_says_otherwise(given, expected):
    head = subprocess.Popen(
        [sys.executable, "-c", SHOWS_ARENAS],
        env={name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"} | given,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert head.stderr.read(1) == expected
    finally:
        head.terminate()
        head.communicate(timeout=20)
