"""Whether the database can be used, and what follows the journal follows it."""

import os
from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from time import monotonic

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from meiri.health_checks import DATABASE, HealthFinding, broken, fine, health_check, warning
from meiri.journal import read_replica_health  # noqa: F401 its check registers itself
from meiri.journal.consumers import lags
from meiri.journal.log import last_sequence
from meiri.journal.models import Entry
from meiri.metrics import Sample, measurement

# How far the clocks of this machine and of the database may be apart.
SKEW = timedelta(seconds=1)
# Seconds that the simplest answer may take: a page that is made asks some ten times.
SLOW = 0.1
# Entries that whoever follows the journal may be behind before it is worth a word: 200 are taken at a time.
FAR_BEHIND = 1000
MAKE_DATABASE = "type: meiri serve, which makes one; or put the data folder back (docs/backups.md)"


@health_check(DATABASE, for_serving=True, needs_database=False)
def database_answers() -> Iterator[HealthFinding]:
    if missing := _missing_file():
        yield broken(f"there is no {missing}", MAKE_DATABASE)
        return
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        yield broken(f"does not answer: {error}", "see to the database's server and to MEIRI_DATABASE_URL")
        return
    version = ".".join(str(part) for part in connection.get_database_version())
    wanted = connection.features.minimum_database_version
    if wanted and connection.get_database_version() < wanted:
        yield broken(
            f"{connection.display_name} {version} is too old",
            f"install {connection.display_name} {'.'.join(map(str, wanted))} or newer",
        )
    else:
        yield fine(f"{connection.display_name} {version}")
    if (taken := _seconds_for_an_answer()) > SLOW:
        yield warning(
            f"it takes {taken:.2f} s for the simplest answer",
            "see what keeps its machine busy, and the network between; stored pages are served meanwhile",
        )
    if _is_read_only():
        yield broken("it can be read and not written", "see whether its disk is full, or it is a replica")
    if waiting := migrations_that_wait():
        yield broken(
            f"{len(waiting)} migrations wait, the first is {'.'.join(waiting[0])}",
            "type: meiri serve --prepare (it makes a site ready and serves it), or: meiri migrate",
        )


def _missing_file() -> str:
    """SQLite's file, where it is not there: connecting would make an empty one."""
    name = str(connection.settings_dict["NAME"])
    in_memory = name.startswith("file:") or ":memory:" in name
    return name if connection.vendor == "sqlite" and not in_memory and not os.path.exists(name) else ""


def _seconds_for_an_answer() -> float:
    with connection.cursor() as cursor:
        began = monotonic()
        cursor.execute("SELECT 1")
        cursor.fetchone()
        return monotonic() - began


def _is_read_only() -> bool:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            (_, _, file), *_ = cursor.execute("PRAGMA database_list").fetchall()
            return bool(file) and not os.access(file, os.W_OK)
        cursor.execute("SHOW transaction_read_only")
        return cursor.fetchone()[0] == "on"


def migrations_that_wait() -> list[tuple[str, str]]:
    """Migrations of this release that the database has not, as app and name. One query."""
    applied = set(MigrationRecorder(connection).applied_migrations())
    return sorted(_known_migrations() - applied)


@lru_cache(maxsize=1)
def _known_migrations() -> frozenset[tuple[str, str]]:
    """Those of this process's code. What a squashed one replaces is not among them."""
    loader = MigrationLoader(None)
    replaced = {old for migration in loader.disk_migrations.values() for old in migration.replaces}
    return frozenset(loader.disk_migrations) - replaced


@health_check("clock")
def clocks_agree() -> Iterator[HealthFinding]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            before = timezone.now()
            cursor.execute("SELECT clock_timestamp()")
            theirs = cursor.fetchone()[0]
            after = timezone.now()
        apart = max(before - theirs, theirs - after, timedelta())
        if apart > SKEW:
            yield broken(
                f"this machine and the database are {apart.total_seconds():.1f} s apart",
                "let both keep their time by NTP (systemd-timesyncd, chrony)",
            )
        else:
            yield fine("within a second of the database's")
    newest = Entry.objects.order_by("-sequence").values_list("at", flat=True).first()
    if newest and newest > timezone.now() + SKEW:
        yield broken(
            f"the newest entry of the journal is of {newest:%Y-%m-%d %H:%M:%S} UTC, which is still to come",
            "set this machine's clock, and let it keep its time by NTP",
        )
    elif connection.vendor != "postgresql":
        yield fine("not behind the newest entry of the journal")


@health_check("consumers")
def consumers_follow() -> Iterator[HealthFinding]:
    told = lags()
    for lag in told:
        if lag.error:
            yield broken(
                f"{lag.name} can't go on, {lag.behind} entries behind: {lag.error}",
                "read the worker's log; it tries again by itself",
            )
        elif lag.behind > FAR_BEHIND:
            yield warning(
                f"{lag.name} is {lag.behind} entries behind", "see whether a worker runs and has time"
            )
    if not any(lag.error or lag.behind > FAR_BEHIND for lag in told):
        yield fine(
            f"{len(told)} follow the journal, at most {max((t.behind for t in told), default=0)} entries behind"
        )


@measurement("meiri_journal_entries", "Number of the newest entry of the journal")
def entries() -> Iterator[Sample]:
    yield (), last_sequence()


@measurement("meiri_consumer_lag", "Entries that a consumer of the journal has not taken yet", "consumer")
def lag_of_consumers() -> Iterator[Sample]:
    for lag in lags():
        yield (lag.name,), lag.behind


@measurement("meiri_consumer_failing", "1 where a consumer failed when it ran last", "consumer")
def failing_consumers() -> Iterator[Sample]:
    for lag in lags():
        yield (lag.name,), bool(lag.error)
