"""Mail and text messages as files in `outbox/` of the data folder, for a site that has no server to send them by."""

import os
import re
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from meiri.mail.queueing import expiry_of

KEPT = timedelta(days=7)
_UNTIL = re.compile(r"-until-([0-9]{8}-[0-9]{6})\.[a-z]+\Z")
_MOMENT = "%Y%m%d-%H%M%S"


class FolderBackend(BaseEmailBackend):
    def send_messages(self, email_messages) -> int:
        for message in email_messages:
            write_to_outbox(message.message().as_bytes(), "mail", "eml", expiry_of(message))
        return len(email_messages)


def write_to_outbox(content: bytes, kind: str, ending: str, until: datetime | None = None) -> None:
    """Write a file that its owner alone can read, and that `forget_files` removes after `until`. Raises `OSError`."""
    now = timezone.now()
    until = (until or now + KEPT).astimezone(UTC)
    name = f"{kind}-{now:{_MOMENT}-%f}-{secrets.token_hex(4)}-until-{until:{_MOMENT}}.{ending}"
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def forget_files() -> None:
    """Remove what is not valid any more, and what is old. Run by the clock."""
    folder = _folder()
    if not folder.is_dir():
        return
    folder.chmod(0o700)
    now = timezone.now()
    for path in folder.iterdir():
        if path.is_file() and _kept_until(path) <= now:
            path.unlink(missing_ok=True)


def _kept_until(path: Path) -> datetime:
    if found := _UNTIL.search(path.name):
        return datetime.strptime(found[1], _MOMENT).replace(tzinfo=UTC)
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) + KEPT
    except FileNotFoundError:
        return datetime.max.replace(tzinfo=UTC)


def _folder() -> Path:
    return Path(settings.HOME) / "outbox"
