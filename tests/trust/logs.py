"""Logs on the disk for tests, without a database, and what may happen to them."""

import hashlib
import random
from pathlib import Path

from meiri.trust.checkpoints import Checkpoint
from meiri.trust.log_files import CHECKPOINT, KEY, LogFiles
from meiri.trust.merkle import hash_leaf
from meiri.trust.notes import BY_LOG, SignedNote, Signer
from meiri.trust.tiles import ENTRIES, WIDTH, tile_name, width_of

ORIGIN = "news.example.cn/.well-known/meiri-log"
SIGNER = Signer(ORIGIN, BY_LOG, bytes(range(32)))


def entry_at(index: int, salt: str = "") -> bytes:
    return hashlib.sha256(f"{salt}{index}".encode()).digest()


def entries_up_to(size: int) -> list[bytes]:
    return [entry_at(index) for index in range(size)]


def write_log(home: Path, entries: list[bytes], old: int = 0) -> Checkpoint:
    """Write on a log of `old` entries; `entries` are all that it then has."""
    files = LogFiles(home)
    size = files.extend(old, entries[old // WIDTH * WIDTH :])
    checkpoint = Checkpoint(ORIGIN, size, files.tree(size).root())
    files.publish(KEY, f"{SIGNER.verifier}\n")
    files.publish(CHECKPOINT, signed(checkpoint))
    files.forget_partial_tiles(old, size)
    return checkpoint


def signed(checkpoint: Checkpoint) -> str:
    return str(SignedNote(checkpoint.text, (SIGNER.sign(checkpoint.text),)))


def change_leaf(home: Path, size: int, index: int) -> None:
    """Another entry in the place of one, and its hash with it in the tile."""
    files, number = LogFiles(home), index // WIDTH
    width = width_of(0, number, size)
    bundle = files.folder / tile_name(ENTRIES, number, width)
    tile = files.folder / tile_name(0, number, width)
    at, other = index % WIDTH, entry_at(index, "another")
    content = bytearray(bundle.read_bytes())
    content[at * 34 + 2 : at * 34 + 34] = other
    bundle.write_bytes(content)
    hashes = bytearray(tile.read_bytes())
    hashes[at * 32 : at * 32 + 32] = hash_leaf(other)
    tile.write_bytes(hashes)


def truncate_tile(home: Path, size: int, index: int, source: random.Random) -> int:
    """Cut the tile of an entry, or its bundle, off before it. The first entry that is gone."""
    files, number = LogFiles(home), index // WIDTH
    kind, length = source.choice([(0, 32), (ENTRIES, 34)])
    path = files.folder / tile_name(kind, number, width_of(0, number, size))
    whole = index % WIDTH * length
    path.write_bytes(path.read_bytes()[: whole + source.randrange(length)])
    return index
