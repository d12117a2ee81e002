"""`meiri mail`: what waits to be sent, and what could not be."""

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from meiri.mail.models import OutgoingMail


class Command(BaseCommand):
    help = (
        "List mail that waits and mail that failed, the newest first, with the server's last answer. `meiri sendtestemail"
        " ADDRESS` writes a test into the queue."
    )

    def add_arguments(self, parser):
        parser.add_argument("--limit", type=int, default=50, help="how many of each (default: 50)")

    def handle(self, *, limit, **options):
        if not settings.EMAIL_URL:
            self.stdout.write(
                "MEIRI_EMAIL_URL is not set: mail is written into outbox/ of the data folder and sent to nobody."
            )
        failed = OutgoingMail.objects.filter(failed_at__isnull=False)
        for title, rows in [("waiting", OutgoingMail.objects.waiting()), ("failed", failed)]:
            found = list(rows.defer("message").order_by("-pk")[: max(limit, 0)])
            self.stdout.write(f"{title}: {len(found) or 'none'}")
            for mail in found:
                at = timezone.localtime(mail.written_at).strftime("%Y-%m-%d %H:%M:%S")
                answer = f"   {mail.error}" if mail.error else ""
                self.stdout.write(f"  {at}  {mail.recipient}  {mail.subject}  tries: {mail.tries}{answer}")
