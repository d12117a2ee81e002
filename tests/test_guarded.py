"""Work in a guarded process: what it may take, what it may answer, and that it takes nobody down with it."""

import os
import sys
import time
from collections import OrderedDict
from pathlib import Path

import pytest

from meiri.guarded import NICENESS, Busy, Failed, Guard, Limits, Overrun

LIMITS = Limits(seconds=30, processor_seconds=1, memory=512 * 1024 * 1024)


class Refusal(Exception):
    pass


def guard(limits=LIMITS, most=1, answers=()):
    return Guard(limits, most=most, patience=0, answers=answers, refusals=(Refusal,))


def double(number):
    return 2 * number


def refuse():
    raise Refusal("so it is")


def trip():
    return {}["no such key"]


def work_for_ever():
    while True:
        pass


def sleep_for_ever():
    time.sleep(3600)


def take_memory():
    return len(bytearray(4 * 1024**3))


def die():
    os._exit(3)


def write_a_file(path):
    Path(path).write_text("x" * 100)


def what_it_knows():
    return sorted(os.environ), "django" in sys.modules, os.getpid()


def answer_a_class():
    return OrderedDict(a=1)


class Thief:
    def __reduce__(self):
        return os.system, ("true",)


def answer_a_command():
    return Thief()


def test_b11_a_guarded_process_answers_one_call_after_another():
    with guard().process() as process:
        assert [process.call(double, n) for n in (1, 2)] == [2, 4]
        assert process.call(what_it_knows)[2] == process.call(what_it_knows)[2] != os.getpid()


def test_b11_a_guarded_process_lets_others_go_first():
    with guard().process() as process:
        assert process.call(os.nice, 0) >= min(19, os.nice(0) + NICENESS)


def test_b11_a_guarded_process_knows_nothing_of_the_site():
    with guard().process() as process:
        environment, knows_django, _ = process.call(what_it_knows)
    assert not [name for name in environment if name.startswith(("MEIRI", "DJANGO"))]
    assert not knows_django


def test_b11_what_the_work_refuses_and_what_it_trips_over_are_told_apart():
    with guard().process() as process:
        with pytest.raises(Refusal, match="so it is"):
            process.call(refuse)
        with pytest.raises(Failed, match="KeyError"):
            process.call(trip)
        assert process.call(double, 4) == 8


@pytest.mark.parametrize("work", [work_for_ever, take_memory, die])
def test_b11_a_call_that_takes_too_much_ends_its_process_and_the_next_one_is_answered(work):
    with guard().process() as process:
        with pytest.raises(Overrun):
            process.call(work)
        assert process.call(double, 5) == 10


def test_b11_a_call_that_never_answers_is_ended_at_its_deadline():
    limits = Limits(seconds=0.2, processor_seconds=30, memory=LIMITS.memory)
    with guard(limits).process() as process, pytest.raises(Overrun):
        process.call(sleep_for_ever)


def test_b11_a_guarded_process_writes_no_file_unless_it_may(tmp_path):
    with guard().process() as process, pytest.raises((Failed, Overrun)):
        process.call(write_a_file, str(tmp_path / "a"))
    assert not (tmp_path / "a").exists() or (tmp_path / "a").stat().st_size == 0
    allowed = Limits(30, 1, LIMITS.memory, largest_file=1000)
    with guard(allowed).process() as process:
        process.call(write_a_file, str(tmp_path / "b"))
    assert (tmp_path / "b").stat().st_size == 100


def test_b11_an_answer_may_name_expected_classes_alone():
    with guard().process() as process, pytest.raises(Failed, match="UnpicklingError"):
        process.call(answer_a_class)
    with guard().process() as process, pytest.raises(Failed, match="UnpicklingError"):
        process.call(answer_a_command)
    with guard(answers=["collections.OrderedDict"]).process() as process:
        assert process.call(answer_a_class) == OrderedDict(a=1)


def test_b11_an_answer_has_a_largest_size():
    limits = Limits(30, 5, LIMITS.memory, largest_answer=1000)
    with guard(limits).process() as process:
        with pytest.raises(Overrun):
            process.call(double, "x" * 1000)
        assert process.call(double, "x") == "xx"


def test_b11_so_many_processes_work_at_once_and_no_more():
    narrow = guard(most=1)
    with narrow.process(), pytest.raises(Busy), narrow.process():
        pass
    with narrow.process() as process:
        assert process.call(double, 1) == 2


def test_b11_the_process_is_gone_when_the_run_is_over():
    with guard().process() as process:
        pid = process.call(what_it_knows)[2]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
