"""The lines of a PDF's pages in reading order, each with the edges of its column."""

import io
import logging
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import mean, median

from pdfminer.high_level import extract_pages
from pdfminer.layout import LAParams, LTChar, LTContainer, LTFigure, LTImage, LTTextLine

from meiri.ingest.parsed import Unreadable

MAX_PAGES = 200
MAX_LINES, MAX_LINES_OF_PAGE = 40_000, 3_000
# The share of a page's height that is its head, or its foot.
MARGIN = 0.12
# How many times the step from line to line sets a running head off.
SET_OFF = 1.3
SMALLEST_PICTURE = 60
# In letters: how far columns stand apart, and how long their lines are; shorter ones are cells of a table, read row by row.
GUTTER, SHORTEST_OF_COLUMN = 0.6, 8
# In letters: how far a paragraph's first line begins to the right, and how far from the right edge a last one may end.
INDENTED, SHORT = 0.9, 1.5
# Radicals that fonts give in place of the characters that look the same, beside those that Unicode itself makes equal
# (EquivalentUnifiedIdeograph.txt).
_RADICALS = str.maketrans(
    "⺎⺟⺠⺬⺮⻁⻄⻅⻆⻉⻋⻑⻓⻔⻘⻙⻚⻛⻜⻝⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻳",
    "兀母民示竹虎西见角贝车長长门青韦页风飞食首马骨鬼鱼鸟卤麦黄黾齐齿龙龟",
)
_FORMS = re.compile("[\u2f00-\u2fdf\ufb00-\ufb06]")
# It tells of each font that it finds fault with.
logging.getLogger("pdfminer").setLevel(logging.CRITICAL)


@dataclass
class PdfLine:
    """A line as it stands on its page, measured in points from the left bottom; `size` is the height of its letters. `left` and
    `right` are the edges of its column."""

    text: str
    x0: float
    x1: float
    y0: float
    y1: float
    size: float
    page: int
    in_margin: bool = False
    left: float = 0
    right: float = 0

    @property
    def is_indented(self) -> bool:
        return self.text.startswith("\u3000") or self.x0 - self.left > INDENTED * self.size


def lines_of(data: bytes) -> tuple[list[PdfLine], int, int]:
    """The lines in reading order, how many pages there are, and how many pictures of some size. Raises `Unreadable` for what is
    too long, and what pdfminer raises for what is broken."""
    lines: list[PdfLine] = []
    pages = pictures = 0
    for page in extract_pages(io.BytesIO(data), laparams=LAParams(char_margin=1.5, boxes_flow=None)):
        pages += 1
        if pages > MAX_PAGES:
            raise Unreadable(f"PDF 超过 {MAX_PAGES} 页，请分成几份再导入。")
        pictures += sum(
            min(element.width, element.height) >= SMALLEST_PICTURE
            for element in page
            if isinstance(element, (LTFigure, LTImage))
        )
        found = (_line(line, pages) for element in page for line in _text_lines(element))
        of_page = _in_reading_order([line for line in found if line])
        _set_margins(of_page, page.height)
        _set_columns(of_page)
        lines += of_page
        if len(lines) > MAX_LINES or len(of_page) > MAX_LINES_OF_PAGE:
            raise Unreadable(f"PDF 超过 {MAX_LINES} 行，请分成几份再导入。")
    return lines, pages, pictures


def _text_lines(element) -> Iterator[LTTextLine]:
    if isinstance(element, LTTextLine):
        yield element
    elif isinstance(element, LTContainer) and not isinstance(element, LTFigure):
        for inner in element:
            yield from _text_lines(inner)


def _line(found: LTTextLine, number: int) -> PdfLine | None:
    text = with_characters(found.get_text()).replace("\xa0", " ").rstrip()
    sizes = [character.size for character in found if isinstance(character, LTChar)]
    if not text.strip() or not sizes:
        return None
    blank = len(text) - len(text.lstrip(" "))
    x0 = found.x0 + blank * median(sizes) / 2
    return PdfLine(text.lstrip(" "), x0, found.x1, found.y0, found.y1, median(sizes), number)


