import pytest
from django.db import connection

from meiri.journal.consumers import run_consumer
from meiri.trust.entering import CONSUMER
from meiri.trust.log_signing import sign_log


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    """The data folder of the log in a test."""
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()
    return settings.HOME


def enter_all() -> None:
    """Enter all of the journal, without signing."""
    while run_consumer(CONSUMER):
        pass


def enter_and_sign() -> None:
    """What the worker does."""
    enter_all()
    sign_log()


def execute(sql: str, *values) -> None:
    """Change the database behind everybody's back."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
