"""A move that was begun: the tables are there, so that no test has to wait for all migrations."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from django.db.migrations.loader import MigrationLoader

from meiri.conf.database import MOVE


def end_of_journal(home: Path) -> list:
    """Number and digest of the last entry of the site in a data folder."""
    with closing(sqlite3.connect(home / "meiri.sqlite3")) as database:
        return list(database.execute("SELECT sequence, digest FROM journal_head").fetchone())


def begin_move(path: Path, journal: list, *triggers: str) -> str:
    """Note in the migrated database at `path` that a site whose journal ends there is moved to it. Its address."""
    noted = {"journal": journal, "migrations": len(MigrationLoader(None).disk_migrations)}
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"DROP TABLE IF EXISTS {MOVE}")
        database.execute(f"CREATE TABLE {MOVE} (name varchar(200) PRIMARY KEY, value text NOT NULL)")
        database.execute(f"INSERT INTO {MOVE} VALUES ('source', ?)", [json.dumps(noted)])  # noqa: S608
        for trigger in triggers:
            database.execute(trigger)
        database.commit()
    return f"sqlite:///{path}"
