"""`/.well-known/meiri-log/…`: the files of the public log, as they lie on the disk (C2SP tlog-tiles).

Any page anywhere may read them: a check that is to depend on nobody's word is made elsewhere.
"""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from meiri.delivery.headers import Header, guarding
from meiri.delivery.rsgi import Answer, Scope
from meiri.trust.log_files import CHECKPOINT, KEY, PREFIX, LogFiles, log_files

# What changes with every checkpoint, and what never changes.
NEWEST, FOR_GOOD = "public, max-age=1", "public, max-age=31536000, immutable"


def headers_of(name: str) -> Sequence[Header]:
    changes = name in (CHECKPOINT, KEY)
    return (
        ("content-type", "text/plain; charset=utf-8" if changes else "application/octet-stream"),
        ("cache-control", NEWEST if changes else FOR_GOOD),
        ("access-control-allow-origin", "*"),
    )


class LogPages:
    """Answers GET and HEAD for files of the log from the event loop. None where no such file is meant, or none is there."""

    def __init__(self, files: LogFiles):
        self._files = files

    def respond(self, scope: Scope) -> Answer | None:
        if not scope.path.startswith(PREFIX) or scope.method not in ("GET", "HEAD"):
            return None
        name = scope.path.removeprefix(PREFIX)
        content = self._files.read(name)
        return None if content is None else Answer(200, (*headers_of(name), *guarding()), content)


@require_safe
def log_file(request: HttpRequest, name: str) -> HttpResponse:
    content = log_files().read(name)
    if content is None:
        # Programs ask here: they need no page, and it costs no query.
        return HttpResponse("There is no such file of the log.\n", "text/plain; charset=utf-8", 404)
    response = HttpResponse(content)
    for header, value in headers_of(name):
        response[header.title()] = value
    return response
