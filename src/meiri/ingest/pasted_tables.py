"""Tables of a paste: which are tables of data, and their cells."""

from collections.abc import Callable, Iterator
from itertools import islice

from lxml import html

from meiri.ingest.pasted import Part

MOST_CELLS = 20_000
MOST_COLUMNS = 60
# Blocks of this many rows each: the editor of a table draws every cell.
MOST_ROWS = 200


def lays_out(table: html.HtmlElement) -> bool:
    """Whether the table arranges a page, or one box on it, rather than data."""
    if next(table.iterdescendants("table"), None) is not None or _has_words_between_cells(table):
        return True
    cells = list(islice(table.iterdescendants("td", "th"), 2))
    if len(cells) < 2:
        return True
    # Pictures beside each other.
    return not any(text.strip() for text in table.itertext()) and any(
        True for _ in table.iterdescendants("img")
    )


_INSIDE = {"tr": frozenset(["td", "th"])}
_INSIDE_TABLES = frozenset(["caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr"])


def _has_words_between_cells(table: html.HtmlElement) -> bool:
    """Whether something stands in the table that is in no cell of a row."""
    for element in table.iter("table", "thead", "tbody", "tfoot", "tr"):
        if (element.text or "").strip():
            return True
        allowed = _INSIDE.get(element.tag, _INSIDE_TABLES)
        for child in element:
            if (child.tail or "").strip() or (isinstance(child.tag, str) and child.tag not in allowed):
                return True
    return False


def cells_of(
    table: html.HtmlElement, read_cell: Callable[[html.HtmlElement], str]
) -> tuple[list[list[str]], bool, int]:
    """The rows of a table without empty ones, all of one length; whether cells were merged; and how many cells are beyond
    the bound. A merged cell is read where it begins; the others that it covers are empty."""
    rows: list[list[str]] = []
    covered: dict[int, int] = {}  # column: rows that a cell above still covers
    merged, taken, beyond = False, 0, 0
    for tr in table.iter("tr"):
        row: list[str] = []
        for cell in tr.iterchildren("td", "th"):
            _skip_covered(row, covered)
            if taken >= MOST_CELLS or len(row) >= MOST_COLUMNS:
                beyond += 1
                continue
            wide = min(_number(cell, "colspan"), MOST_COLUMNS - len(row))
            tall = min(_number(cell, "rowspan"), MOST_ROWS)
            merged = merged or wide > 1 or tall > 1
            for column in range(len(row), len(row) + wide):
                covered[column] = tall - 1
            row += [read_cell(cell), *[""] * (wide - 1)]
            taken += wide
        _skip_covered(row, covered)
        for column in covered:
            # What this row passed without a cell of its own counts down at the end of the row, too.
            covered[column] = max(0, covered[column] - (column >= len(row)))
        rows.append(row)
    return _squared(rows), merged, beyond


def _skip_covered(row: list[str], covered: dict[int, int]) -> None:
    while covered.get(len(row), 0) > 0 and len(row) < MOST_COLUMNS:
        covered[len(row)] -= 1
        row.append("")


def _number(cell: html.HtmlElement, name: str) -> int:
    given = (cell.get(name) or "1").strip()
    return max(1, int(given)) if given.isascii() and given.isdigit() and len(given) < 5 else 1


def _squared(rows: list[list[str]]) -> list[list[str]]:
    width = max((n for row in rows for n, cell in enumerate(row, 1) if cell), default=0)
    return [(row + [""] * width)[:width] for row in rows if any(row)]


def tables_of(rows: list[list[str]], headed: bool, caption: str) -> Iterator[Part]:
    """The rows as one table, or as several where there are many."""
    for first in range(0, len(rows), MOST_ROWS):
        yield Part(
            "table",
            rows=rows[first : first + MOST_ROWS],
            headed=headed and first == 0,
            caption="" if first else caption,
        )


def is_headed(table: html.HtmlElement) -> bool:
    """Whether the first row names the columns."""
    first = next(table.iter("tr"), None)
    if first is None:
        return False
    above = first.getparent()
    return first.find("th") is not None or (above is not None and above.tag == "thead")
