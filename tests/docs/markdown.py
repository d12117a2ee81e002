"""What tests read out of the project's documents."""

import re
import subprocess
from pathlib import Path

from tests.conftest import PROJECT

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def documents() -> list[Path]:
    return [*sorted(PROJECT.glob("*.md")), *sorted((PROJECT / "docs").rglob("*.md"))]


def rows(path: str, header: str) -> list[list[str]]:
    """The rows of the table in the document at `path` whose first column is headed `header`, cell by cell."""
    found: list[list[str]] = []
    inside = False
    for line in (PROJECT / path).read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if inside and not cells:
            return found
        if inside and set(cells[0]) != {"-"}:
            found.append(cells)
        inside = inside or (bool(cells) and cells[0] == header)
    return found


def code(cell: str) -> list[str]:
    """What stands between backquotes in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def links(document: Path) -> list[str]:
    return LINK.findall(document.read_text())


def tracked_files() -> list[Path]:
    """Every file of the repository as it is in the working tree."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=True).stdout
    paths = (PROJECT / name for name in listed.decode().split("\0") if name)
    return [p for p in paths if p.is_file()]
