"""`meiri label_recordings`: read labels and origin of videos and sounds that were stored before that was done."""

from itertools import islice

from django.core.management import BaseCommand

from meiri.media.older_recordings import label_older_recordings


class Command(BaseCommand):
    help = (
        "Read what the stored files of older videos and sounds say of where they come from; the files stay as they are. The site may be"
        " served meanwhile; run it again, with --after, where it was interrupted. Exit status 1 where a file could not be read."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--after", type=int, default=0, metavar="NUMBER", help="begin behind this document"
        )
        parser.add_argument("--most", type=int, metavar="N", help="look at so many at most")

    def handle(self, after: int, most: int | None, **options):
        looked, found, faults, last = 0, 0, 0, after
        try:
            for one in islice(label_older_recordings(after), most):
                looked, last, found = looked + 1, one.number, found + one.found
                if one.fault:
                    faults += 1
                    self.stderr.write(f"Document {one.number}: {one.fault}")
        finally:
            self.stdout.write(
                f"{looked} recordings looked at up to number {last}: {found} say where they come from, {faults} could not be read."
            )
        if faults:
            raise SystemExit(1)
