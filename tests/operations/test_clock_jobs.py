"""Jobs run by the clock once in their period, whoever else runs them, and what becomes of each is known."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from queue import Empty, Queue
from threading import Event

import pytest
from django.utils import timezone
from wagtail.models import Revision

from meiri.conf.management.commands.work import SCHEDULE
from meiri.journal.models import Entry
from meiri.journal.verification import run_checks
from meiri.operations import clock_jobs
from meiri.operations.clock_jobs import ClockJob, attempt, forget_runs, lines_of
from meiri.operations.models import JobRun
from meiri.wakeups import Wakeups, wake
from tests.conftest import PROJECT
from tests.newsroom_factory import an_article

PROCESS = Path(__file__).with_name("process.py")


class Counted:
    """A job that counts its runs, and fails while `error` is set."""

    def __init__(self, seconds: int = 3600, **options):
        self.runs, self.error = 0, ""

        def count():
            self.runs += 1
            if self.error:
                raise OSError(self.error)

        self.job = ClockJob(count, seconds, **options)


@pytest.fixture
def workers(transactional_db, request, tmp_path):
    """Starts worker processes on one database, which has what the test made before the first of them."""
    path = os.pathsep.join(
        [str(PROJECT), str(PROJECT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    started, environment = [], {}

    def start(*jobs: str) -> subprocess.Popen:
        environment.update(
            os.environ, MEIRI_DATABASE_URL=request.getfixturevalue("database_address"),
            MEIRI_HOME=str(tmp_path), DJANGO_SETTINGS_MODULE="meiri.conf.settings", PYTHONPATH=path,
        )  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, str(PROCESS), *jobs], env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def go(process: subprocess.Popen) -> None:
    process.stdin.write("go\n")
    process.stdin.flush()


def test_two_workers_on_one_database_run_each_job_once(workers):
    names = [f"job{n}" for n in range(12)]
    both = [workers(*names), workers(*names)]
    for worker in both:
        go(worker)
    said = [line for worker in both for line in worker.communicate(timeout=120)[0].splitlines()]
    assert sorted(line for line in said if line.startswith("ran")) == sorted(f"ran {name}" for name in names)


def test_a_job_whose_worker_died_is_run_by_another_when_the_lease_ran_out(workers):
    first = workers("hang")
    go(first)
    assert first.stdout.readline() == "ran hang\n"
    second = workers("hang")
    go(second)
    assert second.communicate(timeout=60)[0] == "done\n"
    first.kill()
    first.wait()
    third = workers("lapse", "hang")
    go(third)
    assert third.communicate(timeout=60)[0] == "ran hang\ndone\n"


def test_what_is_scheduled_is_published_once_by_two_workers(workers):
    article = an_article("旧题")
    article.title = "新题"
    article.go_live_at = timezone.now() + timedelta(hours=1)
    article.save_revision().publish()
    revision = Revision.objects.get(approved_go_live_at__isnull=False)
    revision.approved_go_live_at = timezone.now()
    revision.content["go_live_at"] = timezone.now().isoformat()
    revision.save()
    before = Entry.objects.filter(kind="article.published").count()
    both = [workers("publish_scheduled"), workers("publish_scheduled")]
    for worker in both:
        go(worker)
    for worker in both:
        worker.communicate(timeout=120)
    told = workers("published")
    go(told)
    assert told.communicate(timeout=60)[0].splitlines()[0] == str(before + 1)


@pytest.mark.django_db(transaction=True)
def test_a_slow_job_does_not_delay_what_is_scheduled():
    slow_began, let_go, published, stopping = Event(), Event(), Event(), Event()

    def slow():
        slow_began.set()
        let_go.wait(60)

    threads = lines_of([ClockJob(slow, 3600), ClockJob(published.set, 3600, line="publishing")], stopping)
    lines = {job.name: job.line for job in SCHEDULE}
    assert [name for name, line in lines.items() if line == "publishing"] == ["publish_scheduled"]
    threads[0].start()
    assert slow_began.wait(60)
    threads[1].start()
    assert published.wait(60)
    assert not let_go.is_set()
    let_go.set()
    stopping.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


@pytest.fixture
def woken_line(monkeypatch, settings, tmp_path):
    """Starts a line with one woken job, which nothing but a wake-up makes run a second time; ended with the test."""
    settings.HOME = tmp_path
    stopping, listening = Event(), Wakeups()
    monkeypatch.setattr(clock_jobs, "wakeups", listening)
    monkeypatch.setattr(clock_jobs, "UNWOKEN", 3600)
    listening.listen(stopping)
    threads = []

    def start(run) -> None:
        threads.extend(lines_of([ClockJob(run, 0.05, of_node=True, woken=True)], stopping))
        threads[-1].start()

    yield start
    stopping.set()
    for thread in threads:
        thread.join(60)


@pytest.mark.django_db(transaction=True)
class TestAWokenJob:
    def test_runs_after_each_wake_up(self, woken_line):
        runs = Queue()
        woken_line(lambda: runs.put("ran"))
        for _ in range(3):
            assert runs.get(timeout=60) == "ran"
            wake()
        assert runs.get(timeout=60) == "ran"
        with pytest.raises(Empty):
            runs.get(timeout=0.3)

    def test_that_was_woken_while_it_ran_runs_once_more(self, woken_line):
        began, go_on = Queue(), Queue()

        def run():
            began.put("ran")
            go_on.get(timeout=60)

        woken_line(run)
        assert began.get(timeout=60) == "ran"
        wake()
        go_on.put("")
        assert began.get(timeout=60) == "ran"
        go_on.put("")

    def test_is_asked_for_by_the_clock_where_a_wake_up_was_lost(self, woken_line, monkeypatch):
        monkeypatch.setattr(clock_jobs, "UNWOKEN", 0.1)
        runs = Queue()
        woken_line(lambda: runs.put("ran"))
        assert [runs.get(timeout=60) for _ in range(3)] == ["ran"] * 3


@pytest.mark.django_db(transaction=True)
class TestOneWorker:
    def test_a_job_waits_for_its_period_and_one_that_is_not_due_costs_one_query(
        self, django_assert_num_queries
    ):
        counted = Counted()
        attempt(counted.job, {})
        with django_assert_num_queries(1):
            wait = attempt(counted.job, {})
        assert counted.runs == 1
        assert timedelta(minutes=59) < wait <= timedelta(hours=1)
        JobRun.objects.update(due_at=timezone.now())
        attempt(counted.job, {})
        assert counted.runs == 2

    def test_a_woken_job_goes_on_in_its_period_until_nothing_is_left(self, django_assert_num_queries):
        left = [3]

        def take_one():
            left[0] -= 1

        job = ClockJob(take_one, 1, is_wanted=lambda: left[0] > 0, woken=True)
        waits = []
        for _ in range(3):
            waits.append(attempt(job, {}))
            JobRun.objects.update(due_at=timezone.now())
        assert max(waits) <= timedelta(seconds=1)
        with django_assert_num_queries(0):
            assert attempt(job, {}) == timedelta(seconds=clock_jobs.UNWOKEN)
        assert left == [0]

    def test_one_that_has_more_to_do_is_run_again_at_once(self):
        runs = []

        def run():
            runs.append("ran")
            return timedelta() if len(runs) < 3 else None

        job = ClockJob(run, 3600)
        assert [attempt(job, {}) for _ in range(2)] == [timedelta(), timedelta()]
        assert attempt(job, {}) > timedelta(minutes=59)
        attempt(job, {})
        assert len(runs) == 3

    def test_a_lease_is_renewed_for_as_long_as_its_job_runs(self, monkeypatch):
        monkeypatch.setattr(clock_jobs, "LEASE", timedelta(seconds=0.3))
        leases, waited = set(), Event()

        def take_long():
            for _ in range(600):
                leases.add(JobRun.objects.get().leased_until)
                if len(leases) == 3 or waited.wait(0.05):
                    return

        attempt(ClockJob(take_long, 3600), {})
        assert len(leases) == 3
        assert JobRun.objects.get().leased_until is None

    def test_a_clock_that_was_set_back_stops_no_job(self):
        counted = Counted()
        attempt(counted.job, {})
        ahead = timezone.now() + timedelta(days=1)
        JobRun.objects.update(due_at=ahead, leased_until=ahead)
        attempt(counted.job, {})
        assert counted.runs == 2

    @pytest.mark.parametrize("of_node", [False, True])
    def test_how_a_run_ended_is_kept_and_verify_names_what_fails(self, of_node, tmp_path, settings):
        # Without the counts of other tests' newsrooms, which would be waited for.
        settings.HOME = tmp_path
        counted = Counted(of_node=of_node)
        counted.error = "disk full"
        for _ in range(2):
            attempt(counted.job, {})
            JobRun.objects.update(due_at=None)
        run = JobRun.objects.get()
        assert (run.failures, run.error) == (2, "OSError: disk full")
        assert run.began_at <= run.ended_at
        assert run.seconds >= 0
        (sentence,) = dict(run_checks())["clock jobs"]
        assert "count" in sentence
        assert "failed 2 times" in sentence
        assert "OSError: disk full" in sentence
        counted.error = ""
        attempt(counted.job, {})
        assert dict(run_checks())["clock jobs"] == []

    def test_a_job_of_a_node_runs_there_whatever_others_do_and_writes_down_what_changed(self):
        counted, noted = Counted(1, of_node=True), {}
        attempt(counted.job, noted)
        JobRun.objects.create(
            name="count", node="elsewhere", leased_until=timezone.now() + timedelta(hours=1)
        )
        first = JobRun.objects.exclude(node="elsewhere").get().began_at
        attempt(counted.job, noted)
        assert counted.runs == 2
        assert JobRun.objects.exclude(node="elsewhere").get().began_at == first
        counted.error = "disk full"
        for failures in (1, 2, 3):
            attempt(counted.job, noted)
            assert JobRun.objects.exclude(node="elsewhere").get().failures == failures
        counted.error = ""
        attempt(counted.job, noted)
        assert JobRun.objects.exclude(node="elsewhere").get().failures == 0

    def test_runs_of_nodes_that_are_gone_are_forgotten(self):
        old = timezone.now() - timedelta(days=8)
        JobRun.objects.create(name="fold_views", node="gone", ended_at=old)
        JobRun.objects.create(name="fold_views", node="here", ended_at=timezone.now())
        JobRun.objects.create(name="empty_bin", ended_at=old)
        assert forget_runs() == 1


def test_every_job_has_a_name_of_its_own():
    assert len({job.name for job in SCHEDULE}) == len(SCHEDULE)