def with_characters(text: str) -> str:
    """`text` with characters in place of radicals that look the same, and letters in place of ligatures."""
    return _FORMS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text).translate(_RADICALS)


def _in_reading_order(lines: list[PdfLine]) -> list[PdfLine]:
    """Down the page; where columns stand beside each other, each to its end before the next."""
    out: list[PdfLine] = []
    run: list[list[PdfLine]] = []
    spans: list[tuple[float, float]] = []
    for row in _rows(lines[:MAX_LINES_OF_PAGE]):
        own = [(line.x0, line.x1) for line in row]
        alone, united = (_united(all_, GUTTER * row[0].size) for all_ in (own, [*spans, *own]))
        # A line across columns ends them, and columns end lines across.
        if run and (len(spans) > 1 or len(alone) > 1) != (len(united) > 1):
            out += _of_run(run, spans)
            run, united = [], alone
        run.append(row)
        spans = united
    return out + _of_run(run, spans) if run else out


def _rows(lines: list[PdfLine]) -> list[list[PdfLine]]:
    """The lines that stand at one height, from the top."""
    rows: list[list[PdfLine]] = []
    for line in sorted(lines, key=lambda one: (-one.y1, one.x0)):
        if rows and (line.y0 + line.y1) / 2 > rows[-1][0].y0:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda one: one.x0) for row in rows]


def _united(spans: list[tuple[float, float]], gutter: float) -> list[tuple[float, float]]:
    out: list[tuple[float, float]] = []
    for left, right in sorted(spans):
        if out and left - out[-1][1] < gutter:
            out[-1] = (out[-1][0], max(out[-1][1], right))
        else:
            out.append((left, right))
    return out


def _of_run(rows: list[list[PdfLine]], spans: list[tuple[float, float]]) -> list[PdfLine]:
    lines = [line for row in rows for line in row]
    widths = [
        mean((one.x1 - one.x0) / one.size for one in c) for c in (_within(lines, s) for s in spans) if c
    ]
    if len(spans) < 2 or min(widths) < SHORTEST_OF_COLUMN:
        return [_as_one(row) for row in rows]
    parts = ([_within(row, span) for row in rows] for span in spans)
    return [_as_one(row) for column in parts for row in column if row]


def _as_one(row: list[PdfLine]) -> PdfLine:
    """What stands at one height as one line: words set far apart, cells of a table's row."""
    text = " ".join(piece.text for piece in row)
    return replace(row[0], text=text, x1=row[-1].x1, y0=min(p.y0 for p in row), y1=max(p.y1 for p in row))


def _within(lines: list[PdfLine], span: tuple[float, float]) -> list[PdfLine]:
    return [line for line in lines if span[0] <= (line.x0 + line.x1) / 2 <= span[1]]


def _set_margins(lines: list[PdfLine], height: float) -> None:
    """Mark what stands at the head or foot of a page, set off from the text by more than its lines are from each other."""
    rows = _rows(lines)
    steps = [above[0].y0 - below[0].y0 for above, below in pairwise(rows)]
    close = [step for step, row in zip(steps, rows, strict=False) if step < 3 * row[0].size]
    usual = median(close) if close else 2 * rows[0][0].size if rows else 0
    head = max(
        (
            n + 1
            for n, step in enumerate(steps)
            if step > SET_OFF * usual and rows[n][0].y0 > (1 - MARGIN) * height
        ),
        default=0,
    )
    foot = min(
        (
            n + 1
            for n, step in enumerate(steps)
            if step > SET_OFF * usual and rows[n + 1][0].y1 < MARGIN * height
        ),
        default=len(rows),
    )
    for row in (*rows[:head], *rows[foot:]):
        for line in row:
            line.in_margin = True


def _set_columns(lines: list[PdfLine]) -> None:
    """The edges of the column that each line of a page stands in: those of the lines of its size above and below it."""
    by_size: dict[float, list[PdfLine]] = defaultdict(list)
    for line in lines:
        by_size[round(line.size)].append(line)
    for size, same in by_size.items():
        spans = _united([(line.x0, line.x1) for line in same], GUTTER * size)
        for left, right in spans:
            for line in _within(same, (left, right)):
                line.left, line.right = left, right
