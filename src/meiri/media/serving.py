"""Send stored files: whole or a part of them (RFC 9110, 14), never more than a piece of one in memory."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, parse_http_date_safe, quote_etag

PIECE = 128 * 1024
# A single range: from, from and to, or how many of the last bytes.
_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{1,18})?\s*-\s*(\d{1,18})?\s*", re.ASCII | re.IGNORECASE)


class Unsatisfiable(ValueError):
    """A range that begins after the end of the file."""


class StoredFile(StreamingHttpResponse):
    """The bytes of the file at `path` from `start` up to but not including `end`. A server that sees the path may send them itself."""

    # It is sent byte for byte: parts of it are asked for, and what readers load much of is compressed already.
    uncompressed = True

    def __init__(self, path: str, start: int, end: int, **options):
        super().__init__(_pieces(path, start, end), **options)
        self.path, self.start, self.end = path, start, end


@dataclass(frozen=True)
class FileToSend:
    """A file on this machine that is as it was stored; `size` in bytes, `modified`: when it was stored, with a zone."""

    path: str
    size: int
    modified: datetime


class SendingStorage(Protocol):
    """A storage whose files can be sent to readers."""

    def to_send(self, name: str) -> FileToSend:
        """Raises `OSError` where there is no such file that is right."""


def send_file(
    request, storage: SendingStorage, name: str, content_type: str, etag: str = ""
) -> HttpResponseBase:
    """The answer to a request for the file `name`: 200, 206, 304, 412 or 416. Raises `Http404` where there is none.

    `etag` is a strong validator, without quotes; without one it is made of the time of change and the size.
    """
    try:
        found = storage.to_send(name)
    except OSError:
        raise Http404(f"{name} is not stored.") from None
    changed = int(found.modified.timestamp())
    etag = quote_etag(etag or f"{changed:x}-{found.size:x}")
    response: HttpResponseBase | None = get_conditional_response(request, etag, changed)
    if response is None:
        response = _bytes(request, found, content_type, etag)
    response["ETag"], response["Last-Modified"] = etag, http_date(changed)
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _bytes(request, found: FileToSend, content_type: str, etag: str) -> HttpResponseBase:
    part, size = None, found.size
    if request.method == "GET" and _is_the_same(request.headers.get("If-Range"), etag, found.modified):
        try:
            part = span_of(request.headers.get("Range", ""), size)
        except Unsatisfiable:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, end = part or (0, size)
    headers = {"Content-Type": content_type, "Content-Length": str(end - start)}
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    return StoredFile(found.path, start, end, status=206 if part else 200, headers=headers)


def span_of(header: str, size: int) -> tuple[int, int] | None:
    """The first byte that a Range header asks for and the one after the last. Raises `Unsatisfiable`.

    None for all of the file: also where the header can't be read or names several ranges, which RFC 9110 lets one ignore.
    """
    found = _RANGE.fullmatch(header)
    if not found or found[1] is found[2] is None:
        return None
    first, last = (int(number) if number else None for number in found.groups())
    if first is None:  # so many of the last bytes
        if not last or not size:
            raise Unsatisfiable(header)
        return max(0, size - last), size
    if last is not None and last < first:
        return None
    if first >= size:
        raise Unsatisfiable(header)
    return first, size if last is None else min(last + 1, size)


def _is_the_same(if_range: str | None, etag: str, modified: datetime) -> bool:
    """Whether a part may be sent to whoever has another part of what `if_range` names."""
    if if_range is None:
        return True
    if if_range.lstrip().startswith(('"', "W/")):
        return if_range.strip() == etag
    return parse_http_date_safe(if_range) == int(modified.timestamp())


def _pieces(path: str, start: int, end: int) -> Iterator[bytes]:
    with open(path, "rb") as file:
        file.seek(start)
        left = end - start
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
