"""Records, a line each, as `meiri export` writes them; compressed or not."""

import codecs
import io
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO, cast

import zstandard

from meiri.ingest.import_format import Confidence, FoundItem, ItemBeginning, SeriesFormat, SeriesItem
from meiri.ingest.parsed import Unreadable
from meiri.ingest.record_line import read_record

MAX_LINE = 16 * 1024 * 1024
# A larger window only serves to take the memory of whoever reads it.
_MOST_WINDOW = 1 << 27


class JsonLinesFormat(SeriesFormat):
    """A record a line."""

    name = "jsonl"
    endings = (".jsonl",)
    is_streamed = True

    def confidence(self, beginning: ItemBeginning) -> Confidence:
        return Confidence.LIKELY if re.match(r'\{\s*["}]', beginning.start) else Confidence.NONE

    def read(self, file: BinaryIO) -> Iterator[SeriesItem]:
        number = 0
        while line := file.readline(MAX_LINE + 1):
            number += 1
            if len(line) > MAX_LINE:
                yield SeriesItem(f":{number}", _refusing("这一行过长，后面的记录没有读取。"))
                return
            if line.strip():
                yield SeriesItem(f":{number}", partial(read_record_line, line.removeprefix(codecs.BOM_UTF8)))


class CompressedJsonLinesFormat(JsonLinesFormat):
    """The same, compressed (RFC 8878)."""

    name = "jsonl.zst"
    endings = (".zst",)

    def confidence(self, beginning: ItemBeginning) -> Confidence:
        is_packed = beginning.head.startswith(b"\x28\xb5\x2f\xfd")
        return Confidence.CERTAIN if is_packed else Confidence.NONE

    def read(self, file: BinaryIO) -> Iterator[SeriesItem]:
        decompressor = zstandard.ZstdDecompressor(max_window_size=_MOST_WINDOW)
        lines = io.BufferedReader(
            cast(io.RawIOBase, decompressor.stream_reader(file, read_across_frames=True))
        )
        try:
            yield from super().read(cast(BinaryIO, lines))
        except zstandard.ZstdError:
            raise Unreadable("压缩的记录文件已损坏，后面的记录没有读取。") from None


def read_record_line(line: bytes) -> FoundItem:
    """The article of a line of records. Raises `Unreadable`."""
    try:
        return FoundItem(*read_record(line.decode()))
    except UnicodeDecodeError:
        raise Unreadable("这一行不是 UTF-8 文字。") from None


def _refusing(reason: str) -> Callable[[], FoundItem]:
    def refuse():
        raise Unreadable(reason)

    return refuse
