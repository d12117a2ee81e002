"""What a first start makes in a data folder before it loads anything, made once for all sites that tests serve: the migrated
database and the collected static files. `tests/conf/test_first_start.py` makes a folder from nothing."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from bench._processes import environment
from tests.database import digest

KEPT = 2  # Static files of other states of the code.
PROJECT = Path(__file__).resolve().parents[1]
# What else decides what is collected, and how.
MAKERS = ["src/meiri/conf/settings.py", "src/meiri/conf/preparation.py", "requirements/run.txt"]
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
