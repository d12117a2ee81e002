"""Whether the S3 server of a site does its work: tried with an object that is written, read and deleted."""

import hashlib
import io
import secrets
import time
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from meiri.health_checks import HealthFinding, broken, fine, health_check, warning
from meiri.media.bucket_files import BucketFile, RemovedObject
from meiri.media.bucket_storage import node_cache
from meiri.media.models import Picture
from meiri.media.stored_media import FileFolder
from meiri.media.waiting_files import seconds_waited, waiting_files
from meiri.metrics import Sample, measurement
from meiri.outbound import OutboundRules, Unreachable, ask, is_any
from meiri.s3 import S3Away, S3Bucket, backup_bucket, s3_bucket, s3_is_away

PROBES = "probe/"
# Seconds for writing, reading and deleting a small object, above which editors wait.
QUICK = 1.0
# S3 refuses what was signed by a clock that is 15 minutes off (Signature Version 4).
SKEW = 60.0
WAITING = timedelta(hours=1)
# Seconds for which a file may wait to be sent.
UNSENT = 300.0
RULES = OutboundRules(is_allowed=is_any, ports=None, silence=5, longest=10, redirects=0)
# What the server's own words for a refusal mean for the operator.
REMEDIES = {
    "InvalidAccessKeyId": "compare MEIRI_S3_ACCESS_KEY with the keys that the server has",
    "SignatureDoesNotMatch": "compare MEIRI_S3_SECRET_KEY and MEIRI_S3_REGION with those of the server",
    "AuthorizationHeaderMalformed": "compare MEIRI_S3_REGION with that of the bucket",
    "RequestTimeTooSkewed": "set this machine's clock by a time server (timedatectl set-ntp true)",
    "AccessDenied": "give the key the rights to list the bucket and to read, write and delete its objects",
    "403": "give the key the rights to list the bucket and to read, write and delete its objects",
    "NoSuchBucket": "make the bucket, private and without a rule that deletes, or correct MEIRI_S3_BUCKET",
}


@health_check("s3", needs_database=False)
def bucket_does_its_work() -> Iterator[HealthFinding]:
    if settings.S3 is None:
        yield fine("none is set (MEIRI_S3_ENDPOINT): media files lie in the data folder")
        return
    for bucket in {bucket.name: bucket for bucket in (s3_bucket(), backup_bucket())}.values():
        try:
            yield from _tried(bucket)
        except FileNotFoundError:
            yield broken(f"there is no bucket {bucket.name}", REMEDIES["NoSuchBucket"])
        except S3Away as error:
            remedy = REMEDIES.get(
                error.code, "see that the server runs and that MEIRI_S3_ENDPOINT is its address"
            )
            yield broken(f"{bucket.name}: {error}", remedy)
    parts = urlsplit(settings.S3.endpoint)
    if parts.scheme == "http" and not _is_near(parts.hostname or ""):
        yield warning(
            f"media files go to {parts.hostname} in clear",
            "write https:// in MEIRI_S3_ENDPOINT, and set TLS up there",
        )


def _is_near(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host == "localhost" or "." not in host


def _tried(bucket: S3Bucket) -> Iterator[HealthFinding]:
    """Raises `S3Away`, and `FileNotFoundError` where there is no bucket."""
    key = f"{bucket.address.prefix}{PROBES}{secrets.token_hex(16)}"
    content = secrets.token_bytes(1024)
    began = time.monotonic()
    bucket.put(key, io.BytesIO(content), len(content), hashlib.sha256(content).hexdigest())
    try:
        with bucket.reading(key) as pieces:
            is_same = b"".join(pieces) == content
        is_open = _anybody_reads(f"{bucket.address.endpoint}/{bucket.name}/{key}")
    finally:
        bucket.delete(key)
    took = time.monotonic() - began
    try:
        bucket.describe(key)
        yield broken(
            f"{bucket.name} keeps what is deleted",
            "give the key the right to delete, and see to locks of objects",
        )
    except FileNotFoundError:
        pass
    if not is_same:
        yield broken(f"{bucket.name} gave back another object than was written", "see what stands in between")
    if is_open:
        yield broken(
            f"anybody may read {bucket.name}: drafts, what is under embargo, and backups",
            "make the bucket private; readers get media files from Meiri",
        )
    skew = abs((bucket.look() - timezone.now()).total_seconds())
    if skew > SKEW:
        yield warning(
            f"the clock of the server of {bucket.name} is {skew:.0f} s off this machine's",
            REMEDIES["RequestTimeTooSkewed"],
        )
    if took > QUICK:
        yield warning(
            f"{bucket.name} takes {took:.1f} s to write, read and delete a small object",
            "let the server stand nearer, or see what keeps it busy",
        )
    else:
        yield fine(f"an object of {bucket.name} can be written, read and deleted, in {took * 1000:.0f} ms")


def _anybody_reads(address: str) -> bool:
    try:
        return ask(address, RULES).status == 200
    except Unreachable:
        return False


@health_check("media files")
def media_are_where_they_belong() -> Iterator[HealthFinding]:
    if not settings.MEDIA_IN_S3:
        yield fine(f"they lie in {settings.MEDIA_ROOT}")
        return
    folder = FileFolder(Path(settings.MEDIA_ROOT))
    if not BucketFile.objects.exists() and Picture.objects.exists():
        yield broken(
            "the bucket has no media file, and the site has pictures",
            "stop the site, and type: meiri move-media s3",
        )
    elif next(folder.names(), None) is not None:
        yield warning(
            f"{folder.root} still has media files; what is erased stays there",
            "once a backup was made, delete that folder",
        )
    late = RemovedObject.objects.filter(is_gone=False, removed_at__lt=timezone.now() - WAITING).count()
    if late:
        yield warning(
            f"{late} files were deleted more than an hour ago and are still in the bucket",
            "see what is said of s3; the worker goes on by itself",
        )
    files = waiting_files()
    if files and seconds_waited(files[0]) > UNSENT:
        yield warning(
            f"{len(files)} files wait on this machine for the S3 server, the oldest for {seconds_waited(files[0]) / 60:.0f} minutes",
            "see what is said of s3; the worker sends them by itself, and until then they are here alone",
        )
    copies = node_cache()
    yield fine(
        f"{BucketFile.objects.count()} lie in the bucket; this node keeps {copies.size() / 1e6:.1f} MB of them, {copies.limit / 1e6:.0f} MB at most"
    )


@measurement(
    "meiri_s3_up", "0 where the process that was asked found the S3 server away; only where media lie there"
)
def s3_is_up() -> Iterator[Sample]:
    if settings.MEDIA_IN_S3:
        yield (), not s3_is_away()


@measurement("meiri_media_cache_bytes", "Bytes of media files that this node keeps of the S3 bucket")
def bytes_of_cache() -> Iterator[Sample]:
    if settings.MEDIA_IN_S3:
        yield (), node_cache().size()


@measurement("meiri_media_to_delete", "Deleted media files that are still in the S3 bucket")
def waiting_to_be_deleted() -> Iterator[Sample]:
    if settings.MEDIA_IN_S3:
        yield (), RemovedObject.objects.filter(is_gone=False).count()


@measurement("meiri_media_to_send", "Media files that wait on this machine for the S3 server")
def waiting_to_be_sent() -> Iterator[Sample]:
    if settings.MEDIA_IN_S3:
        yield (), len(waiting_files())
