"""The chunks of a WAV file (RIFF; also RF64 of EBU Tech 3306, whose sound may be longer than the head says), within bounds. Loads nothing of
Django."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MOST_CHUNKS = 5_000
LONGEST = 4 * 1024 * 1024
_UNKNOWN = 0xFFFFFFFF


@dataclass(frozen=True)
class Chunk:
    """`body`: where what it holds begins; `end`: where that ends."""

    kind: bytes
    body: int
    end: int


class ChunkReader:
    def __init__(self, file: BinaryIO):
        self._file = file
        self._size = file.seek(0, 2)
        self._left = MOST_CHUNKS

    def chunks(self) -> Iterator[Chunk]:
        """Every chunk, those of a `LIST INFO` as well. What is no chunk ends the walk."""
        if self._read(0, 4) in (b"RIFF", b"RF64", b"BW64") and self._read(8, 4) == b"WAVE":
            yield from self._within(12, self._size)

    def _within(self, at: int, end: int) -> Iterator[Chunk]:
        long_sound = 0
        while at + 8 <= end and self._left > 0:
            self._left -= 1
            head = self._read(at, 8)
            size = int.from_bytes(head[4:], "little")
            if head[:4] == b"ds64":
                long_sound = int.from_bytes(self._read(at + 16, 8), "little")
            if size == _UNKNOWN and head[:4] == b"data":
                size = long_sound
            chunk = Chunk(head[:4], at + 8, at + 8 + size)
            if chunk.end > end:
                return
            if chunk.kind == b"LIST" and self._read(chunk.body, 4) == b"INFO":
                yield from self._within(chunk.body + 4, chunk.end)
            else:
                yield chunk
            at = chunk.end + size % 2

    def content(self, chunk: Chunk) -> bytes:
        return self._read(chunk.body, min(chunk.end - chunk.body, LONGEST))

    def blank(self, chunk: Chunk) -> None:
        """Overwrite a chunk where it stands: it is padding then."""
        self._file.seek(chunk.body - 8)
        self._file.write(b"JUNK")
        for at in range(chunk.body, chunk.end, LONGEST):
            self.overwrite(at, chunk.end - at)

    def overwrite(self, at: int, length: int) -> None:
        self._file.seek(at)
        self._file.write(bytes(min(length, LONGEST)))

    def _read(self, at: int, count: int) -> bytes:
        self._file.seek(at)
        return self._file.read(count)
