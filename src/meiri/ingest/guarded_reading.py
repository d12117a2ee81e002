"""Items read in a process of their own: whatever is in them, the process that asks goes on, and gets an answer in time."""

import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime, timedelta, timezone
from os import O_CLOEXEC, O_NONBLOCK, O_RDONLY, fdopen, fstat
from os import open as open_fd
from pathlib import Path
from time import monotonic
from typing import TypeVar

from meiri.guarded import Busy, Failed, Guard, Limits, Overrun, Process
from meiri.ingest import archive_files
from meiri.ingest.formats import detect, detect_pasted
from meiri.ingest.import_format import HEAD, ArticleFormat
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.record_line import Extras, read_record
from meiri.ingest.sanitise import UNPRINTABLE
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
            "datetime.datetime",
            "datetime.timezone",
            "datetime.timedelta",
        ]
    ),
    refusals=(Unreadable,),
)
TOO_MUCH = "内容过大或过于复杂，没有读完。请另存为普通网页、文本或 Word 文件，或拆成几份后再导入。"

Answer = TypeVar("Answer")


class ItemReader:
    """Reads the items of one run, until the moment `until` on the monotonic clock, None for as long as it takes."""

    def __init__(self, process: Process, until: float | None):
        self._process, self._until = process, until

    def file(self, path: Path, name: str, largest: int) -> ParsedArticle | str:
        """The article of a file of at most `largest` bytes, which whoever sent it calls `name`; of archives and records
        the name of their format. Raises `Unreadable`."""
        return self._read(read_file, str(path), name, largest)

    def pasted(self, text: str) -> ParsedArticle:
        return self._read(read_pasted, text)

    def record(self, line: bytes) -> tuple[ParsedArticle, Extras]:
        return self._read(read_line, line)

    def unpack(self, archive: Path, into: Path) -> list[tuple[str, str]]:
        """As `archives.unpack`."""
        return self._read(archive_files.unpack, archive, into)

    def _read(self, work: Callable[..., Answer], *arguments) -> Answer:
        if self._until is not None and monotonic() > self._until:
            raise Unreadable("这次导入用时过长，没有读到这一份，请分几次导入。")
        try:
            return self._process.call(work, *arguments)
        except Overrun:
            raise Unreadable(TOO_MUCH) from None
        except Failed as error:
            raise Unreadable(
                f"读取时出错（{error.kind}），没有导入。请换一种格式，或把文件交给技术人员查看。"
            ) from error


@contextmanager
def reading(seconds: float | None = None) -> Iterator[ItemReader]:
    """A reader for one run, which reads nothing any more after `seconds`. Raises `Unreadable` where too many read."""
    try:
        with GUARD.process() as process:
            yield ItemReader(process, None if seconds is None else monotonic() + seconds)
    except Busy:
        raise Unreadable("正在导入的人较多，请过一会儿再试。") from None


# What follows is done in the process of the guard.


def read_file(path: str, name: str, largest: int) -> ParsedArticle | str:
    """The article of a file; of archives and records the name of their format. Raises `Unreadable`, also for what is no file."""
    # Opening a pipe would wait for whoever writes to it.
    with fdopen(open_fd(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), "rb") as file:
        about = fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise Unreadable("这不是普通文件，没有打开。")
        kind = detect(file.read(HEAD), file, name)
        if not isinstance(kind, ArticleFormat):
            return kind.name
        if about.st_size > largest:
            raise Unreadable(f"文件超过 {largest // 1024 // 1024} MB，没有读取。")
        file.seek(0)
        return bounded(kind.read(file.read(largest + 1)))


def read_pasted(text: str) -> ParsedArticle:
    """The article of pasted text, or of the source of a page. Raises `Unreadable`."""
    return bounded(detect_pasted(text[:HEAD]).read_pasted(text))


def read_line(line: bytes) -> tuple[ParsedArticle, Extras]:
    """The article of a line of records. Raises `Unreadable`."""
    try:
        article, extras = read_record(line.decode())
    except UnicodeDecodeError:
        raise Unreadable("这一行不是 UTF-8 文字。") from None
    return bounded(article), bounded(extras)


Read = TypeVar("Read", ParsedArticle, Extras)


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
