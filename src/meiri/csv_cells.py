"""What all CSV files of the newsroom have in common (RFC 4180): UTF-8 with a byte order mark, by which spreadsheets know it, and no cell
that a spreadsheet takes for a formula (OWASP, CSV Injection).
"""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

MARK = "\ufeff"
_FORMULAS, _BLANKS = ("=", "+", "-", "@"), ("\t", "\r", "\n")


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """The lines of a file of `rows`, the mark first. Text that may begin a formula has an apostrophe before it."""
    yield MARK
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def guarded(text: str) -> str:
    return f"'{text}" if _needs_guard(text) else text


def unguarded(text: str) -> str:
    """What a cell said before it was guarded."""
    return text[1:] if text.startswith("'") and _needs_guard(text[1:]) else text


def _needs_guard(text: str) -> bool:
    # Also with apostrophes before it: so it can be told which of them was added.
    bare = text.lstrip("'")
    return bare.startswith(_BLANKS) or bare.lstrip().startswith(_FORMULAS)


def decode_csv(data: bytes) -> str | None:
    """A file in UTF-8, with or without a mark, or GB 18030, as spreadsheets in China write it; None for what is no text."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    return None
