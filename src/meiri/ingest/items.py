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

from meiri.ingest.archives import unpack
from meiri.ingest.detect import HEAD, Format, detect
from meiri.ingest.docx import read_docx
from meiri.ingest.html import read_html
from meiri.ingest.parsed import ParsedArticle, Unreadable
from meiri.ingest.records import Extras, read_record
from meiri.ingest.text import read_text

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


def items_in(path: Path, name: str | None = None) -> Iterator[Item]:
    """Every item of a file, folder or archive, in order of name. `name` is what its items are called by."""
    name = name or str(path)
    if path.is_dir():
        for file in files_in(path):
            yield from _of_file(file, str(Path(name) / file.relative_to(path)), path)
    elif path.is_file():
        yield from _of_file(path, name, path.parent)
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


def _of_file(path: Path, name: str, root: Path, in_archive: bool = False) -> Iterator[Item]:
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
            kind = detect(head, file)
        if kind.is_archive and in_archive:
            raise Unreadable("压缩包里的压缩包没有打开。")
        if not kind.is_archive and not kind.is_records and path.stat().st_size > settings.IMPORT_MAX_BYTES:
            raise Unreadable(f"文件超过 {settings.IMPORT_MAX_BYTES // 1024 // 1024} MB，没有读取。")
        if kind.is_archive:
            yield from _of_archive(path, name)
        elif kind.is_records:
            yield from _records(path, name, kind)
        else:
            yield Item(name, article=read(path.read_bytes(), kind), page=path, root=root)
    except Unreadable as error:
        yield Item(name, reason=error.reason)
    except OSError as error:
        yield Item(name, reason=f"文件无法读取（{error.strerror or error}）。")


def read(data: bytes, kind: Format) -> ParsedArticle:
    """The article in the bytes of one file. Raises `Unreadable`."""
    if kind is Format.HTML:
        return read_html(data)
    if kind is Format.DOCX:
        return read_docx(data)
    return read_text(data)


def _of_archive(path: Path, name: str) -> Iterator[Item]:
    with tempfile.TemporaryDirectory(prefix="meiri-import-") as folder:
        root = Path(folder)
        for left_out in unpack(path, root):
            member, _, reason = left_out.partition("：")
            yield Item(f"{name}/{member}", reason=reason)
        for file in files_in(root):
            yield from _of_file(file, f"{name}/{file.relative_to(root)}", root, in_archive=True)


def _records(path: Path, name: str, kind: Format) -> Iterator[Item]:
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
                    yield _record(line.removeprefix(codecs.BOM_UTF8), f"{name}:{number}", path)
        except zstandard.ZstdError:
            yield Item(f"{name}:{number + 1}", reason="压缩的记录文件已损坏，后面的记录没有读取。")


def _record(line: bytes, name: str, path: Path) -> Item:
    try:
        article, extras = read_record(line.decode())
    except UnicodeDecodeError:
        return Item(name, reason="这一行不是 UTF-8 文字。")
    except Unreadable as error:
        return Item(name, reason=error.reason)
    return Item(name, article=article, extras=extras, page=path, root=path.parent)
