"""Take away, one at a time, what tells the journal and what asks the policy: do the tests notice?

Each mutant is a copy of `src/` with one place taken away; the tests of its app, and those that walk the admin's doors, run on it
until one fails. `python -m bench.mutations [--only WORD] [--list]`.
"""

import argparse
import ast
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
SOURCE = PROJECT / "src"
DOORS = ["tests/journal/test_every_public_model.py", "tests/fronts/test_doors.py"]
# Functions whose call is an entry of the journal, and those that ask the policy; what a call becomes.
ENTRIES = {"append", "record", "_tell", "_append"}
QUESTIONS = {"check", "check_may", "check_may_publish", "may"}
NOTHING = '__import__("meiri.journal.public_models", fromlist=["_"]).NotPublic("taken away")'


@dataclass(frozen=True)
class Mutant:
    """The text from `start` to `end` (line from 1, column) of `path` becomes `instead`."""

    path: Path
    start: tuple[int, int]
    end: tuple[int, int]
    instead: str
    what: str

    @property
    def name(self) -> str:
        return f"{self.path.relative_to(SOURCE / 'meiri')}:{self.start[0]} {self.what}"

    @property
    def tests(self) -> list[str]:
        app = self.path.relative_to(SOURCE / "meiri").parts[0]
        own = PROJECT / "tests" / app
        related = {
            "sections": ["tests/fronts/test_admin.py"],
            "policy": ["tests/newsroom"],
            "search": ["tests/search/test_admin.py"],
        }
        chosen = related.get(app, []) or ([str(own.relative_to(PROJECT))] if own.is_dir() else [])
        return [*DOORS, *chosen] if "Public" in self.what else [*chosen, *DOORS]

    def apply(self, folder: Path) -> None:
        target = folder / self.path.relative_to(SOURCE)
        lines = target.read_text().splitlines(keepends=True)
        (first, begin), (last, end) = self.start, self.end
        before = lines[first - 1].encode()[:begin].decode()
        after = lines[last - 1].encode()[end:].decode()
        lines[first - 1 : last] = [before + self.instead + after]
        target.write_text("".join(lines))


def mutants() -> Iterator[Mutant]:
    for path in sorted(SOURCE.glob("meiri/**/*.py")):
        if {"migrations", "sample"} & set(path.parts) or path.match("meiri/journal/*.py"):
            continue
        yield from _of_file(path)


def _of_file(path: Path) -> Iterator[Mutant]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Assign) and _is_declaration(node):
            model = _called(node.value, "keys")
            yield _at(path, node.value, NOTHING, f"Public {model}")
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            name = _name(node.value)
            if name in ENTRIES and isinstance(node.value.func, ast.Name) and node.value.args:
                yield _at(path, node, "pass", f"{name}({ast.unparse(node.value.args[0])[:40]})")
            elif name in QUESTIONS and node.value.args:
                yield _at(path, node, "pass", f"{name}({ast.unparse(node.value)[:60]})")
        elif isinstance(node, ast.Call) and _name(node) == "may":
            yield _at(path, node, "True", f"may({ast.unparse(node)[:60]})")


def _is_declaration(node: ast.Assign) -> bool:
    named = any(isinstance(target, ast.Name) and target.id == "public" for target in node.targets)
    if not named or not isinstance(node.value, ast.Call):
        return False
    deeds = any(keyword.arg == "deeds" for keyword in node.value.keywords)
    return _name(node.value) in ("Public", "public_front") and not deeds


def _called(call: ast.AST, keyword: str) -> str:
    found = (k.value for k in getattr(call, "keywords", []) if k.arg == keyword)
    return next((ast.unparse(value)[:40] for value in found), ast.unparse(call)[:40])


def _name(call: ast.Call) -> str:
    function = call.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _at(path: Path, node, instead: str, what: str) -> Mutant:
    start, end = (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)
    return Mutant(path, start, end, instead, what)


def survives(mutant: Mutant) -> bool:
    with tempfile.TemporaryDirectory(prefix="meiri-mutant-") as folder:
        shutil.copytree(SOURCE, Path(folder, "src"), ignore=shutil.ignore_patterns("__pycache__"))
        mutant.apply(Path(folder, "src"))
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-x",
                "-q",
                "--no-header",
                "-p",
                "no:randomly",
                "-k",
                "not browser",
                *mutant.tests,
            ],
            cwd=PROJECT,
            env=os.environ | {"PYTHONPATH": str(Path(folder, "src")), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    return done.returncode == 0


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="only mutants whose name holds this word")
    parser.add_argument("--list", action="store_true", help="name them and run nothing")
    given = parser.parse_args(arguments)
    found = [mutant for mutant in mutants() if given.only in mutant.name]
    killed = 0
    for mutant in found:
        if given.list:
            print(mutant.name)
            continue
        alive = survives(mutant)
        killed += not alive
        print(f"{'SURVIVES' if alive else 'killed  '} {mutant.name}", flush=True)
    print(f"{killed} of {len(found)} killed" if not given.list else f"{len(found)} places")


if __name__ == "__main__":
    main(sys.argv[1:])
