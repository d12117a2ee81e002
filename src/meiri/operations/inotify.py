"""Linux tells of changes in folders (inotify(7)): who waits for them costs nothing while nothing happens."""

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

IN_MODIFY, IN_CLOSE_WRITE = 0x2, 0x8
IN_MOVED_FROM, IN_MOVED_TO = 0x40, 0x80
IN_CREATE, IN_DELETE = 0x100, 0x200
IN_Q_OVERFLOW, IN_IGNORED = 0x4000, 0x8000
IN_ONLYDIR, IN_DONT_FOLLOW = 0x1000000, 0x2000000
IN_ISDIR = 0x40000000
IN_DELETE_SELF, IN_MOVE_SELF = 0x400, 0x800

# Times of access and rights are no changes of what is read.
WATCHED = (
    IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE
    | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW
)  # fmt: skip
GONE = IN_MOVED_FROM | IN_DELETE
_HEAD = struct.Struct("iIII")
BUFFER = 1 << 16
LIMIT = Path("/proc/sys/fs/inotify/max_user_watches")


class TooManyFolders(OSError):
    """The system lets nobody watch more folders."""


@dataclass(frozen=True)
class FileEvent:
    """Something happened to `path`: a file or, with `is_folder`, a folder, that is `gone` or not."""

    path: str
    is_folder: bool
    gone: bool


class EventsLost(Exception):
    """More happened than the system remembers, or to a folder that all the others are in."""


class FolderEvents:
    """What happens in folders that were added, `roots` among them. For one thread. Raises `OSError` where the system has no
    inotify."""

    def __init__(self, roots: Iterable[str]):
        if sys.platform != "linux":
            raise OSError(errno.ENOSYS, "folders can be watched on Linux alone")
        self._library = ctypes.CDLL(None, use_errno=True)
        self._number = self._library.inotify_init1(os.O_CLOEXEC)
        if self._number < 0:
            raise OSError(ctypes.get_errno(), "folders can't be watched")
        self._folders: dict[int, str] = {}
        self._roots = frozenset(roots)

    def add(self, folder: str) -> None:
        """Watch what happens to the names in `folder`, not what happens below. Raises `TooManyFolders`."""
        watch = self._library.inotify_add_watch(self._number, os.fsencode(folder), WATCHED)
        if watch >= 0:
            self._folders[watch] = folder
        elif ctypes.get_errno() == errno.ENOSPC:
            raise TooManyFolders(errno.ENOSPC, f"no more than {LIMIT.read_text().strip()} folders")

    def forget_below(self, folder: str) -> None:
        """A folder was moved away, with all that it holds."""
        for watch, path in list(self._folders.items()):
            if path == folder or path.startswith(f"{folder}/"):
                self._library.inotify_rm_watch(self._number, watch)
                self._folders.pop(watch, None)

    def wait(self) -> list[FileEvent]:
        """What has happened, once anything has. Raises `EventsLost`."""
        return list(self._events(os.read(self._number, BUFFER)))

    def _events(self, read: bytes) -> Iterator[FileEvent]:
        start = 0
        while start < len(read):
            watch, mask, _, length = _HEAD.unpack_from(read, start)
            name = read[start + _HEAD.size : start + _HEAD.size + length].rstrip(b"\0")
            start += _HEAD.size + length
            lost_root = mask & (IN_DELETE_SELF | IN_MOVE_SELF) and self._folders.get(watch) in self._roots
            if mask & IN_Q_OVERFLOW or lost_root:
                raise EventsLost
            if mask & IN_IGNORED:
                self._folders.pop(watch, None)
            elif name and (folder := self._folders.get(watch)):
                yield FileEvent(f"{folder}/{os.fsdecode(name)}", bool(mask & IN_ISDIR), bool(mask & GONE))

    def close(self) -> None:
        os.close(self._number)
