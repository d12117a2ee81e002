"""The S3 server that media files and backups of a site may lie on (MEIRI_S3_ENDPOINT), and the one client that speaks with it.

Amazon's S3 API, signed by Signature Version 4, with the bucket in the path; MinIO, Ceph, Garage and the object stores of clouds speak it.
"""

import base64
import hashlib
import os
import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import IO, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

# Seconds for a connection and for each answer; tries in all.
CONNECT_WITHIN, ANSWER_WITHIN, TRIES = 2.0, 8.0, 2
# After a failure nobody is made to wait for so many seconds.
REST = 5.0
# A file as a whole may take so long, and a second more for so many bytes.
PATIENCE, SLOWEST = 20.0, 1 << 20
PIECE = 1 << 20
# Larger files are sent in parts of this size, two at a time; still larger ones in so many parts. A server takes 10,000 of a file
# (Amazon S3 User Guide, "Amazon S3 multipart upload limits").
PART, MOST_PARTS = 16 << 20, 9_000
DIGEST = "sha256"
MISSING = ("404", "NoSuchKey", "NotFound")
# Bucket names (Amazon S3 User Guide, "General purpose bucket naming rules").
# What lies in the buckets of a site, below its prefix.
MEDIA, BACKUPS, REPLICA = "media/", "backups/", "replica/"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
_PREFIX = re.compile(r"(?:[A-Za-z0-9._-]{1,60}/){0,4}", re.ASCII)


class S3Away(Exception):
    """The S3 server does not answer, or does not do what it is asked; the message is for operators. `code` is S3's own word for the
    reason, "" where the server said nothing."""

    def __init__(self, message: str, code: str = ""):
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class S3Address:
    """Where the server is and what of it is the site's. `prefix` is "" or ends with a slash."""

    endpoint: str
    bucket: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str
    prefix: str
    backup_bucket: str


def is_bucket_name(name: str) -> bool:
    return _BUCKET.fullmatch(name) is not None


def is_prefix(prefix: str) -> bool:
    """Whether keys may begin with `prefix`, which is "" or ends with a slash."""
    return _PREFIX.fullmatch(prefix) is not None and ".." not in prefix


def s3_address(given: dict[str, str]) -> S3Address | None:
    """The address of settings by their names without MEIRI_S3_; None where no endpoint is set. Raises `ValueError` with a
    sentence for the operator."""
    given = {name: value.strip() for name, value in given.items()}
    others = [name for name, value in given.items() if value and name != "ENDPOINT"]
    if not given["ENDPOINT"]:
        if others:
            raise ValueError(
                f"MEIRI_S3_{others[0]} is set, but not MEIRI_S3_ENDPOINT; write the server's address, such as https://s3.example.com."
            )
        return None
    try:
        parts = urlsplit(given["ENDPOINT"])
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.path in ("", "/")
        known = known and not (parts.query or parts.fragment or parts.username)
        known = known and (parts.port is None or parts.port > 0)
    except ValueError:
        known = False
    if not known:
        raise ValueError(
            "MEIRI_S3_ENDPOINT is not understood. Write the server's address without a path or a password, such as"
            " https://s3.example.com or http://10.0.0.8:9000; keys are MEIRI_S3_ACCESS_KEY and MEIRI_S3_SECRET_KEY."
        )
    for name in ("BUCKET", "ACCESS_KEY", "SECRET_KEY"):
        if not given[name]:
            raise ValueError(f"MEIRI_S3_ENDPOINT is set, but not MEIRI_S3_{name}.")
    for name in ("BUCKET", "BACKUP_BUCKET"):
        if given[name] and not is_bucket_name(given[name]):
            raise ValueError(
                f"MEIRI_S3_{name} is {given[name]!r}; a bucket's name has 3 to 63 small letters, digits, hyphens and dots."
            )
    prefix = given["PREFIX"].strip("/")
    prefix = f"{prefix}/" if prefix else ""
    if not is_prefix(prefix):
        raise ValueError(
            f"MEIRI_S3_PREFIX is {given['PREFIX']!r}; write names of letters, digits, hyphens and dots, such as sites/meiri."
        )
    return S3Address(
        given["ENDPOINT"].rstrip("/"),
        given["BUCKET"],
        given["ACCESS_KEY"],
        given["SECRET_KEY"],
        given["REGION"] or "us-east-1",
        prefix,
        given["BACKUP_BUCKET"] or given["BUCKET"],
    )


