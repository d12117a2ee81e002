"""The Valkey (or Redis) of a site, where MEIRI_REDIS_URL names one. What is there may be gone at any moment, so that whoever asks it
has another way.

Each process has one connection. A thread of its own makes it and makes it again: nobody who asks waits for a name to be looked up, for
a handshake or for a server that is away, and for an answer no longer than `ANSWER_WITHIN`. Whoever gets none in that time gives the
connection up for all, and from then on asking costs nothing until the thread has another.
"""

import hashlib
import logging
import os
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from threading import Event, Lock, Thread
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings

logger = logging.getLogger(__name__)

# Seconds: for an answer, the longest that somebody who asks may wait; for each step of a connection, for which nobody waits.
ANSWER_WITHIN = 0.02
CONNECT_WITHIN = 1.0
# A server that answers so slowly so many times in succession is left alone for a while, as if it were away.
SLOW, SLOW_IN_SUCCESSION, REST = 0.008, 5, 10.0
# Between two tries to connect; a connection that held for so long is tried again at once.
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 5.0
HELD = 10.0
# How often a connection is looked at that nobody uses.
LOOKED_AT_EVERY = 15.0
# The first release with all commands that are used (SET … KEEPTTL, in the numbers of Redis; Valkey's begin with 7.2).
OLDEST = (6, 0)
FORMS = (
    "MEIRI_REDIS_URL is not understood. Write redis://:PASSWORD@HOST:6379/0, rediss://USER:PASSWORD@HOST:6379/0 (TLS) or"
    " unix:///run/valkey/valkey.sock?db=0; @ : / ? # % in user and password are written %40 %3A %2F %3F %23 %25."
)
_SCHEMES = {
    "redis": "redis", "valkey": "redis", "rediss": "rediss", "valkeys": "rediss", "unix": "unix",
}  # fmt: skip


def valkey_address(url: str) -> str:
    """`url` as the client reads it, with Valkey's own schemes taken too; "" for none. Raises `ValueError` with a sentence for the
    operator."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        number = (
            parts.path.strip("/") if parts.scheme != "unix" else dict(parse_qsl(parts.query)).get("db", "")
        )
        has_place = bool(parts.path if parts.scheme == "unix" else parts.hostname)
        known = parts.scheme in _SCHEMES and has_place and (not number or number.isdecimal())
        known = known and (parts.port is None or parts.port > 0) and not parts.fragment
    except ValueError:
        known = False
    if not known:
        raise ValueError(FORMS)
    return _SCHEMES[parts.scheme] + url[len(parts.scheme) :]


class ValkeyAway(Exception):
    """Valkey has not answered in time, or says that it can't do what it is asked."""


@dataclass(frozen=True)
class LuaScript:
    """A script in Lua that the server runs as one step."""

    text: str

    @cached_property
    def digest(self) -> str:
        return hashlib.sha1(self.text.encode()).hexdigest()  # noqa: S324 the name that the server gives it


class ValkeyConnection:
    """A connection to one run of one server: `run` is another when the server was started again, whatever it remembers. For one
    thread at a time."""

    def __init__(self, url: str):
        """Connect, sign in, and see that it may be written to. Raises `OSError`, `ValueError` or what redis-py raises."""
        from redis import ConnectionPool

        pool = ConnectionPool.from_url(
            url,
            socket_connect_timeout=CONNECT_WITHIN,
            socket_timeout=CONNECT_WITHIN,
            protocol=2,
            driver_info=None,
        )
        self._connection = cast(Any, pool.make_connection())
        try:
            self._connection.connect()
            told = dict(
                line.split(":", 1)
                for line in self.ask("INFO", "server").decode(errors="replace").splitlines()
                if ":" in line
            )
            self.run = told["run_id"]
            self.name = "Valkey" if "valkey_version" in told else "Redis"
            self.version = told.get("valkey_version", told["redis_version"])
            self.speaks = tuple(int(part) for part in told["redis_version"].split(".")[:2])
            # A replica, a full server and one that can't keep what it is told say so here.
            self.ask("SET", f"{prefix()}:probe", self.run, "PX", 1000)
            self._connection.update_current_socket_timeout(ANSWER_WITHIN)
        except BaseException:
            self.close()
            raise

    def ask(self, *command: str | bytes | int) -> Any:
        """The answer to one command: bytes, a number, a list of them or None. Raises what redis-py raises."""
        self._connection.send_command(*command, check_health=False)
        return self._connection.read_response()

    def run_script(
        self, script: LuaScript, keys: Sequence[str], arguments: Sequence[str | bytes | int]
    ) -> Any:
        """What a script answers. `keys` are those of this run: what one before knew under the same names, and an old snapshot may
        hold, is not found."""
        from redis.exceptions import NoScriptError

        rest = [len(keys), *(f"{prefix()}:{self.run[:12]}:{key}" for key in keys), *arguments]
        try:
            return self.ask("EVALSHA", script.digest, *rest)
        except NoScriptError:
            return self.ask("EVAL", script.text, *rest)

    def close(self) -> None:
        with suppress(Exception):
            self._connection.disconnect()


def prefix() -> str:
    """What the keys of this site begin with, so that several sites may share a server."""
    return _prefix(settings.SECRET_KEY)


@lru_cache(4)
def _prefix(secret: str) -> str:
    return f"meiri:{hashlib.sha256(f'valkey {secret}'.encode()).hexdigest()[:12]}"


