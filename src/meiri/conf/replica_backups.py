"""A site out of its replica, in the place of this one."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from django.utils import timezone

from meiri.conf.backups import DATABASE, RestoredBackup, put_in_place
from meiri.conf.database_copies import BackupRefused
from meiri.operations.replication.encryption import WrongKey, read_key
from meiri.operations.replication.litestream import NotRestored
from meiri.operations.replication.restoring import fetch_site
from meiri.operations.replication.targets import target_of


def restore_replica(setting: str, moment: datetime | None, key_file: Path, replace: bool) -> RestoredBackup:
    """Put the site that the replica at `setting` has of `moment`, or has last, in the place of this one. Its manifest has `made` (ISO 8601: when
    the last entry of its journal was written) and `journal` as that of a backup. Raises `BackupRefused` and leaves all as it was."""
    if not setting:
        raise BackupRefused("Say where the replica is: --from PLACE, or MEIRI_REPLICATE_TO.")

    def fetch(folder: Path) -> dict:
        try:
            fetch_site(target_of(setting), moment, read_key(key_file), folder)
            return _described(folder / DATABASE)
        except (NotRestored, WrongKey, ValueError) as error:
            raise BackupRefused(str(error)) from None
        except (OSError, sqlite3.Error) as error:
            raise BackupRefused(f"The replica at {setting} can't be read: {error}") from None

    return put_in_place(fetch, replace)


def _described(database: Path) -> dict:
    with closing(sqlite3.connect(database)) as opened:
        sequence, digest, at = opened.execute(
            "SELECT sequence, digest, at FROM journal_entry ORDER BY sequence DESC LIMIT 1"
        ).fetchone() or (0, "", None)
        migrations = [
            f"{app}.{name}" for app, name in opened.execute("SELECT app, name FROM django_migrations")
        ]
        # All of it in one file.
        opened.execute("PRAGMA journal_mode = DELETE")
    made = timezone.localtime(datetime.fromisoformat(f"{at}+00:00")) if at else timezone.localtime()
    return {
        "engine": "sqlite",
        "made": made.isoformat(timespec="seconds"),
        "journal": {"sequence": sequence, "digest": digest},
        "migrations": migrations,
    }
