"""Items read in a process of their own: whatever is in them, the process that asks goes on, and gets an answer in time."""

import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime, timedelta, timezone
from os import O_CLOEXEC, O_NONBLOCK, O_RDONLY, fdopen, fstat
from os import open as open_fd
from pathlib import Path
from time import monotonic
from typing import BinaryIO, TypeVar

from meiri.guarded import Busy, Failed, Guard, Limits, Overrun, Process
from meiri.ingest import archive_files, formats
from meiri.ingest.formats import PageFormat, detect, detect_pasted
from meiri.ingest.furniture import FEWEST, MOST_PAGES, PageDigests, digests_of_page, furniture_of
from meiri.ingest.html import KnownOfPage, read_html
from meiri.ingest.import_format import HEAD, ArticleFormat, FoundItem, SeriesFormat, SeriesItem
from meiri.ingest.mail_files import files_of_message
from meiri.ingest.page import host_of
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.record_line import Extras
from meiri.ingest.sanitise import UNPRINTABLE
from meiri.ingest.wire_facts import WireFacts
from meiri.visitors.characters import mended

# Characters of a body's HTML; the longest serial article is a twentieth of it.
LONGEST_BODY = 1_000_000
# Characters of anything else that is read from an item, and how many names, warnings and pictures.
LONGEST_LINE = 5_000
MOST_LISTED = 1_000
LIMITS = Limits(
    seconds=60, processor_seconds=20, memory=1536 * 1024 * 1024, largest_file=archive_files.MAX_MEMBER_BYTES
)
GUARD = Guard(
    LIMITS,
    most=2,
    patience=10,
    answers=frozenset(
        [
            "meiri.ingest.parsed.ParsedArticle",
            "meiri.ingest.parsed.FoundPicture",
            "meiri.ingest.record_line.Extras",
            "meiri.ingest.import_format.FoundItem",
            "meiri.ingest.wire_facts.WireFacts",
            "meiri.ingest.furniture.PageDigests",
            "datetime.datetime",
            "datetime.timezone",
            "datetime.timedelta",
        ]
    ),
    refusals=(Unreadable,),
)
TOO_MUCH = "内容过大或过于复杂，没有读完。请另存为普通网页、文本或 Word 文件，或拆成几份后再导入。"

# Items of a series that one call reads; the seconds after which it begins no other, and the characters.
PART_ITEMS, PART_SECONDS, PART_CHARACTERS = 50, 5.0, 8_000_000
# After so many items in succession that were too much, the rest of a series is left unread.
MOST_FRUITLESS = 3
REST_UNREAD = "连续几条内容过大或过于复杂，后面的没有读取。"

Answer = TypeVar("Answer")
# The label of an item, what was read of it, and else the reason why it was not.
ReadItem = tuple[str, FoundItem | None, str]


def reason_of(error: Unreadable | Failed) -> str:
    if isinstance(error, Unreadable):
        return error.reason
    return f"读取时出错（{error.kind}），没有导入。请换一种格式，或把文件交给技术人员查看。"


