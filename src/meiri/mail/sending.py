"""Send what waits, each message once: again after a pause where the server asks for it, never where it refuses for good."""

import logging
import smtplib
from datetime import timedelta
from threading import Event

from django.db import close_old_connections
from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from meiri.mail.folder import forget_files
from meiri.mail.models import OutgoingMail
from meiri.mail.server import MailServer

logger = logging.getLogger(__name__)

# How long one worker has a message to itself. A session's steps, each as slow as the server may be, take less.
LEASE = timedelta(minutes=10)
# Seconds between two looks at the table, and between two tries to reach a server that is away.
IDLE, FIRST_PAUSE, LONGEST_PAUSE = 1, 2, 300
# Seconds before a message is tried again: the first pause, three times as long each time, up to the longest.
FIRST_RETRY, LONGEST_RETRY = 5, 7200
KEPT_FAILED = timedelta(days=7)
# 421: the server closes; 530, 534, 535, 538: it wants another sign-in. All concern every message.
_OF_THE_SERVER = {421, 530, 534, 535, 538}
STEP = 500


class ServerAway(Exception):
    """No message can be sent now; the message says why."""


def send_mail(server: MailServer, stopping: Event) -> None:
    """Send what falls due until `stopping` is set. Errors are logged and never end it."""
    pause = IDLE
    while not stopping.is_set():
        close_old_connections()
        try:
            send_due(server, stopping)
            pause = IDLE
        except ServerAway as away:
            pause = min(max(2 * pause, FIRST_PAUSE), LONGEST_PAUSE)
            logger.warning("Mail can't be sent by %s: %s. Next try in %d s.", server.host, away, pause)
        except Exception:
            pause = LONGEST_PAUSE
            logger.exception("Mail could not be sent; trying again")
        stopping.wait(pause)


def send_due(server: MailServer, stopping: Event) -> int:
    """Send what is due now, in one session; how many the server took. Several workers may do so: one of them takes each.

    Raises `ServerAway`.
    """
    session, sent = None, 0
    try:
        while not stopping.is_set() and (mail := claim()):
            try:
                session = session or server.connect()
            except (OSError, smtplib.SMTPException) as error:
                give_back(mail, in_words(error))
                raise ServerAway(in_words(error)) from error
            sent += send(session, mail)
    finally:
        if session:
            hang_up(session)
    return sent


def claim() -> OutgoingMail | None:
    """The message that is due longest, for this worker alone until the lease is over."""
    now = timezone.now()
    for mail in OutgoingMail.objects.due(now).order_by("next_try_at")[:10]:
        free = OutgoingMail.objects.waiting().filter(pk=mail.pk, next_try_at=mail.next_try_at)
        mail.next_try_at, mail.tries = now + LEASE, mail.tries + 1
        if free.update(next_try_at=mail.next_try_at, tries=F("tries") + 1):
            return mail
    return None


def send(session: smtplib.SMTP, mail: OutgoingMail) -> bool:
    """Whether the server took `mail`; what it answered otherwise is noted. Raises `ServerAway` where others need not try."""
    try:
        session.sendmail(mail.sender, [mail.recipient], bytes(mail.message))
    except smtplib.SMTPServerDisconnected as error:
        put_off(mail, in_words(error))
        raise ServerAway(in_words(error)) from error
    except (OSError, ValueError) as error:  # among them all of smtplib's
        code = code_of(error)
        if code in _OF_THE_SERVER:
            put_off(mail, in_words(error))
            raise ServerAway(in_words(error)) from error
        (put_off if 400 <= code < 500 else give_up)(mail, in_words(error))
        return False
    OutgoingMail.objects.filter(pk=mail.pk).delete()
    return True


def put_off(mail: OutgoingMail, error: str) -> None:
    seconds = min(FIRST_RETRY * 3 ** (mail.tries - 1), LONGEST_RETRY)
    _ours(mail).update(next_try_at=timezone.now() + timedelta(seconds=seconds), error=error)


def give_back(mail: OutgoingMail, error: str) -> None:
    """Let `mail` be tried as soon as the server is there: it was not its fault."""
    _ours(mail).update(next_try_at=timezone.now(), tries=F("tries") - 1, error=error)


def give_up(mail: OutgoingMail, error: str) -> None:
    _ours(mail).update(failed_at=timezone.now(), message=b"", error=error)
    logger.warning("Mail %d is refused: %s", mail.pk, error)


def _ours(mail: OutgoingMail):
    return OutgoingMail.objects.waiting().filter(pk=mail.pk, next_try_at=mail.next_try_at)


def forget_mail() -> None:
    """Empty what was not sent while it was valid, delete what failed long ago, a bounded step at a time. Run by the clock."""
    now = timezone.now()
    over = OutgoingMail.objects.waiting().filter(expires_at__lte=now).values_list("pk", flat=True)[:STEP]
    error = Coalesce(NullIf("error", Value("")), Value("not sent in time"))
    OutgoingMail.objects.waiting().filter(pk__in=list(over)).update(failed_at=now, message=b"", error=error)
    old = OutgoingMail.objects.filter(failed_at__lt=now - KEPT_FAILED).values_list("pk", flat=True)[:STEP]
    OutgoingMail.objects.filter(pk__in=list(old)).delete()
    forget_files()


def hang_up(session: smtplib.SMTP) -> None:
    try:
        session.quit()
    except (OSError, smtplib.SMTPException):
        session.close()


def code_of(error: Exception) -> int:
    """The server's answer; 0 where it is none of the server's."""
    return _answer(error)[0]


def in_words(error: Exception) -> str:
    """What went wrong, in a line without what was sent."""
    code, text = _answer(error)
    said = f"{code} {text}" if code else text or type(error).__name__
    return "".join(c if c.isprintable() else " " for c in said)[:300]


def _answer(error: Exception) -> tuple[int, str]:
    said: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, said = error.smtp_code, error.smtp_error
    else:
        return 0, str(error)
    return code, said.decode(errors="replace") if isinstance(said, bytes) else said
