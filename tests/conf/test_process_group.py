"""Processes that run until they are told to stop."""

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
