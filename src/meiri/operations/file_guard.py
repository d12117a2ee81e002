"""Watch folders whose files nobody but Meiri may change, and have what somebody else changed put right at once.

One thread of the worker, which sleeps in the kernel until something happens. What happened while it was not there is found when it
begins: the kernel dates each change (ctime), and the guard remembers until when it has watched.
"""

import logging
import os
import time
from collections.abc import Iterator, Sequence
from threading import Event
from typing import Protocol

from meiri.file_modes import make_public_folder
from meiri.operations.inotify import EventsLost, FileEvent, FolderEvents, TooManyFolders

logger = logging.getLogger(__name__)

# What was dated a moment ago may not have been told yet, in seconds.
MARGIN = 2.0
# How often at most it is written down until when files were watched.
NOTED_SECONDS = 5.0
PAUSE_SECONDS = 1.0


class GuardedFolder(Protocol):
    """A folder of files that Meiri alone writes."""

    root: str

    def inspect(self, since: float) -> object:
        """Look through all files, those closely that changed since then, and put right what is wrong."""

    def look_at(self, path: str) -> object:
        """Put the file at `path` right, where it is not what it should be."""

    def folder_is_gone(self, path: str) -> object:
        """All that should be in this folder is missing."""

    def watched_until(self) -> float:
        """What `note_watched` was told last; 0.0 for never."""

    def note_watched(self, until: float, everything: bool) -> None:
        """All changes until then were looked at; `everything` where each folder could be watched."""


class FileGuard:
    """Keeps `folders` as they should be until told to stop. Errors are logged and never end it."""

    def __init__(self, folders: Sequence[GuardedFolder], stopping: Event):
        self.folders, self.stopping = folders, stopping
        self._noted_at = 0.0
        self._everything = True

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                events = FolderEvents(guarded.root for guarded in self.folders)
            except OSError as error:
                logger.warning("Files are not watched: %s. What is served is checked all the same", error)
                return
            try:
                self._watch(events)
            except EventsLost:
                logger.warning("Not all that happened to files was told; they are looked through")
            except Exception:
                logger.exception("Files could not be watched; trying again")
                self.stopping.wait(PAUSE_SECONDS)
            finally:
                events.close()

    def _watch(self, events: FolderEvents) -> None:
        began, self._everything = time.time(), True
        for guarded in self.folders:
            make_public_folder(guarded.root)
            for _ in self._add(events, guarded.root):
                pass
            guarded.inspect(guarded.watched_until())
            guarded.note_watched(began - MARGIN, self._everything)
        while not self.stopping.is_set():
            told = events.wait()
            now = time.time()
            for event in dict.fromkeys(told):
                self._attend_to(events, event)
            self._note(now - MARGIN)

    def _attend_to(self, events: FolderEvents, event: FileEvent) -> None:
        for guarded in self.folders:
            if event.path.startswith(f"{guarded.root}/"):
                if not event.is_folder:
                    guarded.look_at(event.path)
                elif event.gone:
                    events.forget_below(event.path)
                    guarded.folder_is_gone(event.path)
                else:
                    for path in self._add(events, event.path):
                        guarded.look_at(path)

    def _add(self, events: FolderEvents, root: str) -> Iterator[str]:
        """Watch a folder and all below it, and tell the files that are there already, links among them."""
        folders = [root]
        while folders:
            folder = folders.pop()
            try:
                events.add(folder)  # first: what comes while it is read is told too
                for entry in os.scandir(folder):
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        yield entry.path
            except TooManyFolders as error:
                if self._everything:
                    logger.warning(
                        "Not all folders are watched (%s): raise fs.inotify.max_user_watches", error
                    )
                self._everything = False
            except FileNotFoundError:
                continue  # removed meanwhile

    def _note(self, until: float) -> None:
        if time.monotonic() - self._noted_at > NOTED_SECONDS:
            self._noted_at = time.monotonic()
            for guarded in self.folders:
                guarded.note_watched(until, self._everything)
