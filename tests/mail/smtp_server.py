"""A real mail server for tests, whose answers a test decides."""

import socket
import ssl
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

USER, PASSWORD = "notice@paper.example", "p@ss:w/rd%"


@dataclass
class Mailbox:
    """What the server took, and what it answers: a function of the recipient, None to take the message."""

    address: str = ""
    taken: list[tuple[str, str, bytes]] = field(default_factory=list)
    signed_in: list[bytes] = field(default_factory=list)
    tls: list[bool] = field(default_factory=list)
    to_recipient: Callable[[str], str | None] = lambda recipient: None
    to_message: Callable[[str], str | None] = lambda recipient: None

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if answer := self.to_recipient(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if answer := self.to_message(envelope.rcpt_tos[0]):
            return answer
        self.tls.append(server.transport.get_extra_info("ssl_object") is not None)
        self.taken += [(envelope.mail_from, r, envelope.content) for r in envelope.rcpt_tos]
        return "250 taken"

    def authenticate(self, server, session, envelope, mechanism, data):
        self.signed_in.append(data.login)
        right = (data.login.decode(), data.password.decode()) == (USER, PASSWORD)
        return AuthResult(success=right, handled=False, message=None if right else "535 5.7.8 wrong password")

    @property
    def recipients(self) -> list[str]:
        return [recipient for _, recipient, _ in self.taken]

    def message(self, number: int = -1):
        return message_from_bytes(self.taken[number][2], policy=policy.default)


@contextmanager
def serving(*, certificate=None, starttls=False, sign_in=False):
    """A server on a free port of localhost. With `certificate` it speaks TLS: at once, or after STARTTLS."""
    box = Mailbox()
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
    options = {"auth_required": True, "authenticator": box.authenticate} if sign_in else {}
    if starttls:
        options |= {"tls_context": context, "require_starttls": True}
    else:
        options["auth_require_tls"] = False

    class OnAFreePort(Controller):
        def factory(self):
            return SMTP(self.handler, hostname="mail.paper.example", **options)

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # aiosmtpd waits until it answers; without TLS it can't greet itself.
    controller = OnAFreePort(
        box, hostname="127.0.0.1", port=port, ssl_context=None if starttls else context, ready_timeout=30
    )
    controller.start()
    box.address = f"localhost:{port}"
    try:
        yield box
    finally:
        controller.stop()


@contextmanager
def silent(greeting: bytes = b""):
    """The address of a server that takes connections, says `greeting` and nothing more."""
    from threading import Thread

    with socket.create_server(("127.0.0.1", 0)) as listening:
        open_connections = []

        def take():
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                connection.sendall(greeting)
                open_connections.append(connection)

        Thread(target=take, daemon=True).start()
        yield f"localhost:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        for connection in open_connections:
            connection.close()
