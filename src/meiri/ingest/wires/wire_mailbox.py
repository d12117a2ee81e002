"""A mailbox to which agencies and contributors send copy (IMAP, RFC 9051): the attachments of each message, else its text."""

import imaplib
import re
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from urllib.parse import unquote, urlsplit

from django.conf import settings

from meiri.ingest.archive_files import fitting, safe_path
from meiri.ingest.guarded_reading import ItemReader
from meiri.ingest.items import Item, items_in
from meiri.ingest.parsed import Unreadable
from meiri.ingest.wires.whole_files import EndOfFile, items_of_file

SECONDS = 30
MOST_MESSAGES, MOST_BYTES = 20, 16 * 1024 * 1024


def items_of_mail(senders: str, reader: ItemReader, folder: Path) -> Iterator[Item | EndOfFile]:
    """The items of the unread messages of `senders`. A message is marked as read when all of its items are stored.

    Raises `Unreadable` where there is no mailbox or it does not answer.
    """
    try:
        mailbox = _opened()
    except (OSError, imaplib.IMAP4.error) as error:
        raise Unreadable(f"来稿邮箱打不开（{type(error).__name__}）。") from error
    try:
        for place, number in enumerate(_unread(mailbox, senders)):
            name = f"邮件 {number.decode()}"
            begun = monotonic()
            data = _message(mailbox, number)
            reader.extend(monotonic() - begun)
            items = _of_message(data, name, reader, folder / number.decode())
            if (yield from items_of_file(items, reader, name, is_first=place == 0)):
                mailbox.store(number.decode(), "+FLAGS", "(\\Seen)")
            if reader.is_out_of_time:
                return
    except (OSError, imaplib.IMAP4.error) as error:
        raise Unreadable(f"来稿邮箱读不下去（{type(error).__name__}）。") from error
    finally:
        try:
            mailbox.logout()
        except (OSError, imaplib.IMAP4.error):
            mailbox.shutdown()


def _opened() -> imaplib.IMAP4:
    """The mailbox that the operator's setting names: `imaps://user:password@host/INBOX`, or `imap://` within a house."""
    parts = urlsplit(settings.WIRE_MAILBOX_URL)
    if parts.scheme not in ("imap", "imaps") or not parts.hostname:
        raise Unreadable("没有设置来稿邮箱，请告诉技术人员（MEIRI_WIRE_MAILBOX_URL）。")
    kind = imaplib.IMAP4_SSL if parts.scheme == "imaps" else imaplib.IMAP4
    mailbox = kind(parts.hostname, parts.port or (993 if parts.scheme == "imaps" else 143), timeout=SECONDS)
    mailbox.login(unquote(parts.username or ""), unquote(parts.password or ""))
    mailbox.select(parts.path.strip("/") or "INBOX")
    return mailbox


def _unread(mailbox: imaplib.IMAP4, senders: str) -> list[bytes]:
    found: list[bytes] = []
    for sender in re.split(r"[,，;；\s]+", senders):
        # Nothing that could end the quoted string or the command (RFC 9051, 4.3).
        if re.fullmatch(r"[\x21\x23-\x5b\x5d-\x7e]{3,100}", sender):
            _status, answer = mailbox.search(None, "UNSEEN", "FROM", f'"{sender}"')
            found += (answer[0] or b"").split() if answer else []
    return sorted(set(found), key=int)[:MOST_MESSAGES]


def _message(mailbox: imaplib.IMAP4, number: bytes) -> bytes | None:
    """A message as it came, unread; None for one that is too large."""
    _status, answer = mailbox.fetch(number.decode(), "(RFC822.SIZE)")
    said = re.search(rb"RFC822\.SIZE (\d+)", answer[0] if isinstance(answer[0], bytes) else b"")
    if said is None or int(said[1]) > MOST_BYTES:
        return None
    _status, parts = mailbox.fetch(number.decode(), "(BODY.PEEK[])")
    return next((part[1] for part in parts if isinstance(part, tuple)), None)


def _of_message(data: bytes | None, name: str, reader: ItemReader, folder: Path) -> Iterator[Item]:
    if data is None:
        yield Item(name, reason=f"邮件超过 {MOST_BYTES // 1024 // 1024} MB，没有读取。")
        return
    try:
        files = reader.mail(data)
    except Unreadable as error:
        yield Item(name, reason=error.reason)
        return
    folder.mkdir()
    for called, content in files:
        path = folder / str(fitting(safe_path(called)))
        path.write_bytes(content)
        yield from items_in(path, reader, f"{name}/{called}")
    if not files:
        yield Item(name, reason="邮件里没有附件，也没有文字。")
