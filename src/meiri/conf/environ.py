"""A request as WSGI has it (PEP 3333), made of what RSGI says of it."""

import re
from io import BytesIO
from typing import IO

from meiri.visitors.address import hop_of, is_trusted

# Browsers and programs may send these in several parts: how they are joined (RFC 9113, 8.2.3; RFC 9110, 5.3).
_SEPARATORS = {"HTTP_COOKIE": "; "}
# The site speaks UTF-8 alone: no other encoding is taken for what forms and queries hold.
_CHARSET = re.compile(r"\s*;\s*charset\s*=[^;]*", re.IGNORECASE)
# A body is whole by now, whatever its parts were.
_OF_THE_WAY = {"HTTP_TRANSFER_ENCODING", "HTTP_TE", "HTTP_TRAILER", "HTTP_EXPECT"}


def has_host(scope) -> bool:
    """Whether a request names its host once, as HTTP/1.1 demands (RFC 9112, 3.2)."""
    return scope.http_version != "1.1" or len(scope.headers.get_all("host")) == 1


def peer_of(scope) -> str:
    """The address at the other end of the connection."""
    return scope.client.rpartition(":")[0].strip("[]")


def declared_length(scope) -> int | None:
    text = scope.headers.get("content-length") or ""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text, re.ASCII) else None


def environ_of(scope, body: IO[bytes] | None, size: int) -> dict:
    """The environment of a request whose body of `size` bytes is whole; None for a body that nobody is to read."""
    server, _, port = scope.server.rpartition(":")
    environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": as_latin(scope.path),
        "QUERY_STRING": as_latin(scope.query_string),
        "SERVER_NAME": server.strip("[]") or "localhost",
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": peer_of(scope),
        "wsgi.version": (1, 0),
        "wsgi.input": BytesIO() if body is None else body,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" in name:
            continue  # it would be taken for the header with a hyphen, which a proxy may have set
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        value = as_latin(value)
        environ[key] = f"{environ[key]}{_SEPARATORS.get(key, ', ')}{value}" if key in environ else value
    for key in _OF_THE_WAY:
        environ.pop(key, None)
    if body is None:
        environ.pop("CONTENT_TYPE", None)
        environ.pop("CONTENT_LENGTH", None)
    else:
        environ["CONTENT_LENGTH"] = str(size)
        environ["CONTENT_TYPE"] = _CHARSET.sub("", environ.get("CONTENT_TYPE", ""))
    if "HTTP_HOST" not in environ and scope.authority:
        environ["HTTP_HOST"] = scope.authority
    environ["wsgi.url_scheme"] = _scheme(scope.scheme, environ)
    return environ


def _scheme(own: str, environ: dict) -> str:
    """How the visitor asked: what a proxy of ours says of it, else how this server was asked."""
    said = environ.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip().lower()
    peer = hop_of(environ["REMOTE_ADDR"])
    return said if said in ("http", "https") and peer is not None and is_trusted(peer) else own


def as_latin(text: str) -> str:
    """Text that RSGI has decoded, as WSGI has it: its bytes, each as a character of Latin-1."""
    return text if text.isascii() else text.encode(errors="replace").decode("latin-1")
