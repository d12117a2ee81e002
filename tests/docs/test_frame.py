"""What no file of the repository may hold."""

import re
import stat

import pytest

from tests.conftest import PROJECT
from tests.docs.markdown import tracked_files

# Written so that this file does not hold them itself.
FORBIDDEN = {
    "the address of a package index": r"py[p]i\.org|python[h]osted\.org|registry\.np[m]js|np[m]mirror|np[m]js\.com",
    "the address of a mirror": r"//mirror[s]?\.|\btun[a]\.tsinghua",
    "a path of one machine": r"(?<![\w.~}/-])/(?:roo[t]|wor[k]|home/\w+|tm[p]/\w+|Users/\w+)(?:/|\b)(?![\w-]*\.html)",
    "a private key": r"-----BEGI[N] [A-Z ]*PRIVATE KEY",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what):
    pattern = re.compile(FORBIDDEN[what])
    for path in tracked_files():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        if found := pattern.search(text):
            line = text.count("\n", 0, found.start()) + 1
            pytest.fail(f"{path.relative_to(PROJECT)}:{line} names {what}: {found.group()}")


def test_nothing_that_grows_or_holds_secrets_is_tracked():
    for path in tracked_files():
        assert path.suffix not in {".sqlite3", ".key", ".pem", ".env", ".pyc", ".log"}, path
        assert path.name != ".env", path
        assert path.stat().st_size < 1024 * 1024, f"{path} is over 1 MiB"


def test_scripts_can_be_run():
    for path in tracked_files():
        with path.open("rb") as file:
            if file.read(2) == b"#!":
                assert path.stat().st_mode & stat.S_IXUSR, f"{path} is not executable"


def test_lines_of_templates_are_at_most_120_characters_long():
    long = [
        f"{path.relative_to(PROJECT)}:{number}"
        for path in tracked_files()
        if path.suffix == ".html" and path.is_relative_to(PROJECT / "src")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > 120
    ]
    assert long == []
