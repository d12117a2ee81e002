"""`meiri incident`: what of the site's files was changed from outside, for whoever reports it."""

import json
import re
from datetime import datetime, timedelta

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from meiri.audience.view_counts import views_between
from meiri.operations.alterations import folder, waiting_alterations
from meiri.security.models import SecurityEvent
from meiri.security.tampering import tampering_between

DAYS = 7
_ARTICLE = re.compile(r"pages/(?:.*/)?[0-9]{4}/[0-9]{4}/([0-9]{1,18})\.html(?:\.br|\.gz)?")
GRADE = (
    "Grade: not given here. GB/T 20986 grades an incident by what the system matters, what was lost and what society suffered,"
    " which no program knows: whoever is responsible decides."
)


def moment(text: str) -> datetime:
    """A moment as ISO 8601 has it; without a zone it is the site's. Raises `ValueError`."""
    found = parse_datetime(text) or datetime.fromisoformat(text)
    return found if found.tzinfo else timezone.make_aware(found)


class Command(BaseCommand):
    help = (
        "Print which pages and files were changed from outside: what was done, where, from when to when each stood altered, and"
        " how often it was read meanwhile where that is known. Exit status 1 where there was anything."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--since",
            type=moment,
            metavar="ISO8601",
            help=f"noted since then (default: the last {DAYS} days)",
        )
        parser.add_argument(
            "--until", type=moment, metavar="ISO8601", help="noted before then (default: now)"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object a file, each on a line")

    def handle(self, **options):
        until = options["until"] or timezone.now()
        since = options["since"] or until - timedelta(days=DAYS)
        if since >= until:
            raise CommandError("--since must be before --until.")
        number, first, last = 0, None, None
        for event in tampering_between(since, until).iterator():
            told = as_told(event)
            number += told.get("more", 1)
            first, last = first or told["since"] or told["until"], told["until"]
            self.stdout.write(json.dumps(told, ensure_ascii=False) if options["json"] else as_text(told))
        if options["json"]:
            raise SystemExit(int(number > 0))
        self._sum_up(number, first, last)
        if number:
            raise SystemExit(1)

    def _sum_up(self, number: int, first: str | None, last: str | None) -> None:
        if waiting := len(waiting_alterations()):
            self.stdout.write(f"{waiting} more wait on this node for the worker to hand them on.")
        if not number:
            self.stdout.write("No file was changed from outside in that time.")
            return
        self.stdout.write(
            f"{number} files in all, from {first} to {last}. What stood there is kept in {folder()} of its node."
        )
        self.stdout.write(GRADE)


def as_told(event: SecurityEvent) -> dict:
    """`path`, `change`, `since`, `until` (ISO 8601), `size`, `sha256`, `evidence`, `node`, `views` (None where that isn't known)."""
    told = {"path": event.about, "since": None, **event.details}
    found = _ARTICLE.fullmatch(event.about)
    told["views"] = None
    if found and told["since"]:
        told["views"] = views_between(int(found[1]), moment(told["since"]), moment(told["until"]))
    return told


def as_text(told: dict) -> str:
    if "more" in told:
        return f"{told['path']}  and others, {told['more']} in all, until {told['until']}, on {told['node']}"
    since = told["since"] or "a moment that isn't known"
    lines = [f"{told['path']}  {told['change']}, from {since} until {told['until']}, on {told['node']}"]
    if told["sha256"]:
        lines.append(f"    {told['size']} bytes, SHA-256 {told['sha256']}")
    if told["evidence"]:
        lines.append(f"    kept as {told['evidence']}")
    if told["views"] is not None:
        lines.append(
            f"    read at most {told['views']} times: so many views of the article were counted in those quarters of an hour"
        )
    return "\n".join(lines)
