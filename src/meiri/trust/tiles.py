"""Tiles of a log, as C2SP's tlog-tiles has them: 256 hashes of one level, or 256 entries, in one file."""

import re
from collections.abc import Callable, Sequence

from meiri.trust.merkle import HASH_BYTES, root_of, root_of_range

WIDTH = 256
HEIGHT = 8
# A file of the log, below its prefix.
FILE_NAME = re.compile(
    r"checkpoint|key|tile/(?:entries|[0-9]|[1-5][0-9]|6[0-3])/(?:x[0-9]{3}/){0,6}[0-9]{3}"
    r"(?:\.p/(?:[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?",
    re.ASCII,
)
ENTRIES = "entries"


class FalseTile(Exception):
    """A tile is missing or is not what it must be. `first`, `end`: the entries that it stands for."""

    def __init__(self, name: str, first: int, end: int, reason: str):
        super().__init__(f"{name} {reason}")
        self.name, self.first, self.end, self.reason = name, first, end, reason


def tile_name(level: int | str, number: int, width: int = WIDTH) -> str:
    """`tile/0/x001/234`, of a partial tile `tile/0/x001/234.p/17`. The level of bundles of entries is `ENTRIES`."""
    parts = [f"{number % 1000:03}"]
    while number := number // 1000:
        parts.append(f"x{number % 1000:03}")
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(reversed(parts))}{partial}"


def width_of(level: int, number: int, size: int) -> int:
    """How many hashes the tile has in a tree of `size` leaves; 0 where it is not there."""
    return max(0, min(WIDTH, (size >> (HEIGHT * level)) - number * WIDTH))


def tiles_of(size: int) -> list[tuple[int, int]]:
    """`(level, how many tiles)` of a tree of `size` leaves."""
    counts, level = [], 0
    while count := size >> (HEIGHT * level):
        counts.append((level, -(-count // WIDTH)))
        level += 1
    return counts


def pack_entries(entries: Sequence[bytes]) -> bytes:
    """A bundle: each entry with its length before it, 16 bits, big-endian."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unpack_entries(bundle: bytes, width: int) -> list[bytes]:
    """The `width` first entries of a bundle. Raises `ValueError` where it has fewer, or does not end with an entry."""
    entries, at = [], 0
    while at < len(bundle):
        length = int.from_bytes(bundle[at : at + 2], "big")
        entry = bundle[at + 2 : at + 2 + length]
        if at + 2 > len(bundle) or len(entry) != length:
            raise ValueError("is cut off")
        entries.append(entry)
        at += 2 + length
    if len(entries) < width:
        raise ValueError(f"has {len(entries)} of {width} entries")
    return entries[:width]


def split_hashes(tile: bytes) -> list[bytes]:
    return [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]


# Gives a file of the log by its name below the prefix; None where there is none.
ReadFile = Callable[[str], bytes | None]


class Tree:
    """A tree of `size` leaves out of its tiles. Each tile is read once, at most some thousands are remembered."""

    MOST_KEPT = 4096

    def __init__(self, read: ReadFile, size: int):
        self._read, self.size = read, size
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def tile(self, level: int, number: int) -> list[bytes]:
        """Its hashes. Raises `FalseTile` where the file is missing or has another length."""
        known = self._tiles.get((level, number))
        if known is None:
            if len(self._tiles) >= self.MOST_KEPT:
                self._tiles.clear()
            known = self._tiles[level, number] = split_hashes(self._tile_file(level, number))
        return known

    def _tile_file(self, level: int, number: int) -> bytes:
        width = width_of(level, number, self.size)
        name = tile_name(level, number, width)
        wanted = width * HASH_BYTES
        content = self._read(name) if width else None
        if content is None and 0 < width < WIDTH:
            # A partial tile may be gone once there is the full one.
            full = self._read(tile_name(level, number))
            content = None if full is None else full[:wanted]
        if content is None or len(content) != wanted:
            reach = WIDTH**level
            whole = min(len(content or b"") // HASH_BYTES, width)
            first, end = (number * WIDTH + whole) * reach, (number + 1) * WIDTH * reach
            reason = "is missing" if content is None else f"has {len(content)} bytes of {wanted}"
            raise FalseTile(name, min(first, self.size - 1), min(end, self.size), reason)
        return content

    def subtree(self, height: int, index: int) -> bytes:
        """The root of a full subtree, as `merkle.Subtrees` asks for it."""
        level, within = divmod(height, HEIGHT)
        first = index << within
        number, at = divmod(first, WIDTH)
        return root_of(self.tile(level, number)[at : at + (1 << within)])

    def root(self, size: int | None = None) -> bytes:
        """The root of the first `size` leaves, of all where nothing is said."""
        return root_of_range(self.subtree, 0, self.size if size is None else size)

    def leaf(self, index: int) -> bytes:
        """The hash of a leaf."""
        return self.tile(0, index // WIDTH)[index % WIDTH]
