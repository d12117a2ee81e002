"""Django's way of sending mail, into the table that the worker sends from: mail exists if its cause does."""

from datetime import datetime, timedelta
from email.errors import MessageError
from email.utils import parseaddr, parsedate_to_datetime

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import sanitize_address
from django.utils import timezone

from meiri.mail.models import OutgoingMail

# How long a server may be asked again, where the mail does not say how long it is valid.
LONGEST = timedelta(days=2)


class QueueBackend(BaseEmailBackend):
    """Writes a row for each recipient. What a mail's header `Expires` says (RFC 4021) is when it is thrown away unsent."""

    def send_messages(self, email_messages) -> int:
        rows = [row for message in email_messages for row in rows_of(message)]
        OutgoingMail.objects.bulk_create(rows, batch_size=100)
        return len([m for m in email_messages if m.recipients()])


def rows_of(message) -> list[OutgoingMail]:
    if settings.EMAIL_REPLY_TO and not message.reply_to:
        message.reply_to = [settings.EMAIL_REPLY_TO]
    # No machine answers it (RFC 3834).
    message.extra_headers.setdefault("Auto-Submitted", "auto-generated")
    content = message.message().as_bytes(linesep="\r\n")
    sender = envelope_address(message.from_email)
    expires_at = expiry_of(message) or timezone.now() + LONGEST
    return [
        OutgoingMail(
            recipient=envelope_address(recipient),
            sender=sender,
            subject=message.subject.replace("\0", "")[:200],
            message=content,
            expires_at=expires_at,
        )
        for recipient in dict.fromkeys(message.recipients())
    ]


def envelope_address(address: str) -> str:
    return parseaddr(sanitize_address(address, settings.DEFAULT_CHARSET))[1]


def expiry_of(message) -> datetime | None:
    """Until when a mail is valid by its own header."""
    try:
        return parsedate_to_datetime(message.extra_headers["Expires"])
    except (KeyError, ValueError, TypeError, MessageError):
        return None
