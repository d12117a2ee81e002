"""Collected static files, which whitenoise serves: what was changed on the disk from outside is put right before it is sent."""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpResponseNotFound
from whitenoise.middleware import WhiteNoiseMiddleware

from meiri.operations.sealed_files import SealedFiles


@cache
def static_files() -> SealedFiles:
    return SealedFiles(Path(settings.STATIC_ROOT))


class CheckedStaticFiles(WhiteNoiseMiddleware):
    """What whitenoise sends, from files that are as they were collected. What can't be put right is not there."""

    @staticmethod
    def serve(static_file, request):
        path, _ = static_file.get_path_and_headers(request.META)
        if not is_collected(str(path)):
            return HttpResponseNotFound()
        return WhiteNoiseMiddleware.serve(static_file, request)


def is_collected(path: str) -> bool:
    """Whether the file is as it was collected, now that it was put right where that was needed."""
    files = static_files()
    return not path.startswith(f"{files.root}/") or files.is_right(path)
