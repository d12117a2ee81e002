"""The mail server that `MEIRI_EMAIL_URL` names, and whose name mail is sent in."""

import smtplib
import ssl
from dataclasses import dataclass, field
from email.utils import parseaddr
from ipaddress import ip_address
from typing import Literal
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

# Seconds that the server may be silent for.
SILENCE = 20
FORMS = (
    "MEIRI_EMAIL_URL is not understood. Write smtp+tls://USER:PASSWORD@HOST (STARTTLS), smtps://USER:PASSWORD@HOST (TLS) or"
    " smtp://HOST (no TLS), with :PORT where it is not the usual one; @ : / ? # % in user and password are written %40 %3A %2F %3F %23 %25."
)
IN_CLEAR = (
    "MEIRI_EMAIL_URL would send the password in clear. Write smtp+tls:// or smtps:// instead of smtp://."
)
NO_SENDER = "Mail needs a sender. Set MEIRI_EMAIL_FROM to its address, such as notice@paper.example."
_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


@dataclass(frozen=True)
class MailServer:
    scheme: Literal["smtp", "smtp+tls", "smtps"]
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    def connect(self) -> smtplib.SMTP:
        """A session with the server, in TLS with a certificate of its name where the address asks for it, and signed in.

        Raises `OSError` or `smtplib.SMTPException`.
        """
        context = ssl.create_default_context()
        if self.scheme == "smtps":
            session: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=SILENCE, context=context)
        else:
            session = smtplib.SMTP(self.host, self.port, timeout=SILENCE)
        try:
            if self.scheme == "smtp+tls":
                session.starttls(context=context)
            if self.user:
                session.login(self.user, self.password)
        except BaseException:
            session.close()
            raise
        return session


def server_of(url: str) -> MailServer | None:
    """The server that `url` names; None where it is empty. Raises `ValueError` with a sentence for the operator."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise ValueError(FORMS) from None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    extra = parts.path.strip("/") or parts.query or parts.fragment
    if not parts.hostname or extra or bool(user) != bool(password) or not (user + password).isprintable():
        raise ValueError(FORMS)
    if user and parts.scheme == "smtp" and not _is_here(parts.hostname):
        raise ValueError(IN_CLEAR)
    return MailServer(parts.scheme, parts.hostname, port, user, password)  # type: ignore[arg-type]


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def sender_of(url: str, sender: str) -> str:
    """Who mail is from: `sender`, else the user of the server at `url` where that is an address, else ""."""
    try:
        server = server_of(url)
    except ValueError:
        server = None
    return sender or (server.user if server and "@" in server.user else "")


def check_mail() -> None:
    """Raise `ValueError`, with a sentence for the operator, where the settings of mail can't be used."""
    server = server_of(settings.EMAIL_URL)
    if server and not sender_of(settings.EMAIL_URL, settings.EMAIL_FROM):
        raise ValueError(NO_SENDER)
    for name, text in [("FROM", settings.EMAIL_FROM), ("REPLY_TO", settings.EMAIL_REPLY_TO)]:
        if text and not _is_address(text):
            raise ValueError(
                f"MEIRI_EMAIL_{name} is no mail address: {text}. Write name@host or 名称 <name@host>."
            )


def _is_address(text: str) -> bool:
    try:
        validate_email(parseaddr(text)[1])
    except ValidationError:
        return False
    return text.isprintable()
