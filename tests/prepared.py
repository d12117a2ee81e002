"""What a first start makes in a data folder, made once for all sites that tests serve: the migrated database, the collected static
files, or all of it with the sample newsroom."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bench._processes import environment, free_port
from bench._servers import PostgresServer
from bench.killing import Site, wait_until
from tests.database import digest
from tests.postgresql import program_path

KEPT = 2  # Static files of other states of the code.
PROJECT = Path(__file__).resolve().parents[1]
# Seconds that a first start may take on a machine that is busy.
PATIENCE = 600
# What else decides what is collected, and how.
MAKERS = [
    "src/meiri/conf/settings.py",
    "src/meiri/conf/preparation.py",
    "src/meiri/conf/static_storage.py",
    "requirements/run.txt",
]
COLLECT = "import sys, django; django.setup(); from meiri.conf.preparation import collect_static; collect_static(sys.stderr)"


def begin_folder(home: Path, config) -> None:
    """Put both into the new data folder `home`; else as `begin_database`."""
    begin_database(home, config)
    shutil.copytree(collected(config.cache.mkdir("collected")), home / "static")


def begin_database(home: Path, config) -> None:
    """Put the database into the new data folder `home`. `config`: pytest's; its cache outlives the run. Ask for `django_db_setup`
    before, which migrates; where that was on PostgreSQL, the folder gets none."""
    database = config.cache.mkdir("migrated") / f"{digest()}.sqlite3"
    if database.exists():
        shutil.copyfile(database, home / "meiri.sqlite3")
        (home / "meiri.sqlite3").chmod(0o600)


def begin_in_server(server: PostgresServer, config, migrate: Callable[[], object]) -> None:
    """Put the migrated database into a PostgreSQL of its own; `migrate` makes it where no run has done so before."""
    cache = config.cache.mkdir("migrated")
    dump = cache / f"{digest()}.dump"
    place = [f"--host={server.folder}", "--username=meiri", "--dbname=postgres"]
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if dump.exists():
            subprocess.run([program_path("pg_restore"), *place, "--no-owner", str(dump)], check=True)
            return
        migrate()
        part = dump.with_suffix(".part")
        subprocess.run([program_path("pg_dump"), *place, "--format=custom", f"--file={part}"], check=True)
        part.rename(dump)


def collected(cache: Path) -> Path:
    """The folder of collected static files, which nobody changes."""
    from meiri.conf.preparation import static_signature

    found = hashlib.sha256(static_signature().encode())
    for path in MAKERS:
        found.update((PROJECT / path).read_bytes())
    folder = cache / found.hexdigest()[:24]
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _collect(folder)
            others = [path for path in cache.iterdir() if path.is_dir() and path != folder]
            for old in sorted(others, key=lambda path: -path.stat().st_mtime)[KEPT:]:
                shutil.rmtree(old)
    return folder


def _collect(folder: Path) -> None:
    """Who comes upon the folder finds a whole one, also where this is ended halfway."""
    home = folder.with_suffix(".unfinished")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    subprocess.run([sys.executable, "-c", COLLECT], env=environment(home), cwd=PROJECT, check=True)
    (home / "static").rename(folder)
    shutil.rmtree(home)


class UnsetSite(Site):
    """A site to which no setting says its address."""

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.home)

    def command(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", "meiri.conf.command", *arguments],
            env=self.environment | settings,
            capture_output=True,
            text=True,
        )


def begin_started(home: Path, config) -> None:
    """Put into `home` what is there after somebody typed `meiri migrate`, then for the first time `meiri serve`, and stopped it;
    without its pages, which hold the address that it had. Ask for `django_db_setup` before, which migrates."""
    without = shutil.ignore_patterns("pages", "delivery", "wakeups", "metrics")
    shutil.copytree(_started(config), home, ignore=without, dirs_exist_ok=True)


def _started(config) -> Path:
    """The folder of a first start of this state of the code, which nobody changes."""
    cache = config.cache.mkdir("started")
    folder = cache / _digest_of_code()
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            for old in cache.iterdir():
                if old.is_dir():
                    shutil.rmtree(old)
            _start_first(folder.with_suffix(".unfinished"), config)
            folder.with_suffix(".unfinished").rename(folder)
    return folder


def _start_first(home: Path, config) -> None:
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(mode=0o755)
    begin_folder(home, config)
    made = UnsetSite(home, free_port())
    migrated = made.command("migrate", "--verbosity=0")
    if migrated.returncode:
        raise RuntimeError(migrated.stderr[-2000:])
    try:
        with suppress(TimeoutError):
            made.start()
        wait_until(made.answers, patience=PATIENCE)
    finally:
        made.stop()


def _digest_of_code() -> str:
    from meiri.conf.preparation import static_signature

    # The times of static files too: a site collects those again that are not the ones it knows.
    found = hashlib.sha256((PROJECT / "requirements/run.txt").read_bytes() + static_signature().encode())
    for path in sorted((PROJECT / "src").rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            found.update(f"{path.relative_to(PROJECT)}\0".encode() + path.read_bytes())
    return found.hexdigest()[:24]
