"""What is used of allauth beyond its public interface stands in one module, read in one release."""

import inspect
import re
from importlib.metadata import version

from meiri.members import allauth_internals
from tests.conftest import PROJECT


def test_the_release_is_the_one_that_was_read():
    """Where allauth is newer: read in it what the module imports, mend what changed, then name the release here."""
    assert version("django-allauth").split(".")[:2] == ["65", "21"]
    assert f"{'.'.join(version('django-allauth').split('.')[:2])}." in allauth_internals.__doc__


def test_no_other_module_imports_what_is_not_public():
    internal = re.compile(r"^\s*(from|import) allauth\.\S*\binternal\b", re.MULTILINE)
    using = [p.name for p in (PROJECT / "src").rglob("*.py") if internal.search(p.read_text())]
    assert using == ["allauth_internals.py"]


def test_what_is_called_takes_what_it_is_given():
    parameters = {
        name: list(inspect.signature(getattr(allauth_internals, name)).parameters)
        for name in allauth_internals.__all__
    }
    assert parameters["get_authentication_records"][:2] == ["request", "user"]
    assert parameters["record_authentication"][:2] == ["request", "user"]
    assert parameters["email_already_exists"][:1] == ["email"]
    assert {"request", "app"} <= set(parameters["raise_if_reauthentication_required"])
    assert {"actual", "expected"} <= set(parameters["compare_user_code"])
