"""One round of the robot through a site: in the size of a test, or complete."""

from collections.abc import Sequence
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
    """How far a round goes: links of each role, things of a kind of each desk whose addresses are guessed, or of one desk by turns
    where `every_desk` is false; forms of each role that are pressed, odd values in each; whether readers' pages are looked at after
    each form, or once a role; after how many deeds they are."""

    links: int
    guesses: int
    every_desk: bool
    forms: int
    odd: int
    verifies_each: bool
    together: int


TEST = Size(links=25, guesses=1, every_desk=False, forms=5, odd=1, verifies_each=False, together=6)
COMPLETE = Size(links=1500, guesses=8, every_desk=True, forms=400, odd=4, verifies_each=True, together=1)


def go_round(robot: Robot, size: Size) -> None:
    """Walk, guess, do every deed, press. What was found is in the robot's report."""
    patterns = robot.site.ask("patterns")["patterns"]
    robot.site.ask("changes")
    robot.site.ask("faults_now")
    walk(robot, robot.reader, ["/", "/zh-hant/", "/search/?q=x", "/api/v1/articles/"], size.links * 2)
    forms = {}
    for turn, role in enumerate(robot.roles()):
        visitor = robot.visitor(role)
        robot.site.ask("changes")
        forms[role] = walk(robot, visitor, ["/admin/"], size.links)
        desks = [*DESKS[turn % len(DESKS) :], *DESKS[: turn % len(DESKS)]]
        guess(robot, visitor, guessed_things(robot, role, desks, size), patterns)
        _nothing_changed(robot, role)
    for deed in DEEDS:
        try:
            deed(robot)
        except LookupError as error:
            robot.report.add("refused", "", deed.__name__, pattern_of(str(error)))
    robot.verify("")
    for role, found in forms.items():
        for form in found[: size.forms]:
            press(robot, robot.visitor(role), form, odd=size.odd, verifies=size.verifies_each)
        robot.verify(role)


def guessed_things(robot: Robot, role: str, desks: Sequence[str], size: Size) -> list[Thing]:
    """So many things of a kind of each of the `desks` that `role` may not see, or of any desk for whom sees all; of each kind of the
    first desk that has any, where not every desk's are guessed."""
    chosen: dict[tuple[str, str], list[Thing]] = {}
    for desk in desks if role != SUPERUSER else [NATION]:
        for thing in robot.site.things:
            if thing.owner == desk and thing.hidden and (role == SUPERUSER or not may_see(role, thing)):
                chosen.setdefault((thing.kind, desk if size.every_desk else ""), []).append(thing)
    return [thing for found in chosen.values() for thing in found[: size.guesses]]


def _nothing_changed(robot: Robot, role: str) -> None:
    """Reading changes nothing."""
    changes = robot.site.ask("changes")
    for row in (row for row in changes["rows"] if not row.startswith(BESIDE)):
        robot.report.add("read, and changed", role, "GET", row.partition(":")[0])
    for entry in changes["entries"]:
        robot.report.add("read, and told", role, "GET", entry["kind"])
