"""Every button of every form that the walk met, with the values it holds and with odd ones."""

import re

from tests.doors.forms import Form
from tests.doors.robot import Robot
from tests.doors.visitor import Visitor

# What ends the robot's own session or changes who may do what, which the table of sight takes as given.
LEFT_ALONE = re.compile(
    r"logout|/members/|/admin/(users|groups|account|sites|collections|workflows|login)/|/newsroom/desk/"
)
ODD = [
    "",
    "   ",
    "5G/6G",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "%ZZ%00",
    "字" * 5000,
    "\u200b\u202e\ufeff",
    "-1",
    "99999999999999999999",
    "2026-13-45 99:99",
    "🀄️\x00\x08",
]


def press(robot: Robot, visitor: Visitor, form: Form, *, odd: int = 1, verifies: bool = True) -> None:
    """Press each button as the form stands; then with `odd` of the odd values in each text. `verifies`: as `Robot.judge` has it."""
    if LEFT_ALONE.search(form.action) or (visitor.role != "读者" and not form.action.startswith("/admin/")):
        return
    for name, value in form.buttons:
        pressed = Form(
            form.action, form.method, [*form.values, *([(name, value)] if name else [])], form.buttons
        )
        attempt(robot, visitor, pressed, {}, verifies)
    for number in range(odd if form.texts and form.buttons else 0):
        # Another value at each form, so that all are tried where all forms are.
        strange = {
            text: ODD[(number + place + len(form.action)) % len(ODD)] for place, text in enumerate(form.texts)
        }
        attempt(robot, visitor, form, strange, verifies)


def attempt(robot: Robot, visitor: Visitor, form: Form, changed: dict, verifies: bool) -> None:
    values = [(k, v) for k, v in form.values if k not in changed] + list(changed.items())
    if form.method != "post":
        visitor.send(Form(form.action, form.method, values, []))
        return
    robot.report.done["pressed"] += 1
    robot.start_over()
    visitor.post(form.action, values)
    robot.judge(visitor.role, form.action, verifies=verifies)
