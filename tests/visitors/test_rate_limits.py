"""How often something may be done: in windows that hold for all processes, and as a burst that refills."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from meiri.visitors.models import Visit
from meiri.visitors.rate_limits import RateLimit, TokenBuckets, hit_all
from tests.conftest import PROJECT

HOUR = timedelta(hours=1)


@pytest.mark.django_db
def test_as_many_as_the_limit_says_are_within_it_for_each():
    limit = RateLimit("letter", 3, HOUR)
    assert [limit.hit("lin") for _ in range(5)] == [True, True, True, False, False]
    assert limit.hit("zhou")
    assert RateLimit("letter look", 1, HOUR).hit("lin")


@pytest.mark.django_db
def test_several_limits_cost_one_query_and_count_as_one_by_one():
    own, near = RateLimit("comment", 2, HOUR), RateLimit("comment of network", 3, HOUR)
    hits = [hit for n in range(2) for hit in ((own, f"reader {n}"), (own, f"reader {n}"), (near, "school"))]
    assert hit_all(hits) == [True] * 6
    with CaptureQueriesContext(connection) as queries:
        assert hit_all([(own, "reader 0"), (near, "school"), (near, "school")]) == [False, True, False]
    assert len(queries) == 1
    assert Visit.objects.count() == 3


COUNTING = """
import sys, json, django
django.setup()
from datetime import timedelta
from meiri.visitors.rate_limits import RateLimit
limit = RateLimit("letter", 30, timedelta(days=365))
print("ready", flush=True)
sys.stdin.readline()
print(json.dumps([limit.hit("lin") for _ in range(25)]))
"""


def test_of_what_two_processes_let_pass_at_the_same_moment_nothing_counts_twice(database_address, tmp_path):
    path = os.pathsep.join([str(PROJECT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {
        **os.environ,
        "MEIRI_DATABASE_URL": database_address,
        "MEIRI_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "meiri.conf.settings",
        "PYTHONPATH": path,
    }
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", COUNTING],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    try:
        for process in processes:
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        answers = [json.loads(process.communicate(timeout=60)[0]) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    assert sum(answers[0]) + sum(answers[1]) == 30


def test_a_bucket_gives_a_burst_and_then_so_many_a_second():
    now = 0.0
    buckets = TokenBuckets(30, 2, 100, lambda: now)
    assert sum(buckets.hit("203.0.113.7") for _ in range(1_000)) == 30
    assert buckets.hit("203.0.113.8")
    now = 5.0
    assert sum(buckets.hit("203.0.113.7") for _ in range(1_000)) == 10


def test_a_bounded_number_of_buckets_is_kept_those_that_were_used_last():
    buckets = TokenBuckets(1, 0, 10, lambda: 0.0)
    for number in range(60):
        buckets.hit(str(number))
    assert len(buckets) == 10
    assert not buckets.hit("59")
    assert buckets.hit("0")


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 100)), max_size=60))
def test_no_bucket_ever_gives_more_than_its_burst_and_what_refilled(hits):
    now, given_out = 0.0, {"a": 0, "b": 0}
    buckets = TokenBuckets(5, 0.5, 10, lambda: now)
    for key, pause in hits:
        now += pause
        given_out[key] += buckets.hit(key)
        assert given_out[key] <= 5 + now * 0.5 + 1e-6
