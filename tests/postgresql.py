"""`pytest --postgresql`: run the tests on a PostgreSQL of their own, started from Debian's packages.

The cluster lives in a temporary folder, listens on a socket there and nowhere else, and ends with the run.
"""

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

# Groups of tests of a site that is served.
SERVED = {"browser", "newsroom browser", "serving", "machines"}
# Who may do what, what forms and screens say, and commands that work on folders: no query of theirs goes another way there. They are
# asked with `--whole`.
ALIKE = {
    "comments/test_thread_pages.py",
    "comments/test_writing.py",
    "conf/test_admin_menu.py",
    "conf/test_drill.py",
    "conf/test_guards.py",
    "conf/test_health.py",
    "newsroom/test_ai_record.py",
    "newsroom/test_body_blocks.py",
    "newsroom/test_correcting.py",
    "newsroom/test_initial_newsroom.py",
    "newsroom/test_offering.py",
    "newsroom/test_policy.py",
    "newsroom/test_policy_walk.py",
    "newsroom/test_previews.py",
    "newsroom/test_stream_form_data.py",
}


def pytest_addoption(parser):
    parser.addoption(
        "--postgresql", action="store_true", help="run on a PostgreSQL that the tests start themselves"
    )
    parser.addoption(
        "--whole",
        action="store_true",
        help="with what `make test` leaves out to stay short, as `make bench` does",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config, parser, args):
    # Before pytest-django reads the settings. Workers of pytest-xdist inherit the address from their head.
    if "--postgresql" in args and "MEIRI_DATABASE_URL" not in os.environ:
        os.environ["MEIRI_DATABASE_URL"] = start()


def pytest_collection_modifyitems(config, items):
    """Tests that use no database prove the same on any. What a served site does, and what a browser sees of it, is done with a
    database of its own, whatever the tests run on."""
    if not config.getoption("--postgresql"):
        return
    from tests.journal_net import uses_database

    whole = config.getoption("--whole")
    chosen = [
        item
        for item in items
        if uses_database(item)
        and not is_served(item)
        and (whole or "/".join(item.path.parts[-2:]) not in ALIKE)
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = chosen


def is_served(item) -> bool:
    return not SERVED.isdisjoint(mark.args[0] for mark in item.iter_markers("xdist_group"))


def pytest_report_header(config):
    return f"database: {'PostgreSQL' if config.getoption('--postgresql') else 'SQLite'}"


def start() -> str:
    """Start a cluster, arrange for its end, and return its address for MEIRI_DATABASE_URL."""
    folder = Path(tempfile.mkdtemp(prefix="meiri-postgresql-"))
    as_owner = owner(folder)

    def call(program, *arguments):
        command = [*as_owner, program_path(program), *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)

    data = str(folder / "data")
    call(
        "initdb",
        "--pgdata",
        data,
        "--username",
        "meiri",
        "--auth",
        "trust",
        "--encoding",
        "UTF8",
        "--no-sync",
    )
    # Nothing of it outlives the run, and no query of a test is worth being compiled. A restoration locks each table and index until its
    # end, and two tests may restore at once.
    settings = (
        f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c max_connections=60 -c fsync=off"
        " -c full_page_writes=off -c synchronous_commit=off -c jit=off -c max_locks_per_transaction=256"
    )
    call(
        "pg_ctl",
        "start",
        "--pgdata",
        data,
        "--wait",
        "--silent",
        "--log",
        str(folder / "log"),
        "--options",
        settings,
    )

    def end():
        call("pg_ctl", "stop", "--pgdata", data, "--mode", "immediate", "--silent")
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return f"postgresql://meiri@/postgres?host={folder}"


def program_path(name: str) -> str:
    """Of one of PostgreSQL's programs, of the newest version. Raises `UsageError` where none is installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    if not folders:
        raise pytest.UsageError("--postgresql needs Debian's package postgresql; `make setup` installs it.")
    return str(folders[-1] / name)


def owner(folder: Path) -> list[str]:
    """PostgreSQL won't run as root: give the folder to its own user and say how to become it."""
    if os.geteuid() != 0:
        return []
    account = pwd.getpwnam("postgres")
    os.chown(folder, account.pw_uid, account.pw_gid)
    return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", "--"]
