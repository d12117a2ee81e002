"""Copies the files of a folder to a replica as they come, encrypted."""

import logging
import os
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import SpooledTemporaryFile
from threading import Condition, Event, Lock
from time import monotonic

from django.utils import timezone

from meiri.kept_once import write_whole
from meiri.operations.replication.encryption import SUFFIX, encrypt
from meiri.operations.replication.gone_files import gone_files, mark_gone, marker
from meiri.operations.replication.targets import ReplicaTarget

logger = logging.getLogger(__name__)

SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds between two tries while the target can't be reached
# Litestream writes a file under such a name first.
UNFINISHED = ".tmp"
# How often, in seconds, all files are compared where not all of them are watched.
LOOKED_THROUGH = 30.0
# A larger file is encrypted on the disk.
IN_MEMORY = 8 << 20


class UnreadableFile(Exception):
    """A file of the site that can't be read."""


class FileCopier:
    """Keeps the files below `root` at `target` under `prefix` (`media/`), by the names that they have below `root`.

    What is gone here stays there until `let_go` is called: a folder that somebody deletes must not take its copy along. `exact`: it is
    deleted then, and no file is ever written anew under its name; otherwise it is marked, and stays until `forget_gone` is called. A `FileGuard` tells of changes, in a thread of its own; `run` copies, in another.
    """

    def __init__(
        self,
        root: Path,
        target: ReplicaTarget,
        prefix: str,
        recipients: Sequence,
        *,
        exact: bool,
        noted: Path,
    ):
        self.root = str(root)
        self.prefix = prefix
        self._target, self._recipients, self._exact, self._noted = target, recipients, exact, noted
        self._changed = Condition()
        # Since when each waits, and which were written while they waited.
        self._waiting: dict[str, float] = {}
        self._written: set[str] = set()
        self._since: float | None = None
        self._gone: dict[str, datetime] = {}
        self._missed: dict[str, float] = {}
        # One who copies and one who forgets do not meet.
        self._at_target = Lock()
        self._unreadable: dict[str, str] = {}
        self._is_watched = False
        self._compared_at = monotonic()
        self._target_problem = ""

    @property
    def problem(self) -> str:
        """Why not all is copied, for operators; "" where nothing is wrong."""
        if self._target_problem:
            return self._target_problem
        if self._unreadable:
            name, why = next(iter(self._unreadable.items()))
            return f"{len(self._unreadable)} files can't be read, such as {self.prefix}{name}: {why}"
        if not self._is_watched and monotonic() - self._compared_at > 2 * LOOKED_THROUGH:
            return f"{self.root} is not watched: raise fs.inotify.max_user_instances and max_user_watches"
        return ""

    def inspect(self, since: float) -> None:
        with self._changed:
            self._since = since
            self._changed.notify()

    def look_at(self, path: str) -> None:
        if path.endswith(UNFINISHED):
            return
        name = os.path.relpath(path, self.root)
        with self._changed:
            self._waiting.setdefault(name, monotonic())
            self._written.add(name)
            self._changed.notify()

    def folder_is_gone(self, path: str) -> None:
        self.inspect(self.watched_until())

    def watched_until(self) -> float:
        if self._exact:
            return 0.0
        try:
            return float(self._noted.read_text())
        except (OSError, ValueError):
            return 0.0

    def note_watched(self, until: float, everything: bool) -> None:
        """Only where all is copied: what waits must be found again by who starts next."""
        self._is_watched = everything
        if everything and not self._exact and self.waits_for() == 0:
            write_whole(self._noted, f"{until}\n".encode())

    def waits_for(self) -> float:
        """Seconds for which something waits to be copied; 0.0 where nothing does."""
        with self._changed:
            if self._since is not None:
                return SHORTEST_PAUSE
            return monotonic() - min(self._waiting.values()) if self._waiting else 0.0

    def run(self, stopping: Event) -> None:
        """Copy until told to stop. While the target can't be reached, what waits is kept, and `problem` says why."""
        pause = SHORTEST_PAUSE
        while not stopping.is_set():
            if not self._is_watched and monotonic() - self._compared_at > LOOKED_THROUGH:
                self.inspect(self.watched_until())
            try:
                self.copy_waiting(1.0, stopping)
                if self._target_problem:
                    logger.warning("The replica at %s is kept up again", self._target)
                self._target_problem, pause = "", SHORTEST_PAUSE
            except Exception as error:
                if not self._target_problem:
                    is_defect = not isinstance(error, OSError)
                    logger.warning(
                        "The replica at %s can't be kept up: %s", self._target, error, exc_info=is_defect
                    )
                self._target_problem = str(error) or type(error).__name__
                stopping.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    def copy_waiting(self, patience: float, stopping: Event | None = None) -> None:
        """Copy what waits, once there is something; return after `patience` seconds where there is nothing. Raises `OSError` where the target
        can't be written."""
        with self._changed:
            if self._since is None and not self._waiting:
                self._changed.wait(patience)
            since, self._since = self._since, None
            names = list(self._waiting)
        try:
            if since is not None:
                self._compare(since)
        except OSError:
            self.inspect(since or 0.0)
            raise
        for name in names:
            if stopping is not None and stopping.is_set():
                return
            with self._changed:
                self._written.discard(name)
            try:
                with self._at_target:
                    self._copy(name)
                self._unreadable.pop(name, None)
            except UnreadableFile as error:
                # It is tried again when all files are compared.
                self._unreadable[name] = str(error)
            with self._changed:
                # What was written again meanwhile is copied again.
                if name not in self._written:
                    self._waiting.pop(name, None)

    def let_go(self, seconds: float) -> None:
        """Delete or mark at the target what has been missing here for so long; nothing where the whole folder is missing. Raises `OSError`."""
        with self._at_target:
            if self._missed and not self._has_files():
                return
            for name, since in list(self._missed.items()):
                if monotonic() - since < seconds:
                    continue
                if not os.path.lexists(os.path.join(self.root, name)):
                    self._note_gone(self.prefix + name)
                del self._missed[name]

    def forget_gone(self, hours: int) -> None:
        """Delete at the target what has been gone here for so long. Raises `OSError`."""
        with self._at_target:
            until = timezone.now() - timedelta(hours=hours)
            for name, since in gone_files(self._target, self.prefix).items():
                if since <= until:
                    self._target.delete(f"{name}{SUFFIX}")
                    self._target.delete(marker(name, since))
                    self._gone.pop(name, None)

    def _has_files(self) -> bool:
        return os.path.isdir(self.root) and any(os.scandir(self.root))

    def _compare(self, since: float) -> None:
        """What is missing there, what was changed since, and, where it is exact, what is there alone, waits from now on."""
        there, now = set(self._names_there()), monotonic()
        self._gone = {} if self._exact else gone_files(self._target, self.prefix)
        here = dict(self._files_here())
        self._compared_at = now
        missing = [
            (changed, name)
            for name, changed in here.items()
            if name not in there
            or name in self._unreadable
            or self.prefix + name in self._gone
            or (not self._exact and changed > since)
        ]
        for name in there.difference(here):
            self._missed.setdefault(name, now)
        with self._changed:
            # The oldest first: Litestream's files follow on one another.
            for _, name in sorted(missing):
                self._waiting.setdefault(name, now)

    def _files_here(self) -> Iterator[tuple[str, float]]:
        """Names, and when each was changed last, as the kernel dates it."""
        for folder, _, names in os.walk(self.root):
            for name in names:
                path = os.path.join(folder, name)
                if not name.endswith(UNFINISHED) and not os.path.islink(path):
                    try:
                        yield os.path.relpath(path, self.root), os.stat(path).st_ctime
                    except FileNotFoundError:
                        continue

    def _names_there(self) -> Iterator[str]:
        for name in self._target.names(self.prefix):
            yield name.removeprefix(self.prefix).removesuffix(SUFFIX)

    def _copy(self, name: str) -> None:
        path = Path(self.root, name)
        try:
            if path.is_symlink() or not path.is_file():
                raise FileNotFoundError
            source = path.open("rb")
        except FileNotFoundError:
            self._missed.setdefault(name, monotonic())
            return
        except OSError as error:
            raise UnreadableFile(str(error)) from error
        known = self.prefix + name
        with source, SpooledTemporaryFile(IN_MEMORY, dir=str(self._noted.parent)) as packed:
            try:
                encrypt(source, packed, self._recipients)
            except OSError as error:
                raise UnreadableFile(str(error)) from error
            packed.seek(0)
            self._target.put(f"{known}{SUFFIX}", packed)
        if known in self._gone:
            self._target.delete(marker(known, self._gone.pop(known)))

    def _note_gone(self, known: str) -> None:
        if self._exact:
            self._target.delete(f"{known}{SUFFIX}")
        elif known not in self._gone:
            since = timezone.now().replace(microsecond=0)
            mark_gone(self._target, known, since)
            self._gone[known] = since
