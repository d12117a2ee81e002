"""A folder into which others put files: each is taken once and moved aside."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from meiri.ingest.guarded_reading import ItemReader
from meiri.ingest.items import Item, items_in

WIRES, TAKEN = "wires", "taken"
MOST_FILES = 200
# Seconds for which nobody has written to a file that is whole.
SETTLED = 5


def folder_of(name: str) -> Path:
    return Path(settings.HOME) / WIRES / name


def items_of_folder(name: str, reader: ItemReader) -> Iterator[Item]:
    """The items of the files that are whole, oldest first. A file is moved aside when all of its items were asked for; what was begun and
    not ended comes again, and is known then."""
    folder = folder_of(name)
    (folder / TAKEN).mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in _settled(folder):
        yield from items_in(path, reader, path.name)
        os.replace(path, folder / TAKEN / path.name)


def _settled(folder: Path) -> list[Path]:
    until = time.time() - SETTLED
    found: list[tuple[float, Path]] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file(follow_symlinks=False) and not entry.name.startswith("."):
                at = entry.stat(follow_symlinks=False).st_mtime
                if at <= until:
                    found.append((at, Path(entry.path)))
                if len(found) == 10 * MOST_FILES:
                    break
    return [path for _at, path in sorted(found)[:MOST_FILES]]
