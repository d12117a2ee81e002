"""One round of the robot through a site: in the size of a test, or complete."""

from dataclasses import dataclass

from tests.doors.deeds import DEEDS
from tests.doors.findings import pattern_of
from tests.doors.inspector import BESIDE
from tests.doors.newsroom import DESKS, NATION, SUPERUSER, Thing
from tests.doors.pressing import press
from tests.doors.robot import Robot
from tests.doors.sight import may_see
from tests.doors.walking import guess, walk


@dataclass(frozen=True)
class Size:
    """How far a round goes: links of each role, things of each desk whose addresses are guessed, forms of each role that are
    pressed, odd values in each; whether readers' pages are looked at after each form, or once a role."""

    links: int
    guesses: int
    forms: int
    odd: int
    verifies_each: bool


TEST = Size(links=60, guesses=1, forms=6, odd=1, verifies_each=False)
COMPLETE = Size(links=1500, guesses=8, forms=400, odd=4, verifies_each=True)


def go_round(robot: Robot, size: Size) -> None:
    """Walk, guess, do every deed, press. What was found is in the robot's report."""
    patterns = robot.site.ask("patterns")["patterns"]
    robot.site.ask("changes")
    robot.site.ask("faults_now")
    walk(robot, robot.reader, ["/", "/zh-hant/", "/search/?q=x", "/api/v1/articles/"], size.links * 2)
    forms = {}
    for role in robot.roles():
        visitor = robot.visitor(role)
        robot.site.ask("changes")
        forms[role] = walk(robot, visitor, ["/admin/"], size.links)
        guess(robot, visitor, guessed_things(robot, role, size.guesses), patterns)
        _nothing_changed(robot, role)
    for deed in DEEDS:
        try:
            deed(robot)
        except LookupError as error:
            robot.report.add("refused", "", deed.__name__, pattern_of(str(error)))
    for role, found in forms.items():
        for form in found[: size.forms]:
            press(robot, robot.visitor(role), form, odd=size.odd, verifies=size.verifies_each)
        robot.verify(role)


def guessed_things(robot: Robot, role: str, each: int) -> list[Thing]:
    """At most `each` things of a kind of each desk that `role` may not see, or of any desk for whom sees all."""
    chosen = []
    for desk in DESKS if role != SUPERUSER else [NATION]:
        kinds: dict[str, list[Thing]] = {}
        for thing in robot.site.things:
            if thing.owner == desk and thing.hidden and (role == SUPERUSER or not may_see(role, thing)):
                kinds.setdefault(thing.kind, []).append(thing)
        chosen += [thing for found in kinds.values() for thing in found[:each]]
    return chosen


def _nothing_changed(robot: Robot, role: str) -> None:
    """Reading changes nothing."""
    changes = robot.site.ask("changes")
    for row in (row for row in changes["rows"] if not row.startswith(BESIDE)):
        robot.report.add("read, and changed", role, "GET", row.partition(":")[0])
    for entry in changes["entries"]:
        robot.report.add("read, and told", role, "GET", entry["kind"])
