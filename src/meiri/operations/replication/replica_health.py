"""Whether the replica of the site is kept up."""

from collections.abc import Iterator
from pathlib import Path
from time import time

from django.conf import settings
from django.db import connection

from meiri.file_locks import try_lock
from meiri.health_checks import HealthFinding, broken, fine, health_check, warning
from meiri.metrics import Sample, measurement
from meiri.operations.replication.pausing import FOLDER, RUNNING, open_lock
from meiri.operations.replication.replicating import SILENT, replica_state

# Litestream copies the write-ahead log into the database; one that is larger, in bytes, was not.
LARGE_LOG = 1 << 30


@health_check("replica", needs_database=False)
def replica_is_kept_up() -> Iterator[HealthFinding]:
    home, target = Path(settings.HOME), settings.REPLICATE_TO
    if not target:
        yield fine("none is kept (MEIRI_REPLICATE_TO)")
        return
    if connection.vendor != "sqlite":
        yield broken(
            "MEIRI_REPLICATE_TO is set, and the database is PostgreSQL's", "unset it; see docs/backups.md"
        )
        return
    state = replica_state(home)
    if not _is_kept_up(home):
        yield broken(f"nothing keeps the replica at {target} up", "type: meiri serve")
    elif state is None:
        yield warning("it is being begun", "ask again in a minute")
    elif time() - state.at > SILENT:
        yield broken(
            f"what keeps the replica at {target} up has said nothing for {time() - state.at:.0f} s",
            "see in the log why, and restart the site",
        )
    elif state.problem:
        yield broken(
            f"the replica at {target} is not kept up: {state.problem}",
            "see that it can be reached and has room",
        )
    elif state.late:
        yield warning(f"what changed reaches {target} late", "see how fast it takes files")
    else:
        yield fine(f"kept up at {target}, to which it goes back {settings.REPLICA_HOURS} hours")
    log = Path(f"{connection.settings_dict['NAME']}-wal")
    if log.exists() and log.stat().st_size > LARGE_LOG:
        yield warning(
            f"{log.name} has {log.stat().st_size / 1e9:.1f} GB",
            "see in the log why Litestream ends; restart the site",
        )


def _is_kept_up(home: Path) -> bool:
    if not (home / FOLDER).is_dir():
        return False
    with open_lock(home / FOLDER / RUNNING) as number:
        return not try_lock(number)


@measurement("meiri_replica_up", "1 where the replica is kept up; only where one is set")
def replica_is_up() -> Iterator[Sample]:
    home = Path(settings.HOME)
    if settings.REPLICATE_TO and connection.vendor == "sqlite":
        state = replica_state(home)
        in_time = state is not None and time() - state.at < SILENT and not (state.problem or state.late)
        yield (), float(in_time and _is_kept_up(home))
