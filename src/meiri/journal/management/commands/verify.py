"""`meiri verify`: is everything as it was written?"""

from django.core.management import BaseCommand

from meiri.journal.log import last_sequence
from meiri.journal.verification import run_checks


class Command(BaseCommand):
    help = (
        "Verify the journal's hash chain and what is derived from it. Exit status 1 where anything is broken."
    )

    def handle(self, **options):
        broken = False
        for name, faults in run_checks():
            broken |= bool(faults)
            self.stdout.write(f"{name}: {'BROKEN' if faults else 'ok'}")
            for sentence in faults:
                self.stdout.write(f"  {sentence}")
        self.stdout.write(f"journal entries: {last_sequence()}")
        if broken:
            raise SystemExit(1)
