"""Bring a data folder up to date: database, sample newsroom, static files. Costs little when all is.

A file in the data folder says which release it was prepared for, so that a start need not look at the database to know.
"""

import hashlib
import os
import secrets
from importlib.metadata import distributions
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from meiri.conf.database import holds_unfinished_move
from meiri.delivery.release import code
from meiri.file_modes import open_to_group
from meiri.fronts.initial_pages import create_pages
from meiri.newsroom.initial_newsroom import create_newsroom
from meiri.newsroom.roles import ROLES
from meiri.policy import administrators
from meiri.review.setting_up import create_first_chains
from meiri.sample.loading import unfinished
from meiri.search.index import store as search_store
from meiri.search.rebuilding import is_quick, rebuild
from meiri.sections.models import Channel

MARK = "prepared"


def prepare(out) -> bool:
    """Do what a first start needs; `out` is told of each step that had something to do. Whether any had."""
    done = [
        prepare_database(out),
        collect_static(out),
        prepare_newsroom(out),
        prepare_roles(out),
        prepare_search(out),
        make_administrator(out),
    ]
    note_prepared()
    return any(done)


def is_prepared() -> bool:
    """Whether the data folder was prepared for this release and its database. Asks no database."""
    mark = Path(settings.HOME) / MARK
    return mark.exists() and mark.read_text() == _prepared_for() and not _is_gone()


def note_prepared() -> None:
    (Path(settings.HOME) / MARK).write_text(_prepared_for())


def _prepared_for() -> str:
    """A digest over the package's files, the installed packages and the address of the database."""
    database = settings.DATABASES["default"]
    known = [code(), *(f"{d.name} {d.version}" for d in distributions())]
    # A data folder may be moved, with a database that is in it.
    known += [
        str(database.get(name, "")).replace(str(settings.HOME), "")
        for name in ("ENGINE", "HOST", "PORT", "NAME")
    ]
    return hashlib.sha256("\n".join(sorted(known)).encode()).hexdigest()


def _is_gone() -> bool:
    """Whether the files are missing that a site can't do without."""
    database = settings.DATABASES["default"]
    in_file = database["ENGINE"] == "django.db.backends.sqlite3"
    return not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists() or (
        in_file and not Path(database["NAME"]).exists()
    )


def prepare_database(out) -> bool:
    """Raises `CommandError` where not all of the site is there yet."""
    if holds_unfinished_move():
        raise CommandError(
            "Not all of the site has come to this database: run `meiri move-to` again where the site was before."
        )
    if not migrations_wait():
        return False
    out.write("Preparing the database …")
    call_command("migrate", verbosity=0, interactive=False)
    return True


def prepare_newsroom(out) -> bool:
    if Channel.objects.exists() and not unfinished():
        return False
    call_command("sample", stdout=out)
    return True


def prepare_roles(out) -> bool:
    """Give a newsroom that did not begin with the sample what every newsroom needs: its groups, the chains of its reviews, home
    and the standard pages. Where it has any of the groups, whoever administers it has decided."""
    if Group.objects.filter(name__in=ROLES).exists():
        return False
    out.write("Setting up the groups and the reviews of the newsroom …")
    create_pages()
    with transaction.atomic():
        create_newsroom()
        create_first_chains()
    return True


def prepare_search(out) -> bool:
    if search_store().current is not None or not is_quick():
        return False
    out.write("Indexing the archive …")
    rebuild(search_store())
    return True


def migrations_wait() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def collect_static(out) -> bool:
    """Collect and compress the static files where any changed since the last time."""
    mark = Path(settings.STATIC_ROOT) / ".collected"
    signature = static_signature()
    if mark.exists() and mark.read_text() == signature:
        return False
    out.write("Collecting static files …")
    call_command("collectstatic", verbosity=0, interactive=False)
    mark.write_text(signature)
    open_to_group(Path(settings.STATIC_ROOT))
    return True


def static_signature() -> str:
    """A digest over the name, size and time of every static file."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = os.stat(storage.path(name))
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def make_administrator(out) -> bool:
    """Make the first administrator where there is none; the password is in the data folder, for its owner only."""
    users = get_user_model().objects
    if administrators().exists():
        return False
    password = settings.ADMIN_PASSWORD or secrets.token_urlsafe(9)
    users.create_superuser("admin", email="", password=password)
    path = Path(settings.HOME) / "admin-password.txt"
    path.touch(mode=0o600)
    path.write_text(password + "\n")
    # What a service writes is kept in its log, which more people read than this file.
    shown = f", password: {password}" if out.isatty() else ""
    out.write(f"Newsroom account: admin{shown}   (the password is in {path})")
    return True
