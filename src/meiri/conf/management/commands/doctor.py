"""`meiri doctor`: does every part of the site work, and what to type where one does not?"""

import json

from django.core.management import BaseCommand

from meiri.health_checks import HealthFinding, HealthState, examine_all

SIGNS = {HealthState.OK: "ok", HealthState.WARNING: "WARNING", HealthState.BROKEN: "BROKEN"}


class Command(BaseCommand):
    help = (
        "Look at every part that is configured. Each line says what was found and, where something is wrong, what to do."
        " Exit status 0: all is well; 1: warnings; 2: something is broken."
    )
    # A site that is not as it should be is what this is for.
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="one JSON object a finding, each on a line")

    def handle(self, **options):
        worst = HealthState.OK
        for part, findings in examine_all():
            for finding in findings:
                worst = max(worst, finding.state)
                self.stdout.write(as_json(part, finding) if options["json"] else as_text(part, finding))
            self.stdout.flush()
        if worst:
            raise SystemExit(int(worst))


def as_text(part: str, finding: HealthFinding) -> str:
    line = f"{SIGNS[finding.state]:<8}{part}: {finding.what}"
    return f"{line}\n{'':<8}  → {finding.remedy}" if finding.remedy else line


def as_json(part: str, finding: HealthFinding) -> str:
    found = {
        "part": part,
        "state": finding.state.name.lower(),
        "what": finding.what,
        "remedy": finding.remedy,
    }
    return json.dumps(found, ensure_ascii=False)
