"""What all tests share."""

import gc
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from django.utils import timezone

if TYPE_CHECKING:
    from meiri.delivery.page_store import PageStore
    from meiri.search.index import Store

PROJECT = Path(__file__).resolve().parents[1]

# How long an example takes says nothing about what it proves: a busy machine fails no test. And the same examples each time:
# whoever changes something else is not told of what chance found just then.
hypothesis.settings.register_profile("meiri", deadline=None, max_examples=60, derandomize=True)
# By chance, as far as patience goes: `pytest --hypothesis-profile=complete`, which `make bench` asks for too.
hypothesis.settings.register_profile("complete", deadline=None, max_examples=2000)
hypothesis.settings.load_profile("meiri")


def pytest_collection_finish():
    """What was loaded until now stays to the end: the collector need not look through it again and again, nor for every few
    objects that a test makes."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_make_parametrize_id(val):
    """Names of tests stay short, however long the texts are that they try."""
    return f"{val[:10]!r} and more" if isinstance(val, str | bytes) and len(val) > 100 else None


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real material beside the checkout. Tests that need it fail where it is missing."""
    folder = PROJECT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.fail(
            "This test needs the real material in ../shared/data beside the checkout; it is not there."
        )
    return folder


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker):
    """In place of pytest-django's, which migrates in each process."""
    from django.conf import settings

    from tests.database import begin, end

    worker = getattr(request.config, "workerinput", {}).get("workerid", "")
    original = settings.DATABASES["default"]["NAME"]
    with django_db_blocker.unblock():
        begin(request.config.cache.mkdir("migrated"), worker)
    yield
    with django_db_blocker.unblock():
        end(original)


@pytest.fixture(scope="module")
def shared_database(request, django_db_setup, django_db_blocker) -> Iterator[None]:
    """The database, for what a module's fixtures prepare once for all its tests: each test undoes what it writes itself. No test of
    the module may commit."""
    from tests.database import shared_rows
    from tests.scheduling import commits

    committing = [item.name for item in request.session.items if item.path == request.path and commits(item)]
    if committing:
        pytest.fail(f"Tests that commit would end what the others of the module share: {committing}")
    with django_db_blocker.unblock(), shared_rows():
        yield


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


@pytest.fixture(scope="session", autouse=True)
def pages_rendered_anew():
    """No page of a test is stored for the next one; tests of stored pages ask for `stored_pages`."""
    from django.test import override_settings

    with override_settings(PAGE_FILES=False):
        yield


@pytest.fixture(scope="session", autouse=True)
def broken_parts_raise():
    """What would be left out of a page is an error of the test, unless it is about that."""
    from django.test import override_settings

    with override_settings(RAISE_BROKEN_PARTS=True):
        yield


@pytest.fixture(scope="session", autouse=True)
def staff_without_second_factor():
    """The newsroom of a test signs in with a password; tests of the second factor ask for it."""
    from django.test import override_settings

    with override_settings(STAFF_SECOND_FACTOR=False):
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_hashing():
    """Passwords cost little to hash."""
    from django.test import override_settings

    with override_settings(PASSWORD_HASHERS=["tests.quick_hashing.QuickPBKDF2"]):
        yield


@dataclass(frozen=True)
class StoredPages:
    """The pages of a test that stores them: in a folder of its own, kept in step when it says so."""

    store: "PageStore"

    def catch_up(self) -> None:
        """What the worker does after a change: mark what the journal tells, make those pages again."""
        from meiri.delivery.invalidation import bring_up_to_date

        assert bring_up_to_date(self.store)


@pytest.fixture(autouse=True)
def one_window(monkeypatch):
    """What visitors do in a test is counted in one window, also where a window's end falls into the test."""
    began = timezone.now()
    monkeypatch.setattr("meiri.visitors.counting.now", lambda: began)


@pytest.fixture
def stored_pages(db, tmp_path, settings, monkeypatch) -> StoredPages:
    """Public pages are stored as files, as on a real site."""
    from django.db import connections

    from meiri.delivery.invalidation import start_following
    from meiri.delivery.page_store import page_store

    # A page is rendered as by a request of its own, and the worker lets connections go: not that of the test.
    monkeypatch.setattr(connections["default"], "close_if_unusable_or_obsolete", lambda: None)
    settings.PAGE_FILES, settings.HOME = True, tmp_path
    start_following(page_store())
    return StoredPages(page_store())


@dataclass(frozen=True)
class SearchIndex:
    """The search index of a test: in a folder of its own, kept in step when the test says so."""

    store: "Store"

    def catch_up(self) -> None:
        """What the worker does after a change."""
        from meiri.search.indexing import bring_up_to_date

        assert bring_up_to_date(self.store)


@pytest.fixture
def search_index(db, tmp_path, settings) -> SearchIndex:
    """An index of nothing yet."""
    from meiri.search.index import store
    from meiri.search.matching import sections_by_name

    # The journal of a new database is empty like that of the test before: it does not tell them apart.
    sections_by_name.forget()
    settings.HOME = tmp_path
    index = SearchIndex(store())
    index.catch_up()
    return index


@pytest.fixture
def database_address(transactional_db, tmp_path) -> str:
    """The address of the test database for other processes. SQLite's is in memory: they get a copy of it in a file."""
    from django.db import connection

    if connection.vendor == "sqlite":
        path = tmp_path / "meiri.sqlite3"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(path)])
        return f"sqlite:///{path}"
    options = connection.settings_dict["OPTIONS"]
    return f"postgresql://meiri@/{connection.settings_dict['NAME']}?host={options['host']}"
