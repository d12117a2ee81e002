"""The log as files in the data folder: `meiri-log/checkpoint`, `meiri-log/key` and the tiles (C2SP tlog-tiles).

They are what readers, witnesses and verifiers get, below `/.well-known/meiri-log/`. Each is put in its place whole, and the
checkpoint last: whoever reads it finds the tiles that it needs.
"""

import os
import secrets
import shutil
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from pathlib import Path

from django.conf import settings

from meiri.file_modes import PUBLIC_FILE, make_public_folder
from meiri.kept_once import sync_folder
from meiri.trust.merkle import hash_leaf, root_of
from meiri.trust.tiles import (
    ENTRIES,
    FILE_NAME,
    WIDTH,
    Tree,
    pack_entries,
    tile_name,
    unpack_entries,
    width_of,
)

FOLDER, DRAFTS = "meiri-log", "meiri-log-drafts"
# The public prefix of the log.
PREFIX = "/.well-known/meiri-log/"
CHECKPOINT, KEY = "checkpoint", "key"


class LogFiles:
    """The files of the log in a data folder."""

    def __init__(self, home: Path):
        self.folder, self.drafts = home / FOLDER, home / DRAFTS

    def read(self, name: str) -> bytes | None:
        """A file by its name below the prefix; None where there is none."""
        if not FILE_NAME.fullmatch(name):
            return None
        try:
            return (self.folder / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def checkpoint(self) -> str | None:
        """The signed note that is published."""
        content = self.read(CHECKPOINT)
        return None if content is None else content.decode(errors="replace")

    def tree(self, size: int) -> Tree:
        return Tree(self.read, size)

    def entries(self, number: int, size: int) -> list[bytes]:
        """The entries of a bundle of a log of `size` leaves. Raises `ValueError` where it is missing or false."""
        width = width_of(0, number, size)
        bundle = self.read(tile_name(ENTRIES, number, width)) or self.read(tile_name(ENTRIES, number))
        return unpack_entries(bundle or b"", width)

    def extend(self, old: int, entries: Iterable[bytes]) -> int:
        """Write the tiles of a log that had `old` leaves. `entries` begin with that of leaf `old // 256 * 256`. The new size.

        Partial tiles of the old log stay. Raises `FalseTile` where a tile is missing that is to be written on.
        """
        shutil.rmtree(self.drafts, ignore_errors=True)
        self.drafts.mkdir(parents=True)
        folders: set[Path] = set()
        number, size, roots = old // WIDTH, old // WIDTH * WIDTH, []
        source = iter(entries)
        while bundle := list(islice(source, WIDTH)):
            hashes = [hash_leaf(entry) for entry in bundle]
            folders.add(self._write(tile_name(ENTRIES, number, len(bundle)), pack_entries(bundle)))
            folders.add(self._write(tile_name(0, number, len(bundle)), b"".join(hashes)))
            if len(bundle) == WIDTH:
                roots.append(root_of(hashes))
            number, size = number + 1, size + len(bundle)
        self._write_above(old, roots, folders)
        for folder in folders:
            sync_folder(folder)
        return size

    def _write_above(self, old: int, roots: list[bytes], folders: set[Path]) -> None:
        """The tiles of the levels above 0; `roots` are those of the tiles of level 0 that are full now, from the first
        that was not full at `old`."""
        level, before = 1, Tree(self.read, old)
        while roots:
            number, taken = divmod(old >> (8 * level), WIDTH)
            hashes = (before.tile(level, number) if taken else []) + roots
            roots = []
            for first in range(0, len(hashes), WIDTH):
                tile = hashes[first : first + WIDTH]
                folders.add(self._write(tile_name(level, number, len(tile)), b"".join(tile)))
                if len(tile) == WIDTH:
                    roots.append(root_of(tile))
                number += 1
            level += 1

    def publish(self, name: str, content: str) -> None:
        """Put `checkpoint` or `key` in its place; nothing is written where it says so already."""
        if self.read(name) != content.encode():
            self.drafts.mkdir(parents=True, exist_ok=True)
            sync_folder(self._write(name, content.encode()))

    def forget_partial_tiles(self, old: int, size: int) -> None:
        """Delete the partial tiles whose full ones came between `old` and `size` leaves."""
        for level in range(8):
            first, end = (old >> (8 * level)) // WIDTH, (size >> (8 * level)) // WIDTH
            for number in range(first, end):
                for kind in (level, ENTRIES) if level == 0 else (level,):
                    folder = self.folder / (tile_name(kind, number) + ".p")
                    with suppress(FileNotFoundError):
                        shutil.rmtree(folder)

    def _write(self, name: str, content: bytes) -> Path:
        """Write a file, which is on the disk before it is in its place; the folder whose names changed."""
        path, draft = self.folder / name, self.drafts / secrets.token_hex(8)
        with open(draft, "xb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), PUBLIC_FILE)
            os.fsync(file.fileno())
        make_public_folder(str(path.parent))
        os.replace(draft, path)
        return path.parent


def log_files() -> LogFiles:
    """Those of the data folder in use."""
    return LogFiles(Path(settings.HOME))
