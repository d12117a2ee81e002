"""The salts that all processes of a node share without a database, and all nodes through it."""

import time

import pytest
from django.utils import timezone

from meiri.visitors import node_salts
from meiri.visitors.counting import forget_visits
from meiri.visitors.models import Salt
from meiri.visitors.node_salts import salt, share

pytestmark = pytest.mark.django_db
HALF_HOUR = 1800
NOW = time.time()
PRESENT = int(NOW) // HALF_HOUR


@pytest.fixture
def node(tmp_path, settings):
    """Become a process of another node: `node("b")`."""

    def become(name):
        settings.HOME = tmp_path / name
        settings.HOME.mkdir(exist_ok=True)
        node_salts._known.clear()
        return settings.HOME / "salts"

    return become


def test_every_process_of_a_node_has_the_same_and_each_window_another(node):
    folder = node("a")
    first = salt(HALF_HOUR, PRESENT)
    node("a")
    assert salt(HALF_HOUR, PRESENT) == first
    assert salt(HALF_HOUR, PRESENT + 1) != first
    assert {p.stat().st_mode & 0o777 for p in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_all_nodes_have_the_same_where_their_workers_run(node):
    node("a")
    share(HALF_HOUR, NOW)
    first = salt(HALF_HOUR, PRESENT), salt(HALF_HOUR, PRESENT + 1)
    node("b")
    share(HALF_HOUR, NOW)
    assert (salt(HALF_HOUR, PRESENT), salt(HALF_HOUR, PRESENT + 1)) == first


def test_what_a_web_process_made_before_its_worker_came_is_taken_over(node):
    node("a")
    made = salt(HALF_HOUR, PRESENT)
    share(HALF_HOUR, NOW)
    node("b")
    share(HALF_HOUR, NOW)
    assert salt(HALF_HOUR, PRESENT) == made


def test_two_nodes_that_both_began_keep_their_own_until_the_window_ends(node):
    node("a")
    share(HALF_HOUR, NOW)
    node("b")
    own = salt(HALF_HOUR, PRESENT)
    share(HALF_HOUR, NOW)
    assert salt(HALF_HOUR, PRESENT) == own
    theirs = salt(HALF_HOUR, PRESENT + 1)
    node("a")
    assert salt(HALF_HOUR, PRESENT + 1) == theirs


def test_salts_of_windows_that_ended_are_deleted_everywhere(node):
    folder = node("a")
    share(HALF_HOUR, NOW - 3 * HALF_HOUR)
    (folder / f"{HALF_HOUR}-{PRESENT - 5}.0a1b2c3d").touch()  # a process died while it made one
    share(HALF_HOUR, NOW)
    assert sorted(p.name for p in folder.iterdir()) == [f"1800-{PRESENT}", f"1800-{PRESENT + 1}"]
    forget_visits()
    assert not Salt.objects.filter(until__lte=timezone.now()).exists()


def test_sharing_again_changes_nothing_and_costs_two_queries(node, django_assert_num_queries):
    node("a")
    share(HALF_HOUR, NOW)
    first = salt(HALF_HOUR, PRESENT)
    with django_assert_num_queries(2):
        share(HALF_HOUR, NOW)
    assert salt(HALF_HOUR, PRESENT) == first
