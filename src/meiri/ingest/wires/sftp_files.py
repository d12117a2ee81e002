"""Files on an SFTP server: listed and fetched below one folder, whose host key is known by its fingerprint.

Nothing of the machine is used: no agent, no keys and settings of its user, no known hosts; and nothing of the server but its subsystem for files.
"""

import asyncio
import stat
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar, cast

import asyncssh

from meiri.ingest.parsed import Unreadable
from meiri.ingest.wire_servers import (
    GONE,
    MOST_LISTED,
    TOO_SLOW,
    NotFetched,
    RemoteFile,
    WireServer,
    forbidden,
    too_large,
)
from meiri.ingest.wires.whole_files import SETTLED

CONNECT_WITHIN, LOGIN_WITHIN = 15, 30
# Seconds that listing may take, and fetching; of these, those after which no more is fetched.
LONGEST, FETCHING = 180, 150
CHUNK = 256 * 1024
_UNFINISHED = (".part", ".tmp", ".filepart", ".uploading")

Answer = TypeVar("Answer")


class _PinnedHost(asyncssh.SSHClient):
    def __init__(self, fingerprint: str):
        self._fingerprint = fingerprint

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        return key.get_fingerprint("sha256") == self._fingerprint


def list_by_sftp(server: WireServer, folder: str) -> tuple[list[RemoteFile], bool]:
    """The files in a folder of the server, oldest first, and whether that is all of them. Raises `Unreadable`."""
    return _run(_listed(server, folder))


def fetch_by_sftp(
    server: WireServer,
    folder: str,
    files: list[RemoteFile],
    into: Path,
    most: int,
    got: list[Path | NotFetched],
) -> None:
    """Fetch files of at most `most` bytes into `into`, each under its place in the list. In `got` is written what came of each, as far as
    that went in time. Raises `Unreadable`, also after some of them."""
    _run(_fetch_all(server, folder, files, into, most, got))


def _run(work: Coroutine[Any, Any, Answer]) -> Answer:
    try:
        # In a thread of its own: that of the caller may have an event loop.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, _in_time(work)).result()
    except asyncssh.HostKeyNotVerifiable:
        raise Unreadable("服务器的主机密钥与设置的指纹不符，没有连接。请告诉技术人员。") from None
    except asyncssh.PermissionDenied:
        raise Unreadable("服务器不接受账号或密码，请告诉技术人员。") from None
    except asyncssh.SFTPNoSuchFile:
        raise Unreadable("服务器上没有这个文件夹。") from None
    except asyncssh.SFTPPermissionDenied:
        raise Unreadable("服务器不让读这个文件夹。") from None
    except TimeoutError:
        raise Unreadable("服务器超时没有回答。") from None
    except (asyncssh.Error, OSError, ValueError) as error:
        raise Unreadable(f"服务器连接失败（{type(error).__name__}）。") from error


async def _in_time(work: Coroutine[Any, Any, Answer]) -> Answer:
    async with asyncio.timeout(LONGEST):
        return await work


def _connection(server: WireServer) -> Any:
    return asyncssh.connect(
        server.host,
        server.port,
        client_factory=lambda: _PinnedHost(server.fingerprint),
        known_hosts=b"",
        config=None,
        username=server.user,
        password=server.secret or None,
        client_keys=[server.key_file] if server.key_file else None,
        agent_path=None,
        gss_host=None,
        pkcs11_provider=None,
        host_based_auth=False,
        x509_trusted_certs=None,
        preferred_auth=["publickey"] if server.key_file else ["password", "keyboard-interactive"],
        connect_timeout=CONNECT_WITHIN,
        login_timeout=LOGIN_WITHIN,
    )


async def _inner(sftp: asyncssh.SFTPClient, server: WireServer, folder: str) -> str:
    """The real path of a folder below that of the server. Raises `Unreadable` for one that leads elsewhere."""
    root = str(await sftp.realpath(server.folder))
    path = str(await sftp.realpath(f"{root}/{folder}" if folder else root))
    if path != root and not path.startswith(f"{root.rstrip('/')}/"):
        raise Unreadable("这个文件夹不在服务器给出的文件夹里。")
    return path


async def _listed(server: WireServer, folder: str) -> tuple[list[RemoteFile], bool]:
    found: list[tuple[int, RemoteFile]] = []
    async with _connection(server) as connection, connection.start_sftp_client() as sftp:
        path = await _inner(sftp, server, folder)
        seen = 0
        async for entry in sftp.scandir(path):
            seen += 1
            if seen > MOST_LISTED:
                return [file for _, file in sorted(found)], False
            if file := _file_of(entry):
                found.append((int(entry.attrs.mtime or 0), file))
    return [file for _, file in sorted(found)], True


def _file_of(entry: asyncssh.SFTPName) -> RemoteFile | None:
    """A regular file that is whole; None for folders, links, what is hidden and what is still being written."""
    name, attrs = str(entry.filename), entry.attrs
    is_plain = stat.S_ISREG(attrs.permissions or 0) or attrs.type == asyncssh.FILEXFER_TYPE_REGULAR
    is_named = not name.startswith(".") and "/" not in name and not name.lower().endswith(_UNFINISHED)
    if not is_plain or not is_named or 0 <= time.time() - (attrs.mtime or 0) < SETTLED:
        return None
    return RemoteFile(name, attrs.size or 0, f"{attrs.size}:{attrs.mtime}")


async def _fetch_all(
    server: WireServer,
    folder: str,
    files: list[RemoteFile],
    into: Path,
    most: int,
    got: list[Path | NotFetched],
) -> None:
    until = asyncio.get_running_loop().time() + FETCHING
    async with _connection(server) as connection, connection.start_sftp_client() as sftp:
        path = await _inner(sftp, server, folder)
        for number, file in enumerate(files):
            target = into / str(number)
            try:
                async with asyncio.timeout_at(until):
                    got.append(await _fetch(sftp, f"{path}/{file.name}", target, most))
            except TimeoutError:
                connection.abort()  # ending it in peace would wait, too
                if not got and target.exists() and target.stat().st_size:
                    got.append(TOO_SLOW)
                if not got:
                    raise
                return


async def _fetch(sftp: asyncssh.SFTPClient, path: str, target: Path, most: int) -> Path | NotFetched:
    """Where a file is now, whole. It may have become a link, or larger, since it was listed."""
    try:
        attrs = await sftp.lstat(path)
        if not stat.S_ISREG(attrs.permissions or 0):
            return GONE
        source, length = await sftp.open(path, "rb"), 0
        with target.open("wb") as out:
            while length <= most and (piece := await source.read(min(CHUNK, most + 1 - length))):
                out.write(cast(bytes, piece))
                length += len(piece)
        # Not where time is over: that would wait for the answer to what was read last.
        await source.close()
    except asyncssh.SFTPNoSuchFile:
        return GONE
    except (asyncssh.SFTPNoConnection, asyncssh.SFTPConnectionLost):
        raise
    except asyncssh.SFTPError as error:
        return forbidden(type(error).__name__)
    return target if length <= most else too_large(most)
