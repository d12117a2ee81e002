"""Part of `make lint`: content keys are made by `meiri.journal.content_keys` alone, kinds of entries are named by their classes.

    python scripts/check_journal.py [FOLDER ...]

prints each place where a key (`"article:42"`, `f"article:{pk}"`, `"article:"`) or a kind that an app declares
(`"article.published"`) is written by hand, and ends with status 1 where there is one. FOLDER: src/meiri and bench.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from meiri.journal.content_keys import FORMS, is_content_key

PROJECT = Path(__file__).resolve().parent.parent
PACKAGE = PROJECT / "src/meiri"
KEYS_ARE_MADE_IN = PACKAGE / "journal/content_keys.py"
BEGINNINGS = {f"{form.word}:" for form in FORMS}
KIND = re.compile(r'^    kind = "([a-z.]+[a-z_.]*)"$', re.MULTILINE)


def declared_kinds() -> set[str]:
    return {kind for path in PACKAGE.glob("*/events.py") for kind in KIND.findall(path.read_text())}


def key_in(node: ast.AST) -> str | None:
    """The content key, or the beginning of one, that a literal is."""
    match node:
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), ast.FormattedValue()]) if (
            text in BEGINNINGS
        ):
            return f"{text}…"
        case ast.Constant(value=str(text)) if text in BEGINNINGS or (":" in text and is_content_key(text)):
            return text
    return None


def faults(path: Path, kinds: set[str]) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    # Elsewhere the same words may be something else, such as the names of metadata of other sites' pages.
    knows_journal = "meiri.journal" in path.read_text()
    # What stands in braces is no text of its own.
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    literals = [node for node in ast.walk(tree) if isinstance(node, ast.Constant | ast.JoinedStr)]
    for node in sorted(literals, key=lambda node: node.lineno):
        if id(node) in parts:
            continue
        if path != KEYS_ARE_MADE_IN and (key := key_in(node)):
            yield f"{path}:{node.lineno}: the content key {key!r} is written by hand; see {KEYS_ARE_MADE_IN.name}"
        if (
            knows_journal
            and path.name != "events.py"
            and isinstance(node, ast.Constant)
            and node.value in kinds
        ):
            yield f"{path}:{node.lineno}: the kind {node.value!r} is written by hand; name its class"


def main(folders: list[str]) -> int:
    kinds = declared_kinds()
    found = [
        fault
        for folder in folders or [str(PACKAGE), str(PROJECT / "bench")]
        for path in sorted(Path(folder).rglob("*.py"))
        if "migrations" not in path.parts
        for fault in faults(path, kinds)
    ]
    print("\n".join(found) or "Content keys and kinds of entries: none is written by hand.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
