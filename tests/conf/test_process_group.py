"""Processes that run until they are told to stop."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from bench.killing import command_of, name_of, wait_until

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


SHOWS_HEAPS = """
import ctypes, sys
from threading import Barrier, Thread
from meiri.conf.process_group import run_group
THREADS = 8
def show():
    libc, met = ctypes.CDLL(None), Barrier(THREADS)
    libc.malloc.restype = libc.fdopen.restype = ctypes.c_void_p
    def allocate():
        met.wait(20)
        libc.malloc(1000)
        met.wait(20)
    threads = [Thread(target=allocate) for _ in range(THREADS)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    out = libc.fdopen(2, b"w")
    libc.malloc_info(0, ctypes.c_void_p(out))
    libc.fflush(ctypes.c_void_p(out))
run_group({"member": show})
"""


@pytest.mark.parametrize(("given", "expected"), [({}, 2), ({"MALLOC_ARENA_MAX": "4"}, 4)])
def test_members_share_few_heaps_unless_the_operator_says_otherwise(given, expected):
    environment = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"} | given
    with group(SHOWS_HEAPS, stderr=subprocess.PIPE, env=environment) as head:
        shown = "".join(iter(head.stderr.readline, "</malloc>\n"))
    assert shown.count("<heap ") == expected


LIVES = """
import os, sys, time
from meiri.conf.process_group import run_group
def live():
    print(os.getpid(), os.getsid(0), flush=True)
    time.sleep(60)
run_group({"member": live})
"""


@contextmanager
def group(program: str, **options):
    """The head of a group, in a process of its own that is ended in the end."""
    head = subprocess.Popen([sys.executable, "-c", program], text=True, **options)
    try:
        yield head
    finally:
        head.kill()
        head.communicate(timeout=20)


def test_a_member_that_was_killed_is_started_again_in_a_session_of_its_own():
    with group(LIVES, stdout=subprocess.PIPE) as head:
        first, session = map(int, head.stdout.readline().split())
        assert session == first
        os.kill(first, signal.SIGKILL)
        second, _ = map(int, head.stdout.readline().split())
        assert second != first


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_head_ends_its_members_and_then_itself(number):
    with group(LIVES, stdout=subprocess.PIPE) as head:
        member, _ = map(int, head.stdout.readline().split())
        head.send_signal(number)
        assert head.wait(20) == 0
        assert not command_of(member)


def test_members_end_with_a_head_that_was_killed():
    with group(LIVES, stdout=subprocess.PIPE) as head:
        member, _ = map(int, head.stdout.readline().split())
        head.kill()
        wait_until(lambda: not command_of(member), patience=20)


def test_members_are_called_what_they_do():
    with group(LIVES, stdout=subprocess.PIPE) as head:
        member, _ = map(int, head.stdout.readline().split())
        assert name_of(member) == "meiri member"


ENDS_AT_ONCE = """
import time
from meiri.conf.process_group import Member
member, pauses = Member("member", int), []
for _ in range(5):
    member.due = 0.0
    member.check()  # starts it
    member.process.join()
    at = time.monotonic()
    member.check()  # finds it ended
    pauses.append(round(member.due - at))
print(pauses)
"""


def test_a31_a_process_that_ends_at_once_is_started_again_after_growing_pauses():
    done = subprocess.run([sys.executable, "-c", ENDS_AT_ONCE], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[0, 2, 4, 8, 10]"
