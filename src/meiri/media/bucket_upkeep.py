"""What is done by the clock where media files lie in a bucket: deleted files leave it, and the disks of all nodes."""

import time
from datetime import UTC, datetime, timedelta
from itertools import islice

from django.conf import settings
from django.utils import timezone

from meiri.media.bucket_files import BucketFile, RemovedObject
from meiri.media.bucket_storage import delete_object, node_cache
from meiri.media.waiting_files import ABANDONED, key_ending, seconds_waited, send, waiting_files
from meiri.s3 import MEDIA, s3_is_away, site_address

# So many objects are deleted from the bucket in a run.
MOST = 500
# So long the node that removed an object is left to delete it.
AT_ONCE = timedelta(seconds=30)
# How long it is remembered that an object was removed. A node that was away for longer forgets all that it kept.
REMEMBERED = timedelta(days=2)
# A node may have fetched an object while it was removed, and clocks differ.
OVERLAP = 900.0
# So many copies are forgotten with one look at the list.
BATCH = 2000


def delete_removed_objects() -> None:
    """Delete what could not be deleted when it was removed; while the server is away, with a later run. What it refuses to delete is
    tried with each run, and holds up no other."""
    if not settings.MEDIA_IN_S3:
        return
    waiting = RemovedObject.objects.filter(is_gone=False, removed_at__lt=timezone.now() - AT_ONCE)
    for key in list(waiting.order_by("removed_at").values_list("key", flat=True)[:MOST]):
        if not delete_object(key) and s3_is_away():
            break
    RemovedObject.objects.filter(is_gone=True, removed_at__lt=timezone.now() - REMEMBERED).delete()


def send_waiting_files() -> None:
    """Send what could not be sent when it was stored, and delete what a transaction left that never ended."""
    if not settings.MEDIA_IN_S3:
        return
    for path in waiting_files()[:MOST]:
        row = BucketFile.objects.filter(key=f"{site_address().prefix}{MEDIA}{key_ending(path)}").first()
        if row is None:
            if seconds_waited(path) > ABANDONED:
                path.unlink(missing_ok=True)
        elif not send(row) and s3_is_away():
            break


def sweep_node_cache() -> None:
    """Delete this node's copies of what was removed on any node."""
    if not settings.MEDIA_IN_S3:
        return
    copies, began = node_cache(), time.time()
    since = copies.swept_until()
    if since < began - (REMEMBERED.total_seconds() / 2):
        copies.forget_all()
    else:
        after = datetime.fromtimestamp(since - OVERLAP, UTC)
        removed = RemovedObject.objects.filter(removed_at__gte=after).values_list("key", flat=True)
        found = removed.iterator(chunk_size=BATCH)
        while keys := list(islice(found, BATCH)):
            copies.forget(copies.among(keys))
    copies.note_swept(began)
    copies.clear_litter()
