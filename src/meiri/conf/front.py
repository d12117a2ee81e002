"""The front application, which the web server runs: readers get stored pages from its event loop, all else is Django's.

It speaks RSGI 1.5, granian's own interface. Django works in a bounded pool of threads, so that however long its requests
wait for the database, the loop goes on answering readers. A thread begins with a request when all of it has come, and
is done with it when its answer is made: who sends or reads slowly takes none.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from granian.rsgi import ProtocolClosed

from meiri.conf.environ import declared_length, environ_of, has_host, peer_of
from meiri.conf.request_bodies import EDITORS, Body, Reception, TooLarge, TooMany, bound_of
from meiri.conf.request_metrics import DJANGO_SECONDS, count_request, counted
from meiri.conf.web_server import call_when_ending
from meiri.conf.wsgi import application
from meiri.delivery.fastpath import StoredPages
from meiri.delivery.headers import guarding
from meiri.delivery.rendering import is_page
from meiri.live.streaming import LiveStreams
from meiri.visitors.address import visitor_of

logger = logging.getLogger(__name__)

# Requests that Django works on at once, and those that may wait for it.
THREADS = 6
MOST_WAITING = 256
# Comments that are taken together: their threads wait for each other, and take those of nobody else.
THREADS_OF_COMMENTS = 32
# Requests that bring files, or texts to import: reading them may take minutes, and takes no thread that readers need.
THREADS_OF_UPLOADS = 4
# Seconds after which a reader is asked to come back, whatever Django is waiting for. Editors' work may take longer.
PATIENCE = 8
# How long, in seconds, a part of an answer may be on its way.
ON_THE_WAY = 30
# Files that are sent at once, the threads that read them, and how many of their pieces are read in one go.
MOST_FILES = 512
THREADS_OF_FILES = 2
PIECES = 16

_PAGE = (
    "<!doctype html><html lang=zh-Hans><meta charset=utf-8><title>{0}</title><h1>{0}</h1><p>{1}</p></html>"
)
BUSY = _PAGE.format("访问的人太多了", "请过几秒再试。")
STUCK = _PAGE.format("页面暂时无法显示", "请过几秒再试。")
LATE = _PAGE.format("没有收到完整的请求", "请检查网络后重新提交。")
LARGE = _PAGE.format("内容太大", "提交的内容超过了限度，请删减后再提交。")
CROWDED = _PAGE.format("提交得太频繁", "您所在的网络同时提交的内容太多，请过几秒再试。")
NO_HOST = _PAGE.format("无法读取请求", "请求里没有网站的名称。")
_PLAIN = [("content-type", "text/html; charset=utf-8"), ("cache-control", "no-store"), ("retry-after", "5")]
# granian names itself where an answer does not say what serves it.
SERVER = ("server", "web")
ARTICLES = f"{EDITORS}snippets/"
# Methods whose requests have no body that anybody reads.
READING = ("GET", "HEAD")


class Exchange:
    """The answer to one request. Whoever comes first gives it: Django, or the loop that will not wait any longer.

    All of it happens on the event loop.
    """

    def __init__(self, protocol):
        self.protocol, self._answered = protocol, False
        # What goes on after a thread has made the answer.
        self.sending: asyncio.Task | None = None

    def claim(self, status: int) -> bool:
        """Whether the caller is the one who answers, with `status`."""
        first, self._answered = not self._answered, True
        if first:
            count_request("django", status)
        return first

    def answer(self, status: int, headers: list, body: bytes) -> None:
        if self.claim(status):
            self.protocol.response_bytes(status, [*headers, SERVER], body)

    def send_file(self, status: int, headers: list, path: str, start: int, end: int) -> None:
        """The bytes of a file from `start` to before `end`, as fast as the reader takes them. It keeps no thread of Python's."""
        if self.claim(status):
            self.protocol.response_file_range(status, [*headers, SERVER], path, start, end)

    def refuse(self, status: int, page: str) -> None:
        self.answer(status, [*_PLAIN, *guarding()], page.encode())


class BoundedThreadPool:
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


def brings_files(scope) -> bool:
    """Whether a request is a form that may hold files. Those of articles hold none: writing waits for nobody's upload."""
    kind = scope.headers.get("content-type") or ""
    return (
        scope.method == "POST"
        and kind.lower().startswith("multipart/form-data")
        and not scope.path.startswith(ARTICLES)
    )


