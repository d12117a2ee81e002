"""Bars that show an operator how far a move has come; nothing where nobody looks."""

import sys
from collections.abc import Callable
from typing import Any

from tqdm import tqdm


class ProgressBars:
    """One after another, on the standard error. `unit`: of what is counted, such as " rows"."""

    def __init__(self, unit: str):
        self._unit = unit
        self._bar: tqdm | None = None

    def begin(self, deed: str, total: int) -> Callable[[int], Any]:
        """End the bar that there is, and begin another; what is to be told of progress."""
        self.close()
        self._bar = tqdm(
            total=total,
            desc=deed,
            unit=self._unit,
            unit_scale=True,
            file=sys.stderr,
            disable=not sys.stderr.isatty(),
        )
        return self._bar.update

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()