class ItemReader:
    """Reads the items of one run, until the moment `until` on the monotonic clock, None for as long as it takes.

    `is_out_of_time`: whether something was left unread because that moment had come.
    """

    def __init__(self, process: Process, until: float | None):
        self._process, self._until = process, until
        self.is_out_of_time = False
        self._furniture: dict[str, frozenset[int]] = {}

    def learn(self, paths: Sequence[Path], largest: int) -> None:
        """Look at some of the files that are going to be read, for what stands in several pages of one host: it is left out of each."""
        if len(paths) < FEWEST:
            return
        hosts: dict[str, list[PageDigests]] = {}
        for path in paths[:: -(-len(paths) // MOST_PAGES)]:
            try:
                found = self._call(digests_of_file, str(path), largest)
            except (Overrun, Failed, Unreadable):
                continue  # what is wrong with it is told when it is read
            if found:
                hosts.setdefault(host_of(found.url), []).append(found)
        for host, pages in hosts.items():
            self._furniture[host] = self._furniture.get(host, frozenset()) | furniture_of(pages)

    def file(self, path: Path, name: str, largest: int) -> ParsedArticle | str:
        """The article of a file of at most `largest` bytes, which whoever sent it calls `name`; of archives and series
        the name of their format. Raises `Unreadable`."""
        return self._read(read_file, str(path), name, largest, self._furniture)

    def pasted(self, text: str) -> ParsedArticle:
        return self._read(read_pasted, text)

    def series(self, path: Path, kind: str, largest: int) -> Iterator[ReadItem]:
        """The items of a series of the format `kind`, in their order; the last may say why the rest was not read.

        `largest` is how many bytes the file may have where its format can't be read piece by piece.
        """
        at, singly, fruitless = 0, 0, 0
        while True:
            try:
                part = self._call(read_series, str(path), kind, largest, at, 1 if singly else PART_ITEMS)
            except Overrun:
                if not singly:  # one of many was too much: they are asked for one by one
                    singly = PART_ITEMS
                    continue
                yield f":{at + 1}", None, TOO_MUCH
                at, fruitless = at + 1, fruitless + 1
                if fruitless == MOST_FRUITLESS:
                    yield "", None, REST_UNREAD
                    return
                continue
            except (Unreadable, Failed) as error:
                yield "", None, reason_of(error)
                return
            items, at, is_over = part
            singly = max(singly - len(items), 0)
            fruitless = 0 if items else fruitless
            yield from items
            if is_over:
                return

    def mail(self, data: bytes) -> list[tuple[str, bytes]]:
        """As `mail_files.files_of_message`."""
        return self._read(files_of_message, data)

    def unpack(self, archive: Path, into: Path) -> list[tuple[str, str]]:
        """As `archives.unpack`."""
        return self._read(archive_files.unpack, archive, into)

    def extend(self, seconds: float) -> None:
        """Let the run end later: it waited so long for what it reads."""
        if self._until is not None:
            self._until += seconds

    def _read(self, work: Callable[..., Answer], *arguments) -> Answer:
        try:
            return self._call(work, *arguments)
        except Overrun:
            raise Unreadable(TOO_MUCH) from None
        except Failed as error:
            raise Unreadable(reason_of(error)) from error

    def _call(self, work: Callable[..., Answer], *arguments) -> Answer:
        if self._until is not None and monotonic() > self._until:
            self.is_out_of_time = True
            raise Unreadable("这次导入用时过长，没有读到这一份，请分几次导入。")
        return self._process.call(work, *arguments)


@contextmanager
def reading(seconds: float | None = None) -> Iterator[ItemReader]:
    """A reader for one run, which reads nothing any more after `seconds`. Raises `Unreadable` where too many read."""
    try:
        with GUARD.process() as process:
            yield ItemReader(process, None if seconds is None else monotonic() + seconds)
    except Busy:
        raise Unreadable("正在导入的人较多，请过一会儿再试。") from None


# What follows is done in the process of the guard.


def digests_of_file(path: str, largest: int) -> PageDigests | None:
    """The digests of a file that is a page; None for what is none. Raises `Unreadable`."""
    with _opened(path) as file:
        kind = detect(file.read(HEAD), file, "")
        if not isinstance(kind, PageFormat) or fstat(file.fileno()).st_size > largest:
            return None
        file.seek(0)
        return digests_of_page(file.read(largest + 1))


def read_file(
    path: str, name: str, largest: int, furniture: Mapping[str, frozenset[int]] | None = None
) -> ParsedArticle | str:
    """The article of a file; of archives and series the name of their format. `furniture`: as `KnownOfPage` has it. Raises `Unreadable`,
    also for what is no file."""
    with _opened(path) as file:
        kind = detect(file.read(HEAD), file, name)
        if not isinstance(kind, ArticleFormat):
            return kind.name
        if fstat(file.fileno()).st_size > largest:
            raise Unreadable(f"文件超过 {largest // 1024 // 1024} MB，没有读取。")
        file.seek(0)
        data = file.read(largest + 1)
        if isinstance(kind, PageFormat):
            return bounded(read_html(data, known=KnownOfPage(furniture=furniture or {})))
        return bounded(kind.read(data))


def read_pasted(text: str) -> ParsedArticle:
    """The article of pasted text, or of the source of a page. Raises `Unreadable`."""
    return bounded(detect_pasted(text[:HEAD]).read_pasted(text))


@dataclass
class _OpenSeries:
    """The series that this process is reading, as far as it has come."""

    path: str
    at: int
    items: Iterator[SeriesItem]


_open_series: list[_OpenSeries] = []


def read_series(path: str, kind: str, largest: int, at: int, most: int) -> tuple[list[ReadItem], int, bool]:
    """At most `most` items of a series from the one at index `at` on; the index of the next, and whether that is beyond the last.

    Those before `at` are passed over unread; where there are many, the answer may hold none yet.
    Raises `Unreadable` where nothing can be read.
    """
    series = _series_at(path, kind, largest, at)
    until, characters = monotonic() + PART_SECONDS, 0
    read: list[ReadItem] = []
    while len(read) < most and characters < PART_CHARACTERS and monotonic() < until:
        try:
            item = next(series.items, None)
        except MemoryError:
            raise
        except Exception as error:  # whatever makes the reader of a damaged file trip
            read.append(("", None, _reason(error)))
            item = None
        if item is None:
            _open_series.clear()
            return read, at + len(read), True
        series.at += 1
        if series.at > at:
            read.append(_fate_of(item))
            found = read[-1][1]
            characters += _size_of(found.article) if found else 0
    return read, at + len(read), False


def _series_at(path: str, kind: str, largest: int, at: int) -> _OpenSeries:
    if _open_series and _open_series[0].path == path and _open_series[0].at <= at:
        return _open_series[0]
    _open_series.clear()
    known = formats.BY_NAME[kind]
    if not isinstance(known, SeriesFormat):
        raise TypeError(kind)
    file = _opened(path)
    if not known.is_streamed and fstat(file.fileno()).st_size > largest:
        file.close()
        raise Unreadable(f"文件超过 {largest // 1024 // 1024} MB，没有读取。")
    _open_series.append(_OpenSeries(path, 0, known.read(file)))
    return _open_series[0]


def _fate_of(item: SeriesItem) -> ReadItem:
    try:
        return item.label, read_item(item), ""
    except MemoryError:
        raise
    except Exception as error:  # whatever is in one item, the others are read
        return item.label, None, _reason(error)


def _reason(error: Exception) -> str:
    return reason_of(error if isinstance(error, Unreadable) else Failed(type(error).__name__))


def read_item(item: SeriesItem) -> FoundItem:
    """One item of a series within its bounds. Raises `Unreadable`."""
    found = item.read()
    bounded(found.article)
    if found.extras:
        bounded(found.extras)
    if found.wire:
        bounded(found.wire)
    return found


def _size_of(article: ParsedArticle) -> int:
    return len(article.body) + sum(len(picture.data or b"") for picture in article.pictures)


def _opened(path: str) -> BinaryIO:
    """A regular file, to be read. Raises `Unreadable` for what is no file."""
    # Opening a pipe would wait for whoever writes to it.
    file = fdopen(open_fd(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), "rb")
    if not stat.S_ISREG(fstat(file.fileno()).st_mode):
        file.close()
        raise Unreadable("这不是普通文件，没有打开。")
    return file


Read = TypeVar("Read", ParsedArticle, Extras, WireFacts)


def bounded(found: Read) -> Read:
    """What was read, without characters that no text has and within the bounds of its parts. Raises `Unreadable`."""
    for name in (part.name for part in fields(found)):
        value = getattr(found, name)
        if name == "body":
            if len(value) > LONGEST_BODY:
                raise Unreadable(f"正文超过 {LONGEST_BODY // 10_000} 万字，请拆成几篇再导入。")
        elif isinstance(value, datetime):
            # Names of zones stay behind: the moment and its offset are all that is told.
            setattr(found, name, value.replace(tzinfo=timezone(value.utcoffset() or timedelta())))
        elif isinstance(value, str):
            setattr(found, name, _line(value))
        elif isinstance(value, list):
            listed = value[:MOST_LISTED]
            setattr(found, name, [_line(one) if isinstance(one, str) else one for one in listed])
    for picture in getattr(found, "pictures", []):
        picture.caption, picture.alt = _line(picture.caption), _line(picture.alt)
    return found


def _line(text: str) -> str:
    return UNPRINTABLE.sub("", mended(text[:LONGEST_LINE]))