class ValkeyLink:
    """The connection of this process to the server at `url`, as long as there is one."""

    def __init__(self, url: str):
        from meiri.valkey_counters import ANSWERED, UNANSWERED

        self._answered, self._unanswered = ANSWERED, UNANSWERED
        self.url = url
        self.reason = ""  # why there is none, in English; "" where there is one, or none was tried yet
        # How often there was none after there had been one: whoever counts looks elsewhere for a while after each.
        self.losses = 0
        self._connection: ValkeyConnection | None = None
        self._lock, self._closed, self._lost = Lock(), Event(), Event()
        self._slow, self._rest = 0, 0.0
        self._thread: Thread | None = None

    @property
    def is_closed(self) -> bool:
        return self._closed.is_set()

    @property
    def is_there(self) -> bool:
        return self._connection is not None

    @property
    def run(self) -> str:
        """Which run of the server is connected to; "" for none."""
        connection = self._connection
        return connection.run if connection else ""

    def begin(self) -> None:
        """Let the thread connect, where it does not yet. Costs nothing."""
        if self._thread is None:
            with self._lock:
                if self._thread is None and not self._closed.is_set():
                    self._thread = Thread(target=self._keep, name="valkey", daemon=True)
                    self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait until there is a connection, no longer than `seconds`; whether there is one. For those who have time."""
        self.begin()
        end = time.monotonic() + seconds
        while not self.is_there and time.monotonic() < end:
            time.sleep(0.005)
        return self.is_there

    def ask(self, *command: str | bytes | int) -> Any:
        """The answer to one command. Raises `ValkeyAway`, within some milliseconds."""
        return self._ask(lambda connection: connection.ask(*command))

    def run_script(
        self, script: LuaScript, keys: Sequence[str], arguments: Sequence[str | bytes | int]
    ) -> Any:
        """What a script answers. Raises `ValkeyAway`, within some milliseconds."""
        return self._ask(lambda connection: connection.run_script(script, keys, arguments))

    def _ask(self, question) -> Any:
        self.begin()
        # Nobody waits in a line for what is away already.
        if self._connection is None or not self._lock.acquire(timeout=ANSWER_WITHIN):
            self._unanswered.inc()
            raise ValkeyAway(self.reason or "not connected yet")
        try:
            if self._connection is None:
                self._unanswered.inc()
                raise ValkeyAway(self.reason)
            from redis.exceptions import RedisError

            began = time.perf_counter()
            try:
                answer = question(self._connection)
            except (RedisError, OSError, ValueError, TypeError) as error:
                self._unanswered.inc()
                self._lose(_sentence(error))
                raise ValkeyAway(self.reason) from error
            except BaseException:
                # Half an answer may still come: nobody reads it as that to another question.
                self._lose("interrupted")
                raise
            self._answered.inc()
            self._note_time(time.perf_counter() - began)
            return answer
        finally:
            self._lock.release()

    def _note_time(self, took: float) -> None:
        self._slow = self._slow + 1 if took > SLOW else 0
        if self._slow >= SLOW_IN_SUCCESSION:
            self._slow, self._rest = 0, REST
            self._lose(f"took {took * 1000:.0f} ms and more for each of {SLOW_IN_SUCCESSION} answers")

    def _lose(self, reason: str) -> None:
        connection, self._connection = self._connection, None
        self.reason = reason
        self.losses += 1
        if connection:
            connection.close()
        self._lost.set()

    def _keep(self) -> None:
        pause = FIRST_PAUSE
        while not self._closed.is_set():
            began = time.monotonic()
            try:
                connection = ValkeyConnection(self.url)
                if connection.speaks < OLDEST:
                    connection.close()
                    raise ValueError(f"{connection.name} {connection.version} is too old")
            except Exception as error:
                if not self.reason:
                    logger.warning("Valkey is away, its work is done without it: %s", _sentence(error))
                self.reason = _sentence(error)
                self.losses += 1
            else:
                self._hold(connection)
                if self._closed.is_set():
                    return
                logger.warning("Valkey is away, its work is done without it: %s", self.reason)
                if time.monotonic() - began > HELD:
                    pause = FIRST_PAUSE
            rest, self._rest = self._rest, 0.0
            # All processes of all nodes lost it at the same moment, and do not come back at the same one.
            self._closed.wait(max(rest, pause * random.uniform(0.5, 1)))  # noqa: S311
            pause = min(pause * 2, LONGEST_PAUSE)

    def _hold(self, connection: ValkeyConnection) -> None:
        """Offer `connection` until it is lost."""
        self._lost.clear()
        if self.reason:
            logger.info("Valkey is there again.")
        self.reason = ""
        self._connection = connection
        while not self._lost.wait(LOOKED_AT_EVERY):
            with suppress(ValkeyAway):
                self.ask("PING")

    def close(self) -> None:
        """Let go of the connection, for good."""
        self._closed.set()
        with self._lock:
            self._lose("closed")


def _sentence(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]


_link: ValkeyLink | None = None
_link_lock = Lock()


def valkey() -> ValkeyLink | None:
    """The link of this process; None where the site has no Valkey."""
    url = settings.REDIS_URL
    if not url:
        return None
    global _link
    link = _link
    if link is None or link.url != url or link.is_closed:
        with _link_lock:
            if _link is None or _link.url != url or _link.is_closed:
                if _link:
                    _link.close()
                _link = ValkeyLink(url)
            link = _link
    return link


def valkey_is_away() -> bool:
    """Whether the site has a Valkey that this process found to be away: it does its work without."""
    link = valkey()
    if link is None:
        return False
    link.begin()
    return not link.is_there and bool(link.reason)


def _forget() -> None:
    """A copy of a process has its own link: neither the connection nor the thread is in it."""
    global _link, _link_lock
    _link, _link_lock = None, Lock()


os.register_at_fork(after_in_child=_forget)
