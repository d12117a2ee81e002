"""granian with the front application."""

import asyncio
import multiprocessing
import os
import resource
import sys
from collections.abc import Callable

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.errors import FatalError
from granian.log import LogLevels

# Connections that one process holds: those of readers who follow a live coverage stay open (live/streaming.py).
BACKPRESSURE = 10_000
# Open files that a process may need for them, beside those of pages and databases.
OPEN_FILES = 16_384
GRACE_SECONDS = 3


# A pipe whose writing end the head of the server closes before it stops its workers: they let those go whose connections would
# stay open. None where the server runs otherwise.
_ending: tuple[int, int] | None = None


class Server(Granian):  # type: ignore[misc, valid-type]
    """Tells its workers that it stops before it waits for them."""

    def shutdown(self, exit_code=0):
        if _ending:
            os.close(_ending[1])
        super().shutdown(exit_code)


def call_when_ending(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
    """Call `callback` on the event loop of a worker when the server begins to stop."""
    if _ending is None:
        return
    told, head = _ending

    def end() -> None:
        loop.remove_reader(told)
        callback()

    os.close(head)
    loop.add_reader(told, end)


def serve(host: str, port: int, workers: int) -> None:
    """Serve until SIGTERM, from `workers` processes that are copies of this one."""
    global _ending
    allow_open_files(OPEN_FILES)
    _ending = os.pipe()
    multiprocessing.set_start_method("fork", force=True)
    server = Server(
        "meiri.conf.front:app",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=workers,
        loop=Loops.uvloop,
        backpressure=BACKPRESSURE,
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=GRACE_SECONDS,
        respawn_failed_workers=True,
    )
    try:
        server.serve()
    except FatalError:
        sys.exit(1)


def allow_open_files(wanted: int) -> None:
    """Let this process and its copies open `wanted` files at once, as far as the system lets them; never fewer than now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
