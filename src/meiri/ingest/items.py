"""The items that paths hold: files, folders, archives, records. Each is read, or told why it can't be."""

import codecs
import io
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import zstandard
from django.conf import settings

from meiri.ingest.detect import Format
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.reading import Reader
from meiri.ingest.record_line import Extras
from meiri.ingest.sanitise import UNPRINTABLE

MAX_LINE = 16 * 1024 * 1024
MAX_DEPTH = 20
# Beside a page, not an item.
_ASSETS = frozenset(
    [
        ".jpg",
        ".jpeg",
        ".png",
        ".gif",
        ".webp",
        ".avif",
        ".bmp",
        ".svg",
        ".ico",
        ".tif",
        ".tiff",
        ".css",
        ".js",
        ".mjs",
        ".map",
        ".woff",
        ".woff2",
        ".ttf",
        ".otf",
        ".eot",
        ".mp3",
        ".mp4",
        ".m4a",
        ".webm",
        ".mov",
        ".avi",
        ".wav",
        ".json",
        ".xsl",
        ".swf",
        ".db",
        ".ini",
    ]
)


@dataclass
class Item:
    """One item: `article` where it could be read, else `reason`. `page` and `root` say where its pictures may be."""

    file: str
    article: ParsedArticle | None = None
    extras: Extras | None = None
    reason: str = ""
    page: Path | None = None
    root: Path | None = None

    def __post_init__(self):
        # Names of files may hold bytes that are no text.
        self.file = UNPRINTABLE.sub("\ufffd", self.file)


def items_in(path: Path, reader: Reader, name: str | None = None) -> Iterator[Item]:
    """Every item of a file, folder or archive, in order of name. `name` is what its items are called by."""
    name = name or str(path)
    if path.is_dir():
        for file in files_in(path):
            yield from _of_file(file, str(Path(name) / file.relative_to(path)), path, reader)
    elif path.exists():
        yield from _of_file(path, name, path.parent, reader)
    else:
        yield Item(name, reason="文件不存在。")


def files_in(folder: Path) -> Iterator[Path]:
    """The files of a folder that may be items, sorted; without the folders that browsers save beside pages, and links."""
    for where, folders, files in os.walk(folder):
        depth = len(Path(where).relative_to(folder).parts)
        folders[:] = sorted(f for f in folders if not _is_beside(f) and depth < MAX_DEPTH)
        for file in sorted(files):
            path = Path(where) / file
            if not file.startswith(".") and path.suffix.lower() not in _ASSETS and not path.is_symlink():
                yield path


def _is_beside(folder: str) -> bool:
    return folder.startswith((".", "__MACOSX")) or folder.endswith(("_files", ".files", "_archivos"))


def _of_file(path: Path, name: str, root: Path, reader: Reader, in_archive: bool = False) -> Iterator[Item]:
    try:
        found = reader.file(path, settings.IMPORT_MAX_BYTES)
        if isinstance(found, ParsedArticle):
            yield Item(name, article=found, page=path, root=root)
        elif found.is_records:
            yield from _records(path, name, found, reader)
        elif in_archive:
            raise Unreadable("压缩包里的压缩包没有打开。")
        else:
            yield from _of_archive(path, name, reader)
    except Unreadable as error:
        yield Item(name, reason=error.reason)
    except OSError as error:
        yield Item(name, reason=f"文件无法读取（{error.strerror or error}）。")


def _of_archive(path: Path, name: str, reader: Reader) -> Iterator[Item]:
    with tempfile.TemporaryDirectory(prefix="meiri-import-") as folder:
        root = Path(folder)
        for left_out in reader.unpack(path, root):
            member, _, reason = left_out.partition("：")
            yield Item(f"{name}/{member}", reason=reason)
        for file in files_in(root):
            yield from _of_file(file, f"{name}/{file.relative_to(root)}", root, reader, in_archive=True)


def _records(path: Path, name: str, kind: Format, reader: Reader) -> Iterator[Item]:
    with path.open("rb") as packed:
        stream: io.BufferedIOBase = packed
        if kind is Format.JSONL_ZST:
            # A window larger than this only serves to take the memory of whoever reads it.
            stream = io.BufferedReader(
                zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(
                    packed, read_across_frames=True
                )
            )
        number = 0
        try:
            while line := stream.readline(MAX_LINE + 1):
                number += 1
                if len(line) > MAX_LINE:
                    yield Item(f"{name}:{number}", reason="这一行过长，后面的记录没有读取。")
                    return
                if line.strip():
                    yield _record(line.removeprefix(codecs.BOM_UTF8), f"{name}:{number}", path, reader)
        except zstandard.ZstdError:
            yield Item(f"{name}:{number + 1}", reason="压缩的记录文件已损坏，后面的记录没有读取。")


def _record(line: bytes, name: str, path: Path, reader: Reader) -> Item:
    try:
        article, extras = reader.record(line)
    except Unreadable as error:
        return Item(name, reason=error.reason)
    return Item(name, article=article, extras=extras, page=path, root=path.parent)
