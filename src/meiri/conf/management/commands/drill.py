"""`meiri drill`: does the newest backup give the site back?"""

from django.core.management import BaseCommand, CommandError

from meiri.conf.backup_places import known_place
from meiri.conf.backups import last_backup
from meiri.conf.database_copies import BackupRefused
from meiri.conf.drill import PAGES, drill
from meiri.conf.management.commands.doctor import as_json, as_text
from meiri.health_checks import HealthState


class Command(BaseCommand):
    help = (
        "Restore the newest backup into a temporary folder and look at it: journal, counts, media, keys, a sample of pages beside"
        " those of this site; how long it took and what would be lost. Exit status 0: all is well; 1: warnings; 2: it does not work."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "file",
            metavar="FILE",
            nargs="?",
            help="another backup than the one that was made last",
        )
        parser.add_argument(
            "--pages", type=int, default=PAGES, help=f"how many (default: {PAGES}, at most 1000)"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object a finding, each on a line")

    def handle(self, *, file, pages, **options):
        if file is None:
            last = last_backup()
            if last is None:
                raise CommandError("No backup was made on this machine; name one: meiri drill FILE")
            file = last["file"]
        try:
            backup = known_place(file)
        except BackupRefused as error:
            raise CommandError(str(error)) from None
        worst = HealthState.OK
        for part, finding in drill(backup, min(max(pages, 1), 1000)):
            worst = max(worst, finding.state)
            self.stdout.write(as_json(part, finding) if options["json"] else as_text(part, finding))
        if worst:
            raise SystemExit(int(worst))
