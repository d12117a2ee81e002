"""The database of a test process: a copy of one that was migrated once.

The migrated database is a file in pytest's cache folder, named by a digest of all that makes it. On SQLite each process loads it
into memory. On PostgreSQL it is a dump, which the first process of a run restores as a template in the run's own cluster.
"""

import fcntl
import hashlib
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import django
import wagtail
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from meiri.journal import net

KEPT = 4  # Migrated databases of other states of the code, as when one goes from branch to branch.
PROJECT = Path(__file__).resolve().parents[1]
# What else makes rows while migrating, or the schema from migrations.
MAKERS = [
    "src/meiri/newsroom/new_permissions.py",
    "src/meiri/newsroom/initial_newsroom.py",
    "src/meiri/newsroom/permission_names.py",
    "src/meiri/stored_settings.py",
    "requirements/run.txt",
]


def digest() -> str:
    """Of every migration of every app, of what models ask of content types and permissions, and of the versions."""
    found = hashlib.sha256(f"{django.VERSION} {wagtail.VERSION} {sqlite3.sqlite_version}".encode())
    for app in sorted(apps.get_app_configs(), key=lambda app: app.label):
        for path in sorted(Path(app.path, "migrations").glob("*.py")):
            found.update(f"\n{app.label} {path.name}\n".encode() + path.read_bytes())
        for model in app.get_models():
            options = model._meta
            named = (
                options.label,
                str(options.verbose_name_raw),
                options.default_permissions,
                options.permissions,
            )
            found.update(repr(named).encode())
    for path in MAKERS:
        found.update((PROJECT / path).read_bytes())
    return found.hexdigest()[:24]


def begin(cache: Path, worker: str) -> None:
    """Give the default connection a migrated database of this process's own. `cache`: a folder that outlives the run;
    `worker`: the name of this process among those of the run, or nothing."""
    with _alone(cache / "lock"):
        _into_memory(cache) if connection.vendor == "sqlite" else _into_cluster(cache, worker)
    # As after migrating in this process: no test is the first to ask for the type of a model.
    ContentType.objects.clear_cache()
    ContentType.objects.get_for_models(*apps.get_models(), for_concrete_models=False)


def end(original: str) -> None:
    """Throw the database of this process away; `original`: the name that the connection had before."""
    own = connection.settings_dict["NAME"]
    _use(original)
    if connection.vendor == "postgresql":
        _in_cluster("DROP DATABASE {}", own)


@contextmanager
def shared_rows() -> Iterator[None]:
    """What is written within the block stays there for several tests and goes at its end. Each of the tests undoes what it writes
    itself, as it has a savepoint of its own; tests that commit can't be among them."""
    block = transaction.atomic()
    # What a test does within it is watched as if nothing were around it.
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        try:
            yield
        finally:
            transaction.set_rollback(True)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One process of this machine at a time."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _use(name: str) -> None:
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


def _migrate() -> None:
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)


def _into_memory(cache: Path) -> None:
    template = cache / f"{digest()}.sqlite3"
    if not template.exists():
        _migrate_into(template)
        _remove_old(cache, "*.sqlite3")
    _use(connection.creation._get_test_db_name())
    connection.ensure_connection()
    with closing(sqlite3.connect(f"file:{template}?mode=ro", uri=True)) as migrated:
        migrated.backup(connection.connection)
    # Outside of any test's transaction, with which the triggers would go again.
    net.install(connection)


def _remove_old(cache: Path, pattern: str) -> None:
    for old in sorted(cache.glob(pattern), key=lambda path: -path.stat().st_mtime)[KEPT:]:
        old.unlink()


def _migrate_into(template: Path) -> None:
    """Who comes upon the file finds a whole one, also where this is ended halfway."""
    _migrate()
    unfinished = template.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(unfinished)])
    unfinished.rename(template)
    connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    connection.close()


def _into_cluster(cache: Path, worker: str) -> None:
    template, own = f"migrated_{digest()}", f"test_{worker or 'alone'}"
    if not _in_cluster("SELECT datname FROM pg_database WHERE datname = %s", values=[template]):
        dump = cache / f"{digest()}.dump"
        if dump.exists():
            _in_cluster("CREATE DATABASE {}", "unfinished")
            _run_program("pg_restore", "--no-owner", str(dump))
        else:
            _migrate_in_cluster(dump)
            _remove_old(cache, "*.dump")
        _in_cluster("ALTER DATABASE {} RENAME TO {}", "unfinished", template)
    _in_cluster("DROP DATABASE IF EXISTS {}", own)
    _in_cluster("CREATE DATABASE {} TEMPLATE {}", own, template)
    _use(own)


def _migrate_in_cluster(dump: Path) -> None:
    """Make the database `unfinished`, and a dump of it for the next runs."""
    original = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = "unfinished"
    _migrate()
    _use(original)
    part = dump.with_suffix(".part")
    _run_program("pg_dump", "--format=custom", f"--file={part}")
    part.rename(dump)


def _run_program(name: str, *arguments: str) -> None:
    """One of PostgreSQL's, on the database `unfinished`."""
    from tests.postgresql import program_path

    given = connection.settings_dict
    server = [f"--host={given['OPTIONS']['host']}", f"--username={given['USER']}", "--dbname=unfinished"]
    subprocess.run([program_path(name), *server, *arguments], check=True)


def _in_cluster(statement: str, *names: str, values: list | None = None) -> list:
    """The rows that a statement about databases returns."""
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute(statement.format(*map(connection.ops.quote_name, names)), values)
        return cursor.fetchall() if cursor.description else []
