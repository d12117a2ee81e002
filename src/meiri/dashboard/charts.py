"""Bars of numbers as SVG. A table beside them says the same in numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 100
BAR, GAP = 18, 6


@dataclass(frozen=True)
class Bar:
    """One bar in units of the drawing, whose origin is its upper left corner."""

    x: int
    y: int
    height: int
    label: str
    number: int


@dataclass(frozen=True)
class BarChart:
    width: int
    height: int
    bar_width: int
    bars: tuple[Bar, ...]


def draw_bars(numbers: Sequence[tuple[str, int]]) -> BarChart:
    """A bar for each (label, number), as high as the drawing for the largest; of 0 there is none to be seen."""
    largest = max((number for _, number in numbers), default=0)
    bars = []
    for place, (label, number) in enumerate(numbers):
        height = round(HEIGHT * number / largest) if largest else 0
        bars.append(Bar(place * (BAR + GAP), HEIGHT - height, height, label, number))
    return BarChart(max(len(bars) * (BAR + GAP) - GAP, 0), HEIGHT, BAR, tuple(bars))
