"""Charts as SVG, drawn here from the numbers of a table. Colours and type are the stylesheet's (`blocks.css`).

Shapes: bars lie, one group for each row of the table, so that names of any length stand above their bars and a telephone shows as
many as a desk. Lines go from left to right, one for each series. Lengths are units of a drawing 640 wide.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil, floor, log10
from typing import Any

from markupsafe import Markup

from meiri.newsroom.body.chart import ChartData, ChartKind, read_data

WIDTH = 640
# Of a bar's group: the line with its name, and each of its bars.
NAME_HEIGHT, BAR_HEIGHT, GROUP_GAP = 26, 22, 10
# What a number takes that stands at the end of a bar, of each of its characters.
DIGIT = 11
LINE_HEIGHT, LEFT, BOTTOM, RIGHT = 320, 64, 34, 16
TOP = 12
LEGEND_HEIGHT = 30
# Names below a line chart; more would stand upon one another.
MOST_NAMES = 8


def chart_svg(value: Any) -> Markup:
    """The drawing of a chart block; its title and unit stand in it as text."""
    data = read_data(value["data"])
    unit = f"（单位：{value['unit']}）" if value["unit"] else ""
    draw = _lines if value["kind"] == ChartKind.LINES else _bars
    body, height = draw(data)
    legend, legend_height = _legend(data.series)
    title = Markup(
        '<text class="chart-title" x="0" y="24">{}<tspan class="chart-unit">{}</tspan></text>'
    ).format(value["title"], unit)
    moved = Markup('<g transform="translate(0 {})">{}</g>').format(36 + legend_height, body)
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>').format(
        WIDTH, 36 + legend_height + height, f"{value['title']}{unit}，数据见下表", title, legend, moved
    )


def _legend(series: Sequence[str]) -> tuple[Markup, int]:
    """What colour each series has; nothing where there is one alone."""
    if len(series) < 2:
        return Markup(""), 0
    share = WIDTH // len(series)
    items = (
        Markup(
            '<rect class="s{n}" x="{x}" y="40" width="14" height="14"/><text x="{t}" y="53">{name}</text>'
        ).format(n=n, x=n * share, t=n * share + 20, name=name)
        for n, name in enumerate(series)
    )
    return Markup("").join(items), LEGEND_HEIGHT


def _bars(data: ChartData) -> tuple[Markup, int]:
    numbers = [n for row in data.numbers for n in row if n is not None] or [0.0]
    low, high = min(0.0, *numbers), max(0.0, *numbers)
    room = WIDTH - DIGIT * max(len(written(n)) for n in numbers) - 8
    scale = room / ((high - low) or 1)
    zero = -low * scale
    pieces, y = [], 0
    for label, row in zip(data.labels, data.numbers, strict=True):
        pieces.append(Markup('<text x="0" y="{}">{}</text>').format(y + 18, label))
        y += NAME_HEIGHT
        for n, number in enumerate(row):
            if number is not None:
                pieces.append(_bar(n, number, y, zero, scale))
                y += BAR_HEIGHT
        y += GROUP_GAP
    if low < 0:
        pieces.append(
            Markup('<line class="axis" x1="{x}" x2="{x}" y1="0" y2="{y}"/>').format(x=_at(zero), y=y)
        )
    return Markup("").join(pieces), y


def _bar(series: int, number: float, y: int, zero: float, scale: float) -> Markup:
    length = abs(number) * scale
    start = zero - length if number < 0 else zero
    return Markup(
        '<rect class="s{n}" x="{x}" y="{y}" width="{width}" height="{height}"/>'
        '<text class="figure" x="{end}" y="{base}">{number}</text>'
    ).format(
        n=series,
        x=_at(start),
        y=y,
        width=_at(max(length, 1)),
        height=BAR_HEIGHT - 6,
        end=_at(start + length + 6),
        base=y + 14,
        number=written(number),
    )


def _lines(data: ChartData) -> tuple[Markup, int]:
    numbers = [n for row in data.numbers for n in row if n is not None] or [0.0]
    marks = scale_marks(min(numbers), max(numbers))
    low, high = marks[0], marks[-1]
    across, up = WIDTH - LEFT - RIGHT, LINE_HEIGHT - BOTTOM - TOP

    def place(row: int, number: float) -> tuple[float, float]:
        x = LEFT + across * (row / max(1, len(data.labels) - 1))
        return x, TOP + up * (1 - (number - low) / (high - low))

    pieces = [
        Markup(
            '<line class="grid" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/><text class="mark" x="{t}" y="{base}">{mark}</text>'
        ).format(left=LEFT, right=WIDTH - RIGHT, y=_at(y), t=LEFT - 8, base=_at(y + 5), mark=written(mark))
        for mark in marks
        for y in [place(0, mark)[1]]
    ]
    every = ceil(len(data.labels) / MOST_NAMES)
    pieces += [
        Markup('<text class="name" x="{}" y="{}">{}</text>').format(
            _at(place(n, low)[0]), LINE_HEIGHT - 8, label
        )
        for n, label in enumerate(data.labels)
        if n % every == 0
    ]
    for series in range(len(data.series)):
        points = [
            None if (number := values[series]) is None else place(row, number)
            for row, values in enumerate(data.numbers)
        ]
        pieces += _line(series, points)
    return Markup("").join(pieces), LINE_HEIGHT


def _line(series: int, points: Sequence[tuple[float, float] | None]) -> Iterator[Markup]:
    """Its dots, and a line between each two that stand side by side: where a number is missing there is a gap."""
    for one, two in pairwise(points):
        if one and two:
            yield Markup('<line class="line l{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(
                series, *map(_at, (*one, *two))
            )
    for point in points:
        if point:
            yield Markup('<circle class="s{}" cx="{}" cy="{}" r="4"/>').format(series, *map(_at, point))


def scale_marks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round numbers around `low` to `high`, the smallest first: 0, 20, 40 … At least two."""
    if high - low < max(abs(low), abs(high), 0.01) * 1e-6:
        room = max(1.0, abs(high) / 10)
        low, high = low - room, high + room
    rough = (high - low) / wanted
    power = 10 ** floor(log10(rough))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= rough * 0.999)
    first, last = floor(low / step), ceil(high / step)
    return [round(n * step, 10) for n in range(first, max(last, first + 1) + 1)]


def written(number: float) -> str:
    """A number as it stands in a drawing: 12,345.6."""
    return f"{number:,.10g}" if abs(number) < 1e10 else f"{number:,.0f}"


def _at(length: float) -> str:
    """A length with one place, which is less than a screen shows."""
    return f"{length:.1f}".removesuffix(".0")
