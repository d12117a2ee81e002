"""Checks a whole log from outside, out of its files alone: every entry, every tile, the signature, and what was seen of it before.

What was seen before is kept in a folder of whoever checks: the key, the newest checkpoint and the hash of every leaf. With it the
first false entry is found of a log that was written anew; without it, of one whose files contradict each other or the signature.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from meiri.kept_once import write_whole
from meiri.outbound import OutboundRules, ask, is_any
from meiri.trust.checkpoints import Checkpoint, open_checkpoint
from meiri.trust.log_files import CHECKPOINT, FOLDER, KEY, PREFIX
from meiri.trust.merkle import HASH_BYTES, hash_leaf, root_of
from meiri.trust.notes import BadNote, VerifierKey
from meiri.trust.tiles import (
    ENTRIES,
    WIDTH,
    FalseTile,
    ReadFile,
    Tree,
    tile_name,
    tiles_of,
    unpack_entries,
    width_of,
)

RULES = OutboundRules(is_allowed=is_any, ports=None, most_bytes=1024 * 1024)


class FalseLog(Exception):
    """The log is not what it should be. `first`: the first entry that is false; None where no entry is to blame."""

    def __init__(self, sentence: str, first: int | None = None):
        super().__init__(sentence)
        self.first = first


def files_at(place: str) -> ReadFile:
    """What reads the files of a log: of a folder (a log's or a data folder), or of a site's address. It raises `Unreachable`."""
    if place.startswith(("http://", "https://")):
        prefix = place.rstrip("/") + ("/" if PREFIX.rstrip("/") in place else PREFIX)

        def fetch(name: str) -> bytes | None:
            response = ask(prefix + name, RULES)
            return response.body if response.status == 200 and response.is_whole else None

        return fetch
    folder = Path(place)
    if (folder / FOLDER).is_dir():
        folder = folder / FOLDER

    def read(name: str) -> bytes | None:
        with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return (folder / name).read_bytes()
        return None

    return read


@dataclass(frozen=True)
class Seen:
    """What was seen of a log before, in a folder."""

    folder: Path

    @property
    def key(self) -> VerifierKey | None:
        return VerifierKey.read(path.read_text()) if (path := self.folder / KEY).exists() else None

    def checkpoint(self) -> Checkpoint | None:
        """Raises `BadNote` for a file that is none, or is not signed by the key."""
        path, key = self.folder / CHECKPOINT, self.key
        return open_checkpoint(path.read_text(), key)[0] if key and path.exists() else None

    def hashes(self) -> Iterator[bytes]:
        path = self.folder / "hashes"
        if path.exists():
            with path.open("rb") as file:
                while one := file.read(HASH_BYTES):
                    yield one

    def keep(self, key: VerifierKey, note: str, hashes: bytes) -> None:
        """The checkpoint last: what died before it is checked again."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self.folder / "hashes", hashes)
        write_whole(self.folder / KEY, f"{key}\n".encode())
        write_whole(self.folder / CHECKPOINT, note.encode())


def verify_log(read: ReadFile, key: VerifierKey | None = None, seen: Seen | None = None) -> Checkpoint:
    """Check all of a log, and remember it in `seen`. Raises `FalseLog`, which names the first false entry.

    `key`: that of the log; where it is not given, the one that was seen before, else the one that the log says itself.
    """
    note = (read(CHECKPOINT) or b"").decode(errors="replace")
    key, before = _known_of(read, key, seen)
    try:
        checkpoint, _ = open_checkpoint(note, key)
    except BadNote as error:
        raise FalseLog(f"{CHECKPOINT}: {error}") from None
    hashes = bytearray()
    verify_tiles(read, checkpoint, seen.hashes() if seen else (), hashes)
    if before and checkpoint.size < before.size:
        raise FalseLog(
            f"{before.size} entries were seen before, and the log has {checkpoint.size}", checkpoint.size
        )
    if seen:
        seen.keep(key, note, bytes(hashes))
    return checkpoint


def _known_of(
    read: ReadFile, key: VerifierKey | None, seen: Seen | None
) -> tuple[VerifierKey, Checkpoint | None]:
    """The key to believe, and the checkpoint that was seen last. Raises `FalseLog` where there is no key, or not the same."""
    try:
        known = seen.key if seen else None
        before = seen.checkpoint() if seen else None
        if known and key and known != key:
            raise FalseLog(f"The key seen before was {known}.")
        return key or known or VerifierKey.read((read(KEY) or b"").decode(errors="replace")), before
    except BadNote as error:
        raise FalseLog(f"{KEY}: {error}") from None


def verify_tiles(
    read: ReadFile, checkpoint: Checkpoint, expected: Iterable[bytes] = (), hashes: bytearray | None = None
) -> None:
    """Check every entry and tile below a checkpoint. `expected`: the hashes that the first leaves must have; `hashes` is given those
    of all. Raises `FalseLog`."""
    size, tree, known = checkpoint.size, Tree(read, checkpoint.size), iter(expected)
    try:
        roots = []
        for number in range(-(-size // WIDTH)):
            tile = _verified_tile(read, tree, number, known)
            roots.append(root_of(tile))
            if hashes is not None:
                hashes += b"".join(tile)
        _verify_above(tree, roots)
        root = tree.root()
    except FalseTile as fault:
        first = fault.first
        raise FalseLog(f"{fault}; the first entry that it stands for is {first}", first) from None
    if root != checkpoint.root:
        raise FalseLog("the entries have another root than the one that was signed", None)


def _verified_tile(read: ReadFile, tree: Tree, number: int, known: Iterator[bytes]) -> list[bytes]:
    """The hashes of a tile of level 0, each that of its entry and of what is known of it, all together that of level 1."""
    first = number * WIDTH
    tile, width = tree.tile(0, number), width_of(0, number, tree.size)
    name = tile_name(ENTRIES, number, width)
    bundle = read(name) or (read(tile_name(ENTRIES, number)) if width < WIDTH else None)
    try:
        entries = unpack_entries(bundle or b"", width)
    except ValueError as error:
        raise FalseLog(f"{name} {error}", first + _whole_entries(bundle or b"")) from None
    for index, (entry, one) in enumerate(zip(entries, tile, strict=True), first):
        if hash_leaf(entry) != one:
            raise FalseLog(f"entry {index} is not the one whose hash is in the tree", index)
        if next(known, one) != one:
            raise FalseLog(f"entry {index} is another than it was", index)
    if width == WIDTH and tree.tile(1, number // WIDTH)[number % WIDTH] != root_of(tile):
        raise FalseLog(f"one of the entries {first} to {first + WIDTH - 1} is another than it was", first)
    return tile


def _whole_entries(bundle: bytes) -> int:
    """How many entries of a bundle are whole that is cut off."""
    count, at = 0, 0
    while at + 2 <= len(bundle):
        at += 2 + int.from_bytes(bundle[at : at + 2], "big")
        count += at <= len(bundle)
    return count


def _verify_above(tree: Tree, roots: list[bytes]) -> None:
    """The tiles of level 2 and above hold the roots of those below."""
    for level, count in tiles_of(tree.size)[2:]:
        for number in range(count):
            for at, one in enumerate(tree.tile(level, number)):
                below = number * WIDTH + at
                if root_of(tree.tile(level - 1, below)) != one:
                    reach = WIDTH**level
                    raise FalseLog(
                        f"{tile_name(level - 1, below)} is not what {tile_name(level, number)} says of it",
                        below * reach,
                    )
