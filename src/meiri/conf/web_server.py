"""granian with the front application."""

import multiprocessing
import sys

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.errors import FatalError
from granian.log import LogLevels

# Connections that may wait for an answer in one process.
BACKPRESSURE = 1024
GRACE_SECONDS = 3


def serve(host: str, port: int, workers: int) -> None:
    """Serve until SIGTERM, from `workers` processes that are copies of this one."""
    multiprocessing.set_start_method("fork", force=True)
    server = Granian(
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