@dataclass(frozen=True)
class S3Object:
    """What the server says of an object. `digest` is the SHA-256 in hexadecimal that Meiri gave it, "" where it has none: whoever
    writes into the bucket may write any."""

    key: str
    size: int
    changed: datetime
    digest: str = ""


class S3Bucket:
    """A bucket of the server. All methods raise `S3Away`; keys are whole, the site's prefix included."""

    def __init__(self, address: S3Address, name: str):
        self.address, self.name = address, name
        self._client, self._lock, self._process = None, Lock(), 0
        self._rests_until = 0.0
        self.reason = ""  # why it is away; "" where it answered last

    @property
    def client(self) -> Any:
        """boto3's, which threads may share; a copy of a process makes its own."""
        with self._lock:
            if self._client is None or self._process != os.getpid():
                self._client, self._process = _client(self.address), os.getpid()
            return self._client

    @property
    def is_away(self) -> bool:
        """Whether this process found it away, and has not found it there since."""
        return bool(self.reason)

    def check(self) -> None:
        """Raises `S3Away` right after a failure: who has to wait for something else first need not."""
        if time.monotonic() < self._rests_until:
            raise S3Away(self.reason)

    @contextmanager
    def _asked(self, what: str, patient: bool = False) -> Iterator[Any]:
        """The client, whose errors become `S3Away` and `FileNotFoundError`. Who is `patient` asks also right after a failure."""
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError
        from urllib3.exceptions import HTTPError

        if not patient:
            self.check()
        try:
            yield self.client
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in MISSING:
                self._answered()
                raise FileNotFoundError(f"{what} is not in the bucket {self.name}.") from None
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            if status < 500:
                self._answered()
            else:
                self._rest(f"answers {status} {code}")
            raise S3Away(f"{self.address.endpoint} says {code or status}: {_said(error)}", code) from error
        except (BotoCoreError, Boto3Error, HTTPError, ConnectionError, TimeoutError) as error:
            self._rest(f"{type(error).__name__}: {_said(error)}")
            raise S3Away(self.reason) from error
        else:
            self._answered()

    def _answered(self) -> None:
        self.reason, self._rests_until = "", 0.0

    def _rest(self, reason: str) -> None:
        self.reason = f"{self.address.endpoint} {reason}"[:300]
        self._rests_until = time.monotonic() + REST

    def put(self, key: str, file: IO[bytes], size: int, digest: str, content_type: str = "") -> None:
        """Write an object out of `file`, which is read from its beginning, all of it or nothing. `digest`: its SHA-256 in
        hexadecimal. Raises `OSError` where `file` can't be read."""
        file.seek(0)
        extra = {
            "Metadata": {DIGEST: digest},
            "ContentType": content_type or "application/octet-stream",
        }
        with self._asked(key, patient=True) as client:
            if size <= PART:
                content = file.read()
                # The server refuses what does not come whole.
                check = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
                client.put_object(Bucket=self.name, Key=key, Body=content, ContentMD5=check, **extra)
            else:
                from boto3.s3.transfer import TransferConfig

                # boto3 can't see the size of what it can only read, so it would not choose larger parts by itself.
                part = max(PART, -(-size // MOST_PARTS))
                parts = TransferConfig(multipart_threshold=PART, multipart_chunksize=part, max_concurrency=2)
                client.upload_fileobj(_Unclosed(file), self.name, key, ExtraArgs=extra, Config=parts)

    @contextmanager
    def reading(self, key: str, patience: float = 0) -> Iterator[Iterator[bytes]]:
        """The bytes of an object, piece by piece. Raises `FileNotFoundError`. `patience` is how many seconds all of it may take; without it
        that follows from its size."""
        with self._asked(key) as client:
            answer = client.get_object(Bucket=self.name, Key=key)
            longest = patience or PATIENCE + answer["ContentLength"] / SLOWEST
            with closing(answer["Body"]) as body:
                yield _in_time(body.iter_chunks(PIECE), longest)

    def describe(self, key: str) -> S3Object:
        """Raises `FileNotFoundError`."""
        with self._asked(key) as client:
            said = client.head_object(Bucket=self.name, Key=key)
        return S3Object(key, said["ContentLength"], said["LastModified"], said["Metadata"].get(DIGEST, ""))

    def delete(self, key: str) -> None:
        """One that is not there is as good as deleted."""
        with self._asked(key) as client:
            client.delete_object(Bucket=self.name, Key=key)

    def objects(self, beginning: str) -> Iterator[S3Object]:
        """All objects whose keys begin so, in the order of their keys."""
        with self._asked(beginning, patient=True) as client:
            pages = client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=beginning)
            for page in pages:
                for found in page.get("Contents", ()):
                    yield S3Object(found["Key"], found["Size"], found["LastModified"])

    def look(self) -> datetime:
        """The server's clock, asked for the bucket. Raises `FileNotFoundError` where there is no such bucket."""
        with self._asked("bucket", patient=True) as client:
            said = client.head_bucket(Bucket=self.name)
        from email.utils import parsedate_to_datetime

        return parsedate_to_datetime(said["ResponseMetadata"]["HTTPHeaders"]["date"])


class _Unclosed:
    """A file that boto3, which closes what it has sent, leaves open."""

    def __init__(self, file: IO[bytes]):
        self._file = file

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)


