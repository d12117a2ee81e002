"""Whether the settings fit a site that others reach, it answers there, and backups are young."""

import json
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.db import connection
from django.utils import timezone

from meiri.conf.backup_places import is_there
from meiri.conf.backups import last_backup
from meiri.conf.drill import last_drill
from meiri.conf.preparation import is_prepared
from meiri.delivery.verifying import other_address
from meiri.health_checks import (
    HealthFinding,
    broken,
    fine,
    health_check,
    reasons_not_to_serve,
    warning,
)
from meiri.metrics import Sample, measurement
from meiri.operations.nodes import register_shared_key
from meiri.outbound import OutboundRules, Unreachable, ask, is_any
from meiri.sm2 import sm2_key_file
from meiri.trust.log_signing import key_file

# All nodes sign the one public log, by both keys where there are two.
register_shared_key(key_file)
if settings.SM2:
    register_shared_key(sm2_key_file)

# Backups are made daily; one that is late by two hours is told of.
BACKUP_AGE = timedelta(hours=26)
DRILL_AGE = timedelta(days=30)
RULES = OutboundRules(is_allowed=is_any, ports=None, silence=5, longest=10, redirects=0)
PROGRAMS_OF_POSTGRESQL = "pg_dump", "pg_restore"


@health_check("settings", needs_database=False)
def settings_fit() -> Iterator[HealthFinding]:
    found = [*_of_the_code(), *(_of_public_site() if is_public() else [])]
    if wrong := other_address():
        found.append(broken(wrong, "set MEIRI_BASE_URL once, for every command of this machine (.env)"))
    yield from found or [fine(f"nothing to say of {settings.BASE_URL}")]


def _of_the_code() -> Iterator[HealthFinding]:
    """What Django's own checks, and those of the apps, call an error."""
    for message in checks.run_checks():
        if message.level >= checks.ERROR:
            yield broken(str(message.msg), message.hint or f"see {message.id} in Django's documentation")


def is_public() -> bool:
    """Whether the site's own address is one that other machines reach."""
    host = urlsplit(settings.BASE_URL).hostname or ""
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


def _of_public_site() -> Iterator[HealthFinding]:
    if settings.DEBUG:
        yield broken("MEIRI_DEBUG is on: whoever causes an error reads the code", "unset MEIRI_DEBUG")
    if not settings.BASE_URL.startswith("https://"):
        yield warning(
            f"{settings.BASE_URL} is without TLS: passwords and letters go in clear",
            "let a web server with a certificate stand in front, and set MEIRI_BASE_URL=https://…",
        )
    if "*" in settings.ALLOWED_HOSTS:
        host = urlsplit(settings.BASE_URL).hostname
        yield warning("the site answers to any host name", f"set MEIRI_ALLOWED_HOSTS={host}")
    if not settings.STAFF_SECOND_FACTOR:
        yield warning("the newsroom signs in with a password alone", "unset MEIRI_STAFF_SECOND_FACTOR")


@health_check("preparation", needs_database=False)
def site_is_prepared() -> Iterator[HealthFinding]:
    if is_prepared():
        yield fine("the data folder was prepared for this release")
    else:
        yield broken(
            "the data folder was not prepared for this release", "type: meiri serve, which prepares it first"
        )
    if connection.vendor == "postgresql":
        missing = [program for program in PROGRAMS_OF_POSTGRESQL if not shutil.which(program)]
        if missing:
            yield warning(
                f"{' and '.join(missing)} can't be found, which backups need",
                "install PostgreSQL's client programs",
            )


@health_check("own address", needs_database=False)
def site_answers() -> Iterator[HealthFinding]:
    address = f"{settings.BASE_URL}/healthz"
    try:
        answer = ask(address, RULES)
    except Unreachable as reason:
        yield broken(
            f"{address} does not answer: {reason.in_english}",
            "type: meiri serve, or see to the name, the certificate and the web server in front",
        )
        return
    if answer.status == 200 and _says_ok(answer.body):
        yield fine(f"{address} answers")
    else:
        yield broken(
            f"{address} answers {answer.status}, not as Meiri does",
            "see what stands behind that address: another server, or a page of errors",
        )


def _says_ok(body: bytes) -> bool:
    try:
        return json.loads(body) == {"status": "ok"}
    except ValueError:
        return False


@health_check("backups", needs_database=False)
def backups_are_young() -> Iterator[HealthFinding]:
    last = last_backup()
    remedy = "type each night: meiri backup /elsewhere/meiri-$(date +%F).tar.zst (docs/backups.md)"
    if last is None:
        yield warning("none was made on this machine", remedy)
        return
    made = datetime.fromisoformat(last["made"])
    age = timezone.now() - made
    if age > BACKUP_AGE:
        yield warning(f"the last one is {age.total_seconds() / 3600:.0f} hours old", remedy)
    elif not is_there(last["file"]):
        yield warning(
            f"the last one, of {made:%Y-%m-%d %H:%M}, is not at {last['file']} any more",
            "see that it was moved to another machine, not deleted",
        )
    else:
        yield fine(
            f"the last one is of {made:%Y-%m-%d %H:%M}, {last['size'] / 1e6:.1f} MB, at {last['file']}"
        )


@health_check("drill", needs_database=False)
def a_drill_was_done() -> Iterator[HealthFinding]:
    last = last_drill()
    if last is None:
        yield warning("nobody has tried whether a backup gives the site back", "type: meiri drill")
        return
    made = datetime.fromisoformat(last["made"])
    age = timezone.now() - made
    if last["state"] == "broken":
        yield broken(f"that of {made:%Y-%m-%d} failed", "type: meiri drill, and see to what it names")
    elif age > DRILL_AGE:
        yield warning(f"the last one was {age.days} days ago", "type: meiri drill")
    else:
        yield fine(f"on {made:%Y-%m-%d} {last['file']} gave the site back, in {last['seconds']:.0f} s")


@measurement("meiri_backup_age_seconds", "How long ago the last backup was made on this machine")
def age_of_backup() -> Iterator[Sample]:
    if last := last_backup():
        yield (), (timezone.now() - datetime.fromisoformat(last["made"])).total_seconds()


@measurement("meiri_node_ready", "1 where this node may be given requests")
def node_is_ready() -> Iterator[Sample]:
    yield (), not reasons_not_to_serve()
