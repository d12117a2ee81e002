"""The bodies of requests: each is received whole on the event loop before a thread begins with it, within bounds.

Small ones stay in memory, larger ones go to an unnamed temporary file; those of letters are never on a disk. Who sends slowly
takes no thread from anybody, and is told so in the end.
"""

import asyncio
from collections import Counter
from contextlib import contextmanager
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, NamedTuple

from django.conf import settings

from meiri.delivery.editions import inner_path
from meiri.letters.attachments import MOST_BYTES_IN_ALL

# A body is there after so many seconds, and one more for each so many bytes of it.
GRACE = 30
SLOWEST = 16 * 1024
# Of a larger body this much is in memory.
IN_MEMORY = 512 * 1024
# Bytes that visitors may send, and of a letter (its refusal in the site's words comes before that bound).
MOST_OF_VISITORS = 16 * 1024 * 1024
MOST_OF_LETTERS = MOST_BYTES_IN_ALL + 2 * 1024 * 1024
# A browser shows no answer before it has sent all: so many times the bound are received and thrown away.
OVERFLOW = 4
# Bodies that one process receives at once, and of one address (a school or an office shares one); bytes it holds in all.
MOST_AT_ONCE = 512
MOST_OF_ONE = 24
MOST_HELD = 256 * 1024 * 1024

EDITORS, LETTERS = "/admin/", "/letters/"


class TooLarge(Exception):
    """More came than may be sent to that address."""


class TooMany(Exception):
    """One address sends too much at once; or all of them do, where `all_of_them`."""

    def __init__(self, all_of_them: bool):
        super().__init__()
        self.all_of_them = all_of_them


class Bound(NamedTuple):
    """What may be sent to an address of the site."""

    bytes: int
    on_disk: bool = True


def bound_of(path: str) -> Bound:
    """The bound for what is sent to a decoded path."""
    inner = inner_path(path) or path
    if inner.startswith(EDITORS):
        return Bound(settings.UPLOAD_MAX_BYTES)
    if inner.startswith(LETTERS):
        return Bound(MOST_OF_LETTERS, on_disk=False)
    return Bound(MOST_OF_VISITORS)


class Reception:
    """The bodies that one process receives or holds, by the address they come from. For one thread: the event loop."""

    def __init__(self) -> None:
        self._receiving: Counter[str] = Counter()
        self._held = 0

    async def receive(self, protocol, sender: str, bound: Bound, declared: int | None) -> "Body":
        """The whole body. Raises `TooMany` before anything of it is read, `TooLarge`, or `TimeoutError` where it does not come."""
        if self._receiving.total() >= MOST_AT_ONCE or self._held + (declared or 0) > MOST_HELD:
            raise TooMany(all_of_them=True)
        if self._receiving[sender] >= MOST_OF_ONE:
            raise TooMany(all_of_them=False)
        body = Body(bound, self)
        with self._counted(sender):
            try:
                await body.fill(protocol, declared)
            except BaseException:
                body.close()
                raise
        return body

    @contextmanager
    def _counted(self, sender: str):
        self._receiving[sender] += 1
        try:
            yield
        finally:
            self._receiving[sender] -= 1
            if not self._receiving[sender]:
                del self._receiving[sender]

    def hold(self, count: int) -> None:
        """Take note of `count` bytes more, or less, that bodies take. Raises `TooMany`."""
        if count > 0 and self._held + count > MOST_HELD:
            raise TooMany(all_of_them=True)
        self._held += count


class Body:
    """A body as it was received: a file to read from, from whichever thread, once it is whole."""

    def __init__(self, bound: Bound, reception: Reception):
        self._bound, self._reception = bound, reception
        self.file: IO[bytes] = SpooledTemporaryFile(IN_MEMORY) if bound.on_disk else BytesIO()  # noqa: SIM115
        self.size = 0

    async def fill(self, protocol, declared: int | None) -> None:
        most, received = self._bound.bytes, 0
        end = OVERFLOW * most
        began = asyncio.get_running_loop().time()
        pieces = protocol.__aiter__()
        async with asyncio.timeout_at(began + GRACE) as limit:
            while (piece := await _next(pieces)) is not None:
                received += len(piece)
                limit.reschedule(began + GRACE + received / SLOWEST)
                if received > end:
                    break
                if received <= most and (declared or 0) <= most:
                    self._add(piece)
        if received > most or (declared or 0) > most:
            raise TooLarge
        self.file.seek(0)

    def _add(self, piece: bytes) -> None:
        self._reception.hold(len(piece))
        self.size += len(piece)
        self.file.write(piece)

    def close(self) -> None:
        """Forget the content. On the event loop."""
        self._reception.hold(-self.size)
        self.size = 0
        self.file.close()


async def _next(pieces) -> bytes | None:
    try:
        return await pieces.__anext__()  # `anext` with a default takes the process down at the end
    except StopAsyncIteration:
        return None
