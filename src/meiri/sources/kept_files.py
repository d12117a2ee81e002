"""Files that are kept as they came, under the digest of their bytes, packed with Zstandard (RFC 8878), for their owner alone.

A seal lets `meiri verify` say where a file was changed: the SHA-256 of each block of the packed file and the sum of its bytes.
Where one byte of a block was changed, the sum says what it was, and the SHA-256 which one it is.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import zstandard
from django.conf import settings

from meiri.file_modes import FOLDER
from meiri.kept_once import write_whole

FOLDER_NAME = "originals"
LARGEST = 32 * 1024 * 1024
BLOCK = 4096
_SUM = 1
_SEAL = hashlib.sha256().digest_size + _SUM


class OriginalTooLarge(ValueError):
    """The file has more than `LARGEST` bytes."""


class BrokenOriginal(ValueError):
    """The kept file is missing or is not what was kept."""


@dataclass(frozen=True)
class KeptFile:
    """A file that was kept: the SHA-256 of its bytes, how many they are, and the seal of the packed file."""

    digest: str
    size: int
    seal: bytes


def folder() -> Path:
    return Path(settings.HOME) / FOLDER_NAME


def path_of(digest: str) -> Path:
    return folder() / digest[:2] / f"{digest}.zst"


def keep_file(data: bytes) -> KeptFile:
    """Keep `data`; what is there already is not written again. It is on the disk before this returns. Raises `OriginalTooLarge`."""
    if len(data) > LARGEST:
        raise OriginalTooLarge(f"{len(data)} bytes")
    digest = hashlib.sha256(data).hexdigest()
    path = path_of(digest)
    if path.exists() and (packed := _packed(path, data)) is not None:
        os.utime(path)  # it is in use again
        return KeptFile(digest, len(data), seal_of(packed))
    packed = zstandard.ZstdCompressor(level=9, write_checksum=True).compress(data)
    _write(path, packed)
    return KeptFile(digest, len(data), seal_of(packed))


def _packed(path: Path, data: bytes) -> bytes | None:
    """What lies at `path`, where it unpacks to `data`."""
    try:
        packed = path.read_bytes()
        return packed if unpack(packed) == data else None
    except (OSError, BrokenOriginal):
        return None


def _write(path: Path, packed: bytes) -> None:
    for made in (folder(), path.parent):
        made.mkdir(mode=FOLDER, exist_ok=True)
    write_whole(path, packed)


def read_kept(digest: str) -> bytes:
    """The bytes that were kept. Raises `BrokenOriginal`."""
    try:
        data = unpack(path_of(digest).read_bytes())
    except OSError as error:
        raise BrokenOriginal(f"the file is missing ({error.strerror})") from None
    if hashlib.sha256(data).hexdigest() != digest:
        raise BrokenOriginal("its content is another")
    return data


def unpack(packed: bytes) -> bytes:
    """Raises `BrokenOriginal`, also for what is larger than anything that is kept."""
    try:
        with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(packed) as reader:
            data = reader.read(LARGEST + 1)
    except zstandard.ZstdError as error:
        raise BrokenOriginal(f"it can't be unpacked ({error})") from None
    if len(data) > LARGEST:
        raise BrokenOriginal("it unpacks to more than was kept")
    return data


def seal_of(packed: bytes) -> bytes:
    """For each block its SHA-256 and, in one byte, the sum of its bytes; then the length, in eight bytes."""
    parts = [hashlib.sha256(block).digest() + bytes([sum(block) & 0xFF]) for block in _blocks(packed)]
    return b"".join(parts) + len(packed).to_bytes(8, "big")


def _blocks(packed: bytes) -> Iterator[bytes]:
    return (packed[start : start + BLOCK] for start in range(0, len(packed), BLOCK))


def first_change(packed: bytes, seal: bytes) -> str:
    """Where `packed` is not what was sealed, as `byte 517`, or `bytes 4096 to 8191` where several of a block were changed; "" where
    it is whole."""
    length, seals = int.from_bytes(seal[-8:], "big"), seal[:-8]
    for number, block in enumerate(_blocks(packed[:length])):
        start = number * BLOCK
        told = seals[number * _SEAL : (number + 1) * _SEAL]
        if start + len(block) < min(start + BLOCK, length):
            break  # the file ends within this block
        if hashlib.sha256(block).digest() + bytes([sum(block) & 0xFF]) == told:
            continue
        place = _changed_byte(block, told)
        return f"bytes {start} to {start + len(block) - 1}" if place is None else f"byte {start + place}"
    return "" if len(packed) == length else f"byte {min(len(packed), length)}"


def _changed_byte(block: bytes, told: bytes) -> int | None:
    """The place of the one byte that was changed in `block`, None where it was more than one."""
    digest, difference = told[:-_SUM], (told[-1] - sum(block)) & 0xFF
    for place, byte in enumerate(block):
        was = bytes([(byte + difference) & 0xFF])
        before = hashlib.sha256(block[:place])
        before.update(was + block[place + 1 :])
        if before.digest() == digest:
            return place
    return None


def kept_paths() -> Iterator[Path]:
    """All files that are kept."""
    for path in sorted(folder().glob("??/*.zst")):
        if path.is_file() and not path.is_symlink():
            yield path
