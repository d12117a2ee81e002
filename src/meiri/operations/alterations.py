"""Files of the site that were changed from outside (网页篡改): what was seen, and the altered files themselves as evidence.

Whoever finds one, in whichever process, notes it in a file of the data folder, which needs no database. The worker hands on what
was noted there to the security log.
"""

import json
import logging
import os
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)

FOLDER = "alterations"
NOTED, HANDING_ON = "noted.jsonl", "handing-on.jsonl"
# So many altered pages are kept as evidence. What may be somebody's only copy, such as media, is kept for good.
MOST_PAGES_KEPT = 1000
# What is noted beyond so many bytes, while nobody hands it on, is in the log alone.
MOST_NOTED = 8 << 20


class FileChange(StrEnum):
    """What was done to a file."""

    CHANGED = "changed"
    LINKED = "replaced by a link"
    ADDED = "added"
    DELETED = "deleted"


@dataclass(frozen=True)
class Alteration:
    """`path` is below the data folder. It stood altered from `since` (what the file system says of the file; None where a
    file is gone) until `until`, when it was taken away; seconds of the epoch. `digest` is the SHA-256 of what stood there,
    `size` its bytes, `evidence` the name under which it is kept in the folder `alterations`, "" where it is not."""

    path: str
    change: FileChange
    since: float | None
    until: float
    size: int = 0
    digest: str = ""
    evidence: str = ""


def folder() -> Path:
    return Path(settings.HOME) / FOLDER


def note_alteration(alteration: Alteration) -> None:
    """Note it for the security log. Raises nothing: what is wrong is put right all the same."""
    logger.error("%s was %s from outside; it is being put right", alteration.path, alteration.change)
    line = json.dumps(asdict(alteration), ensure_ascii=False).encode() + b"\n"
    try:
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        number = os.open(folder() / NOTED, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            if os.fstat(number).st_size < MOST_NOTED:
                os.write(number, line)
        finally:
            os.close(number)
    except OSError as error:
        logger.error("That %s was altered could not be noted: %s", alteration.path, error)


def take_away(path: str, for_good: bool = False) -> str:
    """Move what stands at `path`, a file, a link or a folder, to the evidence. Its name there; "" where it could not be kept and
    was deleted, or was not there any more. With `for_good`, nobody throws it away later. Links are moved, not followed. Raises `OSError`."""
    name = f"{'kept-' if for_good else ''}{time.time_ns()}-{secrets.token_hex(4)}-{readable(os.path.basename(path))[-80:]}"
    target = folder() / name
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.rename(path, target)
        return name
    except FileNotFoundError:
        return ""
    except OSError:  # another file system, or a disk that takes nothing
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.remove(path)
        return ""


def note_and_take_away(
    path: str, name: str, change: FileChange, digest_of: Callable[[str], str], for_good: bool = False
) -> None:
    """Note what stands at `path`, called `name` below the data folder, and move it to the evidence. `digest_of` a regular file: its
    SHA-256 in hexadecimal, or ""; it may raise `OSError`."""
    since, size, digest, evidence = None, 0, "", ""
    with suppress(OSError):
        status = os.lstat(path)
        since, size = status.st_ctime, status.st_size
        if stat.S_ISREG(status.st_mode):
            digest = digest_of(path)
        evidence = take_away(path, for_good)
    note_alteration(Alteration(name, change, since, time.time(), size, digest, evidence))


def readable(name: str) -> str:
    """The name of a file as text: bytes that are none are written as `\\xff`."""
    return os.fsencode(name).decode(errors="backslashreplace")


def alterations_wait() -> bool:
    """Whether anything was noted that was not handed on. Costs two looks at the disk."""
    return any((folder() / name).exists() for name in (NOTED, HANDING_ON))


@contextmanager
def noted_alterations() -> Iterator[list[Alteration]]:
    """What was noted and not handed on. It is forgotten where the block ends without an error. For one process at a time."""
    taken = folder() / HANDING_ON
    if not taken.exists():
        with suppress(FileNotFoundError):
            os.rename(folder() / NOTED, taken)
    yield list(_read(taken))
    taken.unlink(missing_ok=True)


def waiting_alterations() -> list[Alteration]:
    """What was noted and not handed on yet."""
    return [found for name in (HANDING_ON, NOTED) for found in _read(folder() / name)]


def _read(path: Path) -> Iterator[Alteration]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        # A process that died may have left half a line.
        with suppress(ValueError, TypeError, KeyError):
            fields = json.loads(line)
            yield Alteration(**(fields | {"change": FileChange(fields["change"])}))


def forget_old_evidence() -> None:
    """Delete the oldest altered pages beyond those that are kept. Only files and links: they can all be made again."""
    with suppress(FileNotFoundError):
        names = sorted(name for name in os.listdir(folder()) if name[0].isdigit())
        for name in names[:-MOST_PAGES_KEPT]:
            with suppress(OSError):
                os.remove(folder() / name)
