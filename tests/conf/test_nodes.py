"""Two nodes of a site behind nginx on one PostgreSQL: a node dies, and nobody notices."""

import random
import tempfile
from pathlib import Path

import pytest

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
