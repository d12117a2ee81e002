"""Bursts that several processes share by Valkey."""

import pytest

from meiri import valkey as link_module
from meiri.comments import flooding
from meiri.valkey import ValkeyLink
from meiri.visitors import shared_buckets
from meiri.visitors.shared_buckets import SharedBuckets
from tests.valkey_server import PATIENCE, a_valkey_server

ADDRESS, OTHER = "203.0.113.7", "203.0.113.8"
BURST = 30


@pytest.fixture
def server():
    with a_valkey_server() as running:
        yield running


@pytest.fixture
def link(server, settings, tmp_path, monkeypatch):
    settings.REDIS_URL, settings.HOME = server.address, tmp_path
    monkeypatch.setattr(link_module, "ANSWER_WITHIN", PATIENCE)
    monkeypatch.setattr(link_module, "SLOW", PATIENCE)
    monkeypatch.setattr(SharedBuckets, "_exchange_now_and_then", lambda buckets: None)
    found = ValkeyLink(server.address)
    assert found.wait(PATIENCE)
    yield found
    found.close()


@pytest.fixture
def nodes(link):
    """The buckets of two processes, in which hardly anything refills while a test lasts."""
    return [SharedBuckets("comment flood", BURST, 0.001, 100) for _ in range(2)]


def given_out(buckets: SharedBuckets, address: str = ADDRESS, times: int = 100) -> int:
    return sum(buckets.hit(address) for _ in range(times))


def test_what_one_node_gave_out_another_has_no_more(nodes, link):
    first, second = nodes
    assert given_out(first, times=20) == 20
    first.exchange(link)
    # The second learns it with the first that it gives out itself.
    assert second.hit(ADDRESS)
    second.exchange(link)
    assert given_out(second) == BURST - 20 - 1
    assert given_out(second, OTHER) == BURST


def test_nodes_that_gave_out_too_much_together_owe_it(nodes, link):
    assert [given_out(node) for node in nodes] == [BURST, BURST]
    for node in nodes:
        node.exchange(link)
    for node in nodes:
        assert not node.hit(ADDRESS)
    assert nodes[1]._buckets[ADDRESS].left < -BURST + 1


def test_it_refills_as_one_bucket(link):
    now = [0.0]
    first, second = (SharedBuckets("refilling", 10, 1000.0, 100) for _ in range(2))
    for buckets in (first, second):
        buckets._clock = lambda: now[0]
        assert given_out(buckets, times=10) == 10
        buckets.exchange(link)
    assert not second.hit(ADDRESS)
    now[0] = 0.021  # ten are owed, ten refill, and one
    assert given_out(second) >= 10


@pytest.mark.parametrize("harm", ["kill", "pause"])
def test_where_valkey_is_away_each_counts_for_itself(nodes, link, server, harm):
    first, second = nodes
    assert given_out(first, times=10) == 10
    if harm == "pause":
        link._connection._connection.update_current_socket_timeout(0.05)
    getattr(server, harm)()
    first.exchange(link)
    assert [given_out(node) for node in nodes] == [BURST - 10, BURST]
    second.exchange(link)


def test_come_back_with_nothing_it_gives_no_process_more_than_its_own(nodes, link, server):
    first, _ = nodes
    assert given_out(first) == BURST
    server.ask("FLUSHALL")
    first.exchange(link)
    assert not first.hit(ADDRESS)


def test_nothing_that_stands_there_tells_the_address_and_it_ends_by_itself(nodes, link, server):
    given_out(nodes[0])
    nodes[0].exchange(link)
    (key,) = [key for key in server.ask("KEYS", "*") if b"comment flood" in key]
    assert b"203.0" not in key
    assert 0 < server.ask("PTTL", key) <= BURST / 0.001 * 1000 + 1000


def test_a_thread_exchanges_and_ends_when_nothing_comes(server, link, settings, monkeypatch):
    monkeypatch.undo()
    settings.REDIS_URL = server.address
    monkeypatch.setattr(shared_buckets, "EVERY", 0.01)
    monkeypatch.setattr(shared_buckets, "IDLE", 0.2)
    exchanged = []
    monkeypatch.setattr(
        SharedBuckets, "exchange", lambda buckets, link: exchanged.append(buckets._taken.popleft())
    )
    buckets = SharedBuckets("comment flood", BURST, 1, 100)
    assert buckets.hit(ADDRESS)
    thread = buckets._thread
    assert thread is not None
    thread.join(PATIENCE)
    assert exchanged == [ADDRESS]
    assert buckets._thread is None
    link_module.valkey().close()


def test_without_a_valkey_nothing_is_kept_for_telling():
    assert isinstance(flooding._buckets, SharedBuckets)
    buckets = SharedBuckets("comment flood", BURST, 0.001, 100)
    assert given_out(buckets) == BURST
    assert not buckets._taken
    assert buckets._thread is None
