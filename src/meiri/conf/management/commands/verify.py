"""`meiri verify`: is everything as it was written?"""

import base64
from argparse import ArgumentTypeError
from pathlib import Path

from django.core.management import BaseCommand, CommandError

from meiri.conf.backups import manifest_of
from meiri.conf.database_copies import BackupRefused
from meiri.journal.heads import stands
from meiri.journal.log import end_of_journal
from meiri.journal.verification import run_checks
from meiri.outbound import Unreachable
from meiri.trust.notes import BadNote, VerifierKey
from meiri.trust.outside import FalseLog, Seen, files_at, verify_log


def log_key(text: str) -> VerifierKey:
    """`name+hash+base64`, as `/.well-known/meiri-log/key` says it."""
    try:
        return VerifierKey.read(text)
    except BadNote as error:
        raise ArgumentTypeError(str(error)) from None


def noted_head(text: str) -> tuple[int, str]:
    """`SEQUENCE:DIGEST`, as `meiri verify` and `meiri backup` print it."""
    sequence, _, digest = text.partition(":")
    if not sequence.isdecimal() or len(digest) != 64:
        raise ArgumentTypeError(f"{text!r} is no SEQUENCE:DIGEST as `meiri verify` prints it.")
    return int(sequence), digest


class Command(BaseCommand):
    help = (
        "Verify the journal's hash chain and what is derived from it. Exit status 1 where anything is broken."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--expect",
            type=noted_head,
            action="append",
            default=[],
            metavar="SEQUENCE:DIGEST",
            help="an end of the journal that was noted elsewhere and must still be in it",
        )
        parser.add_argument(
            "--against",
            metavar="FOLDER_OR_URL",
            help="check the public log of a site from outside, by its files alone; nothing of this site is looked at",
        )
        parser.add_argument(
            "--log-key", type=log_key, metavar="KEY", help="the key that the log must be signed with"
        )
        parser.add_argument(
            "--seen",
            type=Path,
            metavar="FOLDER",
            help="where what was seen of the log is remembered, to be compared with the next time",
        )
        parser.add_argument(
            "--backup",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="a backup of this site; where the journal ended then must still be in it",
        )

    def handle(self, expect: list, backup: list[Path], against: str | None = None, **options):
        if against:
            self._verify_log(against, options.get("log_key"), options.get("seen"))
            return
        if options.get("log_key") or options.get("seen"):
            raise CommandError("--log-key and --seen go with --against.")
        noted = {f"expected {sequence}": (sequence, digest) for sequence, digest in expect}
        for path in backup:
            try:
                journal = manifest_of(path)["journal"]
            except BackupRefused as error:
                raise CommandError(str(error)) from None
            noted[str(path)] = journal["sequence"], journal["digest"]
        broken = False
        for name, faults in [*run_checks(), *((name, faults_against(*head)) for name, head in noted.items())]:
            broken |= bool(faults)
            self.stdout.write(f"{name}: {'BROKEN' if faults else 'ok'}")
            for sentence in faults:
                self.stdout.write(f"  {sentence}")
        ended = end_of_journal()
        self.stdout.write(f"journal entries: {ended.sequence}")
        self.stdout.write(f"journal head: {ended.sequence}:{ended.digest}")
        if broken:
            raise SystemExit(1)

    def _verify_log(self, place: str, key: VerifierKey | None, seen: Path | None) -> None:
        """Exit status 1 where the log is false, with the first false entry. Raises `CommandError` where it can't be read."""
        try:
            checkpoint = verify_log(files_at(place), key, Seen(seen) if seen else None)
        except Unreachable as error:
            raise CommandError(f"{place} can't be read: {error.in_english}") from None
        except FalseLog as error:
            self.stdout.write(f"public log: BROKEN\n  {error}")
            if error.first is not None:
                self.stdout.write(f"first false entry: {error.first}")
            raise SystemExit(1) from None
        self.stdout.write(f"public log: ok\nlog entries: {checkpoint.size}")
        self.stdout.write(f"log root: {base64.b64encode(checkpoint.root).decode()}")


def faults_against(sequence: int, digest: str) -> list[str]:
    """What is wrong with the journal, where it once ended with that entry."""
    if sequence == 0 or stands(sequence, digest):
        return []
    return [f"entry {sequence} with the digest {digest} is not in the journal any more"]
