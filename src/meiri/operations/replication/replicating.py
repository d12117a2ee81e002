"""Keeps the replica of an SQLite site up: Litestream, and what copies its files and the site's."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import TimeoutExpired
from threading import Event, Thread
from time import monotonic, time

from django.conf import settings
from django.db import connection
from django.utils import timezone

from meiri.file_locks import try_lock
from meiri.kept_once import write_whole
from meiri.operations.file_guard import FileGuard
from meiri.operations.replication import generations
from meiri.operations.replication.encryption import own_recipients
from meiri.operations.replication.file_copier import FileCopier
from meiri.operations.replication.litestream import SNAPSHOT_LEVEL, follow
from meiri.operations.replication.pausing import (
    FOLDER,
    FORGET,
    RUNNING,
    SPOOL,
    STEP,
    open_lock,
    pause_is_asked,
)
from meiri.operations.replication.targets import ReplicaTarget, target_of

logger = logging.getLogger(__name__)

# What the doctor reads: how the replica stands.
STATE = "state.json"
GRACE = 10.0  # seconds in which Litestream writes what it has
REST = 5.0  # seconds in which it is copied
# How often, in seconds, it is noted that nothing has changed; one who is silent longer has died or hangs.
NOTED, SILENT = 10.0, 60.0
# What was erased has left the folders so many seconds after it was asked to be forgotten.
SETTLED = 3.0
# How often what is too old is looked for, and what must be gone at once, in seconds.
FORGETTING, AT_ONCE = 3600.0, 1.0
# What is missing here for so many seconds is gone.
MISSING = 60.0
# A replica that waits longer than this, in seconds, is told of.
LATE = 10.0
AFTER_END = 5.0


@dataclass(frozen=True)
class ReplicaState:
    """`generation`: its name. `late`: whether something waited for more than `LATE` seconds when it was noted. `problem`: why, for operators.
    `at`: when it was noted, in seconds since 1970."""

    generation: str
    late: bool
    problem: str
    at: float


def replica_state(home: Path) -> ReplicaState | None:
    """As it was noted last; None for never."""
    try:
        return ReplicaState(**json.loads((home / FOLDER / STATE).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


class Replicator:
    """For one process. Raises `ValueError` for a target and `WrongKey` for public keys that can't be understood."""

    def __init__(self, home: Path):
        self.home = home
        self.folder = home / FOLDER
        self.database = Path(connection.settings_dict["NAME"])
        self.target: ReplicaTarget = target_of(settings.REPLICATE_TO)
        self.recipients: Sequence = own_recipients(home, settings.BACKUP_RECIPIENTS)
        self._noted: ReplicaState | None = None
        self._forgotten_at = self._cleared_at = 0.0
        # Threads of earlier generations that the target keeps waiting.
        self._at_work: list[Thread] = []

    def run(self, stopping: Event) -> None:
        """Keep the replica up until told to stop."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        # A guard that finds none would make one that is open to the group, as media are.
        (self.home / "originals").mkdir(mode=0o700, exist_ok=True)
        files = [self._copier(name, f"{name}/", exact=False) for name in ("media", "originals")]
        for copier in files:
            self._start(copier, stopping)
        while not stopping.is_set():
            with open_lock(self.folder / RUNNING) as lock:
                if pause_is_asked(self.home) or not try_lock(lock):
                    stopping.wait(STEP)
                    continue
                self._follow(files, stopping)

    def _follow(self, files: Sequence[FileCopier], stopping: Event) -> None:
        """Follow the database for one generation, or a part of one."""
        generation = generations.current(self.home, self.database, timezone.now())
        spool = self._copier(f"{FOLDER}/{SPOOL}", generation.prefix, exact=True)
        ending = Event()
        litestream = follow(self.home, self.database, settings.REPLICA_HOURS)
        copying = self._start(spool, ending)
        forgetting = Thread(
            target=self._forget_until, args=[ending, generation, spool, files], name="forgetting", daemon=True
        )
        forgetting.start()
        try:
            while not (stopping.wait(2 * STEP) or pause_is_asked(self.home)):
                if (status := litestream.poll()) is not None:
                    logger.warning("Litestream ended with status %s; starting it again", status)
                    stopping.wait(AFTER_END)
                    return
                self._note(generation, [spool, *files])
        finally:
            litestream.terminate()
            try:
                litestream.wait(GRACE)
            except TimeoutExpired:
                litestream.kill()
                litestream.wait()
            spool.inspect(0.0)
            until = monotonic() + REST
            while spool.waits_for() and not spool.problem and monotonic() < until:
                copying.join(STEP)
            ending.set()
            copying.join(REST)
            # A target may take long for one file: what it still takes belongs to this generation.
            self._at_work = [thread for thread in (*self._at_work, copying, forgetting) if thread.is_alive()]

    def _copier(self, folder: str, prefix: str, exact: bool) -> FileCopier:
        noted = self.folder / f"copied-{prefix.partition('/')[0]}"
        return FileCopier(self.home / folder, self.target, prefix, self.recipients, exact=exact, noted=noted)

    def _start(self, copier: FileCopier, stopping: Event) -> Thread:
        guard = FileGuard([copier], stopping)
        Thread(target=guard.run, name=f"watching {copier.prefix}", daemon=True).start()
        copying = Thread(target=copier.run, args=[stopping], name=f"copying {copier.prefix}", daemon=True)
        copying.start()
        return copying

    def _note(self, generation: generations.Generation, copiers: Sequence[FileCopier]) -> None:
        late = any(copier.waits_for() > LATE for copier in copiers)
        problem = next((copier.problem for copier in copiers if copier.problem), "")
        state = ReplicaState(generation.name, late, problem, time())
        known = self._noted
        if known is None or (late, problem) != (known.late, known.problem) or state.at - known.at > NOTED:
            write_whole(self.folder / STATE, json.dumps(state.__dict__).encode())
            self._noted = state

    def _forget_until(
        self,
        ending: Event,
        generation: generations.Generation,
        spool: FileCopier,
        files: Sequence[FileCopier],
    ) -> None:
        """In a thread of its own: the target may be slow, and nobody waits for what is deleted there."""
        while not ending.wait(AT_ONCE):
            try:
                self._forget(generation, spool, files, ending)
            except Exception as error:
                logger.warning(
                    "What is too old at %s can't be deleted: %s",
                    self.target,
                    error,
                    exc_info=not isinstance(error, OSError),
                )
                ending.wait(MISSING)

    def _forget(
        self,
        generation: generations.Generation,
        spool: FileCopier,
        files: Sequence[FileCopier],
        ending: Event,
    ) -> None:
        """Delete at the target what is gone here or too old there, and at once what must be gone."""
        at_once, now = self._must_forget(spool, files), monotonic()
        if not at_once and now - self._forgotten_at < MISSING:
            return
        if spool.problem or not self._is_whole() or ending.is_set():
            return
        self._forgotten_at = now
        for copier in (spool, *files):
            copier.let_go(0 if at_once else MISSING)
        if at_once or now - self._cleared_at > FORGETTING:
            self._cleared_at = now
            self._clear(generation, files, 0 if at_once else settings.REPLICA_HOURS)

    def _must_forget(self, spool: FileCopier, files: Sequence[FileCopier]) -> bool:
        """Whether something was erased, and all that it took away is known here: nothing waits, and nobody writes of before."""
        try:
            asked = (self.folder / FORGET).stat().st_mtime
        except FileNotFoundError:
            return False
        at_rest = not any(copier.waits_for() or copier.problem for copier in (spool, *files))
        return at_rest and time() - asked > SETTLED and not any(thread.is_alive() for thread in self._at_work)

    def _is_whole(self) -> bool:
        """Whether this data folder has what it should: one that is being deleted must not take the replica along."""
        snapshots = self.folder / SPOOL / "ltx" / SNAPSHOT_LEVEL
        return self.database.exists() and snapshots.is_dir() and any(snapshots.iterdir())

    def _clear(self, generation: generations.Generation, files: Sequence[FileCopier], hours: int) -> None:
        if generation not in generations.generations_at(self.target):
            return  # it can't be restored yet
        generations.forget_older(self.target, generation, hours, timezone.now())
        for copier in files:
            copier.forget_gone(hours)
        if hours == 0:
            (self.folder / FORGET).unlink(missing_ok=True)
