"""`meiri verify`: is everything as it was written?"""

from argparse import ArgumentTypeError
from pathlib import Path

from django.core.management import BaseCommand, CommandError

from meiri.conf.backups import BackupRefused, manifest_of
from meiri.journal.heads import stands
from meiri.journal.log import end_of_journal
from meiri.journal.verification import run_checks


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
            "--backup",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="a backup of this site; where the journal ended then must still be in it",
        )

    def handle(self, expect: list, backup: list[Path], **options):
        noted = {f"expected {sequence}": (sequence, digest) for sequence, digest in expect}
        for path in backup:
            try:
                journal = manifest_of(path)["journal"]
            except BackupRefused as error:
                raise CommandError(str(error)) from None
            noted[str(path)] = journal["sequence"], journal["digest"]
        broken = False
        for name, faults in [*run_checks(), *((name, against(*head)) for name, head in noted.items())]:
            broken |= bool(faults)
            self.stdout.write(f"{name}: {'BROKEN' if faults else 'ok'}")
            for sentence in faults:
                self.stdout.write(f"  {sentence}")
        ended = end_of_journal()
        self.stdout.write(f"journal entries: {ended.sequence}")
        self.stdout.write(f"journal head: {ended.sequence}:{ended.digest}")
        if broken:
            raise SystemExit(1)


def against(sequence: int, digest: str) -> list[str]:
    """What is wrong with the journal, where it once ended with that entry."""
    if sequence == 0 or stands(sequence, digest):
        return []
    return [f"entry {sequence} with the digest {digest} is not in the journal any more"]
