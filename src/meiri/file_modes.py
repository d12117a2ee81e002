"""Who may read the data folder: its owner alone, save for what a web server in front serves itself.

Every command makes files for their owner only. Pages, collected static files and media may be read by the group of the
folder too, which reaches them where the operator lets it pass (docs/delivery.md).
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

# The umask of every process.
OWNER_ONLY = 0o077
FOLDER, FILE = 0o700, 0o600
PUBLIC_FOLDER, PUBLIC_FILE = 0o750, 0o640
# Of the data folder the group may be let pass through, to what is public.
PASSING = 0o710
PUBLIC = frozenset({"pages", "static", "media", "meiri-log"})


def close_folder(home: Path) -> None:
    """Take from everybody but the owner what they may not do in the data folder.

    What is public stays as it is inside: nobody else gets there through a closed folder. Raises `PermissionError` for a file
    of another owner.
    """
    _restrict(home, FOLDER if home.stat().st_mode & 0o007 else PASSING)
    for path in sorted(home.iterdir()):
        if path.name in PUBLIC:
            _restrict(path, PUBLIC_FOLDER)
            continue
        for found in _below(path):
            _restrict(found, FOLDER if found.is_dir() else FILE)


def make_public_folder(path: str) -> None:
    """Make the folder at `path`, and those above it that are missing, open to the group."""
    if os.path.isdir(path):
        return
    make_public_folder(os.path.dirname(path))
    # Another process may make it at the same time, or remove it again where it is empty.
    with suppress(FileExistsError, FileNotFoundError):
        os.mkdir(path)
        os.chmod(path, PUBLIC_FOLDER)


def open_to_group(folder: Path) -> None:
    """Let the group read everything in `folder`, one of those that are public."""
    for path in _below(folder):
        path.chmod(PUBLIC_FOLDER if path.is_dir() else PUBLIC_FILE)


def _below(path: Path) -> Iterator[Path]:
    """`path` and all that it holds; no symbolic link, and nothing behind one."""
    if path.is_symlink():
        return
    yield path
    if path.is_dir():
        for folder, folders, names in os.walk(path):
            found = (Path(folder, name) for name in (*folders, *names))
            yield from (inner for inner in found if not inner.is_symlink())


def _restrict(path: Path, most: int) -> None:
    """Take from the mode of `path` what goes beyond `most`."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & ~most & 0o777:
            path.chmod(mode & most)
    except FileNotFoundError:
        return  # deleted meanwhile
