"""Files that wires lay on SFTP and S3 servers: each is taken once, and again where it was changed. They stay where they are."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from django.conf import settings

from meiri.ingest.guarded_reading import ItemReader
from meiri.ingest.items import Item, items_in
from meiri.ingest.migration.old_addresses import digest_of
from meiri.ingest.parsed import Unreadable
from meiri.ingest.wire_models import WireFile, WireSource
from meiri.ingest.wire_servers import MOST_LISTED, S3, RemoteFile, WireServer
from meiri.s3 import S3Address, S3Away, S3Bucket

# Of one run; the rest comes with the next. Bytes of one file, and of all.
MOST_FILES, MOST_BYTES, MOST_BYTES_IN_ALL = 200, 16 * 1024 * 1024, 128 * 1024 * 1024
TOO_MANY = (
    f"这个文件夹里超过 {MOST_LISTED // 10_000} 万个文件，后面的没有看。请来源清理，或分到更小的文件夹。"
)


@dataclass
class RemoteFiles:
    """What a source has on its server that was not taken yet. `folder`: where files are put while they are read."""

    source: WireSource
    folder: Path
    _finished: list[RemoteFile] = field(default_factory=list)

    def items(self, reader: ItemReader) -> Iterator[Item]:
        """The items of the files that are new or were changed, oldest first. Raises `Unreadable`, in the end, where not all could be had."""
        server = settings.WIRE_SERVERS.get(self.source.server)
        if server is None or server.kind != self.source.way:
            raise Unreadable("没有设置这个服务器，请告诉技术人员（MEIRI_WIRE_SERVERS）。")
        listed, is_all = _listed(server, self.source.subfolder)
        if is_all:
            self._forget_gone(listed)
        wanted = list(islice(self._new(listed), MOST_FILES))
        for file, path in self._fetched(server, wanted):
            if path is None:
                yield Item(
                    file.name, reason=f"文件超过 {MOST_BYTES // 1024 // 1024} MB，或已经不在了，没有读取。"
                )
            else:
                yield from items_in(path, reader, file.name)
            self._finished.append(file)
        if not is_all:
            raise Unreadable(TOO_MANY)

    def note_finished(self) -> None:
        """Remember the files whose items were all stored. What is not remembered comes again, and its items are known then."""
        rows = [self._row(file) for file in self._finished]
        WireFile.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["source", "digest"], update_fields=["stamp"]
        )
        self._finished.clear()

    def _row(self, file: RemoteFile) -> WireFile:
        return WireFile(source=self.source, digest=digest_of(file.name), stamp=file.stamp[:100])

    def _new(self, listed: list[RemoteFile]) -> Iterator[RemoteFile]:
        known = dict(WireFile.objects.filter(source=self.source).values_list("digest", "stamp"))
        size = 0
        for file in listed:
            if known.get(digest_of(file.name)) != file.stamp[:100]:
                size += min(file.size, MOST_BYTES)
                if size > MOST_BYTES_IN_ALL:
                    return
                yield file

    def _forget_gone(self, listed: list[RemoteFile]) -> None:
        """Forget files that are not on the server any more."""
        there = {digest_of(file.name) for file in listed}
        known = WireFile.objects.filter(source=self.source).values_list("digest", "pk")
        gone = [key for digest, key in known if digest not in there]
        for begin in range(0, len(gone), 500):
            WireFile.objects.filter(pk__in=gone[begin : begin + 500]).delete()

    def _fetched(
        self, server: WireServer, wanted: list[RemoteFile]
    ) -> Iterator[tuple[RemoteFile, Path | None]]:
        """The files, each with where it lies now."""
        small = [file for file in wanted if file.size <= MOST_BYTES]
        yield from ((file, None) for file in wanted if file.size > MOST_BYTES)
        if server.kind == S3:
            for number, file in enumerate(small):
                yield file, _fetch_object(server, self.source.subfolder, file, self.folder / str(number))
        elif small:
            from meiri.ingest.wires.sftp_files import fetch_by_sftp

            paths = fetch_by_sftp(server, self.source.subfolder, small, self.folder, MOST_BYTES)
            yield from zip(small, paths, strict=True)


def _listed(server: WireServer, folder: str) -> tuple[list[RemoteFile], bool]:
    if server.kind != S3:
        from meiri.ingest.wires.sftp_files import list_by_sftp

        return list_by_sftp(server, folder)
    prefix = _prefix(server, folder)
    try:
        found = list(islice(_bucket(server).objects(prefix), MOST_LISTED + 1))
    except (S3Away, FileNotFoundError) as error:
        raise _away(error) from error
    files = [
        (
            one.changed,
            RemoteFile(one.key.removeprefix(prefix), one.size, f"{one.size}:{one.changed.isoformat()}"),
        )
        for one in found[:MOST_LISTED]
        if not one.key.endswith("/")
    ]
    return [file for _, file in sorted(files)], len(found) <= MOST_LISTED


def _fetch_object(server: WireServer, folder: str, file: RemoteFile, target: Path) -> Path | None:
    """Where an object lies now; None for one that is gone, or became too large."""
    length = 0
    try:
        with (
            _bucket(server).reading(f"{_prefix(server, folder)}{file.name}") as pieces,
            target.open("wb") as out,
        ):
            for piece in pieces:
                length += len(piece)
                if length > MOST_BYTES:
                    return None
                out.write(piece)
    except FileNotFoundError:
        return None
    except S3Away as error:
        raise _away(error) from error
    return target


def _prefix(server: WireServer, folder: str) -> str:
    return f"{server.folder}{folder}/" if folder else server.folder


def _bucket(server: WireServer) -> S3Bucket:
    address = S3Address(
        server.endpoint,
        server.bucket,
        server.user,
        server.secret,
        server.region,
        server.folder,
        server.bucket,
    )
    return S3Bucket(address, server.bucket)


def _away(error: Exception) -> Unreadable:
    """What editors are told; the server's own words are for operators."""
    code = getattr(error, "code", "")
    if code in ("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"):
        return Unreadable("服务器不接受密钥，请告诉技术人员。")
    if code == "NoSuchBucket" or isinstance(error, FileNotFoundError):
        return Unreadable("服务器上没有这个存储桶，请告诉技术人员。")
    return Unreadable(f"服务器连接失败（{code or type(error.__cause__ or error).__name__}）。")
