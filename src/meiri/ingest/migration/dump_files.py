"""The files of a dump as text: packed or plain, one or many, in whatever encoding, SQL or the PHP files of 帝国备份王."""

import bz2
import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import zstandard

from meiri.ingest.parsed import Unreadable

# Bytes that are read at once; how far is looked for the first text that is not ASCII, and how much of it is judged.
PIECE = 1024 * 1024
SEARCHED = 256 * 1024 * 1024
JUDGED = 512 * 1024
# Files of a folder and its folders that are looked at, and how far into each.
MOST_FILES = 200_000
LOOKED_AT = 64 * 1024
_STATEMENT = re.compile(
    rb"^[ \t]*+(?:INSERT\s+INTO|REPLACE\s+INTO|CREATE\s+TABLE|DROP\s+TABLE)\s|E_D\(",
    re.IGNORECASE | re.MULTILINE,
)
ENDINGS = (".sql", ".txt", ".php")
_PACKED = (".gz", ".bz2", ".zst")
_NAMES = re.compile(rb"(?:SET\s+NAMES|DEFAULT\s+CHARSET\s*=|CHARACTER\s+SET)\s*'?(\w+)", re.IGNORECASE)
_BIG5 = frozenset([b"big5"])
# E_D("…"): a statement as a string of PHP, in which the escapes of MySQL were escaped once more.
_EMPIRE_CALL = re.compile(r'E_D\("((?:[^"\\]++|\\.)*+)"\)', re.DOTALL)
_PHP_ESCAPE = re.compile(r"\\([nrtvef\\$\"])")
_PHP_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "v": "\v", "e": "\x1b", "f": "\f"}
LONGEST_CALL = 64 * 1024 * 1024


def files_of_dump(path: Path) -> list[Path]:
    """The files of a dump: the file itself, or those of a folder that are parts of one, in the order of their numbers; those of folders
    below only where there are none above. Links and what is no regular file are left out."""
    if path.is_file():
        return [path]
    return _parts_in(path.iterdir()) or _parts_in(islice(path.rglob("*"), MOST_FILES))


def _parts_in(files: Iterable[Path]) -> list[Path]:
    return sorted(
        (one for one in files if one.is_file() and not one.is_symlink() and _is_part(one)), key=_order
    )


def _is_part(path: Path) -> bool:
    """Whether a file is a part of a dump: by its name, and PHP and text by their beginning."""
    name = path.name.lower()
    name = name.removesuffix(path.suffix.lower()) if path.suffix.lower() in _PACKED else name
    if not name.endswith(ENDINGS) or name.startswith("."):
        return False
    if name.endswith(".sql"):
        return True
    try:
        with open_unpacked(path) as file:
            return bool(_STATEMENT.search(file.read(LOOKED_AT)))
    except (OSError, EOFError, zstandard.ZstdError):
        return False


def _order(path: Path) -> tuple:
    """Structure first, then by the numbers in the name: part 2 stands before part 10."""
    parts = [int(word) if word.isdigit() else word for word in re.split(r"(\d+)", path.name)]
    return ("struct" not in path.name, [(isinstance(p, str), p) for p in parts])


def open_unpacked(path: Path) -> BinaryIO:
    """The bytes of a file, unpacked where its first bytes say that it is packed."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(b"\x1f\x8b"):
        return gzip.open(path, "rb")  # type: ignore[return-value]
    if head.startswith(b"BZh"):
        return bz2.open(path, "rb")  # type: ignore[return-value]
    if head == b"\x28\xb5\x2f\xfd":
        unpacker = zstandard.ZstdDecompressor(max_window_size=2**27)
        return io.BufferedReader(unpacker.stream_reader(path.open("rb"), closefd=True))
    return path.open("rb")


def encoding_of(path: Path) -> str:
    """The encoding of the text in a dump: UTF-8 where its first text is that, whatever the file says of itself; else Big5 where it says
    so, else GB18030, of which GBK and GB2312 are parts."""
    with open_unpacked(path) as file:
        read, declared = 0, b""
        while read < SEARCHED and (piece := file.read(PIECE)):
            read += len(piece)
            if not declared and (said := _NAMES.search(piece)):
                declared = said[1].lower()
            if piece.isascii():
                continue
            sample = piece + file.read(JUDGED)
            if _is_utf8(sample):
                return "utf-8"
            return "big5hkscs" if declared in _BIG5 else "gb18030"
    return "utf-8"


def _is_utf8(sample: bytes) -> bool:
    """Whether text reads as UTF-8, but for single broken characters: dumps hold texts that were cut in the middle of one."""
    text = sample.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return broken * 100 <= sum(not character.isascii() for character in text[:JUDGED])


def text_of_file(path: Path) -> Iterator[str]:
    """The text of a file piece by piece, SQL from whatever it holds."""
    encoding = encoding_of(path)
    pieces = _decoded(path, encoding)
    first = next(pieces, "")
    if first.lstrip("\ufeff \r\n\t").startswith("<?") and "E_D(" in first[:PIECE]:
        yield from _statements(first, pieces)
        return
    yield first.removeprefix("\ufeff")
    yield from pieces


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    try:
        with open_unpacked(path) as file:
            while piece := file.read(PIECE):
                yield decoder.decode(piece)
            yield decoder.decode(b"", True)
    except (EOFError, zlib.error, zstandard.ZstdError, gzip.BadGzipFile) as error:
        raise Unreadable(f"压缩文件 {path.name} 已损坏，没有读完。请重新压缩或解压后再试。") from error


def _statements(first: str, pieces: Iterator[str]) -> Iterator[str]:
    """The statements in the calls of a file of 帝国备份王."""
    text, at = first, 0
    while True:
        while found := _EMPIRE_CALL.search(text, at):
            at = found.end()
            statement = _PHP_ESCAPE.sub(lambda mark: _PHP_ESCAPES.get(mark[1], mark[1]), found[1])
            yield statement.rstrip().rstrip(";") + ";\n"
        begun = text.find("E_D(", at)
        text, at = text[begun if begun >= 0 else max(len(text) - 4, at) :], 0
        grown = [text]
        wanted = max(len(text), 1)
        while wanted > 0 and (piece := next(pieces, None)) is not None:
            grown.append(piece)
            wanted -= len(piece)
        if len(grown) == 1:
            return
        text = "".join(grown)
        if len(text) > LONGEST_CALL:
            at = 4  # a call without its end: what begins behind it is read


def text_of_dump(files: list[Path]) -> Iterator[str]:
    """The text of all files of a dump. Each ends the statement before it."""
    for file in files:
        yield from text_of_file(file)
        yield "\n"
