"""README.md names the make targets and commands that there are, and its links lead somewhere."""

import re
import subprocess
from itertools import pairwise
from urllib.parse import urlsplit

from django.core.management import get_commands

from meiri import __version__
from tests.conftest import PROJECT
from tests.docs.markdown import code, documents, links, rows


def test_the_readme_lists_every_make_target_and_no_other():
    phony = re.search(r"^\.PHONY: (.*)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    listed = [code(cells[0])[0].removeprefix("make ") for cells in rows("README.md", "target")]
    assert sorted(listed) == sorted(phony.group(1).split())


def test_help_lists_every_make_target():
    told = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    phony = re.search(r"^\.PHONY: (.*)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    assert [line.split()[1] for line in told.splitlines()] == sorted(phony.group(1).split())
    assert all(len(line.split()) > 3 for line in told.splitlines())


def test_each_release_stands_in_the_changelog_and_the_newest_is_this_one():
    releases = re.findall(r"^## (\d+\.\d+\.\d+) ", (PROJECT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert releases[0] == __version__
    asked = (PROJECT / "docs/upgrading.md").read_text()
    for newer, older in pairwise(releases):
        assert f"## From {older} to {newer}\n" in asked
        assert (PROJECT / "tests/releases" / f"{older}.sqlite3.xz").exists()


def test_the_readme_lists_every_command_of_meiri_and_no_other():
    own = [name for name, app in get_commands().items() if str(app).startswith("meiri.")]
    listed = [code(cells[0])[0].removeprefix("meiri ") for cells in rows("README.md", "command")]
    assert sorted(listed) == sorted(own)


def test_every_relative_link_leads_to_a_file():
    for document in documents():
        for link in links(document):
            parts = urlsplit(link)
            if not parts.scheme and parts.path:
                assert (document.parent / parts.path).exists(), f"{document} links to {link}"


def test_every_document_can_be_reached_from_the_readme():
    reached, waiting = set(), [PROJECT / "README.md"]
    while waiting:
        document = waiting.pop()
        reached.add(document)
        for link in links(document):
            target = (document.parent / urlsplit(link).path).resolve()
            target = target / "README.md" if target.is_dir() else target
            if target.suffix == ".md" and target not in reached and target.exists():
                waiting.append(target)
    assert set(documents()) - reached == set()
