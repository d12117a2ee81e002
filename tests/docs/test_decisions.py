"""Every dependency was taken for a reason that is written down."""

import json
import re
from pathlib import Path

from tests.conftest import PROJECT
from tests.docs.markdown import links

DECISIONS = PROJECT / "docs/decisions"


def records() -> list[Path]:
    return sorted(DECISIONS.glob("[0-9]*.md"))


def required() -> set[str]:
    """The names in requirements/*.in and package.json."""
    names = set()
    for path in (PROJECT / "requirements").glob("*.in"):
        for line in path.read_text().splitlines():
            if found := re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line):
                names.add(found.group())
    return names | set(json.loads((PROJECT / "package.json").read_text())["devDependencies"])


def test_every_dependency_is_named_in_a_record():
    named = {name for record in records() for name in re.findall(r"`([^`\s]+)`", record.read_text())}
    assert required() - named == set()


def test_records_are_short_and_of_one_form():
    for record in records():
        text = record.read_text()
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], record
        assert text.startswith(f"# {int(record.name[:4])}. "), record
        assert text.count("\n") <= 25, record


def test_records_are_numbered_without_a_gap_and_listed():
    numbers = [int(record.name[:4]) for record in records()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert links(DECISIONS / "README.md") == [record.name for record in records()]


def test_pins_hold_what_is_required():
    for path in (PROJECT / "requirements").glob("*.in"):
        pinned = set(re.findall(r"^([a-z0-9._-]+)==", path.with_suffix(".txt").read_text(), re.MULTILINE))
        for line in path.read_text().splitlines():
            if found := re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line):
                assert found.group().lower() in pinned, f"{found.group()} is not pinned; run `make lock`"
