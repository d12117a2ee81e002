"""A folder into which others put files: each is taken once and moved aside."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from meiri.ingest.guarded_reading import ItemReader
from meiri.ingest.items import Item, items_in
from meiri.ingest.wires.whole_files import SETTLED, EndOfFile, items_of_file

WIRES, TAKEN = "wires", "taken"
MOST_FILES = 200


def folder_of(name: str) -> Path:
    return Path(settings.HOME) / WIRES / name


def items_of_folder(name: str, reader: ItemReader) -> Iterator[Item | EndOfFile]:
    """The items of the files that are whole, oldest first. A file is moved aside when all of its items are stored; what was begun and
    not ended comes again, and is known then."""
    folder = folder_of(name)
    (folder / TAKEN).mkdir(mode=0o700, parents=True, exist_ok=True)
    for number, path in enumerate(_settled(folder)):
        items = items_in(path, reader, path.name)
        if (yield from items_of_file(items, reader, path.name, is_first=number == 0)):
            os.replace(path, folder / TAKEN / path.name)
        if reader.is_out_of_time:
            return


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
