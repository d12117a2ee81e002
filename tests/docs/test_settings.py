"""docs/settings.md says what src/meiri/conf/settings.py reads."""

import ast
import re

from tests.conftest import PROJECT
from tests.docs.markdown import code, documents, rows

SETTINGS = PROJECT / "src/meiri/conf/settings.py"


def settings_read() -> dict[str, ast.expr]:
    """Every variable that the settings read, with the expression of its default."""
    found = {}
    for node in ast.walk(ast.parse(SETTINGS.read_text())):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="env")), args=[ast.Constant(value=str() as name), *_]
            ):
                found[name] = next(k.value for k in node.keywords if k.arg == "default")
    return found


def settings_described() -> dict[str, list[str]]:
    return {code(cells[0])[0]: cells[1:] for cells in rows("docs/settings.md", "name")}


def test_the_table_lists_every_setting_and_no_other():
    assert sorted(settings_described()) == sorted(settings_read())


def test_the_table_gives_the_defaults_of_the_code():
    described = settings_described()
    for name, default in settings_read().items():
        if isinstance(default, ast.Constant) and default.value != "":
            assert code(described[name][0]) == [str(default.value)], name
        if isinstance(default, ast.List):
            assert code(described[name][0]) == [",".join(ast.literal_eval(default))], name


def test_every_setting_is_explained():
    for name, (default, what) in settings_described().items():
        assert default, name
        assert len(what) > 10, name


def test_variables_are_read_in_the_settings_alone():
    for path in (PROJECT / "src").rglob("*.py"):
        text = path.read_text()
        if path != SETTINGS:
            assert not re.search(r"(environ|getenv)\W*(get\W*|\[)?[\"']MEIRI_", text), path


def test_documents_and_scripts_name_settings_that_exist():
    known = settings_read()
    places = [*documents(), PROJECT / "Makefile", PROJECT / "scripts/setup", *(PROJECT / "src").rglob("*.py")]
    for path in places:
        # `MEIRI_*` stands for them all.
        for name in re.findall(r"\bMEIRI_[A-Z0-9_]*[A-Z0-9]\b", path.read_text()):
            assert name in known, f"{path} names {name}"
