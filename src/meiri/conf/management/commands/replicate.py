"""`meiri replicate`: keep the replica of the site up. `meiri serve` runs it where MEIRI_REPLICATE_TO is set."""

from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import connection

from meiri.conf.process_group import stopped_by_signals
from meiri.operations.replication.encryption import WrongKey
from meiri.operations.replication.replicating import Replicator


class Command(BaseCommand):
    help = "Keep a copy of this SQLite site at MEIRI_REPLICATE_TO that is about a second old, until it is stopped."
    requires_system_checks = []

    def handle(self, **options):
        check_replication()
        Replicator(Path(settings.HOME)).run(stopped_by_signals())


def check_replication() -> None:
    """Raise `CommandError` where no replica can be kept as the settings ask."""
    if not settings.REPLICATE_TO:
        raise CommandError("MEIRI_REPLICATE_TO is not set: there is no place for a replica.")
    if connection.vendor != "sqlite":
        raise CommandError(
            "MEIRI_REPLICATE_TO is for SQLite; PostgreSQL archives its own log (docs/backups.md). Unset it."
        )
    try:
        Replicator(Path(settings.HOME))
    except (ValueError, WrongKey) as error:
        raise CommandError(f"MEIRI_REPLICATE_TO or MEIRI_BACKUP_RECIPIENTS: {error}") from None
