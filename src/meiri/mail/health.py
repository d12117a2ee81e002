"""Whether mail goes out."""

import smtplib
from collections.abc import Iterator

from django.conf import settings

from meiri.health_checks import HealthFinding, broken, fine, health_check, warning
from meiri.mail.models import OutgoingMail
from meiri.mail.sending import hang_up
from meiri.mail.server import check_mail, server_of
from meiri.mail.warnings import failed_errors, late_errors
from meiri.metrics import Sample, measurement

NOT_TRIED = "no worker has tried"


@health_check("mail server", needs_database=False)
def server_takes_mail() -> Iterator[HealthFinding]:
    try:
        check_mail()
    except ValueError as error:
        yield broken(str(error), "correct the setting (docs/mail.md)")
        return
    server = server_of(settings.EMAIL_URL)
    if server is None:
        yield warning(
            "no server is set: mail is written into outbox/ of the data folder and reaches nobody",
            "set MEIRI_EMAIL_URL and MEIRI_EMAIL_FROM (docs/mail.md), then type: meiri sendtestemail ADDRESS",
        )
        return
    try:
        hang_up(server.connect())
    except (OSError, smtplib.SMTPException) as error:
        yield broken(
            f"{server.host}:{server.port} does not let this site in: {error}",
            "check MEIRI_EMAIL_URL, the server and the firewall; what waits is sent when it answers again",
        )
    else:
        yield fine(f"{server.host}:{server.port} answers and lets this site in")


@health_check("mail queue")
def mail_goes_out() -> Iterator[HealthFinding]:
    if late := late_errors():
        waiting = f"at least {len(late)} messages wait for over ten minutes"
        yield broken(f"{waiting}: {late[0] or NOT_TRIED}", "type: meiri mail")
    if failed := failed_errors():
        yield warning(f"at least {len(failed)} messages were given up: {failed[0]}", "type: meiri mail")
    if not late and not failed:
        yield fine("nothing is late or was given up")


@measurement("meiri_mail_waiting", "Messages that wait to be sent")
def waiting_mail() -> Iterator[Sample]:
    yield (), OutgoingMail.objects.waiting().count()


@measurement("meiri_mail_failed", "Messages that were given up within seven days")
def failed_mail() -> Iterator[Sample]:
    yield (), OutgoingMail.objects.filter(failed_at__isnull=False).count()
