"""What the storage of media holds, wherever it lies."""

from pathlib import Path

from django.conf import settings


def stored_names() -> set[str]:
    """The names of all stored files, in the bucket or on their way there; of what has no name there, the end of its key."""
    if not settings.MEDIA_IN_S3:
        root = Path(settings.MEDIA_ROOT)
        return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    from meiri.media.bucket_files import BucketFile
    from meiri.media.waiting_files import key_ending, waiting_files
    from meiri.s3 import s3_bucket

    endings = [*(found.key for found in s3_bucket().objects("")), *map(key_ending, waiting_files())]
    names = {_ending(file.key): file.name for file in BucketFile.objects.all()}
    return {names.get(_ending(key), key) for key in endings}


def _ending(key: str) -> str:
    return "/".join(key.split("/")[-2:])
