"""The servers that wires lay their files on, as the operator's setting names them: SFTP and S3, each with its secret and a folder that nothing
leads out of."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

SFTP, S3 = "sftp", "s3"
_S3_SCHEMES = {"s3": "https", "s3+http": "http"}
# As ssh-keygen -l writes it: Base64 of 32 bytes, without its padding (RFC 4648).
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
# A folder below another: no way up, nothing hidden.
FOLDER = re.compile(r"\A(?:[^/.\x00-\x1f\\][^/\x00-\x1f\\]{0,99}(?:/(?!\Z)|\Z)){0,10}\Z")
# Names that are looked at in one folder.
MOST_LISTED = 20_000


class RemoteFile(NamedTuple):
    """A file on a server: its name in the folder, bytes, and what changes when the file does."""

    name: str
    size: int
    stamp: str


class NotFetched(NamedTuple):
    """Why a file is not here, for editors. `again`: whether another try may bring it."""

    reason: str
    again: bool = False


GONE = NotFetched("文件已经不在了，没有读取。")
TOO_SLOW = NotFetched("线路太慢，没有取完。", again=True)


def too_large(most: int) -> NotFetched:
    return NotFetched(f"文件超过 {most // 1024 // 1024} MB，没有读取。")


def forbidden(code: str) -> NotFetched:
    return NotFetched(f"服务器不让读这个文件（{code}）。", again=True)


@dataclass(frozen=True)
class WireServer:
    """One server. `name` is what editors choose it by: host and folder. `folder`: that of SFTP, or the beginning of keys in `bucket`;
    `fingerprint`: of the host key; `key_file`: of the private key, "" where a password is sent; `endpoint`: of S3."""

    kind: str
    name: str
    host: str
    port: int
    user: str
    secret: str = field(repr=False)
    folder: str = ""
    fingerprint: str = ""
    key_file: str = ""
    bucket: str = ""
    endpoint: str = ""
    region: str = "us-east-1"


def servers_in(text: str) -> dict[str, WireServer]:
    """The servers of a setting by their names: addresses parted by blanks. Raises `ImproperlyConfigured` with a sentence for the operator,
    which says no secret."""
    found: dict[str, WireServer] = {}
    for number, address in enumerate(text.split(), start=1):
        try:
            server = _server_of(address)
        except ValueError as error:
            raise ImproperlyConfigured(f"MEIRI_WIRE_SERVERS, address {number}: {error}") from None
        if server.name in found:
            raise ImproperlyConfigured(f"MEIRI_WIRE_SERVERS names {server.name} twice.")
        found[server.name] = server
    return found


def _server_of(address: str) -> WireServer:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("it is no address.") from None
    user, secret = unquote(parts.username or ""), unquote(parts.password or "")
    path = unquote(parts.path).strip("/")
    said = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if not host or not user:
        raise ValueError(
            "write sftp://USER:PASSWORD@HOST/FOLDER#SHA256:… or s3://KEY:SECRET@HOST/BUCKET/FOLDER."
        )
    if not FOLDER.match(path):
        raise ValueError("its folder leads elsewhere.")
    if parts.scheme == SFTP:
        if not _FINGERPRINT.fullmatch(parts.fragment):
            raise ValueError(
                "write the fingerprint of the host key behind #, as ssh-keygen -l gives it (SHA256:…)."
            )
        if bool(secret) == bool(said.get("key")):
            raise ValueError("give a password or the file of a private key (?key=/etc/meiri/wire.key).")
        # An empty folder is where the account begins.
        folder = f"/{path}" if path else "."
        name = f"{host}/{path}".rstrip("/")
        return WireServer(
            SFTP, name, host, port or 22, user, secret, folder, parts.fragment, said.get("key", "")
        )
    if parts.scheme not in _S3_SCHEMES:
        raise ValueError("it begins with sftp://, s3:// or, within a house, s3+http://.")
    bucket, _, prefix = path.partition("/")
    if not bucket or not secret:
        raise ValueError("write s3://KEY:SECRET@HOST/BUCKET/FOLDER.")
    endpoint = f"{_S3_SCHEMES[parts.scheme]}://{host}{f':{port}' if port else ''}"
    return WireServer(
        S3,
        f"{host}/{path}",
        host,
        port or 0,
        user,
        secret,
        f"{prefix}/" if prefix else "",
        bucket=bucket,
        endpoint=endpoint,
        region=said.get("region", "us-east-1"),
    )


def server_choices() -> list[tuple[str, str]]:
    """Those that editors may choose."""
    return [
        (server.name, f"{server.kind.upper()} 服务器：{server.name}")
        for server in settings.WIRE_SERVERS.values()
    ]
