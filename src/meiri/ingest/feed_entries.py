"""The entries of a feed of any length, cut out of its bytes one by one: of what is damaged the other entries are still had."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from meiri.ingest.parsed import Unreadable

CHUNK = 256 * 1024
# Bytes of what stands before the first entry, and of one entry.
LONGEST_BEGINNING, LONGEST_ENTRY = 2 * 1024 * 1024, 16 * 1024 * 1024
# The longest tag of an entry, and what makes a mark in a buffer uncertain that ends in it.
_LONGEST_TAG = 4096
_MARK = re.compile(
    rb"<!\[CDATA\[|<!--|<(?P<close>/?)(?:rss:)?(?P<item>item)(?=[\s>/])|<(?P<shut>/?)(?:\w{1,20}:)?(?P<entry>entry)(?=[\s>/])",
    re.IGNORECASE,
)
_ENDS = {b"<![CDATA[": b"]]>", b"<!--": b"-->"}
_ROOT = re.compile(rb"<((?:[\w-]{1,20}:)?(?:rss|rdf|feed|channel|cdf))(?=[\s>])", re.IGNORECASE)


class RawEntry(NamedTuple):
    """One entry with all that stands before the first one, as a feed of its own; `is_cut` where it is longer than any may be."""

    feed: bytes
    is_cut: bool = False


def raw_entries(file: BinaryIO) -> Iterator[RawEntry]:
    """The entries of a feed in XML, each as soon as it is reached. Raises `Unreadable`."""
    cutter = _EntryCutter()
    beginning = file.read(CHUNK)
    for bom, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if beginning.startswith(bom):
            text = (beginning + file.read(LONGEST_ENTRY)).decode(encoding, "replace")
            beginning = re.sub(r"""encoding=["'][\w-]+["']""", 'encoding="utf-8"', text, count=1).encode()
    chunk = beginning
    while chunk:
        yield from cutter.feed(chunk)
        chunk = file.read(CHUNK)
    yield from cutter.close()


class _EntryCutter:
    """Holds what was not decided yet: the beginning of the feed, then what of an entry has come."""

    def __init__(self) -> None:
        self._beginning: bytes | None = None
        self._ends = b""
        self._buffer = b""
        self._looked = 0  # up to here the buffer was looked at
        self._start: int | None = None  # where the entry begins that is not over
        self._is_cut = False

    def feed(self, chunk: bytes) -> Iterator[RawEntry]:
        self._buffer += chunk
        yield from self._look(is_over=False)
        if self._start is None:
            if self._beginning is not None:
                self._drop(self._looked)
            elif len(self._buffer) > LONGEST_BEGINNING:
                raise Unreadable("订阅源开头过长，没有读取。")
        elif len(self._buffer) - self._start > LONGEST_ENTRY:
            # Of an entry without end the beginning is told, and what follows is looked through for the next.
            yield RawEntry(b"", is_cut=True)
            self._drop(self._looked)
            self._start = None
        else:  # what was cut out is not kept
            self._drop(self._start)
            self._start = 0

    @property
    def held(self) -> int:
        """Bytes that wait to be decided."""
        return len(self._buffer)

    def close(self) -> Iterator[RawEntry]:
        yield from self._look(is_over=True)
        if self._start is not None:
            yield self._entry(len(self._buffer))

    def _look(self, is_over: bool) -> Iterator[RawEntry]:
        while mark := _MARK.search(self._buffer, self._looked):
            if not is_over and mark.start() > len(self._buffer) - _LONGEST_TAG:
                return
            if end := _ENDS.get(mark[0].upper()):
                closed = self._buffer.find(end, mark.end())
                if closed < 0 and not is_over and len(self._buffer) - mark.start() <= LONGEST_ENTRY:
                    self._looked = mark.start()
                    return
                self._looked = closed + len(end) if closed >= 0 else mark.end()
                continue
            yield from self._at(mark)
        self._looked = max(self._looked, len(self._buffer) - (0 if is_over else _LONGEST_TAG))

    def _at(self, mark: re.Match[bytes]) -> Iterator[RawEntry]:
        is_end = bool(mark["close"] or mark["shut"])
        tag_end = self._buffer.find(b">", mark.end(), mark.end() + _LONGEST_TAG)
        after = tag_end + 1 if tag_end >= 0 else mark.end()
        is_empty = not is_end and self._buffer[after - 2 : after] == b"/>"
        self._looked = after
        if is_empty:
            return
        if is_end:
            if self._start is not None:
                yield self._entry(after)
                self._start = None
        elif self._start is None:
            if self._beginning is None:
                self._begin(self._buffer[: mark.start()])
            self._start = mark.start()
        else:  # the one before was not closed
            yield self._entry(mark.start())
            self._start = mark.start()

    def _begin(self, beginning: bytes) -> None:
        self._beginning = beginning
        root = _ROOT.search(beginning)
        lower = beginning.lower()
        if b"<channel" in lower and b"</channel" not in lower:
            self._ends = b"</channel>"
        if root and root[1].lower() != b"channel":
            self._ends += b"</" + root[1] + b">"

    def _entry(self, end: int) -> RawEntry:
        entry = self._buffer[self._start : end]
        return RawEntry((self._beginning or b"") + entry + self._ends)

    def _drop(self, until: int) -> None:
        self._buffer, self._looked = self._buffer[until:], max(0, self._looked - until)