class Front:
    """The application. `fast` are tried in turn for each request; None from all of them means that it is Django's.

    `together` says of a request whether it waits for others of its kind, which have threads of their own. `streams` answers
    those who follow live coverages. Whoever asks for one of the `pages` while it is rendered for another waits for that.
    """

    def __init__(
        self,
        django: WSGIHandler,
        fast: Iterable[Callable],
        together: Callable[[Any], bool],
        streams: LiveStreams | None = None,
        pages: StoredPages | None = None,
    ):
        self._django, self._fast, self._together, self._streams = django, tuple(fast), together, streams
        self._pages = pages
        # By address, whether Django has answered who asked first.
        self._rendering: dict[str, asyncio.Future[bool]] = {}
        self._threads = BoundedThreadPool(THREADS, "django")
        self._threads_together = BoundedThreadPool(THREADS_OF_COMMENTS, "django together")
        self._threads_of_uploads = BoundedThreadPool(THREADS_OF_UPLOADS, "django uploads")
        self._reading_files = ThreadPoolExecutor(THREADS_OF_FILES, thread_name_prefix="files")
        self._files_sent = 0
        self._reception = Reception()

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._streams:
            call_when_ending(loop, self._streams.end)

    async def __rsgi__(self, scope, protocol) -> None:
        if not has_host(scope):
            Exchange(protocol).refuse(400, NO_HOST)
            return
        if self._answered_fast(scope, protocol):
            return
        following = self._streams.respond(scope, protocol) if self._streams else None
        if callable(following):
            count_request("live", 200)
            await following()
        elif following is not None:
            count_request("live", following.status)
            protocol.response_bytes(following.status, [*following.headers, SERVER], following.body)
        elif self._pages and self._pages.may_respond(scope) and is_page(scope.path, ()):
            await self._as_page(scope, protocol)
        else:
            await self._by_django(scope, protocol)

    def _answered_fast(self, scope, protocol) -> bool:
        for respond in self._fast:
            answer = respond(scope)
            if answer is not None:
                protocol.response_bytes(answer.status, [*answer.headers, SERVER], answer.body)
                return True
        return False

    async def _as_page(self, scope, protocol) -> None:
        """Let Django render a page that is not stored. Those who ask for it meanwhile take no thread, and get it from its file; Django is
        asked for each of them only where it was not stored."""
        loop = asyncio.get_running_loop()
        began, rendering = loop.time(), self._rendering.get(scope.path)
        if rendering is None:
            self._rendering[scope.path] = rendering = loop.create_future()
            answered = False
            try:
                answered = await self._by_django(scope, protocol)
            finally:
                del self._rendering[scope.path]
                rendering.set_result(answered)
            return
        await asyncio.wait([rendering], timeout=PATIENCE)
        if self._answered_fast(scope, protocol):
            return
        if rendering.done() and rendering.result():
            await self._by_django(scope, protocol, loop.time() - began)
        else:
            Exchange(protocol).refuse(503, STUCK)

    async def _by_django(self, scope, protocol, waited: float = 0.0) -> bool:
        """Whether Django has answered: not so where it takes too long, or has too much to do. `waited`: the seconds that the reader has waited
        already."""
        exchange = Exchange(protocol)
        threads = self._threads_for(scope)
        if threads.full:
            exchange.refuse(503, BUSY)
            return False
        body = None
        if scope.method not in READING:
            body = await self._received(scope, exchange)
            if body is None:
                return False
        return await self._worked_on(scope, exchange, threads, body, waited)

    def _threads_for(self, scope) -> BoundedThreadPool:
        if self._together(scope):
            return self._threads_together
        return self._threads_of_uploads if brings_files(scope) else self._threads

    async def _received(self, scope, exchange: Exchange) -> Body | None:
        """The whole body of a request; None where it was refused."""
        try:
            return await self._reception.receive(
                exchange.protocol,
                visitor_of_scope(scope),
                bound_of(scope.path),
                declared_length(scope),
            )
        except TimeoutError:
            exchange.refuse(408, LATE)
        except TooLarge:
            exchange.refuse(413, LARGE)
        except TooMany as refusal:
            exchange.refuse(*((503, BUSY) if refusal.all_of_them else (429, CROWDED)))
        return None

    async def _worked_on(
        self, scope, exchange: Exchange, threads: BoundedThreadPool, body: Body | None, waited: float
    ) -> bool:
        """Have a thread answer, and wait until the answer is on its way; whether it is."""
        if threads.full:  # they may be by the time that a body has come
            exchange.refuse(503, BUSY)
            if body:
                body.close()
            return False
        loop = asyncio.get_running_loop()
        began = loop.time()
        environ = environ_of(scope, body.file if body else None, body.size if body else 0)
        begun = threads.do(loop, self._answer, environ, exchange, loop)
        if body:
            begun.add_done_callback(lambda _: loop.call_soon_threadsafe(body.close))
        job = asyncio.wrap_future(begun, loop=loop)
        patience = None
        if scope.method in READING and not scope.path.startswith(EDITORS):
            patience = max(PATIENCE - waited, 0.0)
        done, _ = await asyncio.wait([job], timeout=patience)
        DJANGO_SECONDS.observe(loop.time() - began)
        if not done:
            job.cancel()  # it may not have begun
            exchange.refuse(503, STUCK)
        if exchange.sending:
            await exchange.sending
        return bool(done)

    def _answer(self, environ: dict, exchange: Exchange, loop: asyncio.AbstractEventLoop) -> None:
        """Have Django answer, whatever happens."""
        try:
            self._by_wsgi(environ, exchange, loop)
        except Exception:
            logger.exception("A request could not be answered")
            loop.call_soon_threadsafe(exchange.refuse, 500, STUCK)

    def _by_wsgi(self, environ: dict, exchange: Exchange, loop: asyncio.AbstractEventLoop) -> None:
        """Ask Django and send what it says. Runs in a thread of the pool."""
        begun: list = []

        def start_response(status, headers, error=None, /):
            begun[:] = status, headers
            return begun.append

        response: Any = self._django(environ, start_response)
        handed_on = False
        try:
            status = int(begun[0].split(None, 1)[0])
            headers = [(name.lower(), value) for name, value in begun[1]]
            if path := getattr(response, "path", ""):
                loop.call_soon_threadsafe(
                    exchange.send_file, status, headers, path, response.start, response.end
                )
            elif getattr(response, "file_to_stream", None) is not None:
                handed_on = True
                loop.call_soon_threadsafe(self._begin_file, exchange, status, headers, response, loop)
            elif getattr(response, "streaming", False):
                self._send_pieces(exchange, status, headers, response, loop)
            else:
                loop.call_soon_threadsafe(exchange.answer, status, headers, b"".join(response))
        finally:
            if not handed_on:
                response.close()

    def _begin_file(self, exchange: Exchange, status: int, headers: list, response, loop) -> None:
        """Send a file from the event loop, however slowly it is read: no thread waits for the reader."""
        if self._files_sent >= MOST_FILES:
            exchange.refuse(503, BUSY)
        if not exchange.claim(status):
            self._reading_files.submit(response.close)
            return
        self._files_sent += 1
        exchange.sending = loop.create_task(self._send_file(exchange, status, headers, response, loop))

    async def _send_file(self, exchange: Exchange, status: int, headers: list, response, loop) -> None:
        def read() -> bytes:
            return b"".join(islice(pieces, PIECES))

        pieces = iter(response)
        try:
            transport = exchange.protocol.response_stream(status, [*headers, SERVER])
            while piece := await loop.run_in_executor(self._reading_files, read):
                async with asyncio.timeout(ON_THE_WAY):
                    await transport.send_bytes(piece)
        except (ProtocolClosed, TimeoutError):
            return  # the reader has gone away
        except OSError:
            logger.exception("A file could not be read to its end")
        finally:
            self._files_sent -= 1
            self._reading_files.submit(response.close)

    def _send_pieces(
        self, exchange: Exchange, status: int, headers: list, pieces: Iterable[bytes], loop
    ) -> None:
        async def begin():
            if not exchange.claim(status):
                return None
            return exchange.protocol.response_stream(status, [*headers, SERVER])

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


def make() -> Front:
    from django.conf import settings

    from meiri.audience import fastpath as views
    from meiri.comments import flooding
    from meiri.conf.database import only_existing
    from meiri.trust.log_files import log_files
    from meiri.web.public_log import LogPages

    only_existing()
    fast: list[Callable] = [
        counted("views", views.respond),
        counted("comments", flooding.respond),
        counted("public log", LogPages(log_files()).respond),
    ]
    if settings.PAGE_FILES:
        from meiri.delivery.page_store import page_store

        store = page_store()
        pages = StoredPages(store.files, store.is_own)
        fast.insert(0, counted("page files", pages.respond))
        streams = LiveStreams(store.files, visitor_of_scope, [SERVER], store.is_own)
        return Front(application, fast, flooding.is_sent, streams, pages)
    return Front(application, fast, together=flooding.is_sent)


def visitor_of_scope(scope) -> str:
    """The address that a request comes from."""
    return visitor_of(scope.headers.get_all("x-forwarded-for"), peer_of(scope))


app = make()
