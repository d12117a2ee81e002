"""Limits that several processes share by Valkey, which may vanish and come back with nothing or with what it knew an hour ago."""

import os
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from meiri import valkey as link_module
from meiri.valkey import ValkeyAway, ValkeyLink
from meiri.visitors import counting, shared_counts
from meiri.visitors.models import Visit
from meiri.visitors.rate_limits import RateLimit, hit_all
from meiri.visitors.shared_counts import SharedCounts
from tests.valkey_server import PATIENCE, ValkeyServer, a_valkey_server

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
LIMIT = RateLimit("letter", 5, HOUR)


@pytest.fixture(scope="module")
def started():
    with a_valkey_server() as running:
        yield running


@pytest.fixture
def patience(monkeypatch):
    """A busy machine is no server that is away; and what a process counted is written when the test says so."""
    monkeypatch.setattr(link_module, "ANSWER_WITHIN", PATIENCE)
    monkeypatch.setattr(link_module, "SLOW", PATIENCE)
    monkeypatch.setattr(link_module, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(link_module, "LONGEST_PAUSE", 0.01)
    monkeypatch.setattr(SharedCounts, "_write_now_and_then", lambda counts: None)


@pytest.fixture
def server(started, patience) -> ValkeyServer:
    comes_back_with_nothing(started)
    return started


@pytest.fixture
def nodes(server):
    """The processes of two nodes, which share a database and a Valkey."""
    found = [Node(server.address), Node(server.address)]
    yield found
    for node in found:
        node.link.close()


class Node:
    """What one process of a node counts with."""

    def __init__(self, address: str):
        self.link, self.counts = ValkeyLink(address), SharedCounts()
        assert self.link.wait(PATIENCE)

    def times(self, who: str) -> int:
        """How often `who` did it, this time included."""
        return self.hit({who: 1})[who]

    def hit(self, added: dict[str, int]) -> dict[str, int]:
        return self.counts.count(self.link, added, timezone.now() + HOUR)

    def write(self) -> None:
        self.counts.write(self.link)

    def notice(self) -> None:
        """As whoever asks next does; and be connected again."""
        with suppress(ValkeyAway):
            self.link.ask("PING")
        assert self.link.wait(PATIENCE)


def comes_back_with_nothing(server: ValkeyServer) -> None:
    server.kill()
    server.forget_snapshot()
    server.start()


class TestCounting:
    def test_two_nodes_have_one_limit(self, nodes):
        first, second = nodes
        assert [first.times("lin"), second.times("lin"), first.times("lin")] == [1, 2, 3]
        assert second.times("zhou") == 1

    def test_only_what_is_new_is_looked_up_in_the_database(self, nodes, django_assert_num_queries):
        first, second = nodes
        with django_assert_num_queries(1):
            first.times("lin")
        with django_assert_num_queries(0):
            assert second.times("lin") == 2
        with django_assert_num_queries(1):
            assert first.hit({"lin": 2, "zhou": 3}) == {"lin": 4, "zhou": 3}

    def test_what_was_counted_is_in_the_database_a_little_later(self, nodes, django_assert_num_queries):
        first, second = nodes
        first.times("lin"), second.times("lin"), second.times("zhou")
        assert not Visit.objects.exists()
        first.write(), second.write()
        assert dict(Visit.objects.values_list("digest", "count")) == {"lin": 2, "zhou": 1}
        first.write()
        assert dict(Visit.objects.values_list("digest", "count")) == {"lin": 2, "zhou": 1}

    def test_what_can_not_be_written_is_written_later(self, nodes, monkeypatch):
        first, _ = nodes
        first.times("lin")
        with monkeypatch.context() as broken:
            broken.setattr(shared_counts, "count_in_database", lambda *a: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                first.write()
        first.times("lin")
        first.write()
        assert Visit.objects.get().count == 2

    def test_counts_end_with_their_window(self, nodes, server):
        first, _ = nodes
        first.counts.count(first.link, {"lin": 1}, timezone.now() - HOUR)
        first.write()
        assert not Visit.objects.exists()
        (key,) = [key for key in server.ask("KEYS", "*") if key.endswith(b"lin")]
        assert 0 < server.ask("PTTL", key) <= shared_counts.SPARED_MILLISECONDS
        assert first.times("zhou") == 1
        (key,) = [key for key in server.ask("KEYS", "*") if key.endswith(b"zhou")]
        assert HOUR.total_seconds() * 1000 < server.ask("PTTL", key) <= 3_660_000

    def test_a_thread_writes_by_itself_and_ends_when_there_is_nothing_to_write(self, server, monkeypatch):
        written = []
        monkeypatch.undo()
        monkeypatch.setattr(shared_counts, "WRITTEN_EVERY", 0.01)
        monkeypatch.setattr(
            SharedCounts,
            "write",
            lambda counts, link: written.append(dict(counts._waiting)) or counts._waiting.clear(),
        )
        monkeypatch.setattr(shared_counts, "valkey", lambda: None)
        counts = SharedCounts()
        counts._keep({"lin": 2}, timezone.now() + HOUR)
        thread = counts._thread
        if thread is not None:
            thread.join(PATIENCE)
            assert not thread.is_alive()
        assert [list(step) for step in written] == [["lin"]]
        assert counts._thread is None


class TestVanishing:
    """`nodes`: the first counted three times, the second twice, and nothing of it is written."""

    def begin(self, nodes):
        for node, number in zip(nodes, (3, 2), strict=True):
            for _ in range(number):
                node.times("lin")

    def test_killed_it_lets_each_node_go_on_with_its_own_counts(self, nodes, server):
        self.begin(nodes)
        server.kill()
        assert nodes[0].times("lin") == 3 + 1
        # What the first node writes meanwhile is no secret to the second.
        assert nodes[1].times("lin") == 2 + 1 + 1
        for node in nodes:
            node.write()
        assert [node.times("lin") for node in nodes] == [8, 9]
        server.start()

    def test_stopped_it_does_too_and_counts_what_was_done_meanwhile(self, nodes, server, monkeypatch):
        self.begin(nodes)
        for node in nodes:
            node.write()
            node.link._connection._connection.update_current_socket_timeout(0.05)
        server.pause()
        assert [node.times("lin") for node in nodes] == [6, 7]
        server.resume()
        for node in nodes:
            node.notice()
        assert [node.times("lin") for node in nodes] == [8, 9]

    def test_come_back_with_nothing_it_lets_nobody_begin_anew(self, nodes, server):
        self.begin(nodes)
        nodes[1].write()
        comes_back_with_nothing(server)
        for node in nodes:
            node.notice()
        assert nodes[0].times("lin") == 6

    def test_what_the_other_node_counted_is_known_when_it_is_written(self, nodes, server):
        self.begin(nodes)
        comes_back_with_nothing(server)
        for node in nodes:
            node.notice()
        assert nodes[0].times("lin") == 3 + 1
        nodes[1].write()
        assert nodes[0].times("lin") == 6 + 1

    def test_come_back_with_an_old_snapshot_it_does_not_either(self, nodes, server):
        nodes[0].times("lin")
        server.snapshot()
        self.begin(nodes)
        for node in nodes:
            node.write()
        server.kill()
        server.start()
        assert [key for key in server.ask("KEYS", "*") if key.endswith(b"lin")]
        for node in nodes:
            node.notice()
        # Of a process that was started since, which saw nothing of it.
        fresh = Node(server.address)
        assert fresh.times("lin") == 7
        assert nodes[0].times("lin") == 8
        fresh.link.close()

    def test_emptied_while_it_runs_it_does_not_either(self, nodes, server):
        self.begin(nodes)
        for node in nodes:
            node.write()
        server.ask("FLUSHALL")
        assert nodes[1].times("lin") == 6

    def test_one_node_alone_that_does_not_reach_it_counts_for_all(self, nodes):
        self.begin(nodes)
        alone, other = nodes
        alone.write(), other.write()
        with pytest.MonkeyPatch.context() as cut:
            cut.setattr(alone.link, "_connection", None)
            assert [alone.times("lin") for _ in range(4)] == [6, 7, 8, 9]
        # The other has no reason to doubt, until it has written.
        assert other.times("lin") == 6
        other.write()
        assert other.times("lin") == 11


# What may happen: a node counts, a node writes, Valkey comes back with nothing, or with an old snapshot.
HAPPENINGS = st.lists(
    st.one_of(
        st.tuples(st.just("hit"), st.integers(0, 1), st.sampled_from("ab"), st.integers(1, 3)),
        st.tuples(st.just("write"), st.integers(0, 1)),
        st.tuples(st.sampled_from(["flush", "lose", "cut"]), st.integers(0, 1)),
    ),
    max_size=25,
)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HAPPENINGS)
def test_no_count_is_more_than_was_done_nor_less_by_what_was_written(nodes, server, happenings):
    """Against a model: what was done, and what of it others have not written yet."""
    server.ask("FLUSHALL")
    Visit.objects.all().delete()
    for node in nodes:
        node.counts = SharedCounts()
        node.counts._losses = node.link.losses
    done: Counter[str] = Counter()
    unwritten: list[Counter[str]] = [Counter(), Counter()]
    # What a node that was cut off counted in the database, and the other has no reason to look for.
    hidden: list[Counter[str]] = [Counter(), Counter()]
    # What Valkey lost that was in no database, until all have written.
    lost: Counter[str] = Counter()
    yet_to_write: set[int] = set()
    is_whole = True
    for what, number, *rest in happenings:
        node = nodes[number]
        match what:
            case "hit":
                who, times = rest
                done[who] += times
                unwritten[number][who] += times
                count = node.hit({who: times})[who]
                assert count <= done[who]
                missing = unwritten[1 - number] + hidden[number] + lost
                assert count >= done[who] - missing[who]
                if is_whole:
                    assert count == done[who]
            case "write":
                node.write()
                unwritten[number].clear()
                yet_to_write.discard(number)
                if not yet_to_write:
                    lost.clear()
            case "flush":
                server.ask("FLUSHALL")
                lost += unwritten[0] + unwritten[1]
                yet_to_write = {0, 1}
                is_whole = False
            case "lose":
                # It answers again at once, and nobody asked it meanwhile.
                node.link._lose("a test")
                node.notice()
            case "cut":
                # What is counted while a node is cut off is in the database at once.
                connected, node.link._connection = node.link._connection, None
                node.link.losses += 1
                done["a"] += 1
                hidden[1 - number]["a"] += 1
                assert node.times("a") <= done["a"]
                node.link._connection = connected
                is_whole = False


class TestLimits:
    @pytest.fixture(autouse=True)
    def site(self, server, settings, monkeypatch):
        settings.REDIS_URL = server.address
        monkeypatch.setattr(shared_counts, "_counts", SharedCounts())
        self.link = link_module.valkey()
        assert self.link.wait(PATIENCE)
        yield
        self.link.close()

    def test_they_are_those_that_the_database_keeps(self, server, django_assert_num_queries):
        assert [LIMIT.hit("lin") for _ in range(7)] == [True] * 5 + [False] * 2
        assert LIMIT.hit("zhou")
        near = RateLimit("letter of network", 3, HOUR)
        hits = [(LIMIT, "lin"), (near, "school"), (near, "school"), (near, "school"), (near, "school")]
        assert hit_all(hits) == [False, True, True, True, False]
        assert not Visit.objects.exists()
        with django_assert_num_queries(0):
            assert not LIMIT.hit("lin")

    def test_killed_in_between_they_hold(self, server):
        assert [LIMIT.hit("lin") for _ in range(4)] == [True] * 4
        server.kill()
        assert [LIMIT.hit("lin") for _ in range(3)] == [True, False, False]
        server.start()
        assert self.link.wait(PATIENCE)
        assert not LIMIT.hit("lin")

    def test_nothing_that_stands_there_tells_who_it_was(self, server):
        for who in ("203.0.113.7", "lin@example.cn", "13800138000"):
            LIMIT.hit(who)
        keys = server.ask("KEYS", "*")
        values = [server.ask("GET", key) for key in keys]
        assert len([key for key in keys if b"probe" not in key]) == 3
        for text in (b"203.0.113", b"lin", b"13800138000", b"letter"):
            assert not [found for found in keys + values if text in found]


def test_without_a_valkey_the_database_counts_as_ever(django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(counting, "shared_counts", lambda: pytest.fail("it was asked"))
    LIMIT.hit("lin")
    with django_assert_num_queries(1):
        LIMIT.hit("lin")
    assert Visit.objects.get().count == 2


def test_a_copy_of_a_process_does_not_write_what_waits_in_it(patience):
    shared_counts.shared_counts()._keep({"lin": 1}, timezone.now() + HOUR)
    child = os.fork()
    if child == 0:  # pragma: no cover
        os._exit(len(shared_counts.shared_counts()._waiting))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    shared_counts._counts = SharedCounts()
