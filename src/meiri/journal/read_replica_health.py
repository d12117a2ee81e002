"""Whether readers are answered by the read replica."""

from collections.abc import Iterator
from time import monotonic, sleep

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections

from meiri.health_checks import HealthFinding, broken, fine, health_check, warning
from meiri.journal.read_replica import read_replica, state_of, why_unfit
from meiri.journal.read_replica_settings import READ_REPLICA
from meiri.metrics import Sample, measurement

# Seconds in which it must come to where the primary is now, and between two looks.
IN_STEP, STEP = 5.0, 0.05


@health_check("read replica")
def read_replica_follows() -> Iterator[HealthFinding]:
    """By connections of its own thread: a process that serves may see another state of it."""
    if READ_REPLICA not in connections.settings:
        yield fine("none is set (MEIRI_REPLICA_URL): the database answers readers too")
        return
    began = monotonic()
    try:
        primary = state_of(DEFAULT_DB_ALIAS)
        replica = state_of(READ_REPLICA)
        if unfit := why_unfit(primary, replica):
            yield broken(
                f"{unfit}; the primary answers readers",
                "let MEIRI_REPLICA_URL name a hot standby of the server in MEIRI_DATABASE_URL (docs/operations.md), or unset it",
            )
            return
        while replica.position < primary.position and monotonic() - began < IN_STEP:
            sleep(STEP)
            replica = state_of(READ_REPLICA)
    except (DatabaseError, InterfaceError) as error:
        connections[READ_REPLICA].close()
        yield broken(
            f"does not answer, the primary answers readers: {' '.join(str(error).split())[:300]}",
            "see to its server and to MEIRI_REPLICA_URL",
        )
        return
    if replica.position < primary.position:
        yield warning(
            f"it is more than {IN_STEP:.0f} s and {(primary.position - replica.position) / 1e6:.1f} MB of the write-ahead log behind",
            "see on it whether replay is paused (pg_is_wal_replay_paused()) or a query holds it up, and on the primary pg_stat_replication",
        )
    else:
        yield fine(f"PostgreSQL {replica.version} follows, {monotonic() - began:.2f} s behind at most")


@measurement(
    "meiri_read_replica_up",
    "1 where the process that was asked lets the read replica answer; only where one is set",
)
def read_replica_is_up() -> Iterator[Sample]:
    if replica := read_replica():
        replica.begin()
        yield (), replica.is_there


@measurement(
    "meiri_read_replica_lag_seconds",
    "How far the read replica was behind when the process that was asked looked last",
)
def lag_of_read_replica() -> Iterator[Sample]:
    if replica := read_replica():
        yield (), replica.lag
