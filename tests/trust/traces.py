"""Looks for words wherever a site may keep them: in each row of each table, in each file of a folder."""

import gzip
import json
from pathlib import Path

import brotli
import zstandard
from django.db import connection

_ZSTANDARD = b"\x28\xb5\x2f\xfd"


def forms_of(words: str) -> set[bytes]:
    """The words as UTF-8, as JSON writes them, as JSON within JSON does, and as UTF-16."""
    once = json.dumps(words)[1:-1]
    twice = json.dumps(once)[1:-1]
    return {words.encode(), once.encode(), twice.encode(), words.encode("utf-16-le")}


def bytes_of(cell: object) -> bytes:
    if isinstance(cell, bytes | memoryview):
        return unpacked(bytes(cell))
    return (json.dumps(cell, ensure_ascii=False) if isinstance(cell, dict | list) else str(cell)).encode()


def unpacked(content: bytes) -> bytes:
    """What is packed with Zstandard, and what it holds."""
    if not content.startswith(_ZSTANDARD):
        return content
    return content + zstandard.ZstdDecompressor().decompressobj().decompress(content)


def holds(content: bytes, words: str) -> bool:
    return any(form in content for form in forms_of(words))


def tables_with(words: str) -> set[str]:
    """The tables of which a row holds the words."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            if any(
                holds(bytes_of(cell), words) for row in cursor.fetchall() for cell in row if cell is not None
            ):
                found.add(table)
    return found


def files_with(words: str, folder: Path) -> set[str]:
    """The files below a folder that hold the words, by their paths in it."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and holds(unpacked(_uncompressed(path)), words)
    }


def _uncompressed(path: Path) -> bytes:
    content = path.read_bytes()
    match path.suffix:
        case ".br":
            return brotli.decompress(content)
        case ".gz":
            return gzip.decompress(content)
    return content
