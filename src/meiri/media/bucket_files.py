"""What lies in the S3 bucket of a site: the key, size and SHA-256 of each media file, in the database, where nobody who can write into the
bucket can change them.

An object is written once, under a random key, and never again: what a key stands for can't become something else, so whoever keeps a copy
of it need only learn that it was deleted. Keys tell nothing of what was erased.
"""

from django.db import models

from meiri.journal.public_models import NotPublic

LONGEST_NAME = 255
LONGEST_KEY = 400


class BucketFile(models.Model):
    """A media file of a site whose media lie in a bucket. `digest`: SHA-256."""

    name = models.CharField(max_length=LONGEST_NAME, primary_key=True)
    key = models.CharField(max_length=LONGEST_KEY, unique=True)
    digest = models.BinaryField(max_length=32)
    size = models.BigIntegerField()
    stored_at = models.DateTimeField()

    public = NotPublic("where media files lie; readers get them by their names")

    def __str__(self):
        return self.name


class RemovedObject(models.Model):
    """An object that no file has any more: it is deleted from the bucket, if need be later, and from the caches of all nodes."""

    key = models.CharField(max_length=LONGEST_KEY, primary_key=True)
    removed_at = models.DateTimeField(db_index=True)
    is_gone = models.BooleanField(default=False)

    public = NotPublic("what is to be deleted from the bucket and from caches")

    class Meta:
        indexes = [
            models.Index("removed_at", condition=models.Q(is_gone=False), name="objects_to_be_deleted")
        ]

    def __str__(self):
        return self.key
