import pytest


@pytest.fixture(autouse=True)
def own_home(tmp_path, settings):
    """A data folder for each test: what one test leaves in the log is not counted in another."""
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()
    return settings.HOME
