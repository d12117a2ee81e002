"""The items that paths hold: files, folders, archives, series. Each is read, or told why it can't be."""

import logging
import os
import shutil
import tempfile
import weakref
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from django.conf import settings

from meiri.ingest.formats import BY_NAME
from meiri.ingest.guarded_reading import ItemReader
from meiri.ingest.import_format import SeriesFormat
from meiri.ingest.keeping import original_file
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.record_line import Extras
from meiri.ingest.sanitise import UNPRINTABLE
from meiri.ingest.wire_facts import WireFacts
from meiri.media.models import Picture
from meiri.sources.originals import KeptOriginal

logger = logging.getLogger(__name__)

MAX_DEPTH = 20
# The ends of names of pages, "" for those that a browser saved without; files of one run that may be learnt from.
_PAGES = frozenset(["", ".html", ".htm", ".shtml", ".xhtml", ".php", ".asp", ".aspx", ".jsp"])
MOST_LEARNT_FROM = 100_000
# Parts of pages, not items: files of these kinds in a folder are counted and not read.
_PARTS = frozenset(
    [
        ".jpg", ".jpeg", ".jfif", ".png", ".gif", ".webp", ".avif", ".bmp", ".svg", ".ico", ".tif", ".tiff", ".heic",
        ".css", ".js", ".mjs", ".map", ".woff", ".woff2", ".ttf", ".otf", ".eot",
        ".mp3", ".mp4", ".m4a", ".webm", ".mov", ".avi", ".wav", ".swf", ".db",
    ]
)  # fmt: skip


class Unpacked:
    """The folder of an unpacked archive. It is deleted when nothing holds this any more."""

    def __init__(self):
        self.path = Path(tempfile.mkdtemp(prefix="meiri-import-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


@dataclass
class Item:
    """One item: `article` where it could be read, else `reason`. `page` and `root` say where its pictures may be; `originals` are
    the files that it was read from, where it is a reprint; `unpacked` holds the folder of the archive that it came in. `pictures` are those
    of the article that are stored already, by their address in the body; None where they are to be looked for."""

    file: str
    article: ParsedArticle | None = None
    extras: Extras | None = None
    wire: WireFacts | None = None
    reason: str = ""
    page: Path | None = None
    root: Path | None = None
    originals: tuple[KeptOriginal, ...] = ()
    unpacked: Unpacked | None = None
    pictures: dict[str, Picture] | None = None

    def __post_init__(self):
        # Names of files may hold bytes that are no text.
        self.file = UNPRINTABLE.sub("\ufffd", self.file)


def items_in(
    path: Path, reader: ItemReader, name: str | None = None, parts: Counter[str] | None = None
) -> Iterator[Item]:
    """Every item of a file, folder or archive, in order of name. `name` is what its items are called by.

    In `parts` is counted, by the ends of their names, what a folder holds beside items and was not read.
    """
    name = name or str(path)
    if path.is_dir():
        yield from _of_folder(path, name, path, reader, Counter() if parts is None else parts)
    elif path.exists():
        yield from _of_file(path, name, path.parent, reader)
    else:
        yield Item(name, reason="文件不存在。")


def _of_folder(
    folder: Path, name: str, root: Path, reader: ItemReader, parts: Counter[str], in_archive: bool = False
) -> Iterator[Item]:
    learn_from([found for found in files_in(folder) if not found.is_dir()], reader)
    for found in files_in(folder, parts):
        called = f"{name}/{found.relative_to(folder)}"
        if found.is_dir():
            yield Item(called, reason=f"文件夹超过 {MAX_DEPTH} 层，里面的文件没有读取。")
        else:
            yield from _of_file(found, called, root, reader, in_archive)


def learn_from(paths: Iterable[Path], reader: ItemReader) -> None:
    """Let the reader learn what stands in each page of a site from those of these files that may be pages."""
    pages = [path for path in paths if path.suffix.lower() in _PAGES]
    reader.learn(pages[:MOST_LEARNT_FROM], settings.IMPORT_MAX_BYTES)


def files_in(folder: Path, parts: Counter[str] | None = None) -> Iterator[Path]:
    """The files of a folder that may be items, sorted; without the folders that browsers save beside pages, and links. Of
    folders that lie too deep the path itself."""
    for where, folders, files in os.walk(folder):
        depth = len(Path(where).relative_to(folder).parts)
        wanted = sorted(f for f in folders if not _is_beside(f) and not (Path(where) / f).is_symlink())
        folders[:] = wanted if depth < MAX_DEPTH else []
        for file in sorted(files):
            path = Path(where) / file
            if file.startswith(".") or path.suffix.lower() in _PARTS or path.is_symlink():
                if parts is not None:
                    parts[path.suffix.lower() or file] += 1
            else:
                yield path
        if depth >= MAX_DEPTH:
            yield from (Path(where) / deep for deep in wanted)


def _is_beside(folder: str) -> bool:
    return folder.startswith((".", "__MACOSX")) or folder.endswith(("_files", ".files", "_archivos"))


def _of_file(
    path: Path, name: str, root: Path, reader: ItemReader, in_archive: bool = False
) -> Iterator[Item]:
    try:
        found = reader.file(path, PurePath(name).name, settings.IMPORT_MAX_BYTES)
        if isinstance(found, ParsedArticle):
            yield Item(name, article=found, page=path, root=root, originals=original_file(path, found, name))
        elif isinstance(BY_NAME[found], SeriesFormat):
            yield from _series(path, name, found, reader)
        elif in_archive:
            raise Unreadable("压缩包里的压缩包没有打开。")
        else:
            yield from _of_archive(path, name, reader)
    except Exception as error:  # one item, whatever is in it, never ends a run
        yield refused(name, error)


def refused(name: str, error: Exception) -> Item:
    """The item that could not be read because of `error`, of whatever type."""
    if isinstance(error, Unreadable):
        return Item(name, reason=error.reason)
    if isinstance(error, OSError):
        return Item(name, reason=f"文件无法读取（{error.strerror or type(error).__name__}）。")
    logger.error("An item could not be read", exc_info=error)
    return Item(name, reason=f"读取时出错（{type(error).__name__}），没有导入。请把文件交给技术人员查看。")


def _of_archive(path: Path, name: str, reader: ItemReader) -> Iterator[Item]:
    unpacked, is_empty = Unpacked(), True
    for member, reason in reader.unpack(path, unpacked.path):
        is_empty = False
        yield Item(f"{name}/{member}", reason=reason)
    for item in _of_folder(unpacked.path, name, unpacked.path, reader, Counter(), in_archive=True):
        is_empty = False
        yield replace(item, unpacked=unpacked)
    if is_empty:
        yield Item(name, reason="压缩包里没有可以导入的稿件。")


def _series(path: Path, name: str, kind: str, reader: ItemReader) -> Iterator[Item]:
    is_empty = True
    for label, found, reason in reader.series(path, kind, settings.IMPORT_MAX_BYTES):
        is_empty = False
        if found is None:
            yield Item(f"{name}{label}", reason=reason)
        else:
            yield Item(
                f"{name}{label}", found.article, found.extras, wire=found.wire, page=path, root=path.parent
            )
    if is_empty:
        yield Item(name, reason="文件里没有稿件。")
