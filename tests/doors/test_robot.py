"""The robot on a site of its own, in the size of a test; `python -m bench.robot` goes all the way."""

import pytest

from tests.doors.findings import KINDS, Report
from tests.doors.robot import Robot
from tests.doors.round import TEST, go_round
from tests.doors.site import a_site
from tests.prepared import begin_folder

pytestmark = pytest.mark.xdist_group("robot")


@pytest.fixture(scope="module")
def report(request, tmp_path_factory, django_db_setup) -> Report:
    """What one round found."""
    home = tmp_path_factory.mktemp("robot")
    begin_folder(home, request.config)
    with a_site(home) as site:
        robot = Robot(site, TEST.together)
        go_round(robot, TEST)
    return robot.report


def test_the_robot_gets_everywhere(report):
    assert report.done["walked"] > 150
    assert report.done["guessed"] > 250
    assert report.done["deeds"] > 40
    assert report.done["pressed"] > 20


@pytest.mark.parametrize("kind", KINDS)
def test_the_robot_finds_nothing_that(report, kind):
    assert [line for line in report.lines() if line.startswith(f"{kind} |")] == []
