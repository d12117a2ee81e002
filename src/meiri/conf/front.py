"""The front application, which the web server runs: readers get stored pages from its event loop, all else is Django's.

It speaks RSGI 1.5, granian's own interface. Django works in a bounded pool of threads, so that however long its requests
wait for the database, the loop goes on answering readers.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from granian.rsgi import ProtocolClosed

from meiri.conf.wsgi import application

logger = logging.getLogger(__name__)

# Requests that Django works on at once, and those that may wait for it.
THREADS = 6
MOST_WAITING = 256
# Comments that are taken together: their threads wait for each other, and take those of nobody else.
THREADS_OF_COMMENTS = 32
# Seconds after which a reader is asked to come back, whatever Django is waiting for. Editors' work may take longer.
PATIENCE = 8
EDITORS = "/admin/"
# How much of a request is there before a thread begins with it, and how long, in seconds, its parts and those of an
# answer may be on their way: threads are few, and slow visitors many.
READ_AHEAD = 64 * 1024
ON_THE_WAY = 30

_PAGE = "<!doctype html><html lang=zh-Hans><meta charset=utf-8><title>{0}</title><h1>{0}</h1><p>请过几秒再试。</p></html>"
BUSY = _PAGE.format("访问的人太多了")
STUCK = _PAGE.format("页面暂时无法显示")
LATE = _PAGE.format("没有收到完整的请求")
_PLAIN = [("content-type", "text/html; charset=utf-8"), ("cache-control", "no-store"), ("retry-after", "5")]


class Body:
    """The body of a request as WSGI reads it: from a thread, in pieces that the event loop receives."""

    def __init__(self, protocol, loop: asyncio.AbstractEventLoop):
        self._pieces = protocol.__aiter__()
        self._loop, self._rest, self._ended = loop, b"", False

    async def read_ahead(self) -> None:
        """Receive the beginning before a thread is taken for it. Raises `TimeoutError` where it does not come."""
        async with asyncio.timeout(ON_THE_WAY):
            while not self._ended and len(self._rest) < READ_AHEAD:
                piece = await self._receive()
                self._ended = piece is None
                self._rest += piece or b""

    def read(self, size: int = -1) -> bytes:
        while not self._ended and (size < 0 or len(self._rest) < size):
            self._rest += self._next()
        taken, self._rest = (self._rest, b"") if size < 0 else (self._rest[:size], self._rest[size:])
        return taken

    def readline(self, size: int = -1) -> bytes:
        while not self._ended and b"\n" not in self._rest and (size < 0 or len(self._rest) < size):
            self._rest += self._next()
        end = self._rest.find(b"\n") + 1 or len(self._rest)
        return self.read(min(end, size) if size >= 0 else end)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def _next(self) -> bytes:
        piece = asyncio.run_coroutine_threadsafe(self._receive(), self._loop).result(ON_THE_WAY)
        self._ended = piece is None
        return piece or b""

    async def _receive(self) -> bytes | None:
        try:
            return await self._pieces.__anext__()  # `anext` with a default takes the process down at the end
        except StopAsyncIteration:
            return None


class Exchange:
    """The answer to one request. Whoever comes first gives it: Django, or the loop that will not wait any longer.

    All of it happens on the event loop.
    """

    def __init__(self, protocol):
        self.protocol, self._answered = protocol, False

    def claim(self) -> bool:
        """Whether the caller is the one who answers."""
        first, self._answered = not self._answered, True
        return first

    def answer(self, status: int, headers: list, body: bytes) -> None:
        if self.claim():
            self.protocol.response_bytes(status, headers, body)

    def refuse(self, status: int, page: str) -> None:
        self.answer(status, _PLAIN, page.encode())


class Threads:
    """A pool of threads, with a bound to what it has to do. All but the work happens on the event loop."""

    def __init__(self, count: int, name: str):
        self._pool = ThreadPoolExecutor(count, thread_name_prefix=name)
        self._most, self._present = count + MOST_WAITING, 0

    @property
    def full(self) -> bool:
        return self._present >= self._most

    def do(self, loop: asyncio.AbstractEventLoop, work: Callable, *arguments) -> Future:
        self._present += 1
        job = self._pool.submit(work, *arguments)
        job.add_done_callback(lambda _: loop.call_soon_threadsafe(self._done))
        return job

    def _done(self) -> None:
        self._present -= 1


class Front:
    """The application. `fast` are tried in turn for each request; None from all of them means that it is Django's.

    `together` says of a request whether it waits for others of its kind, which have threads of their own.
    """

    def __init__(self, django: WSGIHandler, fast: Iterable[Callable], together: Callable[[Any], bool]):
        self._django, self._fast, self._together = django, tuple(fast), together
        self._threads = Threads(THREADS, "django")
        self._threads_together = Threads(THREADS_OF_COMMENTS, "django together")

    async def __rsgi__(self, scope, protocol) -> None:
        for respond in self._fast:
            answer = respond(scope)
            if answer is not None:
                protocol.response_bytes(answer.status, answer.headers, answer.body)
                return
        await self._by_django(scope, protocol)

    async def _by_django(self, scope, protocol) -> None:
        exchange = Exchange(protocol)
        threads = self._threads_together if self._together(scope) else self._threads
        if threads.full:
            exchange.refuse(503, BUSY)
            return
        loop = asyncio.get_running_loop()
        body = Body(protocol, loop)
        reads = scope.method in ("GET", "HEAD")
        if not reads:
            try:
                await body.read_ahead()
            except TimeoutError:
                exchange.refuse(408, LATE)
                return
        job = threads.do(loop, self._answer, environ_of(scope, body), exchange, loop)
        patience = PATIENCE if reads and not scope.path.startswith(EDITORS) else None
        done, _ = await asyncio.wait([asyncio.wrap_future(job, loop=loop)], timeout=patience)
        if not done:
            job.cancel()  # it may not have begun
            exchange.refuse(503, STUCK)

    def _answer(self, environ: dict, exchange: Exchange, loop: asyncio.AbstractEventLoop) -> None:
        """Have Django answer, whatever happens."""
        try:
            self._by_wsgi(environ, exchange, loop)
        except Exception:
            logger.exception("A request could not be answered")
            loop.call_soon_threadsafe(exchange.refuse, 500, STUCK)

    def _by_wsgi(self, environ: dict, exchange: Exchange, loop: asyncio.AbstractEventLoop) -> None:
        """Ask Django and send what it says. Runs in a thread of the pool, from the first byte to the last."""
        begun: list = []

        def start_response(status, headers, error=None, /):
            begun[:] = status, headers
            return begun.append

        response = self._django(environ, start_response)
        try:
            status = int(begun[0].split(None, 1)[0])
            headers = [(name.lower(), value) for name, value in begun[1]]
            if getattr(response, "streaming", False):
                self._send_pieces(exchange, status, headers, response, loop)
            else:
                loop.call_soon_threadsafe(exchange.answer, status, headers, b"".join(response))
        finally:
            response.close()

    def _send_pieces(
        self, exchange: Exchange, status: int, headers: list, pieces: Iterable[bytes], loop
    ) -> None:
        async def begin():
            return exchange.protocol.response_stream(status, headers) if exchange.claim() else None

        async def send(piece: bytes):
            await transport.send_bytes(piece)

        transport = asyncio.run_coroutine_threadsafe(begin(), loop).result()
        if transport is None:
            return
        for piece in pieces:
            try:
                asyncio.run_coroutine_threadsafe(send(bytes(piece)), loop).result(ON_THE_WAY)
            except (ProtocolClosed, TimeoutError):
                return  # the reader has gone away


def environ_of(scope, body: Body) -> dict:
    """The request as WSGI has it (PEP 3333)."""
    server, _, port = scope.server.rpartition(":")
    environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": as_latin(scope.path),
        "QUERY_STRING": as_latin(scope.query_string),
        "SERVER_NAME": server or "localhost",
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": body,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        value = as_latin(value)
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    if "HTTP_HOST" not in environ and scope.authority:
        environ["HTTP_HOST"] = scope.authority
    return environ


def as_latin(text: str) -> str:
    """Text that RSGI has decoded, as WSGI has it: its bytes, each as a character of Latin-1."""
    return text if text.isascii() else text.encode(errors="replace").decode("latin-1")


def make() -> Front:
    from django.conf import settings

    from meiri.audience import fastpath as views
    from meiri.comments import flooding
    from meiri.conf.database import only_existing

    only_existing()
    fast: list[Callable] = [views.respond, flooding.respond]
    if settings.PAGE_FILES:
        from meiri.delivery.fastpath import StoredPages
        from meiri.delivery.pages import pages

        fast.insert(0, StoredPages(pages().files).respond)
    return Front(application, fast, together=flooding.is_sent)


app = make()
