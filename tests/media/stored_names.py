"""What the storage of media holds, wherever it lies."""

from pathlib import Path

from django.conf import settings


def stored_names() -> set[str]:
    """The names of all stored files; in a bucket, the keys of objects that have no name."""
    if not settings.MEDIA_IN_S3:
        root = Path(settings.MEDIA_ROOT)
        return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    from meiri.media.bucket_files import BucketFile
    from meiri.s3 import s3_bucket

    names = {file.key: file.name for file in BucketFile.objects.all()}
    return {names.get(found.key, found.key) for found in s3_bucket().objects("")}
