"""Stored pages as bytes, without Django: what the front application answers readers with.

A page is kept in memory with its headers ready and is valid as long as one `stat` of its file says that it is the same
file, unchanged: the time of its last change of state (ctime) can't be set back by who changes it. What is read anew must be what
Meiri wrote. Nothing here waits for anything but the disk.
"""

import os
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from meiri.delivery.editions import keeps_to_minors, kept_address
from meiri.delivery.headers import Header, headers_of, headers_unmodified, is_unmodified, preferred
from meiri.delivery.kinds import is_idle
from meiri.delivery.page_files import (
    READING,
    SUFFIXES,
    PageFile,
    PageFiles,
    may_be_page,
    name_of,
    note_asked,
)
from meiri.delivery.rsgi import Answer, Scope

# Bytes of pages kept in memory by one process, and the largest that is kept.
MOST_BYTES = 64 * 1024 * 1024
LARGEST = 1024 * 1024
# How often, in seconds, it is noted on the disk that a page is being asked for.
NOTING = 60
# Different values of Accept-Encoding whose reading is remembered: browsers send few, others may send anything.
MOST_ACCEPTED = 256


class Altered(Exception):
    """A file that is not what Meiri stored there."""


@dataclass(slots=True)
class CachedVariant:
    """One variant of a page in memory."""

    path: str
    file: PageFile
    stamp: tuple[int, int, int, int]
    headers: list[Header]
    answer: Answer
    noted_at: float


# Whether bytes, read for an address and an encoding, are those that Meiri stored there.
IsOwn = Callable[[str, str, bytes], bool]


def stamp_of(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_ino, status.st_mtime_ns, status.st_size, status.st_ctime_ns


class StoredPages:
    """Answers GET and HEAD for stored pages (the server leaves the body of a HEAD away). For one thread alone. One whose bytes
    are not its own is left to Django, which puts it right."""

    def __init__(self, files: PageFiles, is_own: IsOwn = lambda *read: True, most_bytes: int = MOST_BYTES):
        self._files, self._is_own, self._most = files, is_own, most_bytes
        self._kept: OrderedDict[tuple[str, str], CachedVariant] = OrderedDict()
        self._bytes = 0
        self._accepted: dict[str, list[str]] = {}

    def may_respond(self, scope: Scope) -> bool:
        """Whether a stored page is meant, if there is one at that address."""
        if scope.method not in ("GET", "HEAD") or (scope.query_string and not is_idle(scope.query_string)):
            return False
        cookies = scope.headers.get("cookie")
        return not (cookies and keeps_to_minors(cookies) and kept_address(scope.path))

    def respond(self, scope: Scope) -> Answer | None:
        """The answer; None where no stored page is meant, or none is there."""
        if not self.may_respond(scope):
            return None
        headers = scope.headers
        kept = self._find(scope.path, self._encodings(headers.get("accept-encoding") or ""))
        if kept is None:
            return None
        if_none_match, since = headers.get("if-none-match"), headers.get("if-modified-since")
        if (if_none_match or since) and is_unmodified(if_none_match, since, kept.file):
            return Answer(304, headers_unmodified(kept.headers))
        return kept.answer

    def _encodings(self, accept_encoding: str) -> list[str]:
        found = self._accepted.get(accept_encoding)
        if found is None:
            found = preferred(accept_encoding[:1000])
            if len(self._accepted) < MOST_ACCEPTED:
                self._accepted[accept_encoding] = found
        return found

    def _find(self, address: str, encodings: list[str]) -> CachedVariant | None:
        try:
            for encoding in encodings:
                kept = self._kept.get((address, encoding))
                kept = self._still_valid(address, encoding, kept) if kept else self._load(address, encoding)
                if kept is not None:
                    return kept
        except Altered:
            pass
        return None

    def _still_valid(self, address: str, encoding: str, kept: CachedVariant) -> CachedVariant | None:
        try:
            status = os.stat(kept.path)
        except OSError:
            self._let_go(address, encoding)
            return None
        if kept.stamp != stamp_of(status):
            self._let_go(address, encoding)
            return self._load(address, encoding, kept)
        self._kept.move_to_end((address, encoding))
        now = time.monotonic()
        if now - kept.noted_at > NOTING:
            kept.noted_at = now
            note_asked(kept.path)
        return kept

    def _load(self, address: str, encoding: str, before: CachedVariant | None = None) -> CachedVariant | None:
        """Read a variant, which may be that of `before`: that somebody asked for it is noted with its file. Raises `Altered`."""
        name = name_of(address)
        if name is None:
            return None
        path = f"{self._files.folder}/{name}{SUFFIXES[encoding]}"
        try:
            with open(os.open(path, READING), "rb") as source:
                status = os.fstat(source.fileno())
                if not may_be_page(status):
                    raise Altered
                content = source.read()
        except OSError:
            return None
        file = PageFile(content, int(status.st_mtime))
        if before and before.file == file:
            before.stamp = stamp_of(status)
            self._keep(address, encoding, before)
            return before
        if not self._is_own(address, encoding, content):
            raise Altered
        note_asked(path)
        headers = headers_of(address, file, encoding)
        kept = CachedVariant(
            path,
            file,
            stamp_of(status),
            headers,
            Answer(200, headers, content),
            time.monotonic(),
        )
        if len(content) <= LARGEST:
            self._keep(address, encoding, kept)
        return kept

    def _keep(self, address: str, encoding: str, kept: CachedVariant) -> None:
        self._kept[address, encoding] = kept
        self._bytes += len(kept.file.content)
        while self._bytes > self._most:
            (_, _), oldest = self._kept.popitem(last=False)
            self._bytes -= len(oldest.file.content)

    def _let_go(self, address: str, encoding: str) -> None:
        self._bytes -= len(self._kept.pop((address, encoding)).file.content)
