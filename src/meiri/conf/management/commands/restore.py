"""`meiri restore FILE`, `meiri restore --to TIME`: the site of a backup, or of the replica, in the place of this one."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from meiri.conf.backup_places import known_place, own_key_file
from meiri.conf.backups import holds_articles, restore
from meiri.conf.database_copies import BackupRefused
from meiri.conf.replica_backups import restore_replica
from meiri.delivery.page_store import page_store
from meiri.letters.sealing import key_file
from meiri.media.sealed_storage import sealed_files
from meiri.media.stored_media import replace_rows
from meiri.newsroom.erasing_again import NotErasedAgain
from meiri.newsroom.erasure_list import (
    Erasure,
    UnreadableList,
    erasures_in_journal,
    list_file,
    read_given_list,
    read_list,
)
from meiri.newsroom.erasure_upkeep import erase_in_restored


def erasures_known(also: Path | None) -> list[Erasure]:
    """What was erased by order, by the lists and by the database that is about to be replaced. Raises `UnreadableList`."""
    found = [*read_list(list_file()), *read_given_list(also)]
    try:
        found += erasures_in_journal() if holds_articles() else []
    except DatabaseError:  # of another release, or damaged: what is restored now
        connection.close()
    return list(dict.fromkeys(found))


def moment_of(written: str) -> datetime | None:
    """None for `now`. Raises `CommandError`."""
    if written == "now":
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise CommandError(f"{written} is no time. Write it as 2026-11-28T09:30, or now.") from None
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment


class Command(BaseCommand):
    help = (
        "Put the site of a backup, or of the replica, in the place of this one, which must not be served meanwhile. A damaged FILE"
        " changes nothing."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "file",
            metavar="FILE",
            nargs="?",
            help="a backup; s3: is the youngest on the S3 server, s3:NAME a certain one; none for the replica",
        )
        parser.add_argument(
            "--to",
            metavar="TIME",
            help="the replica as it was then, such as 2026-11-28T09:30 (the site's time) or with an offset, or `now` for as it was last",
        )
        parser.add_argument(
            "--from",
            dest="target",
            metavar="PLACE",
            help="where the replica is, a folder or s3: (default: MEIRI_REPLICATE_TO)",
        )
        parser.add_argument(
            "--key",
            type=Path,
            metavar="FILE",
            help="the private key that opens it, where it is encrypted (default: backup.key in the data folder)",
        )
        parser.add_argument(
            "--replace",
            action="store_true",
            help="also where this site has articles; its files are kept in a folder replaced-… of the data folder",
        )
        parser.add_argument(
            "--erasures",
            type=Path,
            metavar="LIST",
            help="erasures.jsonl of another data folder, whose orders hold beside those of this one",
        )

    def handle(self, *, file, to, target, key, replace, erasures, **options):
        if (file is None) == (to is None):
            raise CommandError("Give the FILE of a backup, or --to TIME for the replica.")
        try:
            erased = erasures_known(erasures)
            if file:
                restored = restore(known_place(file), replace, key)
            else:
                restored = restore_replica(
                    target or settings.REPLICATE_TO, moment_of(to), key or own_key_file(), replace
                )
        except (BackupRefused, UnreadableList, OSError) as error:
            raise CommandError(str(error)) from None
        call_command("migrate", verbosity=0, interactive=False)
        # The replica of a site whose media lie in a bucket has none of them: they are where its database says.
        if file or restored.kept or not settings.MEDIA_IN_S3:
            replace_rows(restored.kept)
        if not settings.MEDIA_IN_S3:
            sealed_files(Path(settings.MEDIA_ROOT)).forget()
        if settings.PAGE_FILES:
            page_store().start_over()
        try:
            erase_in_restored(erased, self.stdout.write)
        except NotErasedAgain as error:
            raise CommandError(str(error)) from None
        manifest = restored.manifest
        self.stdout.write(
            f"The site of {manifest['made']}, to entry {manifest['journal']['sequence']} of the journal, is in its place."
            " Start it with `meiri serve --prepare`; `meiri verify` checks it."
        )
        if not key_file().exists():
            self.stderr.write(
                f"There is no {key_file()}: put the old one there, or nobody can open the letters that readers have sent."
            )
