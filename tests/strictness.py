"""A template that uses a name which is not there fails in tests, also in the processes that they start."""

import os

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config, parser, args):
    # Before pytest-django reads the settings.
    os.environ["MEIRI_STRICT_TEMPLATES"] = "on"
