"""Where a replica is kept: a folder, on another disk or mounted from another machine, or a part of a bucket of the S3 server."""

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Protocol, cast

from django.conf import settings

from meiri.kept_once import sync_folder
from meiri.s3 import (
    BACKUPS,
    MEDIA,
    REPLICA,
    S3Address,
    S3Away,
    S3Bucket,
    bucket_named,
    is_bucket_name,
    is_prefix,
)

DRAFT = ".part-"
SCHEME = "s3:"
# What is read from the bucket lies on the disk beyond so many bytes; seconds that one file may take.
IN_MEMORY = 8 << 20
LONGEST_READ = 6 * 3600.0


class ReplicaTarget(Protocol):
    """Files by their names, `/` between the parts. Everything raises `OSError` where the target can't be reached."""

    def names(self, prefix: str) -> Iterator[str]:
        """The names that begin with `prefix`, which ends with `/`."""

    def put(self, name: str, content: IO[bytes]) -> None:
        """Keep a file, whole or not at all, in the place of one of that name."""

    def open(self, name: str) -> IO[bytes]:
        """Raises `FileNotFoundError`."""

    def delete(self, name: str) -> None:
        """Also where there is none."""


class FolderTarget:
    def __init__(self, root: Path):
        self.root = root

    def names(self, prefix: str) -> Iterator[str]:
        for folder, folders, names in os.walk(self.root / prefix):
            folders.sort()
            place = Path(folder).relative_to(self.root)
            yield from ((place / name).as_posix() for name in sorted(names) if not name.startswith(DRAFT))

    def put(self, name: str, content: IO[bytes]) -> None:
        path = self.root / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _draft_beside(path) as draft:
            with draft.open("xb") as out:
                shutil.copyfileobj(content, out, 1 << 20)
                out.flush()
                os.fsync(out.fileno())
            draft.rename(path)
        sync_folder(path.parent)

    def open(self, name: str) -> IO[bytes]:
        return (self.root / name).open("rb")

    def delete(self, name: str) -> None:
        path = self.root / name
        path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == self.root:
                break
            with suppress(OSError):  # something else is in it
                folder.rmdir()

    def __str__(self) -> str:
        return str(self.root)


@contextmanager
def _draft_beside(path: Path) -> Iterator[Path]:
    draft = path.with_name(f"{DRAFT}{secrets.token_hex(6)}")
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


class TargetAway(OSError):
    """The S3 server can't be reached, or refuses."""


class BucketTarget:
    """The objects of `bucket` whose keys begin with `prefix`, which ends with a slash."""

    def __init__(self, bucket: S3Bucket, prefix: str):
        self.bucket, self.prefix = bucket, prefix

    def names(self, prefix: str) -> Iterator[str]:
        with _server_as_target():
            for found in self.bucket.objects(self.prefix + prefix):
                yield found.key.removeprefix(self.prefix)

    def put(self, name: str, content: IO[bytes]) -> None:
        digest = hashlib.sha256()
        while piece := content.read(1 << 20):
            digest.update(piece)
        with _server_as_target():
            self.bucket.put(self.prefix + name, content, content.tell(), digest.hexdigest())

    def open(self, name: str) -> IO[bytes]:
        """All of it was read: a server that goes halfway is told of here."""
        with ExitStack() as failing:
            file = failing.enter_context(SpooledTemporaryFile(IN_MEMORY, dir=str(settings.HOME)))
            with _server_as_target(), self.bucket.reading(self.prefix + name, LONGEST_READ) as pieces:
                for piece in pieces:
                    file.write(piece)
            file.seek(0)
            failing.pop_all()
        return cast(IO[bytes], file)

    def delete(self, name: str) -> None:
        with _server_as_target():
            self.bucket.delete(self.prefix + name)

    def __str__(self) -> str:
        return f"{SCHEME}//{self.bucket.name}/{self.prefix.rstrip('/')}"


@contextmanager
def _server_as_target() -> Iterator[None]:
    try:
        yield
    except S3Away as error:
        raise TargetAway(str(error)) from error


def _overlap(one: str, other: str) -> bool:
    """Whether what lies below one of the prefixes may lie below the other."""
    return one.startswith(other) or other.startswith(one)


def _bucket_target(setting: str, address: S3Address | None) -> BucketTarget:
    if address is None:
        raise ValueError(f"{setting} needs an S3 server: set MEIRI_S3_ENDPOINT (docs/operations.md).")
    name, prefix = address.backup_bucket, f"{address.prefix}{REPLICA}"
    if rest := setting.removeprefix(SCHEME):
        name, _, path = rest.removeprefix("//").partition("/")
        prefix = f"{path.strip('/')}/"
        if not rest.startswith("//") or not is_bucket_name(name) or prefix == "/" or not is_prefix(prefix):
            raise ValueError(
                f"{setting} is not understood. Write s3: for {REPLICA} in the bucket for backups, or s3://BUCKET/NAME."
            )
        if name == address.bucket and _overlap(prefix, f"{address.prefix}{MEDIA}"):
            raise ValueError(
                f"{setting} is where media files lie; take another name, such as {REPLICA.rstrip('/')}."
            )
        if name == address.backup_bucket and _overlap(prefix, f"{address.prefix}{BACKUPS}"):
            raise ValueError(
                f"{setting} is where backups lie; take another name, such as {REPLICA.rstrip('/')}."
            )
    return BucketTarget(bucket_named(name), prefix)


def target_of(setting: str) -> ReplicaTarget:
    """What `MEIRI_REPLICATE_TO` or `--from` names. Raises `ValueError`."""
    if setting.startswith(SCHEME):
        return _bucket_target(setting, settings.S3)
    path = Path(setting)
    if not path.is_absolute():
        raise ValueError(f"{setting} is no absolute path of a folder, and not s3:.")
    return FolderTarget(path)
