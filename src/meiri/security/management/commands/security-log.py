"""`meiri security-log`: who signed in, what was opened, what changed about accounts and rights."""

import json

from django.core.management.base import BaseCommand
from django.utils import timezone

from meiri.security.log import events
from meiri.security.models import Event


class Command(BaseCommand):
    help = (
        "Print the security log, the newest first. The first column is what --before takes for the next page."
    )

    def add_arguments(self, parser):
        parser.add_argument("--name", default="", help="of whoever has this user name")
        parser.add_argument(
            "--event", default="", choices=Event.values, metavar="EVENT", help=", ".join(Event.values)
        )
        parser.add_argument("--before", type=int, help="older than the event with this number")
        parser.add_argument("--limit", type=int, default=100, help="how many (default: 100)")
        parser.add_argument("--json", action="store_true", help="print one JSON line an event")

    def handle(self, *, name, event, before, limit, **options):
        for row in events(event=event, name=name, before=before)[: max(limit, 0)]:
            at = timezone.localtime(row.at).isoformat(timespec="seconds")
            told = {
                "id": row.pk, "at": at, "event": row.event, "actor": row.actor, "name": row.actor_name,
                "about": row.about, "address": row.address, "user_agent": row.user_agent, "details": row.details,
            }  # fmt: skip
            if options["json"]:
                self.stdout.write(json.dumps(told, ensure_ascii=False))
            else:
                more = json.dumps(row.details, ensure_ascii=False) if row.details else ""
                self.stdout.write(
                    f"{row.pk}  {at}  {row.event}  {row.actor_name}  {row.about}  {row.address}  {more}".rstrip()
                )
