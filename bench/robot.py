"""A robot that opens every door of the newsroom in every role: pages, buttons, and the faults of each kind."""

import argparse
import subprocess
import sys
from pathlib import Path

from bench._processes import data_folder, environment
from tests.doors.findings import KINDS
from tests.doors.robot import Robot
from tests.doors.round import COMPLETE, TEST, go_round
from tests.doors.site import PROJECT, a_site

# What goes further here than in `make test`: sequences of deeds, and who reads what at which address.
FURTHER = ["tests/doors/test_sequences.py", "tests/newsroom/test_policy_walk.py"]


def main(argv: list[str] | None = None) -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--small", action="store_true", help="as far as `make test` goes")
    arguments.add_argument("--findings", type=Path, help="a file that gets each finding as a line")
    chosen = arguments.parse_args(argv)
    with data_folder(None) as home:
        walk(Path(home), chosen.small, chosen.findings)
        if not chosen.small:
            go_further(home)


def walk(home: Path, small: bool, findings: Path | None) -> None:
    with a_site(home) as site:
        size = TEST if small else COMPLETE
        robot = Robot(site, size.together)
        go_round(robot, size)
    done, kinds = robot.report.done, robot.report.kinds()
    print(f"roles: {len(robot.roles())} and readers")
    print(f"pages walked: {done['walked']}, addresses guessed: {done['guessed']}, answers: {done['answers']}")
    print(
        f"deeds: {done['deeds']}, buttons pressed: {done['pressed']}, answers to what was sent: {done['sent']}"
    )
    print(f"the longest until pages had followed a change: {robot.slowest} s")
    for kind in KINDS:
        print(f"{kind}: {kinds[kind]}")
    for line in robot.report.lines():
        print(f"  {line}")
    if findings:
        findings.write_text("".join(f"{line}\n" for line in robot.report.lines()))


def go_further(home: str) -> None:
    """Sequences of deeds, twenty times as many as in `make test`, and every article at every address for every role."""
    for tests in FURTHER:
        command = [sys.executable, "-m", "pytest", "-q", tests, "--whole", "--hypothesis-profile=complete"]
        done = subprocess.run(command, env=environment(home), cwd=PROJECT)
        print(f"{tests}: {'a fault' if done.returncode else 'no fault'}")


if __name__ == "__main__":
    main()
