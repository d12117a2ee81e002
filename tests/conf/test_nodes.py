"""Two nodes of a site behind nginx on one PostgreSQL: a node dies, and nobody notices."""

import random
import tempfile
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import urllib3

from bench._processes import free_port
from bench._servers import Balancer
from bench.nodes import Publisher, look, running_cluster, use_and_harm

pytestmark = pytest.mark.xdist_group("machines")


def test_a_node_dies_and_nobody_notices():
    with tempfile.TemporaryDirectory(prefix="meiri-nodes-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL's own user passes through
        with running_cluster(folder, articles=40, number=2) as (cluster, traffic):
            traffic.reads = 20
            publisher = Publisher(cluster.nodes[1], traffic)
            harms = use_and_harm(cluster, traffic, publisher, 22, random.Random(1))
            outcome = look(cluster, traffic, publisher, harms)
    assert harms["node"] == 1
    assert set(traffic.answers) == {"200"}, traffic.wrong
    assert traffic.answers["200"] > 50
    assert outcome.published > 5
    assert (outcome.missing, outcome.verified) == ([], [])
    assert (outcome.lost_comments, outcome.lost_views, outcome.doubled) == (0, 0, 0)
    assert any(comment.answered for comment in traffic.comments)
    assert traffic.views


class Node(ThreadingHTTPServer):
    """Answers all with one status."""

    def __init__(self, status: int):
        class Answering(BaseHTTPRequestHandler):
            def do_GET(self):
                self.server.asked += 1
                self.send_response(self.server.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_POST = do_GET  # noqa: N815

            def log_message(self, *said):
                pass

        self.status, self.asked = status, 0
        super().__init__(("127.0.0.1", 0), Answering)
        Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return self.server_address[1]


def test_nginx_takes_a_node_that_is_dead_from_readers_and_none_that_is_busy(tmp_path):
    nodes = [Node(200), Node(503), Node(200)]
    balancer = Balancer(tmp_path / "nginx", free_port(), [node.port for node in nodes])
    balancer.start()

    def answers(number: int, method: str = "GET") -> Counter:
        address = f"http://127.0.0.1:{balancer.port}/"
        return Counter(urllib3.request(method, address, retries=False).status for _ in range(number))

    try:
        assert answers(60) == {200: 60}
        assert nodes[1].asked >= 20  # of its own readers, and once more of those whom it was asked for
        assert answers(30, "POST") == {200: 20, 503: 10}
        nodes[1].status = 200
        nodes[2].shutdown()
        nodes[2].server_close()
        assert answers(60) == answers(60, "POST") == {200: 60}
    finally:
        balancer.stop()
        for node in nodes[:2]:
            node.shutdown()
            node.server_close()
