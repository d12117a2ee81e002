"""Take away, one at a time, what tells the journal and what asks the policy: do the tests notice?

Places within functions are all changed in one copy of `src/`, each for the case that its mutant is chosen; a first run of the tests
tells which of them reach which place, then those run for each mutant until one fails (`bench/_forked_mutants.py`). Declarations of
models are read when the source is loaded: each has a copy of its own, and the tests that walk the admin's doors.

`python -m bench.mutations [--only WORD]... [--list] [TESTS ...]`
"""

import argparse
import ast
import json
import os
import re
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
# Functions whose call is an entry of the journal, and those that ask the policy.
ENTRIES = {"append", "record", "_tell", "_append"}
QUESTIONS = {"check", "check_may", "check_may_publish", "may"}
NOTHING = '__import__("meiri.journal.public_models", fromlist=["_"]).NotPublic("taken away")'


@dataclass(frozen=True)
class Mutant:
    """What stands at `start` (line from 1, column) of `path` is taken away. `is_declared`: it is the declaration of a model."""

    path: Path
    start: tuple[int, int]
    what: str
    is_declared: bool = False

    @property
    def name(self) -> str:
        return f"{self.path.relative_to(SOURCE / 'meiri')}:{self.start[0]} {self.what}"


def mutants() -> Iterator[Mutant]:
    for path in sorted(SOURCE.glob("meiri/**/*.py")):
        if {"migrations", "sample"} & set(path.parts) or path.match("meiri/journal/*.py"):
            continue
        yield from _of_file(path)


def _of_file(path: Path) -> Iterator[Mutant]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Assign) and _is_declaration(node):
            yield Mutant(path, _start(node.value), f"Public {_keys(node.value)}", is_declared=True)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            name = _name(node.value)
            if name in ENTRIES and isinstance(node.value.func, ast.Name) and node.value.args:
                yield Mutant(path, _start(node.value), f"{name}({ast.unparse(node.value.args[0])[:40]})")
            elif name in QUESTIONS - {"may"} and node.value.args:
                yield Mutant(path, _start(node.value), ast.unparse(node.value)[:60])
        elif isinstance(node, ast.Call) and _name(node) == "may":
            yield Mutant(path, _start(node), ast.unparse(node)[:60])


def _is_declaration(node: ast.Assign) -> bool:
    named = any(isinstance(target, ast.Name) and target.id == "public" for target in node.targets)
    if not named or not isinstance(node.value, ast.Call):
        return False
    deeds = any(keyword.arg == "deeds" for keyword in node.value.keywords)
    return _name(node.value) in ("Public", "public_front") and not deeds


def _keys(call: ast.AST) -> str:
    found = (k.value for k in getattr(call, "keywords", []) if k.arg == "keys")
    return next((ast.unparse(value)[:40] for value in found), ast.unparse(call)[:40])


def _name(call: ast.Call) -> str:
    function = call.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _start(node: ast.AST) -> tuple[int, int]:
    return node.lineno, node.col_offset


class _Switches(ast.NodeTransformer):
    """Calls at `places` (line and column: number of the mutant) are left out, or true, where their mutant is chosen."""

    def __init__(self, places: dict[tuple[int, int], int]):
        self._places = places

    def visit_Call(self, node: ast.Call) -> ast.AST:
        number = self._places.get(_start(node)) if _name(node) in ENTRIES | QUESTIONS else None
        self.generic_visit(node)
        if number is None:
            return node
        chosen = ast.parse(f"mutated({number})", mode="eval").body
        return ast.copy_location(ast.BoolOp(ast.Or(), [chosen, node]), node)


def write_switches(given: dict[int, Mutant], folder: Path) -> None:
    """Change the copy of the source in `folder` so that each mutant can be chosen by its number."""
    for path in {mutant.path for mutant in given.values()}:
        places = {mutant.start: number for number, mutant in given.items() if mutant.path == path}
        tree = _Switches(places).visit(ast.parse(path.read_text()))
        (folder / path.relative_to(SOURCE)).write_text(ast.unparse(ast.fix_missing_locations(tree)))


def run_forked(given: list[Mutant], tests: list[str]) -> Iterator[tuple[Mutant, int, str]]:
    """Each mutant with how many of the `tests` reach it, and which one killed it: "" where none did."""
    numbered = dict(enumerate(given))
    with tempfile.TemporaryDirectory(prefix="meiri-mutants-") as name:
        folder = _copy_source(Path(name))
        write_switches(numbered, folder)
        reading, writing = os.pipe()
        settings = {"MUTANTS_RESULTS": str(writing), "MUTANTS_WANTED": json.dumps(list(numbered))}
        running = subprocess.Popen(
            _pytest("-p", "bench._forked_mutants", *tests),
            cwd=PROJECT, env=_environment(folder) | settings, stdout=sys.stderr, pass_fds=[writing],
        )  # fmt: skip
        os.close(writing)
        with os.fdopen(reading) as results:
            for line in results:
                found = json.loads(line)
                yield numbered[found["mutant"]], found["tests"], found["killed by"]
        running.wait()


def run_alone(mutant: Mutant) -> tuple[Mutant, int, str]:
    """The same for a declaration, with the tests of the doors and of its app."""
    with tempfile.TemporaryDirectory(prefix="meiri-mutants-") as name:
        folder = _copy_source(Path(name))
        target = folder / mutant.path.relative_to(SOURCE)
        tree = ast.parse(target.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and _start(node.value) == mutant.start:
                node.value = ast.parse(NOTHING, mode="eval").body
        target.write_text(ast.unparse(ast.fix_missing_locations(tree)))
        app = mutant.path.relative_to(SOURCE / "meiri").parts[0]
        own = [f"tests/{app}"] if (PROJECT / "tests" / app).is_dir() else []
        done = subprocess.run(
            _pytest("-x", "-k", "not browser", *DOORS, *own),
            cwd=PROJECT, env=_environment(folder), capture_output=True, text=True,
        )  # fmt: skip
    failed = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.M)
    return mutant, len(DOORS + own), failed[1] if failed else ""


def _copy_source(folder: Path) -> Path:
    shutil.copytree(SOURCE, folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return folder / "src"


def _pytest(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:randomly", *arguments]


def _environment(folder: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", help="only mutants whose name holds this word")
    parser.add_argument("--list", action="store_true", help="name them and run nothing")
    parser.add_argument("tests", nargs="*", default=["tests"], help="where the tests are; all")
    given = parser.parse_args(arguments)
    wanted = [m for m in mutants() if not given.only or any(word in m.name for word in given.only)]
    if given.list:
        print(*(mutant.name for mutant in wanted), f"{len(wanted)} places", sep="\n")
        return
    killed = done = 0
    for mutant, tests, killer in run_all(wanted, given.tests):
        done, killed = done + bool(tests), killed + bool(killer)
        outcome = "killed" if killer else "SURVIVES" if tests else "not reached"
        print(f"{outcome:11} {mutant.name} | {tests} | {killer}", flush=True)
    print(f"{killed} of {done} killed that tests reach")


def run_all(wanted: list[Mutant], tests: list[str]) -> Iterator[tuple[Mutant, int, str]]:
    if within := [mutant for mutant in wanted if not mutant.is_declared]:
        yield from run_forked(within, tests)
    yield from (run_alone(mutant) for mutant in wanted if mutant.is_declared)


if __name__ == "__main__":
    main(sys.argv[1:])
