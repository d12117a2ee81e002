"""What all tests share."""

from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real material beside the checkout. Tests that need it fail where it is missing."""
    folder = PROJECT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.fail(
            "This test needs the real material in ../shared/data beside the checkout; it is not there."
        )
    return folder


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory):
    """A data folder of the test run's own, so that no test writes into the one in use."""
    from django.conf import settings

    folder = tmp_path_factory.mktemp("home")
    settings.HOME = folder
    settings.MEDIA_ROOT = folder / "media"
    return folder


@pytest.fixture(scope="session", autouse=True)
def plain_static_files():
    """Static files under their own names: those with hashes exist once they were collected."""
    from django.conf import settings
    from django.test import override_settings

    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(STORAGES={**settings.STORAGES, **plain}):
        yield
