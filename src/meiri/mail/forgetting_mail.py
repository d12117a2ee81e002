"""Forgets mail that was not sent yet, and what lies in the outbox of a site without a server."""

import email
from collections.abc import Callable, Iterator
from email import policy
from pathlib import Path

from django.conf import settings

from meiri.mail.models import OutgoingMail

BATCH = 200


def forget_mail_that(says: Callable[[str], bool]) -> int:
    """Delete the waiting and failed mail, and the files of the outbox, of which `says` is true of the subject or of a text. How many."""
    found, newest = 0, 0
    while rows := list(OutgoingMail.objects.filter(pk__gt=newest).order_by("pk")[:BATCH]):
        newest = rows[-1].pk
        said = [row.pk for row in rows if says(row.subject) or any(map(says, texts_of(bytes(row.message))))]
        found += OutgoingMail.objects.filter(pk__in=said).delete()[0]
    folder = Path(settings.HOME) / "outbox"
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_file() and any(map(says, texts_of(path.read_bytes()))):
            path.unlink(missing_ok=True)
            found += 1
    return found


def texts_of(message: bytes) -> Iterator[str]:
    """Subject and texts of a message (RFC 5322); of a file that is none, such as a text message, all of it."""
    yield message.decode(errors="replace")
    read = email.message_from_bytes(message, policy=policy.default)
    yield str(read["subject"] or "")
    for part in read.walk():
        if part.get_content_maintype() == "text":
            try:
                yield str(part.get_content())
            except (LookupError, ValueError):
                continue
