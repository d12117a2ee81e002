"""docs/security.md has a row for every requirement of ASVS 4.0.3, levels 1 and 2, and the tests that it names exist."""

import ast
import re

from tests.conftest import PROJECT
from tests.docs.markdown import code

SECURITY = PROJECT / "docs/security.md"
# Numbers of the requirements of levels 1 and 2 in each section; those deleted from the standard or of level 3 are left out.
REQUIRED = {
    "1.1": "1-7",
    "1.2": "1-4",
    "1.4": "1 4 5",
    "1.5": "1-4",
    "1.6": "1-4",
    "1.7": "1 2",
    "1.8": "1 2",
    "1.9": "1 2",
    "1.10": "1",
    "1.11": "1 2",
    "1.12": "2",
    "1.14": "1-6",
    "2.1": "1-12",
    "2.2": "1-3",
    "2.3": "1-3",
    "2.4": "1-5",
    "2.5": "1-7",
    "2.6": "1-3",
    "2.7": "1-6",
    "2.8": "1-6",
    "2.9": "1-3",
    "2.10": "1-4",
    "3.1": "1",
    "3.2": "1-4",
    "3.3": "1-4",
    "3.4": "1-5",
    "3.5": "1-3",
    "3.7": "1",
    "4.1": "1 2 3 5",
    "4.2": "1 2",
    "4.3": "1-3",
    "5.1": "1-5",
    "5.2": "1-8",
    "5.3": "1-10",
    "5.4": "1-3",
    "5.5": "1-4",
    "6.1": "1-3",
    "6.2": "1-6",
    "6.3": "1 2",
    "6.4": "1 2",
    "7.1": "1-4",
    "7.2": "1 2",
    "7.3": "1 3 4",
    "7.4": "1-3",
    "8.1": "1-4",
    "8.2": "1-3",
    "8.3": "1-8",
    "9.1": "1-3",
    "9.2": "1-4",
    "10.2": "1 2",
    "10.3": "1-3",
    "11.1": "1-8",
    "12.1": "1-3",
    "12.2": "1",
    "12.3": "1-6",
    "12.4": "1 2",
    "12.5": "1 2",
    "12.6": "1",
    "13.1": "1 3 4 5",
    "13.2": "1 2 3 5 6",
    "13.3": "1 2",
    "13.4": "1 2",
    "14.1": "1-4",
    "14.2": "1-6",
    "14.3": "2 3",
    "14.4": "1-7",
    "14.5": "1-4",
}


def required() -> set[str]:
    found = set()
    for section, numbers in REQUIRED.items():
        for part in numbers.split():
            first, _, last = part.partition("-")
            found |= {f"{section}.{n}" for n in range(int(first), int(last or first) + 1)}
    return found


def rows() -> list[list[str]]:
    """Items, how, tests and what is left open, of each row of every table."""
    lines = (line for line in SECURITY.read_text().splitlines() if re.match(r"\| \d", line))
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_b18_every_requirement_of_the_two_levels_has_one_row():
    listed = [item for items, *_ in rows() for item in items.split(", ")]
    assert len(listed) == len(set(listed))
    assert set(listed) == required()


def test_b18_every_row_says_how_or_what_is_left_open():
    for items, how, _, left_open in rows():
        assert how or left_open, items


def test_b18_the_tests_that_it_names_exist():
    for _, _, tests, _ in rows():
        for name in code(tests):
            path, _, function = name.partition("::")
            tree = ast.parse((PROJECT / path).read_text())
            assert function in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, (
                name
            )