def _in_time(pieces: Iterator[bytes], longest: float) -> Iterator[bytes]:
    end = time.monotonic() + longest
    for piece in pieces:
        yield piece
        if time.monotonic() > end:
            raise TimeoutError(f"sends too slowly: not all came within {longest:.0f} s")


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]


def _client(address: S3Address) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_WITHIN,
        read_timeout=ANSWER_WITHIN,
        retries={"mode": "standard", "total_max_attempts": TRIES},
        max_pool_connections=20,
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        # Not every server knows the checksums that newer clients send and ask for unasked.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    session = boto3.session.Session(
        aws_access_key_id=address.access_key,
        aws_secret_access_key=address.secret_key,
        region_name=address.region,
    )
    return session.client("s3", endpoint_url=address.endpoint, config=config)


@lru_cache(8)
def _bucket(address: S3Address, name: str) -> S3Bucket:
    return S3Bucket(address, name)


def site_address() -> S3Address:
    """Where the site's server is. Raises `ImproperlyConfigured` where none is set: whoever asks has looked."""
    if settings.S3 is None:
        raise ImproperlyConfigured("No S3 server is set (MEIRI_S3_ENDPOINT).")
    return settings.S3


def s3_bucket() -> S3Bucket:
    """The bucket of media files."""
    address = site_address()
    return _bucket(address, address.bucket)


def backup_bucket() -> S3Bucket:
    address = site_address()
    return _bucket(address, address.backup_bucket)


def bucket_named(name: str) -> S3Bucket:
    """Another bucket of the site's server."""
    return _bucket(site_address(), name)


def s3_is_away() -> bool:
    """Whether media lie on an S3 server that this process found to be away."""
    return settings.MEDIA_IN_S3 and s3_bucket().is_away


def _forget() -> None:
    _bucket.cache_clear()


os.register_at_fork(after_in_child=_forget)
