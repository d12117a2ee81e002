"""A real nginx with deploy/nginx.conf, in front of an application that only says that it was asked."""

import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.conftest import PROJECT


@dataclass(frozen=True)
class Received:
    """An answer, with the names of its headers in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Application(BaseHTTPRequestHandler):
    """Answers everything with the request's headers."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        length = int(self.headers.get("Content-Length", 0))
        self.rfile.read(length)
        body = f"application {self.command} {self.path}\n{self.headers}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.do_GET
        raise AttributeError(name)

    def log_message(self, *arguments):
        pass


@contextmanager
def application() -> Iterator[int]:
    """The port of an application that runs inside the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Application)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def nginx(
    home: Path, application_port: int, log: Path | None = None, complaints: list[bytes] | None = None
) -> Iterator[int]:
    """The port of an nginx that serves the data folder `home` inside the block, and notes in `log` who asks.

    What it wrote to its log of errors is appended to `complaints` at the end.
    """
    if not (shutil.which("nginx") or Path("/usr/sbin/nginx").exists()):
        pytest.fail("This test needs nginx; `make setup` installs it (Debian's package nginx-light).")
    port = free_port()
    command = [str(PROJECT / "deploy/try-nginx"), str(port), str(application_port), str(home)]
    command += [str(log)] if log else []
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        wait_for(port, process)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)
    if complaints is not None:
        complaints.append(said)
    assert re.findall(rb"\[(?:crit|alert|emerg)\].*", said) == []


@contextmanager
def running(conf: str, folder: Path, port: int) -> Iterator[None]:
    """An nginx with `conf` as its only site inside the block, which answers on `port`; it keeps its files in `folder`."""
    (folder / "site.conf").write_text(conf)
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "scgi", "uwsgi")
    )
    (folder / "main.conf").write_text(
        f"{'user root;' if os.getuid() == 0 else ''} daemon off; worker_processes 1; pid {folder}/pid; error_log stderr warn;"
        f"events {{ worker_connections 256; }} http {{ access_log off; {temporary} include {folder}/site.conf; }}"
    )
    command = shutil.which("nginx") or "/usr/sbin/nginx"
    process = subprocess.Popen(
        [command, "-p", str(folder), "-c", str(folder / "main.conf"), "-e", "stderr"], stderr=subprocess.PIPE
    )
    try:
        wait_for(port, process)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)


def a_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """The files of a certificate for `name` that signs itself, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int, process: subprocess.Popen) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    process.terminate()
    pytest.fail(f"nginx did not start:\n{process.communicate()[1].decode()}")


def ask(port: int, target: str | bytes, method: str = "GET", body: bytes = b"", **headers: str) -> Received:
    """Send one request with `target` as it is, whatever is in it."""
    target = target if isinstance(target, bytes) else target.encode()
    lines = {"Host": "www.example.com", "Connection": "close"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    if body:
        lines["Content-Length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        with suppress(OSError):  # it may have refused already; what it said comes now
            connection.sendall(method.encode() + b" " + target + b" HTTP/1.1\r\n" + head + b"\r\n" + body)
        return received(connection)


def received(connection: socket.socket) -> Received:
    answer = b""
    with suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    pairs = [line.split(": ", 1) for line in lines]
    names = [name.lower() for name, _ in pairs]
    assert len(names) == len(set(names)), f"A header came twice: {names}"
    return Received(int(status.split()[1]), {name.lower(): value for name, value in pairs}, body)
