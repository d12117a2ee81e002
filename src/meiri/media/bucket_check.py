"""What is in the bucket beside what the database says."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from django.utils import timezone

from meiri.media import waiting_files
from meiri.media.bucket_files import BucketFile, RemovedObject
from meiri.media.bucket_storage import all_rows
from meiri.s3 import MEDIA, S3Object, s3_bucket, site_address

BATCH = 500
# What is younger may be on its way to be named.
AGE = timedelta(days=1)
MOST_NAMED = 20


@dataclass
class BucketCounts:
    """`files`: named by the database; `missing`: of these, not in the bucket or of another size, the first of their names; `strangers`:
    objects that nothing names, and their bytes."""

    files: int = 0
    missing_files: int = 0
    missing: list[str] = field(default_factory=list)
    strangers: int = 0
    strangers_size: int = 0


def check_bucket(stranger: Callable[[S3Object], object] = lambda found: None) -> BucketCounts:
    """Compare the bucket's list with the database; no object is read. `stranger` is called with each object that nothing names and that is
    older than a day. Raises `S3Away`."""
    counts = BucketCounts()
    with closing(sqlite3.connect("")) as listed:  # on the disk where it is large
        listed.execute("CREATE TABLE object (key TEXT PRIMARY KEY, size INTEGER) WITHOUT ROWID")
        for batch in _listed():
            listed.executemany(
                "INSERT OR REPLACE INTO object VALUES (?, ?)", [(o.key, o.size) for o in batch]
            )
            for found in _without_a_name(batch):
                counts.strangers, counts.strangers_size = (
                    counts.strangers + 1,
                    counts.strangers_size + found.size,
                )
                stranger(found)
        for row in all_rows():
            counts.files += 1
            there = listed.execute("SELECT size FROM object WHERE key = ?", [row.key]).fetchone()
            if there != (row.size,) and not waiting_files.find(row.key):
                counts.missing_files += 1
                if len(counts.missing) < MOST_NAMED:
                    counts.missing.append(row.name)
    return counts


def _listed() -> Iterator[list[S3Object]]:
    objects = s3_bucket().objects(f"{site_address().prefix}{MEDIA}")
    while batch := list(islice(objects, BATCH)):
        yield batch


def _without_a_name(batch: list[S3Object]) -> list[S3Object]:
    keys = [found.key for found in batch]
    named = set(BucketFile.objects.filter(key__in=keys).values_list("key", flat=True))
    # The worker deletes these.
    named.update(RemovedObject.objects.filter(key__in=keys).values_list("key", flat=True))
    before = timezone.now() - AGE
    return [found for found in batch if found.key not in named and found.changed < before]
