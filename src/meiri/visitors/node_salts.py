"""Salts that every process of a node has at hand without a database, for telling readers apart while a window lasts.

A window's salt is a file in the data folder, for its owner only. The worker writes the files of this window and the
next from the database, so that all nodes have the same; a process that finds none makes one, and the worker takes
that over where no other node was first. A file is deleted when its window has ended.
"""

import secrets
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from meiri.kept_once import kept_once
from meiri.visitors.models import Salt

FOLDER = "salts"
# A process that looked at its clock just before a window's end still finds the salt.
SPARED_SECONDS = 5

_known: dict[str, bytes] = {}


def salt(seconds: int, number: int) -> bytes:
    """The salt of window `number` of those that last `seconds`. Raises `OSError` where no file can be kept."""
    name = f"{settings.HOME}/{FOLDER}/{seconds}-{number}"
    found = _known.get(name)
    if found is None:
        _folder()
        found = kept_once(Path(name), lambda: secrets.token_bytes(32))
        # A process remembers no more than the windows around the present ones.
        for old in list(_known)[:-6]:
            _known.pop(old, None)
        _known[name] = found
    return found


def share(seconds: int, now: float) -> None:
    """Bring the salts of the present window and the next in line with other nodes; delete those that ended.

    `now`: seconds since 1970. Run by the clock, more than once in a window.
    """
    for number in (int(now) // seconds, int(now) // seconds + 1):
        _share(seconds, number)
    for path in _folder().iterdir():
        if _end(path.name) + SPARED_SECONDS <= now:
            path.unlink(missing_ok=True)
            _known.pop(str(path), None)


def _share(seconds: int, number: int) -> None:
    path, window = _folder() / f"{seconds}-{number}", f"node:{seconds}:{number}"
    if Salt.objects.filter(window=window).exists() and path.exists():
        return
    own = path.read_bytes() if path.exists() else secrets.token_bytes(32)
    until = datetime.fromtimestamp((number + 1) * seconds, UTC)
    Salt.objects.bulk_create([Salt(window=window, value=own, until=until)], ignore_conflicts=True)
    shared = bytes(Salt.objects.get(window=window).value)
    # Where readers of this window were already told apart by another salt, it stays until the window ends.
    kept_once(path, lambda: shared)


def _folder() -> Path:
    folder = Path(settings.HOME) / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _end(name: str) -> float:
    """When the window of a file ends; of an unfinished draft, when its window would."""
    seconds, _, number = name.partition(".")[0].partition("-")
    return (int(number) + 1) * int(seconds)
