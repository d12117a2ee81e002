"""What `make lint` says of content keys and kinds that are written by hand."""

import subprocess
import sys

from tests.conftest import PROJECT

SCRIPT = PROJECT / "scripts/check_journal.py"


def lint(*folders) -> tuple[int, str]:
    done = subprocess.run([sys.executable, str(SCRIPT), *map(str, folders)], capture_output=True, text=True)
    return done.returncode, done.stdout


def test_the_project_writes_none():
    assert lint() == (0, "Content keys and kinds of entries: none is written by hand.\n")


def test_each_that_is_written_is_named(tmp_path):
    (tmp_path / "module.py").write_text(
        'a = f"article:{pk}"\n'
        'b = "channel:keji"\n'
        'c = key.removeprefix("comments:")\n'
        'd = entry.kind == "article.published"\n'
        'e = "river:2026-11"\n'
        "import meiri.journal.models\n"
    )
    status, said = lint(tmp_path)
    assert status == 1
    assert [line.split(":")[1] for line in said.splitlines()] == ["1", "2", "3", "4", "5"]


def test_other_texts_are_not_taken_for_them(tmp_path):
    (tmp_path / "module.py").write_text(
        '"""Keys such as `article:42` stand in the journal."""\n'
        'a = "article:section", "wagtailimages:index", "nav", f"page:{path} pages"\n'
        'b = f"第 {number} 条：article:{number}"\n'
        'c = "article.html", "article.published"\n'
    )
    assert lint(tmp_path)[0] == 0
