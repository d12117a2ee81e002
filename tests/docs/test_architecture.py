"""docs/architecture.md shows the apps that there are, in the layers that are enforced."""

import ast
import re
import tomllib

from django.conf import settings

from tests.conftest import PROJECT
from tests.docs.markdown import code, rows

PACKAGE = PROJECT / "src/meiri"


def apps() -> set[str]:
    return {path.parent.name for path in PACKAGE.glob("*/apps.py")}


def described() -> list[tuple[int, str, str]]:
    """Layer, app and description of each row."""
    table = rows("docs/architecture.md", "layer")
    return [(int(layer), code(app)[0], what) for layer, app, what in table]


def test_the_table_shows_the_layers_that_import_linter_enforces():
    configuration = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    enforced = [
        (number, app.strip().removeprefix("meiri."))
        for number, layer in enumerate(configuration["tool"]["importlinter"]["contracts"][0]["layers"], 1)
        for app in layer.split("|")
    ]
    assert [(layer, app) for layer, app, _ in described()] == enforced


def test_every_app_is_in_the_table_and_installed():
    assert {app for _, app, _ in described()} == apps()
    assert {
        name.removeprefix("meiri.") for name in settings.INSTALLED_APPS if "meiri.members.apps" not in name
    } >= apps()


def test_each_app_says_of_itself_what_the_table_says():
    for _, app, what in described():
        own = ast.get_docstring(ast.parse((PACKAGE / app / "__init__.py").read_text()))
        assert own == what, app


def test_every_module_says_what_it_holds():
    silent = {"__init__.py", "apps.py", "urls.py", "wsgi.py", "wagtail_hooks.py", "views.py"}
    for path in PACKAGE.rglob("*.py"):
        if path.name not in silent and "migrations" not in path.parts:
            assert ast.get_docstring(ast.parse(path.read_text())), path


def test_modules_have_names_of_their_own():
    vague = {"utils", "helpers", "common", "misc", "manager", "managers", "services"}
    assert not [p for p in PACKAGE.rglob("*.py") if p.stem in vague]


def test_modules_that_documents_name_exist():
    for document in [
        "CONTRIBUTING.md",
        "docs/architecture.md",
        "docs/glossary.md",
        *sorted((PROJECT / "docs/decisions").glob("0*.md")),
    ]:
        for path in re.findall(r"`([a-z_]+/[a-z_0-9/]+\.py)`", (PROJECT / document).read_text()):
            assert (PACKAGE / path).exists() or (PROJECT / path).exists(), f"{document} names {path}"


def test_words_of_the_glossary_are_in_the_code():
    for _, words, _, where in rows("docs/glossary.md", "中文"):
        texts = [(PACKAGE / path).read_text() for path in code(where) if path.endswith(".py")]
        assert texts, words
        for word in words.split(", "):
            if re.fullmatch(r"[A-Za-z_]+", word):
                assert any(re.search(rf"\b{word}", text) for text in texts), word
