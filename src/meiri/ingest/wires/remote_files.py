"""Files that wires lay on SFTP and S3 servers: each is taken once, and again where it was changed. They stay where they are."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from time import monotonic

from django.conf import settings

from meiri.ingest.guarded_reading import ItemReader
from meiri.ingest.items import Item, items_in
from meiri.ingest.migration.old_addresses import digest_of
from meiri.ingest.parsed import Unreadable
from meiri.ingest.wire_models import WireFile, WireSource
from meiri.ingest.wire_servers import (
    GONE,
    MOST_LISTED,
    S3,
    TOO_SLOW,
    NotFetched,
    RemoteFile,
    WireServer,
    forbidden,
    too_large,
)
from meiri.ingest.wires.whole_files import EndOfFile, items_of_file
from meiri.s3 import S3Address, S3Away, S3Bucket

# Of one run; the rest comes with the next. Bytes of one file, and of all.
MOST_FILES, MOST_BYTES, MOST_BYTES_IN_ALL = 200, 16 * 1024 * 1024, 128 * 1024 * 1024
# Seconds after which no more is fetched, and how often a file is tried that the server does not give.
FETCHING, TRIES = 150, 5
# What S3 says of an object that it does not give, while it gives others.
_FORBIDDEN = ("403", "AccessDenied", "InvalidObjectState")
TOO_MANY = (
    f"这个文件夹里超过 {MOST_LISTED // 10_000} 万个文件，后面的没有看。请来源清理，或分到更小的文件夹。"
)


@dataclass
class RemoteFiles:
    """What a source has on its server that was not taken yet. `folder`: where files are put while they are read."""

    source: WireSource
    folder: Path
    _got: list[tuple[RemoteFile, Path | NotFetched]] = field(default_factory=list)
    _finished: list[WireFile] = field(default_factory=list)
    # Why not all could be had, told in the end.
    _failure: str = ""

    def fetch(self) -> None:
        """Fetch the files that are new or were changed, oldest first, as far as time goes. Raises `Unreadable` where there are none to read
        for it."""
        server = settings.WIRE_SERVERS.get(self.source.server)
        if server is None or server.kind != self.source.way:
            raise Unreadable("没有设置这个服务器，请告诉技术人员（MEIRI_WIRE_SERVERS）。")
        bucket = _bucket(server) if server.kind == S3 else None
        listed, is_all = _listed(server, self.source.subfolder, bucket)
        if is_all:
            self._forget_gone(listed)
        else:
            self._failure = TOO_MANY
        wanted = list(islice(self._new(listed), MOST_FILES))
        self._got = [(file, too_large(MOST_BYTES)) for file in wanted if file.size > MOST_BYTES]
        small = [file for file in wanted if file.size <= MOST_BYTES]
        got: list[Path | NotFetched] = []
        try:
            if bucket:
                prefix = _prefix(server, self.source.subfolder)
                _fetch_objects(bucket, prefix, small, self.folder, got)
            elif small:
                from meiri.ingest.wires.sftp_files import fetch_by_sftp

                fetch_by_sftp(server, self.source.subfolder, small, self.folder, MOST_BYTES, got)
        except Unreadable as error:
            if not self._got and not got:
                raise
            self._failure = error.reason
        self._got += zip(small, got, strict=False)

    def items(self, reader: ItemReader) -> Iterator[Item | EndOfFile]:
        """The items of the files that were fetched. Raises `Unreadable`, in the end, where not all could be had."""
        is_first = True
        for file, path in self._got:
            if isinstance(path, NotFetched):
                items, again = iter([Item(file.name, reason=path.reason)]), path.again
            else:
                items, again = items_in(path, reader, file.name), False
            if (yield from items_of_file(items, reader, file.name, is_first)):
                self._finished.append(self._row(file, again))
            is_first &= isinstance(path, NotFetched)
            if reader.is_out_of_time:
                return
        if self._failure:
            raise Unreadable(self._failure)

    def note_finished(self) -> None:
        """Remember the files whose items were all stored. What is not remembered comes again, and its items are known then."""
        WireFile.objects.bulk_create(
            self._finished, update_conflicts=True, unique_fields=["source", "digest"], update_fields=["stamp"]
        )
        self._finished.clear()

    def _row(self, file: RemoteFile, again: bool = False) -> WireFile:
        """`again`: with a stamp that counts tries, so that it is not known yet; the last makes it known."""
        digest, stamp = digest_of(file.name), file.stamp
        if again:
            known = WireFile.objects.filter(source=self.source, digest=digest).first()
            before = next((n for n in range(1, TRIES) if known and known.stamp == _tried(file, n)), 0)
            stamp = stamp if before + 1 == TRIES else _tried(file, before + 1)
        return WireFile(source=self.source, digest=digest, stamp=stamp[:100])

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


def _tried(file: RemoteFile, tries: int) -> str:
    return f"{tries}?{file.stamp}"[:100]


def _listed(server: WireServer, folder: str, bucket: S3Bucket | None) -> tuple[list[RemoteFile], bool]:
    if bucket is None:
        from meiri.ingest.wires.sftp_files import list_by_sftp

        return list_by_sftp(server, folder)
    prefix = _prefix(server, folder)
    try:
        found = list(islice(bucket.objects(prefix), MOST_LISTED + 1))
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


def _fetch_objects(
    bucket: S3Bucket, prefix: str, files: list[RemoteFile], into: Path, got: list[Path | NotFetched]
) -> None:
    """Fetch objects into `into`, each under its place in the list. In `got` is written what came of each, as far as that went in time.
    Raises `Unreadable`, also after some of them."""
    until = monotonic() + FETCHING
    for number, file in enumerate(files):
        left, target = until - monotonic(), into / str(number)
        if left <= 0:
            return
        try:
            got.append(_fetch_object(bucket, f"{prefix}{file.name}", target, left))
        except FileNotFoundError:
            got.append(GONE)
        except S3Away as error:
            if error.code in _FORBIDDEN:
                got.append(forbidden(error.code))
            elif monotonic() < until:
                raise _away(error) from error
            elif not got:
                got.append(TOO_SLOW)


def _fetch_object(bucket: S3Bucket, key: str, target: Path, patience: float) -> Path | NotFetched:
    """Where an object lies now, whole. Raises `FileNotFoundError`, `S3Away`."""
    length = 0
    with bucket.reading(key, patience) as pieces, target.open("wb") as out:
        for piece in pieces:
            length += len(piece)
            if length > MOST_BYTES:
                return too_large(MOST_BYTES)
            out.write(piece)
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
